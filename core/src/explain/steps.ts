import type { ErrorCode } from "../error.ts";
import { again, type Step } from "./step.ts";
import { vendorSteps } from "./vendor-steps.ts";

const whenKsefAnswers: Step = {
  by: "ksef",
  en: "There is nothing to do: the hub goes on by itself as soon as KSeF answers again.",
  pl: "Nie trzeba nic robić: hub sam wznowi pracę, gdy tylko KSeF znów będzie odpowiadać.",
};
const afterTheLimit: Step = {
  by: "ksef",
  en: "There is nothing to do: the hub goes on by itself when KSeF takes requests again.",
  pl: "Nie trzeba nic robić: hub sam wznowi pracę, gdy KSeF znów będzie przyjmować żądania.",
};
const newAttempt: Step = {
  by: "hub",
  en: "There is nothing to do: the hub makes a new start with KSeF by itself.",
  pl: "Nie trzeba nic robić: hub sam zacznie z KSeF od nowa.",
};
const receiptLater: Step = {
  by: "ksef",
  en: "There is nothing to do: the hub asks KSeF again by itself.",
  pl: "Nie trzeba nic robić: hub sam zapyta KSeF ponownie.",
};
const correctDocument: Step = {
  by: "you",
  anew: true,
  en: "Correct the invoice in the system it comes from and hand it in as a new document, with a new Idempotency-Key.",
  pl: "Popraw fakturę w systemie źródłowym i przekaż ją jako nowy dokument, z nowym Idempotency-Key.",
};
const correctExport: Step = {
  by: "you",
  anew: true,
  en: "Have the export of the system the invoice comes from corrected, and hand the invoice in as a new document.",
  pl: "Zleć poprawienie eksportu w systemie źródłowym i przekaż fakturę jako nowy dokument.",
};
const correctRequest: Step = {
  by: "you",
  en: "Have the request corrected by whoever looks after the connected system.",
  pl: "Zleć poprawienie żądania opiekunowi podłączonego systemu.",
};
const renewLogin: Step = {
  by: "you",
  en: "Check the certificate or the token with which the hub logs in to KSeF, and replace it if it has ended or been revoked.",
  pl: "Sprawdź certyfikat albo token, którym hub loguje się do KSeF, i wymień go, jeśli wygasł albo został unieważniony.",
};
const grantPermission: Step = {
  by: "you",
  en: "Have the company grant the holder of the certificate or token the right to issue invoices in KSeF.",
  pl: "Firma musi nadać w KSeF posiadaczowi certyfikatu albo tokenu uprawnienie do wystawiania faktur.",
};
const onceMended: Step = {
  by: "hub",
  en: "Tell the administrator of the hub. The hub goes on by itself as soon as that is mended.",
  pl: "Powiadom administratora huba. Hub sam ruszy dalej, gdy tylko to zostanie naprawione.",
};
const tellOperator: Step = {
  by: "you",
  en: "Tell the administrator of the hub: its installation needs repair.",
  pl: "Powiadom administratora huba: instalacja wymaga naprawy.",
};

