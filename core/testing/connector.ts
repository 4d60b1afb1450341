import assert from "node:assert/strict";
import { inspect } from "node:util";
import type { Connector, Host, Ref, Source, WebhookRequest } from "../src/connector.ts";
import { complete } from "../src/connect/complete.ts";
import type { Mapping } from "../src/connect/mapping.ts";
import { HubError, toHubError, type ErrorCode } from "../src/error.ts";
import { Secret } from "../src/secret.ts";
import type { It } from "./it.ts";
import { accepted, rejected } from "./outcomes.ts";

/** A connector before a system of its vendor that the test can play with. */
export interface ConnectorBench {
  connector: Connector;
  /** As a person gives it, credentials as text. */
  config: Record<string, unknown>;
  mapping: Mapping;
  /** What must appear in no error: tokens and secrets, as text. */
  secrets: readonly string[];
  /** Of a connection by OAuth. */
  accessToken?: string;
  /** Issues a record in the system, and another one after it has passed for new. */
  issue(): Promise<Ref>;
  /** Takes from a record what an invoice cannot be without and no mapping gives, such as all its lines. */
  spoil(ref: Ref): Promise<void>;
  /** Adds a field nobody knows to the record. */
  addUnknownField?(ref: Ref): Promise<void>;
  /** The event by which the system tells of a record, signed. */
  event?(ref: Ref, receivedAt: number): Promise<WebhookRequest>;
  /** From now on the system answers every call with this status, or not at all; undefined: as it should. */
  fail(status: 401 | 429 | 503 | "silent" | undefined): void;
  /** Everything the system shows of the record, as text. */
  shows(ref: Ref): Promise<string>;
  now: () => number;
  close: () => Promise<void>;
}

/**
 * What every connector must do, whoever wrote it. The host is the least there can be: what it does (retries, dedupe,
 * cursors, held records) is tested once, with the hub.
 */
