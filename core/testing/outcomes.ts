import type { Outcome } from "../src/connector.ts";

/** What may become of an invoice, made up. */
export const accepted: Extract<Outcome, { state: "accepted" }> = {
  state: "accepted",
  ksefNumber: "5265877635-20260219-0200A08C7D49-B0",
  acceptedAt: "2026-02-19T12:05:00+01:00",
  upoUrl: "https://hub.example/upo/acme/1/signature",
  upo: {
    fileName: "UPO_5265877635-20260219-0200A08C7D49-B0.xml",
    bytes: new TextEncoder().encode("<Potwierdzenie/>"),
  },
};

export const rejected: Outcome = {
  state: "rejected",
  code: "ksef.rejected",
  message: "KSeF has refused the invoice.",
  messagePl: "KSeF odrzucił fakturę.",
};