/** What follows on each code. A code without a step does not compile. */
export const steps: Readonly<Record<ErrorCode, Step>> = {
  "request.unauthorized": {
    by: "you",
    en: "Use a valid API key of the company.",
    pl: "Użyj ważnego klucza API firmy.",
  },
  "request.invalid": correctRequest,
  "request.idempotency-key": correctRequest,
  "request.idempotency-conflict": {
    by: "you",
    anew: true,
    en: "Hand the changed document in with a new Idempotency-Key.",
    pl: "Przekaż zmieniony dokument z nowym Idempotency-Key.",
  },
  "request.media-type": correctRequest,
  "request.too-large": {
    by: "you",
    anew: true,
    en: "Split the invoice, or have its document made smaller.",
    pl: "Podziel fakturę albo zleć zmniejszenie dokumentu.",
  },
  "request.not-found": correctRequest,
  "submission.not-found": {
    by: "you",
    en: "Check the id of the invoice and the company it belongs to.",
    pl: "Sprawdź identyfikator faktury i firmę, do której należy.",
  },
  "submission.no-receipt": {
    by: "you",
    en: "Ask for the receipt again once the invoice is reported.",
    pl: "Pobierz poświadczenie, gdy faktura będzie miała stan „reported”.",
  },
  "submission.not-replayable": {
    by: "you",
    en: "Look at the state of the invoice: only one that is held or dead can be replayed.",
    pl: "Sprawdź stan faktury: ponowić można tylko wstrzymaną (held) albo porzuconą (dead).",
  },
  "submission.no-code": {
    by: "you",
    en: "Ask for KOD I once KSeF has taken the invoice. KOD II belongs to invoices issued offline only.",
    pl: "Pobierz KOD I, gdy KSeF przyjmie fakturę. KOD II dotyczy tylko faktur wystawionych offline.",
  },
  "offline.certificate": {
    by: "you",
    en: "Have the administrator of the hub enrol a certificate of the type Offline (certificate enrol --type offline), then hand the invoice in again.",
    pl: "Administrator huba musi pobrać certyfikat typu Offline (certificate enrol --type offline); potem przekaż fakturę ponownie.",
  },
  "offline.unannounced": {
    by: "you",
    en: "Issue the invoice with mode=offline24, which needs no outage.",
    pl: "Wystaw fakturę z mode=offline24, który nie wymaga ogłoszenia przerwy.",
  },
  "offline.total-failure": {
    by: "you",
    en: "Issue the invoice on paper or electronically outside KSeF and hand it to the buyer directly; do not send it to KSeF afterwards.",
    pl: "Wystaw fakturę na papierze albo elektronicznie poza KSeF i przekaż ją nabywcy; nie trzeba jej potem przesyłać do KSeF.",
  },
  "correction.refused": {
    by: "you",
    en: "Look at the state of the original: only an offline invoice that KSeF refused for a technical reason is corrected so, and once.",
    pl: "Sprawdź stan faktury pierwotnej: korektę techniczną składa się raz, do faktury offline odrzuconej przez KSeF z przyczyn technicznych.",
  },
  "correction.content": {
    by: "you",
    anew: true,
    en: "Hand in a document with the content of the original. To change the content, issue a correcting invoice once KSeF has the original.",
    pl: "Przekaż dokument o treści faktury pierwotnej. Aby zmienić treść, wystaw fakturę korygującą, gdy KSeF nada numer fakturze pierwotnej.",
  },
  "xml.encoding": correctExport,
  "xml.malformed": correctExport,
  "xml.doctype": correctExport,
  "xml.processing-instruction": correctExport,
  "xml.character": correctDocument,
  "xml.depth": correctExport,
  "xml.size": {
    by: "you",
    anew: true,
    en: "Split the invoice, or have its document made smaller, and hand it in as a new document.",
    pl: "Podziel fakturę albo zleć zmniejszenie dokumentu i przekaż ją jako nowy dokument.",
  },
  "fa3.form": correctExport,
  "fa3.schema": correctDocument,
  "fa3.rule": correctDocument,
  "fa3.incomplete": correctDocument,
  "model.invalid": correctDocument,
  "ksef.unreachable": whenKsefAnswers,
  "ksef.timeout": whenKsefAnswers,
  "ksef.unavailable": whenKsefAnswers,
  "ksef.rate-limited": afterTheLimit,
  "ksef.paused": whenKsefAnswers,
  "ksef.protocol": again,
  "ksef.unauthorized": newAttempt,
  "ksef.forbidden": grantPermission,
  "ksef.login-refused": renewLogin,
  "ksef.credentials": renewLogin,
  "ksef.key-unknown": newAttempt,
  "ksef.session-closed": newAttempt,
  "ksef.session-unknown": newAttempt,
  "ksef.not-found": receiptLater,
  "ksef.bad-request": {
    by: "you",
    en: "Show the administrator of the hub what KSeF said.",
    pl: "Pokaż administratorowi huba, co odpowiedział KSeF.",
  },
  "ksef.rejected": correctDocument,
  "ksef.cancelled": again,
  "ksef.not-permitted": {
    by: "you",
    en: "Check that the seller on the invoice is the company, that it has granted the right to issue invoices and, for attachments, that it has notified the tax office.",
    pl: "Sprawdź, czy sprzedawcą na fakturze jest ta firma, czy nadała uprawnienie do wystawiania faktur i, przy załącznikach, czy złożyła zgłoszenie w urzędzie.",
  },
  "ksef.number-conflict": {
    by: "you",
    anew: true,
    en: "Compare the two invoices. If this one is right, hand it in under another invoice number; do not send it again under this one.",
    pl: "Porównaj obie faktury. Jeśli ta jest właściwa, przekaż ją pod innym numerem faktury; pod tym nie wysyłaj jej ponownie.",
  },
  "ksef.part-missing": again,
  "ksef.certificate-limit": {
    by: "you",
    en: "Revoke certificates in KSeF that the company does not need, or have its limit raised.",
    pl: "Unieważnij w KSeF niepotrzebne certyfikaty firmy albo wystąp o zwiększenie limitu.",
  },
  "ksef.enrolment-refused": {
    by: "you",
    en: "Read what KSeF said, correct the request for the certificate and make it again.",
    pl: "Przeczytaj odpowiedź KSeF, popraw wniosek o certyfikat i złóż go ponownie.",
  },
  "ksef.enrolment-failed": again,
  "ksef.receipt-mismatch": receiptLater,
  ...vendorSteps,
  "batch.too-large": {
    by: "you",
    en: "Have the invoices sent in smaller batches.",
    pl: "Zleć wysyłkę faktur w mniejszych paczkach.",
  },
  "rates.unreachable": {
    by: "hub",
    en: "There is nothing to do: the hub asks for the exchange rate again by itself.",
    pl: "Nie trzeba nic robić: hub sam zapyta ponownie o kurs.",
  },
  "rates.unknown": {
    by: "you",
    anew: true,
    en: "Give the exchange rate on the invoice.",
    pl: "Podaj kurs waluty na fakturze.",
  },
  "archive.conflict": tellOperator,
  "archive.missing": tellOperator,
  "archive.key": tellOperator,
  "storage.locked": {
    by: "you",
    en: "Let only one process use the data folder: stop the other, or use the API of the running hub.",
    pl: "Folderu danych może używać tylko jeden proces: zatrzymaj drugi albo użyj API działającego huba.",
  },
  "storage.missing": onceMended,
  "storage.denied": onceMended,
  "storage.unavailable": again,
  "secret.key": tellOperator,
  "schema.missing": tellOperator,
  "hub.config": {
    by: "you",
    en: "Have the administrator of the hub correct the configuration of the company.",
    pl: "Zleć administratorowi huba poprawienie konfiguracji firmy.",
  },
  "hub.internal": again,
};
