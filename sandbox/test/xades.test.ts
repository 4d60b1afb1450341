import { constants, createHash, createPrivateKey, sign as signBytes, X509Certificate } from "node:crypto";
import { SignatureService } from "ksef-client-ts";
import { beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Company, type Sandbox } from "../src/index.ts";
import { verifySignature } from "../src/xmldsig.ts";
import { requestXml, type RequestParts } from "./auth-request.ts";
import { bearer, call, exceptionCode, type Answer } from "./client.ts";
import { virtualClock } from "./virtual-clock.ts";

const clock = virtualClock();
let sandbox: Sandbox;
let company: Company;
let stranger: Company;

beforeAll(async () => {
  sandbox = await createSandbox({ clock });
  company = await sandbox.company("5265877635");
  stranger = await sandbox.company("9999999999");
});

describe("a login with a signature", () => {
  it.each(["2.0", "2.1"])("works with a request of schema %s", async (version) => {
    expect(await outcome(await submit(sign(await request({ version }))))).toEqual([200]);
  });

  it("works with an EC key", async () => {
    expect(await outcome(await submit(sign(await request(), company, "ec")))).toEqual([200]);
  });

  it("works by the fingerprint of a certificate the company has", async () => {
    const byFingerprint = { type: "certificateFingerprint" };
    expect(await outcome(await submit(sign(await request(byFingerprint))))).toEqual([200]);
    expect((await outcome(await submit(sign(await request(byFingerprint), stranger))))[0]).toBe(415);
  });

  it("fails without permissions when the certificate is another company's", async () => {
    const answer = await submit(sign(await request(), stranger));
    expect(await outcome(answer)).toEqual([415, "Brak przypisanych uprawnień"]);
  });

  it("fails when the certificate has expired", async () => {
    const later = await createSandbox({ clock: virtualClock(clock.now() + 3 * 365 * 86_400_000) });
    const { challenge } = (await call(later, "POST", "/auth/challenge")).json;
    const answer = await submit(sign(requestXml({ challenge })), later);
    expect(await outcome(answer, later)).toEqual([460, "Nieważny certyfikat"]);
  });
});

describe("a signed request is refused", () => {
  it("when it was changed after signing", async () => {
    const signed = sign(await request());
    expect(exceptionCode(await submit(signed.replace(/<Nip>\d+</, "<Nip>9999999999<")))).toBe(9105);
  });

  it("when a digest is wrong", async () => {
    const wrong = createHash("sha256").update("something else").digest("base64");
    const signed = sign(await request());
    expect(exceptionCode(await submit(signed.replace(/(DigestValue>)[^<]+/, `$1${wrong}`)))).toBe(9105);
  });

  it("when the signature value is another's", async () => {
    const value = /<ds:SignatureValue[^>]*>[^<]+/.exec(sign(await request()))![0];
    const signed = sign(await request());
    expect(exceptionCode(await submit(signed.replace(/<ds:SignatureValue[^>]*>[^<]+/, value)))).toBe(9105);
  });

  it("when the signed document is wrapped into another", async () => {
    const signed = sign(await request()).replace(/<\?xml.*?\?>/, "");
    const wrapper = await request({ nip: "9999999999" });
    expect(
      exceptionCode(await submit(wrapper.replace("</AuthTokenRequest>", `${signed}</AuthTokenRequest>`))),
    ).toBe(21401);
    const hidden = `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:Object>${signed}</ds:Object></ds:Signature>`;
    expect(
      exceptionCode(await submit(wrapper.replace("</AuthTokenRequest>", `${hidden}</AuthTokenRequest>`))),
    ).toBe(9103);
  });

  it("when an Id occurs twice", async () => {
    const signed = sign(await request());
    const id = /<xades:SignedProperties[^>]* Id="([^"]+)"/.exec(signed)![1]!;
    const copy = signed.replace("</xades:QualifyingProperties>", `<xades:UnsignedProperties Id="${id}"/>$&`);
    expect(exceptionCode(await submit(copy))).toBe(9105);
  });

  it("when the certificate was exchanged", async () => {
    const foreign = new X509Certificate(stranger.certificatePem).raw.toString("base64");
    const signed = sign(await request());
    expect(exceptionCode(await submit(signed.replace(/(X509Certificate>)[^<]+/, `$1${foreign}`)))).toBe(
      21115,
    );
  });

  it("when the challenge is too old, used or unknown", async () => {
    const old = sign(await request());
    clock.pass(10 * 60_000 + 1);
    expect(exceptionCode(await submit(old))).toBe(21111);
    const used = sign(await request());
    expect((await submit(used)).status).toBe(202);
    expect(exceptionCode(await submit(used))).toBe(21111);
    const unknown = requestXml({ challenge: "20260302-CR-0000000000-0000000000-00" });
    expect(exceptionCode(await submit(sign(unknown)))).toBe(21111);
  });

  it("when it has a DTD, is not XML, or is not an AuthTokenRequest", async () => {
    const signed = sign(await request());
    expect(
      exceptionCode(
        await submit(signed.replace("<AuthTokenRequest", "<!DOCTYPE AuthTokenRequest><AuthTokenRequest")),
      ),
    ).toBe(9101);
    expect(exceptionCode(await submit("not XML"))).toBe(21001);
    expect(exceptionCode(await submit(signed.replaceAll("auth/token/2.0", "auth/token/3.0")))).toBe(21401);
    expect(exceptionCode(await submit(signed.replace("certificateSubject", "somebody")))).toBe(21401);
    expect(exceptionCode(await submit(await request()))).toBe(9102);
  });
});

it("RSA-PSS is accepted with a salt as long as the digest, and only for the bytes that were signed", () => {
  const key = createPrivateKey(company.privateKeyPem);
  const options = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const value = signBytes("sha256", Buffer.from("signed"), options);
  const { publicKey } = new X509Certificate(company.certificatePem);
  const algorithm = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1";
  expect(verifySignature(algorithm, "signed", publicKey, value)).toBe(true);
  expect(verifySignature(algorithm, "changed", publicKey, value)).toBe(false);
});

async function request(parts: Partial<RequestParts> = {}): Promise<string> {
  const { challenge } = (await call(sandbox, "POST", "/auth/challenge")).json;
  return requestXml({ challenge, ...parts });
}

function sign(xml: string, by: Company = company, key: "rsa" | "ec" = "rsa"): string {
  return key === "rsa"
    ? SignatureService.sign(xml, by.certificatePem, by.privateKeyPem)
    : SignatureService.sign(xml, by.ecCertificatePem, by.ecPrivateKeyPem);
}

const submit = (xml: string, to = sandbox): Promise<Answer> => call(to, "POST", "/auth/xades-signature", xml);

/** Code and details of the login's status. */
async function outcome({ status, json }: Answer, at = sandbox): Promise<unknown[]> {
  expect(status).toBe(202);
  const path = `/auth/${json.referenceNumber}`;
  const answer = await call(at, "GET", path, undefined, bearer(json.authenticationToken.token));
  return [answer.json.status.code, ...(answer.json.status.details ?? [])];
}
