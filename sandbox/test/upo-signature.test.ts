import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import { openSeal, type Seal } from "../src/signature/seal.ts";
import { signDocument } from "../src/signature/xades-signer.ts";
import { openStore } from "../src/store.ts";
import { verifyXades } from "../src/xades.ts";
import { login, type Client } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { virtualClock } from "./virtual-clock.ts";

const schema = fileURLToPath(new URL("../../../shared/ksef/schemas/upo-v4-3.xsd", import.meta.url));
const cannotVerify = spawnSync("xmlsec1", ["--version"]).error !== undefined;
const cannotValidate = !existsSync(schema) || spawnSync("xmllint", ["--version"]).error !== undefined;
const clock = virtualClock();
let sandbox: Sandbox;
let client: Client;
let seal: Seal;

beforeAll(async () => {
  sandbox = await createSandbox({ clock, limits: "off" });
  client = await login(sandbox, await sandbox.company("5265877635"));
  seal = await openSeal(openStore().collection("seal"), clock.now());
});

describe("the signature of a UPO", () => {
  it("holds for the sandbox's own verifier, was made when the number was given, and by the Ministry", async () => {
    const numberedAt = clock.now() + 500;
    const { upo } = await invoiceUpo(invoiceXml());
    expect(verifyXades(Buffer.from(upo)).subject).toContain("CN=Ministerstwo Finansów");
    expect(upo).toContain(`<xades:SigningTime>${new Date(numberedAt).toISOString()}</xades:SigningTime>`);
  });

  it("is the same whenever it is fetched", async () => {
    const { upo, path } = await invoiceUpo(invoiceXml());
    clock.pass(60_000);
    expect((await client.call("GET", path)).text).toBe(upo);
  });

  it("survives a restart", async () => {
    const data = mkdtempSync(join(tmpdir(), "sandbox-seal-"));
    const certificate = async (): Promise<string> => {
      const stored = openStore(data);
      const opened = await openSeal(stored.collection("seal"), clock.now());
      stored.close();
      return opened.certificate;
    };
    expect(await certificate()).toBe(await certificate());
  });

  it("costs less than two milliseconds", () => {
    const xml = '<?xml version="1.0" encoding="utf-8"?>\n<a></a>';
    const times = Array.from({ length: 50 }, () => {
      const start = performance.now();
      signDocument(seal, xml, 0);
      return performance.now() - start;
    });
    expect(times.toSorted((one, other) => one - other)[10]).toBeLessThan(2);
  });
});

const noXmlsec = "skipped: xmlsec1 is missing";
describe(`the signature and xmlsec1 (${cannotVerify ? noXmlsec : "an independent tool"})`, () => {
  const number = "FV/1 &lt;&amp;&gt; \" ' Łódź";

  it.skipIf(cannotVerify)("agree on an invoice, until a byte is changed", async () => {
    const { upo } = await invoiceUpo(invoiceXml({ number }));
    const certificate = signerOf(upo);
    expect(isGood(upo, certificate)).toBe(true);
    for (const [from, to] of [
      ["Łódź", "Łodź"],
      ["<TrybWysylki>O", "<TrybWysylki>o"],
      ["</Potwierdzenie>", " </Potwierdzenie>"],
      [/(<xades:SigningTime>\d{3})\d/, "$19"],
      [/(<ds:DigestValue[^>]*>)./, "$1_"],
      [/(<ds:SignatureValue>)./, "$1_"],
    ] as const) {
      const changed = upo.replace(from, to);
      expect(changed).not.toBe(upo);
      expect([from, isGood(changed, certificate)]).toEqual([from, false]);
    }
  });

  it.skipIf(cannotVerify)("agree on text with a carriage return and on a collective UPO", async () => {
    const xml = '<?xml version="1.0" encoding="utf-8"?>\n<a xmlns="urn:a"><b>one\rtwo\r\nthree</b></a>';
    const pem = new X509Certificate(Buffer.from(seal.certificate, "base64")).toString();
    expect(isGood(signDocument(seal, xml, 0).toString(), pem)).toBe(true);
    const session = await client.open();
    for (let count = 0; count < 3; count += 1)
      await client.send(session, invoiceXml({ number: `${number}${count}` }));
    clock.pass(500);
    await client.close(session);
    const { upo } = (await client.call("GET", `/sessions/${session.reference}`)).json;
    const path = `/sessions/${session.reference}/upo/${upo.pages[0]?.referenceNumber}`;
    const { text } = await client.call("GET", path);
    expect(text.match(/<Dokument>/g)).toHaveLength(3);
    expect(isGood(text, signerOf(text))).toBe(true);
  });

  it.skipIf(cannotVerify)("do not trust a seal of another sandbox", async () => {
    const { upo } = await invoiceUpo(invoiceXml());
    const other = new X509Certificate(Buffer.from(seal.certificate, "base64")).toString();
    expect(isGood(upo, other)).toBe(false);
  });

  it.skipIf(cannotVerify)("agree on ten thousand documents", () => {
    const documents = Array.from(
      { length: 10_000 },
      (_, at) => `<Dokument><Numer>${at} ą</Numer></Dokument>`,
    );
    const xml = `<?xml version="1.0" encoding="utf-8"?>\n<P xmlns="urn:p">${documents.join("")}</P>`;
    const signed = signDocument(seal, xml, 0).toString();
    expect(isGood(signed, signerOf(signed))).toBe(true);
  });
});

const noSchema = "skipped: the official schema or xmllint is missing";
describe(`a signed UPO and its schema (${cannotValidate ? noSchema : "by xmllint"})`, () => {
  it.skipIf(cannotValidate)(
    "agree once the signature is taken away: the schema has no place for it",
    async () => {
      const { upo } = await invoiceUpo(invoiceXml());
      const unsigned = upo.replace(/<ds:Signature .*<\/ds:Signature>/s, "");
      expect(unsigned).not.toBe(upo);
      expect(spawnSync("xmllint", ["--noout", "--nonet", "--schema", schema, file(unsigned)]).status).toBe(0);
    },
  );
});

/** Sends the invoice and fetches its UPO. */
async function invoiceUpo(xml: string): Promise<{ upo: string; path: string }> {
  const session = await client.open();
  const reference = await client.send(session, xml);
  clock.pass(500);
  const path = `/sessions/${session.reference}/invoices/${reference}/upo`;
  return { upo: (await client.call("GET", path)).text, path };
}

/** The certificate in KeyInfo as PEM. */
function signerOf(signed: string): string {
  const encoded = /<ds:X509Certificate>([^<]+)</.exec(signed)?.[1] ?? "";
  return new X509Certificate(Buffer.from(encoded, "base64")).toString();
}

/** Whether xmlsec1 finds the signature good when only this certificate is trusted. */
function isGood(signed: string, trustedPem: string): boolean {
  const properties = "http://uri.etsi.org/01903/v1.3.2#:SignedProperties";
  const trusted = file(trustedPem);
  const options = ["--verify", "--trusted-pem", trusted, "--id-attr:Id", properties, file(signed)];
  return spawnSync("xmlsec1", options).status === 0;
}

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "sandbox-seal-")), "file");
  writeFileSync(path, text);
  return path;
}