export function connectorContract(it: It, open: () => Promise<ConnectorBench>): void {
  const each = (name: string, test: (bench: ConnectorBench, source: Source) => Promise<void>): void =>
    it(name, async () => {
      const bench = await open();
      try {
        const source = connect(bench);
        // As the hub does when a connection is made: it may prepare the system.
        await source.check?.();
        await test(bench, source);
      } finally {
        await bench.close();
      }
    });

  each("has at least one of poll and webhook, and its check passes again and again", async (_, source) => {
    assert.ok(source.poll !== undefined || source.webhook !== undefined);
    await source.check?.();
  });

  each(
    "polls what was issued, page by page, and from a cursor on only what is new",
    async (bench, source) => {
      if (source.poll === undefined) return;
      const start = await polled(source, undefined);
      const first = await bench.issue();
      const seen = await polled(source, start.cursor);
      assert.ok(seen.refs.has(nameOf(first)), "what was issued after the cursor is found");
      const heir = connect(bench);
      const again = await polled(heir, start.cursor);
      assert.deepEqual([...again.refs], [...seen.refs], "after a crash the same cursor gives the same");
      const second = await bench.issue();
      const later = await polled(heir, seen.cursor ?? start.cursor);
      assert.ok(later.refs.has(nameOf(second)), "and from the next one on what came later");
    },
  );

  each(
    "fetches a record as it is, the same revision twice, and says when there is none",
    async (bench, source) => {
      const ref = await bench.issue();
      const document = await source.fetch(ref);
      assert.ok(document !== undefined);
      assert.match(document.issuedOn ?? "", /^\d{4}-\d\d-\d\d$/);
      assert.deepEqual(document.content, JSON.parse(JSON.stringify(document.content)), "content is JSON");
      assert.equal((await source.fetch(ref))?.revision, document.revision);
      assert.equal(await source.fetch({ ...ref, id: absentLike(ref.id) }), undefined);
    },
  );

  each(
    "maps a record to an invoice, always to the same, and leaves the record as it was",
    async (bench, source) => {
      const document = await source.fetch(await bench.issue());
      assert.ok(document !== undefined);
      const before = structuredClone(document);
      const invoice = complete(source.map(document), document.content, bench.mapping);
      assert.deepEqual(complete(source.map(document), document.content, bench.mapping), invoice);
      assert.deepEqual(document, before);
    },
  );

  each("does not mind a field it does not know", async (bench, source) => {
    if (bench.addUnknownField === undefined) return;
    const ref = await bench.issue();
    await bench.addUnknownField(ref);
    const document = await source.fetch(ref);
    assert.ok(document !== undefined);
    complete(source.map(document), document.content, bench.mapping);
  });

  each("makes a fault, and no crash, of a record that is no invoice", async (bench, source) => {
    const ref = await bench.issue();
    await bench.spoil(ref);
    const document = await source.fetch(ref);
    if (document?.issuedOn === undefined) return;
    const error = await failureOf(async () =>
      complete(source.map(document), document.content, bench.mapping),
    );
    assert.equal(error.action, "attention", `${error.code} asks a person`);
    assert.ok(error.code === "map.incomplete" ? error.faults.length > 0 : error.message.length > 0);
  });

  each("writes back what became of a record, and a second time changes nothing", async (bench, source) => {
    const ref = await bench.issue();
    for (const [step, write] of Object.entries(source.writeBack)) {
      await write(ref, accepted);
      const shown = await bench.shows(ref);
      await write(ref, accepted);
      assert.equal(await bench.shows(ref), shown, `${step} twice`);
    }
    assert.ok((await bench.shows(ref)).includes(accepted.ksefNumber), "the KSeF number is in the record");
  });

  each("writes back why an invoice did not go through", async (bench, source) => {
    const ref = await bench.issue();
    for (const write of Object.values(source.writeBack)) {
      await write(ref, rejected);
      await write(ref, rejected);
    }
  });

  each("its own writing back makes no other invoice of the record", async (bench, source) => {
    const ref = await bench.issue();
    const invoiceOf = async () => {
      const document = await source.fetch(ref);
      assert.ok(document !== undefined);
      return complete(source.map(document), document.content, bench.mapping);
    };
    const before = await invoiceOf();
    for (const write of Object.values(source.writeBack)) await write(ref, accepted);
    assert.deepEqual(await invoiceOf(), before);
  });

  each(
    "hears of a record by an event, and believes no event that is not the vendor's",
    async (bench, source) => {
      if (source.webhook === undefined || bench.event === undefined) return;
      const ref = await bench.issue();
      const now = bench.now();
      const event = await bench.event(ref, now);
      const heard = await source.webhook(copyOf(event));
      assert.ok(!(heard instanceof Response));
      assert.deepEqual(heard.map(nameOf), [nameOf(ref)]);
      const changed = Buffer.from(event.body);
      changed[changed.length - 2] = (changed[changed.length - 2] ?? 0) ^ 1;
      const unsigned = new Headers([...event.headers].filter(([name]) => !/signature/i.test(name)));
      for (const forged of [
        { ...copyOf(event), body: new Uint8Array(changed) },
        { ...copyOf(event), headers: unsigned },
      ]) {
        const answer: Ref[] | Response | HubError = await source.webhook(forged).catch(toHubError);
        const refused = answer instanceof Response ? answer.status === 401 : answer instanceof HubError;
        assert.ok(refused, "a forged event is refused");
        if (answer instanceof HubError) assert.equal(answer.code, "webhook.refused");
      }
    },
  );

  for (const [status, codes] of failures)
    each(`says what it means when the system answers ${status}`, async (bench, source) => {
      const ref = await bench.issue();
      bench.fail(status);
      const error = await failureOf(() => source.fetch(ref));
      assert.ok(codes.includes(error.code), `${error.code} is one of ${codes.join(", ")}`);
      if (status === 429) assert.ok((error.retryAfterMs ?? 0) > 0, "and when to come back");
      const shown = inspect(error, { depth: 12, showHidden: true, maxStringLength: Infinity });
      for (const secret of bench.secrets) assert.ok(!shown.includes(secret), "no secret is in the error");
      bench.fail(undefined);
      assert.ok((await source.fetch(ref)) !== undefined, "and goes on afterwards");
    });
}

const failures: [401 | 429 | 503 | "silent", ErrorCode[]][] = [
  [401, ["vendor.unauthorized"]],
  [429, ["vendor.rate-limited"]],
  [503, ["vendor.unavailable"]],
  ["silent", ["vendor.unreachable", "vendor.unavailable"]],
];

function connect({ connector, config, accessToken, now }: ConnectorBench): Source {
  const host: Host = {
    clock: { now, sleep: () => Promise.resolve() },
    signal: new AbortController().signal,
    call: (work) => work(AbortSignal.timeout(2_000)),
    accessToken: () => Promise.resolve(new Secret(accessToken ?? "")),
  };
  return connector.connect(connector.config.parse(config), host);
}

async function polled(source: Source, from: string | undefined) {
  const refs = new Set<string>();
  let cursor = from;
  let pages = 0;
  for await (const page of source.poll?.(from) ?? []) {
    assert.ok(++pages < 1_000, "the pages end");
    for (const ref of page.refs) refs.add(nameOf(ref));
    ({ cursor } = page);
  }
  return { refs, cursor };
}

async function failureOf(work: () => Promise<unknown>): Promise<HubError> {
  try {
    await work();
  } catch (thrown) {
    const error = toHubError(thrown);
    assert.notEqual(error.code, "hub.internal", error.message);
    return error;
  }
  assert.fail("nothing failed");
}

const nameOf = ({ type, id }: Ref): string => `${type} ${id}`;

/** An id of the same shape that nothing has. */
const absentLike = (id: string): string =>
  id.replaceAll(/[0-9a-f]/gi, (digit) => (digit === "9" ? "8" : "9"));

const copyOf = (event: WebhookRequest): WebhookRequest => ({
  ...event,
  headers: new Headers(event.headers),
  body: new Uint8Array(event.body),
});
