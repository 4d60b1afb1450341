import { inspect } from "node:util";

/**
 * A value that must not be shown. It has no text form: string conversion, JSON and the debugger's view all say
 * `[secret]`, so a log line, an error or a page cannot leak it. Only `reveal()` gives the value away.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}
