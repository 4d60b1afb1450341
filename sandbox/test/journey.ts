import { warsawDate } from "@ksef-hub/core";
import type { Company, Sandbox } from "../src/index.ts";
import { createSandbox } from "../src/index.ts";
import { constants, publicEncrypt, randomBytes, X509Certificate } from "node:crypto";
import { batchRequest, zip, type Upload } from "./batch-client.ts";
import { bearer, clientWith, sha256, type AnswerBody, type PublishedKey } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

/** What a client found on its way, step by step: `ok`, a status code, or how it failed. */
export type Outcome = Record<string, string | number>;

/** A sandbox to travel through again and again; each journey begins after a reset. */
export async function openJourneys(): Promise<{ sandbox: Sandbox; travel: Travel }> {
  const clock = virtualClock();
  const processing = { acceptedMs: 100, processingMs: 200 };
  const sandbox = await createSandbox({ clock, processing, limits: "off" });
  const company = await sandbox.company("5265877635");
  const travel: Travel = async (kind, prepare) => {
    sandbox.reset();
    prepare?.();
    const traveller = new Traveller(sandbox, company, clock);
    await (kind === "online" ? traveller.online() : traveller.batch());
    return traveller.outcome;
  };
  return { sandbox, travel };
}

/**
 * A client that does each step once, trusts nothing and repeats nothing: keys, login, session, one invoice, refresh,
 * close, UPO, download; six hours later it looks again. `prepare` is called first.
 */
export type Travel = (kind: "online" | "batch", prepare?: () => void) => Promise<Outcome>;

const minute = 60_000;

class Failure extends Error {}

class Traveller {
  readonly outcome: Outcome = {};
  readonly #sandbox: Sandbox;
  readonly #company: Company;
  readonly #clock: VirtualClock;
  readonly #xml: string;
  #keys: PublishedKey[] = [];
  #token = "";
  #refresh = "";
  #session = "";
  #number = "";

  constructor(sandbox: Sandbox, company: Company, clock: VirtualClock) {
    this.#sandbox = sandbox;
    this.#company = company;
    this.#clock = clock;
    this.#xml = invoiceXml({ number: "FV/1", issueDate: warsawDate(clock.now()) });
  }

