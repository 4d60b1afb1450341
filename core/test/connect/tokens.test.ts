import { inspect } from "node:util";
import { expect, it } from "vitest";
import { oauthTokens } from "../../src/connect/tokens.ts";
import type { Connection } from "../../src/connect/connections.ts";
import type { Connector } from "../../src/connector.ts";
import { Secret } from "../../src/secret.ts";
import { VirtualClock } from "../../testing/index.ts";
import { openEmbedded } from "../adapters/folder.ts";

const connection = { tenant: "acme", id: "shop", connector: "toy" } as Connection;
const connector = {
  id: "toy",
  title: "Toy",
  oauth: { tokenUrl: "https://login.example/token", authorizeUrl: "", scopes: [], rotates: true },
} as unknown as Connector;

const application = () => ({ clientId: "client", clientSecret: new Secret("application-secret") });

/** A vendor that rotates refresh tokens and takes the one before once more, and a hub beside it. */
async function open() {
  const clock = new VirtualClock(Date.parse("2026-02-19T12:00:00Z"));
  const ports = await openEmbedded({ clock });
  const asked: string[] = [];
  let [current, previous] = ["refresh-0", ""];
  let answer: (() => Response) | undefined;
  const fetch = async (_: string, { body, headers }: RequestInit): Promise<Response> => {
    const said = new URLSearchParams(body as string);
    expect(new Headers(headers).get("authorization")).toBe(`Basic ${btoa("client:application-secret")}`);
    const token = said.get("refresh_token") ?? said.get("code") ?? "";
    asked.push(token);
    await clock.sleep(100);
    if (answer !== undefined) return answer();
    if (said.get("grant_type") === "refresh_token" && token !== current && token !== previous)
      return Response.json({ error: "invalid_grant" }, { status: 400 });
    [previous, current] = [token, `refresh-${asked.length}`];
    return Response.json({
      access_token: `access-${asked.length}`,
      refresh_token: current,
      expires_in: 1_800,
    });
  };
  const { table, secrets } = ports;
  const hub = () => oauthTokens({ table, secrets, clock, fetch, deadlineMs: 5_000, application });
  await hub().save(connection, {
    accessToken: "access-0",
    refreshToken: "refresh-0",
    expiresAt: clock.now(),
  });
  const wait = async <T>(work: Promise<T>): Promise<T> => {
    const time = { over: false };
    const end = () => (time.over = true);
    work.then(end, end);
    for (let turn = 0; !time.over && turn < 200; turn++) await clock.advance(500);
    return work;
  };
  return {
    asked,
    clock,
    secrets,
    wait,
    hub,
    token: () => hub().of(connection, connector),
    answers: (next: (() => Response) | undefined) => {
      answer = next;
    },
    onVendorsSide: () => current,
  };
}

it("is renewed once for all who need it, and not before it has to be", async () => {
  const { token, asked, wait, clock } = await open();
  const access = token();
  const all = await wait(Promise.all(Array.from({ length: 10 }, access)));
  expect(new Set(all.map((secret) => secret.reveal()))).toEqual(new Set(["access-1"]));
  expect(asked).toEqual(["refresh-0"]);
  await clock.advance(1_700_000);
  expect((await wait(access())).reveal()).toBe("access-1");
  await clock.advance(60_000);
  expect((await wait(access())).reveal()).toBe("access-2");
  expect(asked).toEqual(["refresh-0", "refresh-1"]);
});

it("is renewed by one of several processes, and the others have what it got", async () => {
  const { token, asked, wait } = await open();
  const all = await wait(Promise.all([token()(), token()(), token()()]));
  expect(all.map((secret) => secret.reveal())).toEqual(["access-1", "access-1", "access-1"]);
  expect(asked).toEqual(["refresh-0"]);
});

it("survives a crash between the vendor's answer and our save", async () => {
  const { token, asked, secrets, wait, clock, onVendorsSide } = await open();
  const { put } = { put: secrets.put.bind(secrets) };
  secrets.put = () => Promise.reject(new Error("killed here"));
  await expect(wait(token()())).rejects.toThrow("killed here");
  expect(onVendorsSide()).toBe("refresh-1");
  secrets.put = put;
  await clock.advance(20_000);
  expect((await wait(token()())).reveal()).toBe("access-2");
  expect(asked).toEqual(["refresh-0", "refresh-0"]);
  await clock.advance(1_800_000);
  expect((await wait(token()())).reveal()).toBe("access-3");
  expect(asked.at(-1)).toBe("refresh-2");
});

it.each([
  [() => Response.json({ error: "invalid_grant" }, { status: 400 }), "vendor.unauthorized"],
  [() => Response.json({ error: "invalid_client" }, { status: 401 }), "vendor.unauthorized"],
  [() => new Response("<html>", { status: 503 }), "vendor.unavailable"],
  [() => new Response("<html>", { status: 200 }), "vendor.protocol"],
  [() => Response.json({ access_token: "leaked-token", expires_in: "soon" }), "vendor.protocol"],
])("fails with a code and without a secret: %s %s", async (answer, code) => {
  const { token, answers, wait } = await open();
  answers(answer);
  const failure = await wait(token()()).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code });
  for (const hidden of ["refresh-0", "application-secret", "leaked-token"])
    expect(inspect(failure, { depth: 10, showHidden: true })).not.toContain(hidden);
});

it("is not there before somebody has logged in", async () => {
  const { hub, wait } = await open();
  const other = hub().of({ ...connection, id: "other" }, connector);
  await expect(wait(other())).rejects.toMatchObject({ code: "vendor.unauthorized" });
});
