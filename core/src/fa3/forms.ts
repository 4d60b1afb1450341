/** A structure KSeF takes, as `formCode` names it when a session is opened. */
export interface Form {
  systemCode: string;
  schemaVersion: string;
  value: string;
}

/** FA(3), the structure of every invoice since 2026-02-01. */
export const fa3Form: Form = { systemCode: "FA (3)", schemaVersion: "1-0E", value: "FA" };

/** The invoice structures we know, by the namespace of their root. Source: the Ministry's XSDs. */
export const forms: Record<string, { form: Form; schema: string }> = {
  "http://crd.gov.pl/wzor/2025/06/25/13775/": {
    form: fa3Form,
    schema: "schemat_FA(3)_v1-0E.xsd",
  },
  "http://crd.gov.pl/wzor/2023/06/29/12648/": {
    form: { systemCode: "FA (2)", schemaVersion: "1-0E", value: "FA" },
    schema: "schemat_FA(2)_v1-0E.xsd",
  },
};
