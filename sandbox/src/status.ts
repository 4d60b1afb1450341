/** `StatusInfo` and `InvoiceStatusInfo` of the API. */
export interface Status {
  code: number;
  description: string;
  details?: string[];
  extensions?: Record<string, string>;
}

/** Tables of the OpenAPI document, from the descriptions of the three `status` properties. */
const descriptions = {
  invoice: {
    100: "Faktura przyjęta do dalszego przetwarzania",
    150: "Trwa przetwarzanie",
    200: "Sukces",
    405: "Przetwarzanie anulowane z powodu błędu sesji",
    410: "Nieprawidłowy zakres uprawnień",
    415: "Brak możliwości wysyłania faktury z załącznikiem",
    430: "Błąd weryfikacji pliku faktury",
    435: "Błąd odszyfrowania pliku",
    440: "Duplikat faktury",
    450: "Błąd weryfikacji semantyki dokumentu faktury",
    500: "Nieznany błąd (500)",
    550: "Operacja została anulowana przez system",
  },
  session: {
    100: "Sesja interaktywna otwarta",
    170: "Sesja interaktywna zamknięta",
    200: "Sesja interaktywna przetworzona pomyślnie",
    415: "Błąd odszyfrowania dostarczonego klucza",
    440: "Sesja anulowana",
    445: "Błąd weryfikacji, brak poprawnych faktur",
  },
  batch: {
    100: "Sesja wsadowa rozpoczęta",
    150: "Trwa przetwarzanie",
    200: "Sesja wsadowa przetworzona pomyślnie",
    405: "Błąd weryfikacji poprawności dostarczonych elementów paczki",
    415: "Błąd odszyfrowania dostarczonego klucza",
    420: "Przekroczony limit faktur w sesji",
    430: "Błąd dekompresji pierwotnego archiwum",
    435: "Błąd odszyfrowania zaszyfrowanych części archiwum",
    440: "Sesja anulowana",
    445: "Błąd weryfikacji, brak poprawnych faktur",
    500: "Nieznany błąd (500)",
  },
  authentication: {
    100: "Uwierzytelnianie w toku",
    200: "Uwierzytelnianie zakończone sukcesem",
    415: "Uwierzytelnianie zakończone niepowodzeniem",
    // The table has a space after this one; a client that compares text must not depend on it.
    425: "Uwierzytelnienie unieważnione",
    450: "Uwierzytelnianie zakończone niepowodzeniem z powodu błędnego tokenu",
    460: "Uwierzytelnianie zakończone niepowodzeniem z powodu błędu certyfikatu",
    470: "Uwierzytelnianie zakończone niepowodzeniem",
    480: "Uwierzytelnienie zablokowane",
  },
  export: {
    100: "Eksport faktur w toku",
    200: "Eksport faktur zakończony sukcesem",
    415: "Błąd odszyfrowania dostarczonego klucza",
    420: "Zakres filtrowania wykracza poza dostępny zakres danych",
  },
  permission: {
    100: "Operacja przyjęta do realizacji",
    200: "Operacja zakończona sukcesem",
    400: "Operacja zakończona niepowodzeniem",
    410: "Podane identyfikatory są niezgodne lub pozostają w niewłaściwej relacji",
    420: "Użyte poświadczenia nie mają uprawnień do wykonania tej operacji",
    430: "Kontekst identyfikatora nie odpowiada wymaganej roli lub uprawnieniom",
    440: "Operacja niedozwolona dla wskazanych powiązań identyfikatorów",
    450: "Operacja niedozwolona dla wskazanego identyfikatora lub jego typu",
  },
} as const;

type Descriptions = typeof descriptions;

export type InvoiceCode = keyof Descriptions["invoice"];
export type BatchCode = keyof Descriptions["batch"];

export function invoiceStatus(
  code: InvoiceCode,
  details: string[] = [],
  extensions?: Record<string, string>,
): Status {
  return { ...status(code, descriptions.invoice[code], details), ...(extensions && { extensions }) };
}

export function sessionStatus(code: keyof Descriptions["session"], ...details: string[]): Status {
  return status(code, descriptions.session[code], details);
}

export function batchStatus(code: BatchCode, ...details: string[]): Status {
  return status(code, descriptions.batch[code], details);
}

export function authenticationStatus(
  code: keyof Descriptions["authentication"],
  ...details: string[]
): Status {
  return status(code, descriptions.authentication[code], details);
}

export function exportStatus(code: keyof Descriptions["export"], ...details: string[]): Status {
  return status(code, descriptions.export[code], details);
}

export type PermissionCode = keyof Descriptions["permission"];

export function permissionStatus(code: PermissionCode): Status {
  return status(code, descriptions.permission[code], []);
}

function status(code: number, description: string, details: string[]): Status {
  return details.length === 0 ? { code, description } : { code, description, details };
}
