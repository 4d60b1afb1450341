import type { ZodType } from "zod";

/** Exception codes and texts of the OpenAPI document, from the descriptions of its 400 answers. */
const descriptions = {
  9101: "Nieprawidłowy dokument.",
  9102: "Brak podpisu.",
  9103: "Przekroczona liczba dozwolonych podpisów.",
  9105: "Nieprawidłowy podpis.",
  21001: "Nieczytelna treść.",
  21111: "Nieprawidłowe wyzwanie autoryzacyjne.",
  21115: "Nieprawidłowy certyfikat.",
  21117: "Nieprawidłowy identyfikator podmiotu dla wskazanego typu kontekstu.",
  21155: "Przekroczono dozwoloną liczbę faktur w sesji.",
  21157: "Nieprawidłowy rozmiar części pakietu.",
  21161: "Przekroczono dozwoloną liczbę części pakietu.",
  21164: "Faktura o podanym identyfikatorze nie istnieje.",
  21165: "Faktura o podanym numerze KSeF nie jest jeszcze dostępna.",
  21166: "Korekta techniczna niedostępna.",
  21167: "Status faktury nie pozwala na korektę techniczną.",
  21173: "Brak sesji o wskazanym numerze referencyjnym.",
  21175: "Wynik zapytania o podanym identyfikatorze nie istnieje.",
  21178: "Nie znaleziono UPO dla podanych kryteriów.",
  21180: "Status sesji nie pozwala na wykonanie operacji.",
  21181: "Nieprawidłowe żądanie eksportu faktur.",
  21182: "Osiągnięto limit trwających eksportów.",
  21183: "Zakres filtrowania wykracza poza dostępny zakres danych.",
  // Of a later specification: ksef-api issue 864.
  21184: "Sesja tymczasowo niedostępna.",
  21205: "Pakiet nie może być pusty.",
  21208: "Czas oczekiwania na requesty upload lub finish został przekroczony.",
  21217: "Nieprawidłowe kodowanie znaków.",
  21301: "Brak autoryzacji.",
  21304: "Brak uwierzytelnienia.",
  21308: "Próba wykorzystania metod autoryzacyjnych osoby zmarłej.",
  21401: "Dokument nie jest zgodny ze schemą (xsd).",
  21402: "Nieprawidłowy rozmiar pliku.",
  21403: "Nieprawidłowy skrót pliku.",
  21405: "Błąd walidacji danych wejściowych.",
  21406: "Konflikt podpisu i typu uwierzytelnienia.",
  21418: "Przekazany token kontynuacji ma nieprawidłowy format.",
  21470: "Przesłany identyfikator klucza jest nieznany lub wskazuje na wycofany klucz.",
  25001: "Brak możliwości pobrania danych do CSR dla wykorzystanego sposobu uwierzytelnienia.",
  25002: "Brak możliwości złożenia wniosku certyfikacyjnego dla wykorzystanego sposobu uwierzytelnienia.",
  25003: "Dane w CSR nie zgadzają się z danymi w użytym wektorze uwierzytelniającym.",
  25004: "Niepoprawny format CSR lub niepoprawny podpis CSR.",
  25005: "Wniosek certyfikacyjny o podanym numerze referencyjnym nie istnieje.",
  25006: "Osiągnięto limit możliwych do złożenia wniosków certyfikacyjnych.",
  25007: "Osiągnięto limit dopuszczalnej liczby posiadanych certyfikatów.",
  25008: "Certyfikat o podanym numerze seryjnym nie istnieje.",
  25009: "Nie można odwołać wskazanego certyfikatu, ponieważ jest już odwołany, zablokowany lub nieważny.",
  25010: "Nieprawidłowy typ lub długość klucza.",
  25011: "Nieprawidłowy algorytm podpisu CSR.",
  26001: "Nie można nadać tokenowi uprawnień których nie posiadasz.",
  26002: "Nie można wygenerować tokena dla obecnego typu kontekstu.",
  30001: "Podmiot lub uprawnienie już istnieje.",
  71001: "Faktura nie może zostac przypisana do Identyfikatora Zbiorczego.",
  71002: "Faktura jest już przypisana do maksymalnej liczby Identyfikatorów Zbiorczych.",
} as const;

export type ExceptionCode = keyof typeof descriptions;

export const isExceptionCode = (code: number): code is ExceptionCode => code in descriptions;

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

const reasons = {
  "missing-permissions": "Brak wymaganych uprawnień do wykonania operacji w bieżącym kontekście.",
  "ip-not-allowed": "Żądanie pochodzi z adresu IP innego niż wskazany podczas uwierzytelnienia.",
  "insufficient-resource-access": "Brak dostępu do wskazanego zasobu.",
  "auth-method-not-allowed": "Ta operacja nie jest dostępna dla użytej metody uwierzytelnienia.",
  "security-service-blocked": "Żądanie zostało zablokowane przez mechanizmy bezpieczeństwa.",
  "context-type-not-allowed": "Operacja nie jest dostępna dla uwierzytelnionego typu kontekstu.",
} as const;

/** A login that may not do this: answered with 403. What `security` holds depends on the reason. */
export class Forbidden extends Error {
  override readonly name = "Forbidden";
  readonly reasonCode: keyof typeof reasons;
  readonly security: Record<string, unknown> | null;

  constructor(reasonCode: keyof typeof reasons, security: Record<string, unknown> | null = null) {
    super(reasons[reasonCode]);
    this.reasonCode = reasonCode;
    this.security = security;
  }
}

/** An operation whose record is past its retention: answered with 410. */
export class Gone extends Error {
  override readonly name = "Gone";

  constructor() {
    super("Operacja wygasła i nie jest już dostępna.");
  }
}

/** A request above a rate limit: answered with 429. */
export class TooManyRequests extends Error {
  override readonly name = "TooManyRequests";
  /** In whole seconds. */
  readonly retryAfter: number;

  constructor(limit: number, unit: string, retryAfter: number) {
    super(`Przekroczono limit ${limit} żądań na ${unit}. Spróbuj ponownie po ${retryAfter} sekundach.`);
    this.retryAfter = retryAfter;
  }
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
