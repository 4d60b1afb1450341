/** The Polish of what the fields of the model say when a value does not fit them. */
const polish = new Map<string, string>();

/** A sentence for such a value. A schema carries the English one; `inPolish` gives the other. */
export function sentence(en: string, pl: string): string {
  polish.set(en, pl);
  return en;
}

export const inPolish = (en: string): string | undefined => polish.get(en);
