import * as z from "zod";

const name = { firstName: z.string().min(2).max(30), lastName: z.string().min(2).max(81) };
const withIdentifier = z.object({
  ...name,
  identifier: z.object({ type: z.enum(["Nip", "Pesel"]), value: z.string().min(10).max(11) }),
});
const withoutIdentifier = z.object({
  ...name,
  birthDate: z.iso.date(),
  idDocument: z.object({
    type: z.string().max(20),
    number: z.string().max(20),
    country: z.string().regex(/^[A-Z]{2}$/),
  }),
});
const byFingerprint = [
  z
    .object({
      subjectDetailsType: z.literal("PersonByFingerprintWithIdentifier"),
      personByFpWithId: withIdentifier,
    })
    .transform(({ subjectDetailsType, personByFpWithId: { identifier, ...person } }) => ({
      subjectPersonDetails: { subjectDetailsType, ...person, personIdentifier: identifier },
    })),
  z
    .object({
      subjectDetailsType: z.literal("PersonByFingerprintWithoutIdentifier"),
      personByFpNoId: withoutIdentifier,
    })
    .transform(({ subjectDetailsType, personByFpNoId }) => ({
      subjectPersonDetails: { subjectDetailsType, ...personByFpNoId },
    })),
] as const;

/** `subjectDetails` of a person, turned into what the query endpoints show. */
export const personDetails = z.discriminatedUnion("subjectDetailsType", [
  z
    .object({ subjectDetailsType: z.literal("PersonByIdentifier"), personById: z.object(name) })
    .transform(({ subjectDetailsType, personById }) => ({
      subjectPersonDetails: { subjectDetailsType, ...personById },
    })),
  ...byFingerprint,
]);

/** The same of somebody known by fingerprint: a person or a foreign company. */
export const fingerprintDetails = z.discriminatedUnion("subjectDetailsType", [
  ...byFingerprint,
  z
    .object({
      subjectDetailsType: z.literal("EntityByFingerprint"),
      entityByFp: z.object({ fullName: z.string().max(100), address: z.string().max(512) }),
    })
    .transform(({ subjectDetailsType, entityByFp }) => ({
      subjectEntityDetails: { subjectDetailsType, ...entityByFp },
    })),
]);

/** The same of a Polish company. */
export const entityDetails = z.object({ fullName: z.string().min(5).max(90) }).transform(({ fullName }) => ({
  subjectEntityDetails: { subjectDetailsType: "EntityByIdentifier", fullName },
}));