  async online(): Promise<void> {
    const [key, iv] = [randomBytes(32), randomBytes(16)];
    await this.#step("keys", () => this.#fetchKeys());
    await this.#step("login", () => this.#login());
    await this.#step("open", async () => {
      const { certificate, publicKeyId } = this.#key("SymmetricKeyEncryption");
      const encryptedSymmetricKey = encryptFor(certificate, key);
      const answer = await this.#ask("POST", "/sessions/online", {
        formCode: { systemCode: "FA (3)", schemaVersion: "1-0E", value: "FA" },
        encryption: { encryptedSymmetricKey, initializationVector: iv.toString("base64"), publicKeyId },
      });
      this.#session = answer.referenceNumber;
    });
    this.#clock.pass(5 * minute);
    await this.#step("send", async () => {
      const body = clientWith(this.#sandbox, "").sendRequest({ reference: "", key, iv }, this.#xml);
      await this.#ask("POST", `/sessions/online/${this.#session}/invoices`, body);
    });
    this.#clock.pass(1000);
    await this.#step("invoiceAtOnce", () => this.#invoice());
    await this.#step("refresh", async () => {
      this.#token = (
        await this.#ask("POST", "/auth/token/refresh", undefined, this.#refresh)
      ).accessToken.token;
    });
    await this.#step("close", () => this.#ask("POST", `/sessions/online/${this.#session}/close`));
    await this.#look();
  }

  async batch(): Promise<void> {
    await this.#step("keys", () => this.#fetchKeys());
    await this.#step("login", () => this.#login());
    const { body, parts } = await batchRequest(this.#sandbox, await zip({ "1.xml": this.#xml }));
    let url = "";
    await this.#step("open", async () => {
      const answer = await this.#ask("POST", "/sessions/batch", body);
      this.#session = answer.referenceNumber;
      ({ url } = (answer as unknown as { partUploadRequests: Upload[] }).partUploadRequests[0]!);
    });
    await this.#step("upload", async () => {
      const headers = { "x-ms-blob-type": "BlockBlob" };
      await this.#request(url, { method: "PUT", headers, body: new Uint8Array(parts[0]!) });
    });
    await this.#step("close", () => this.#ask("POST", `/sessions/batch/${this.#session}/close`));
    await this.#look();
  }

  async #look(): Promise<void> {
    this.#clock.pass(1000);
    await this.#results("");
    this.#clock.pass(6 * 60 * minute);
    await this.#step("loginLater", () => this.#login());
    await this.#results("Later");
    await this.#step("export", async () => {
      const exported = await this.#ask("GET", "/invoices/exports/20260302-EX-0000000000-0000000000-00");
      return exported.status.code;
    });
    await this.#step("beacon", async () => (await this.#request("/latarnia/status")).json.status);
    const accepted = this.#sandbox.ledger.accepted();
    this.outcome["accepted"] = accepted.length;
    this.outcome["mode"] = accepted[0]?.mode ?? "-";
    this.outcome["posts"] = this.#sandbox.ledger.posts(sha256(this.#xml));
  }

  async #results(when: string): Promise<void> {
    await this.#step(`invoice${when}`, () => this.#invoice());
    await this.#step(`session${when}`, async () => {
      const { status } = await this.#ask("GET", `/sessions/${this.#session}`);
      this.outcome["sessionText"] = status.description;
      return status.code;
    });
    await this.#step(`upo${when}`, () => this.#upo());
    await this.#step(`download${when}`, async () => {
      const { headers, text } = await this.#request(`/v2/invoices/ksef/${this.#number}`, {
        headers: bearer(this.#token),
      });
      if (headers.get("x-ms-meta-hash") !== sha256(text)) throw new Failure("wrong hash");
      if (text !== this.#xml) throw new Failure("another document");
    });
  }

  async #fetchKeys(): Promise<void> {
    this.#keys = (await this.#request("/v2/security/public-key-certificates"))
      .json as unknown as PublishedKey[];
  }

  #key(usage: string): PublishedKey {
    const key = this.#keys.find((each) => each.usage.includes(usage));
    if (key === undefined) throw new Failure("-");
    return key;
  }

  async #login(): Promise<void> {
    if (this.#keys.length === 0) await this.#fetchKeys();
    const { challenge, timestampMs } = await this.#ask("POST", "/auth/challenge", undefined, "");
    const { certificate } = this.#key("KsefTokenEncryption");
    const encryptedToken = encryptFor(certificate, Buffer.from(`${this.#company.ksefToken}|${timestampMs}`));
    const contextIdentifier = { type: "Nip", value: this.#company.nip };
    const request = { challenge, contextIdentifier, encryptedToken };
    const started = await this.#ask("POST", "/auth/ksef-token", request, "");
    const token = started.authenticationToken.token;
    const { status } = await this.#ask("GET", `/auth/${started.referenceNumber}`, undefined, token);
    if (status.code !== 200) throw new Failure(String(status.code));
    const tokens = await this.#ask("POST", "/auth/token/redeem", undefined, token);
    this.#token = tokens.accessToken.token;
    this.#refresh = tokens.refreshToken.token;
  }

  async #invoice(): Promise<number> {
    const { invoices } = await this.#ask("GET", `/sessions/${this.#session}/invoices`);
    if (invoices[0] === undefined) throw new Failure("none");
    this.#number = invoices[0].ksefNumber;
    return invoices[0].status.code;
  }

  async #upo(): Promise<void> {
    const { upo } = (await this.#ask("GET", `/sessions/${this.#session}`)) as Partial<AnswerBody>;
    if (upo === undefined) throw new Failure("none");
    const { headers, text } = await this.#request(upo.pages[0]!.downloadUrl);
    if (headers.get("x-ms-meta-hash") !== sha256(text)) throw new Failure("wrong hash");
    if (!text.includes(sha256(this.#xml))) throw new Failure("another document");
  }

  async #step(name: string, work: () => Promise<unknown>): Promise<void> {
    try {
      const result = await work();
      this.outcome[name] = typeof result === "number" || typeof result === "string" ? result : "ok";
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.outcome[name] = error.message;
    }
  }

  async #ask(method: string, path: string, body?: unknown, token = this.#token): Promise<AnswerBody> {
    const { json } = await this.#request(`/v2${path}`, {
      method,
      headers: { "content-type": "application/json", ...(token !== "" && bearer(token)) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return json;
  }

  /** Fails with what a client would see; every answer has to be of the type and length it says. */
  async #request(
    url: string,
    init: RequestInit = {},
  ): Promise<{ headers: Headers; text: string; json: AnswerBody }> {
    try {
      const response = await this.#sandbox.app.request(url, init);
      const text = await response.text();
      const type = response.headers.get("content-type") ?? "";
      const wait = response.headers.get("retry-after");
      if (response.status === 429) throw new Failure(`429 after ${wait}`);
      if (type.includes("html")) throw new Failure(`${response.status} html`);
      const json = type.includes("json") ? parse(text) : undefined;
      if (response.ok) return { headers: response.headers, text, json: json as AnswerBody };
      const code = (json as AnswerBody | undefined)?.exception?.exceptionDetailList[0]?.exceptionCode;
      throw new Failure(code === undefined ? String(response.status) : `${response.status} ${code}`);
    } catch (error) {
      if (error instanceof Error && error.name === "NoAnswer")
        throw new Failure("no answer", { cause: error });
      throw error;
    }
  }
}

/** With a key fetched earlier, as real clients do. */
function encryptFor(certificate: string, bytes: Buffer): string {
  const key = new X509Certificate(Buffer.from(certificate, "base64")).publicKey;
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
  return publicEncrypt({ key, ...padding }, bytes).toString("base64");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Failure("broken json", { cause: error });
  }
}
