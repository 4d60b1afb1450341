import type { ValidationFault } from "@ksef-hub/core/fa3";
import { WrongUsage } from "./command.ts";

/** Polish or English. */
export type Language = "pl" | "en";

/** By `--lang`, else by the locale of the shell. */
export function languageFrom(option: string | undefined): Language {
  if (option !== undefined) {
    if (option === "pl" || option === "en") return option;
    throw new WrongUsage(`--lang ${option}: there are pl and en.`);
  }
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  return (LC_ALL || LC_MESSAGES || LANG || "").startsWith("pl") ? "pl" : "en";
}

/** A fault in words of the language; what only exists in English stays English. */
export function worded(fault: WordedFault, language: Language): { message: string; advice: string } {
  if (language === "pl")
    return { message: fault.messagePl ?? fault.message, advice: fault.advicePl ?? fault.advice ?? "" };
  return { message: fault.message, advice: fault.advice ?? "" };
}

/** What the commands show: a fault of the validator, or one of the model, which has no advice. */
export type WordedFault = Pick<ValidationFault, "code" | "severity" | "message" | "path" | "line"> &
  Partial<Pick<ValidationFault, "messagePl" | "advice" | "advicePl">>;

/** The words around the faults. */
export const words = {
  en: {
    valid: "valid",
    error: "error",
    warning: "warning",
    columns: ["severity", "code", "line", "path", "message"],
    errors: (count: number) => `${count} ${count === 1 ? "error" : "errors"}`,
    warnings: (count: number) => `${count} ${count === 1 ? "warning" : "warnings"}`,
    unreadable: "cannot be read",
    unjudged: "cannot be judged",
  },
  pl: {
    valid: "poprawna",
    error: "błąd",
    warning: "ostrzeżenie",
    columns: ["waga", "kod", "wiersz", "ścieżka", "komunikat"],
    errors: (count: number) => `błędy: ${count}`,
    warnings: (count: number) => `ostrzeżenia: ${count}`,
    unreadable: "nie można odczytać",
    unjudged: "nie można ocenić",
  },
} as const;
