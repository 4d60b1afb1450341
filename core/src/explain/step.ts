import type { Words } from "./words.ts";

/** Who acts next after a failure, and what: `you` is the person who looks after the invoice. Not for the end of retries. */
export interface Step extends Words {
  by: "hub" | "ksef" | "you";
  /** Another document is needed: a replay of this one leads nowhere. */
  anew?: true;
}

export const again: Step = {
  by: "hub",
  en: "There is nothing to do: the hub tries again by itself.",
  pl: "Nie trzeba nic robić: hub sam spróbuje ponownie.",
};
