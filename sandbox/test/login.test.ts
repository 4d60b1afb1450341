import { beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Company, type Sandbox } from "../src/index.ts";
import { bearer, call, encrypt, exceptionCode, requestTokenLogin, type Answer } from "./client.ts";
import { virtualClock } from "./virtual-clock.ts";

const clock = virtualClock();
let sandbox: Sandbox;
let company: Company;

beforeAll(async () => {
  sandbox = await createSandbox({ clock, processing: { authenticationMs: 100 } });
  company = await sandbox.company("5265877635");
});

describe("a login with a KSeF token", () => {
  it("is in progress first and gives no tokens, then succeeds and gives them once", async () => {
    const started = (await requestTokenLogin(sandbox, company)).json;
    expect((await status(started)).json).toMatchObject({
      authenticationMethod: "Token",
      status: { code: 100 },
    });
    expect(exceptionCode(await redeem(started))).toBe(21301);
    clock.pass(100);
    expect((await status(started)).json.status).toEqual({
      code: 200,
      description: "Uwierzytelnianie zakończone sukcesem",
    });
    expect((await redeem(started)).status).toBe(200);
    expect(exceptionCode(await redeem(started))).toBe(21301);
    expect((await status(started)).json.isTokenRedeemed).toBe(true);
  });

  it("can be refreshed until it is revoked", async () => {
    const { refreshToken } = await tokens();
    const refresh = () => call(sandbox, "POST", "/auth/token/refresh", undefined, bearer(refreshToken.token));
    const { accessToken } = (await refresh()).json;
    const access = bearer(accessToken.token);
    expect((await call(sandbox, "GET", "/sessions?sessionType=Online", undefined, access)).status).toBe(200);
    expect((await call(sandbox, "DELETE", "/auth/sessions/current", undefined, access)).status).toBe(204);
    expect(exceptionCode(await refresh())).toBe(21301);
    // What was issued before lives until it expires.
    expect((await call(sandbox, "GET", "/sessions?sessionType=Online", undefined, access)).status).toBe(200);
  });

  it("has tokens with their own lifetimes", async () => {
    const { accessToken, refreshToken } = await tokens();
    expect(minutes(accessToken.validUntil)).toBe(15);
    expect(minutes(refreshToken.validUntil)).toBe(7 * 24 * 60);
  });

  it("is refused for a challenge that is unknown, used or older than ten minutes", async () => {
    const { challenge } = (await call(sandbox, "POST", "/auth/challenge")).json;
    expect(challenge).toMatch(/^20260302-CR-[0-9A-F]{10}-[0-9A-F]{10}-[0-9A-F]{2}$/);
    expect((await requestTokenLogin(sandbox, company, { challenge })).status).toBe(202);
    expect(exceptionCode(await requestTokenLogin(sandbox, company, { challenge }))).toBe(21111);
    const old = (await call(sandbox, "POST", "/auth/challenge")).json;
    clock.pass(10 * 60_000 + 1);
    expect(exceptionCode(await requestTokenLogin(sandbox, company, { challenge: old.challenge }))).toBe(
      21111,
    );
  });

  it("is refused for a key that is not published, and for input that does not fit", async () => {
    const publicKeyId = "A".repeat(43) + "=";
    expect(exceptionCode(await requestTokenLogin(sandbox, company, { publicKeyId }))).toBe(21470);
    expect(exceptionCode(await requestTokenLogin(sandbox, company, { encryptedToken: "%" }))).toBe(21405);
    const notJson = await sandbox.app.request("/v2/auth/ksef-token", { method: "POST", body: "{" });
    expect(notJson.status).toBe(400);
  });

  it("is not found by another login's token", async () => {
    const [mine, other] = [
      (await requestTokenLogin(sandbox, company)).json,
      (await requestTokenLogin(sandbox, company)).json,
    ];
    expect(exceptionCode(await status({ ...mine, referenceNumber: other.referenceNumber }))).toBe(21304);
  });
});

describe("a login with a KSeF token fails with 450", () => {
  const cases: [string, () => Promise<Answer>][] = [
    ["Nieprawidłowy token", () => requestTokenLogin(sandbox, { nip: company.nip, ksefToken: "unknown" })],
    ["Nieprawidłowe szyfrowanie tokena", () => withPlain(undefined)],
    ["Nieprawidłowe kodowanie tokena", () => withPlain("no timestamp")],
    ["Nieprawidłowy czas tokena", () => withPlain(`${company.ksefToken}|1`)],
    [
      "Token nie może być użyty w kontekście Nip:9999999999",
      () => requestTokenLogin(sandbox, { nip: "9999999999", ksefToken: company.ksefToken }),
    ],
  ];

  it.each(cases)("%s", async (reason, start) => {
    const started = (await start()).json;
    clock.pass(100);
    expect((await status(started)).json.status).toEqual({
      code: 450,
      description: "Uwierzytelnianie zakończone niepowodzeniem z powodu błędnego tokenu",
      details: [reason],
    });
  });
});

async function withPlain(plain: string | undefined): Promise<Answer> {
  const encryptedToken =
    plain === undefined
      ? Buffer.alloc(256, 7).toString("base64")
      : await encrypt(sandbox, "KsefTokenEncryption", Buffer.from(plain));
  return requestTokenLogin(sandbox, company, { encryptedToken });
}

interface Started {
  referenceNumber: string;
  authenticationToken: { token: string };
}

const status = ({ referenceNumber, authenticationToken }: Started): Promise<Answer> =>
  call(sandbox, "GET", `/auth/${referenceNumber}`, undefined, bearer(authenticationToken.token));

const redeem = ({ authenticationToken }: Started): Promise<Answer> =>
  call(sandbox, "POST", "/auth/token/redeem", undefined, bearer(authenticationToken.token));

async function tokens(): Promise<
  Record<"accessToken" | "refreshToken", { token: string; validUntil: string }>
> {
  const started = (await requestTokenLogin(sandbox, company)).json;
  clock.pass(100);
  return (await redeem(started)).json;
}

const minutes = (validUntil: string): number => Math.round((Date.parse(validUntil) - clock.now()) / 60_000);
