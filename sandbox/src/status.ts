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
  },
  session: {
    100: "Sesja interaktywna otwarta",
    170: "Sesja interaktywna zamknięta",
    200: "Sesja interaktywna przetworzona pomyślnie",
    415: "Błąd odszyfrowania dostarczonego klucza",
    440: "Sesja anulowana",
    445: "Błąd weryfikacji, brak poprawnych faktur",
  },
  authentication: {
    100: "Uwierzytelnianie w toku",
    200: "Uwierzytelnianie zakończone sukcesem",
    415: "Uwierzytelnianie zakończone niepowodzeniem",
    // The table has a space after this one; a client that compares text must not depend on it.
    425: "Uwierzytelnienie unieważnione",
    450: "Uwierzytelnianie zakończone niepowodzeniem z powodu błędnego tokenu",
    460: "Uwierzytelnianie zakończone niepowodzeniem z powodu błędu certyfikatu",
  },
} as const;

type Descriptions = typeof descriptions;

export type InvoiceCode = keyof Descriptions["invoice"];

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

export function authenticationStatus(
  code: keyof Descriptions["authentication"],
  ...details: string[]
): Status {
  return status(code, descriptions.authentication[code], details);
}

function status(code: number, description: string, details: string[]): Status {
  return details.length === 0 ? { code, description } : { code, description, details };
}
