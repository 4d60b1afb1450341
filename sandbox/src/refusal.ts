import type { ZodType } from "zod";

/** Exception codes and texts of the OpenAPI document, from the descriptions of its 400 answers. */
const descriptions = {
  9101: "Nieprawidłowy dokument.",
  21001: "Nieczytelna treść.",
  21111: "Nieprawidłowe wyzwanie autoryzacyjne.",
  21115: "Nieprawidłowy certyfikat.",
  21155: "Przekroczono dozwoloną liczbę faktur w sesji.",
  21164: "Faktura o podanym identyfikatorze nie istnieje.",
  21165: "Faktura o podanym numerze KSeF nie jest jeszcze dostępna.",
  21166: "Korekta techniczna niedostępna.",
  21167: "Status faktury nie pozwala na korektę techniczną.",
  21173: "Brak sesji o wskazanym numerze referencyjnym.",
  21178: "Nie znaleziono UPO dla podanych kryteriów.",
  21180: "Status sesji nie pozwala na wykonanie operacji.",
  21217: "Nieprawidłowe kodowanie znaków.",
  21301: "Brak autoryzacji.",
  21304: "Brak uwierzytelnienia.",
  21401: "Dokument nie jest zgodny ze schemą (xsd).",
  21402: "Nieprawidłowy rozmiar pliku.",
  21403: "Nieprawidłowy skrót pliku.",
  21405: "Błąd walidacji danych wejściowych.",
  21418: "Przekazany token kontynuacji ma nieprawidłowy format.",
  21470: "Przesłany identyfikator klucza jest nieznany lub wskazuje na wycofany klucz.",
} as const;

export type ExceptionCode = keyof typeof descriptions;

/** What KSeF answers with 400: a code of its table, the table's text, and details. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: ExceptionCode;
  readonly description: string;
  readonly details: string[];

  constructor(code: ExceptionCode, ...details: string[]) {
    super([`${code} ${descriptions[code]}`, ...details].join(" "));
    this.code = code;
    this.description = descriptions[code];
    this.details = details;
  }
}

/** A request without a usable token: answered with 401. */
export class Unauthorized extends Error {
  override readonly name = "Unauthorized";
}

/** Input by its schema; what does not fit is 21405 with the validator's words. */
export function parse<T>(schema: ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const details = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`,
  );
  throw new Refusal(21405, ...details);
}
