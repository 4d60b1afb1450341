/** A request to the sandbox itself that cannot be understood: answered with 400. */
export class InvalidInput extends Error {
  override readonly name = "InvalidInput";
  readonly details: string[];

  constructor(message: string, details: string[] = []) {
    super(message);
    this.details = details;
  }
}
