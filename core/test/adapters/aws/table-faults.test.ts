import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { clientOptions } from "../../../src/adapters/aws/client-options.ts";
import { tableOnDynamo } from "../../../src/adapters/aws/table.ts";
import { HubError } from "../../../src/error.ts";
import type { Key, Table } from "../../../src/ports.ts";
import { fakeDynamo, type DynamoFault, type FakeDynamo } from "../../../testing/aws/dynamo.ts";

let aws: FakeDynamo;
beforeAll(async () => {
  aws = await fakeDynamo();
});
beforeEach(() => {
  aws.seen.length = 0;
  aws.fault = () => undefined;
});
afterAll(() => aws[Symbol.asyncDispose]());

/** Each has a client of its own, as a client that was throttled slows down. */
function open({
  requestTimeout = 5000,
  maxAttempts = 2,
  tableName = aws.tableName,
  endpoint = aws.connection.endpoint,
} = {}): Table {
  const options = clientOptions({ ...aws.connection, endpoint });
  const requestHandler = { ...options.requestHandler, requestTimeout };
  const client = new DynamoDBClient({ ...options, requestHandler, maxAttempts });
  onTestFinished(() => client.destroy());
  return tableOnDynamo(client, tableName);
}

/** The first requests of the operation, one fault for each; those after them are carried out. */
function faults(operation: string, ...first: DynamoFault[]): void {
  aws.fault = (asked) => (asked === operation ? first.shift() : undefined);
}

/** Nothing is done, and the client asks again: after a throttling slowly, one second and more later. */
const throttled = { status: 400, type: "ProvisionedThroughputExceededException" };
const failing = { status: 500, type: "InternalServerError" };

describe("DynamoDB fails", () => {
  const calls: [string, (table: Table, key: Key) => Promise<unknown>][] = [
    ["get", (table, key) => table.get(key)],
    ["put", (table, key) => table.put({ ...key, value: 1 }, 0)],
    ["delete", (table, key) => table.delete(key, 1)],
    ["query", (table, { pk }) => table.query({ pk })],
    ["query of an index", (table, { pk }) => table.query({ index: 1, pk })],
  ];

  it.each(calls)("%s: says that the table is not there", async (_, call) => {
    await expect(call(open({ tableName: "elsewhere" }), { pk: "p", sk: "s" })).rejects.toMatchObject({
      code: "storage.missing",
      message: expect.stringContaining("the table elsewhere"),
    });
  });

  it.each(calls)("%s: says that it is not allowed to, without asking twice", async (_, call) => {
    for (const type of [
      "AccessDeniedException",
      "UnrecognizedClientException",
      "InvalidSignatureException",
    ]) {
      aws.fault = () => ({ status: 400, type });
      const denied = { code: "storage.denied", cause: { name: type } };
      await expect(call(open(), { pk: "p", sk: "s" })).rejects.toMatchObject(denied);
    }
    expect(aws.seen).toHaveLength(3);
  });

  it.each([throttled, failing, { status: 503, type: "ServiceUnavailable" }])(
    "asks again after $status $type",
    async (fault) => {
      faults("PutItem", fault);
      expect(await open().put({ pk: `once ${fault.type}`, sk: "s", value: 1 }, 0)).toBe(true);
      expect(aws.seen).toEqual(["PutItem", "PutItem"]);
    },
  );

  it.each([
    { ...throttled, maxAttempts: 2 },
    { status: 400, type: "ThrottlingException", maxAttempts: 1 },
    { status: 400, type: "RequestLimitExceeded", maxAttempts: 1 },
    { ...failing, maxAttempts: 3 },
  ])("is unavailable when $type goes on", async ({ maxAttempts, ...fault }) => {
    aws.fault = () => fault;
    const answer = open({ maxAttempts }).put({ pk: "always", sk: "s", value: 2 }, 0);
    const unavailable = { code: "storage.unavailable", cause: { name: fault.type } };
    await expect(answer).rejects.toMatchObject(unavailable);
    expect(aws.seen).toHaveLength(maxAttempts);
  });

  it("is unavailable when nobody listens", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await once(server.close(), "close");
    const table = open({ endpoint: `http://127.0.0.1:${port}` });
    await expect(table.get({ pk: "p", sk: "s" })).rejects.toMatchObject({
      code: "storage.unavailable",
      cause: { code: "ECONNREFUSED" },
    });
  });

  it("is unavailable when no answer comes before the deadline", async () => {
    aws.fault = () => "silent";
    await expect(open({ requestTimeout: 50 }).get({ pk: "p", sk: "s" })).rejects.toMatchObject({
      code: "storage.unavailable",
      cause: { name: "TimeoutError" },
    });
    expect(aws.seen).toEqual(["GetItem", "GetItem"]);
  });

  it("is unavailable when a batch gives none of its items, again and again", async () => {
    const table = open();
    for (const sk of ["a", "b"])
      await table.put({ pk: "batch", sk, value: 0, index1: { pk: "batch", sk } }, 0);
    const left = (...sortKeys: string[]) => ({
      said: {
        Responses: { [aws.tableName]: [] },
        UnprocessedKeys: {
          [aws.tableName]: { Keys: sortKeys.map((sk) => ({ pk: { S: "batch" }, sk: { S: sk } })) },
        },
      },
    });
    aws.seen.length = 0;
    faults("BatchGetItem", left("a", "b"), left("b"), left("b"));
    await expect(table.query({ index: 1, pk: "batch" })).rejects.toMatchObject({
      code: "storage.unavailable",
    });
    expect(aws.seen).toEqual(["Query", "BatchGetItem"]);
  });
});

describe("DynamoDB's answer to a write is lost", () => {
  it("knows its own put again, which the client has sent twice", async () => {
    const table = open();
    const key = { pk: "lost", sk: "s" };
    for (const version of [0, 1]) {
      aws.seen.length = 0;
      faults("PutItem", "lost");
      expect(await table.put({ ...key, value: version }, version)).toBe(true);
      expect(aws.seen).toEqual(["PutItem", "PutItem", "GetItem"]);
      expect(await table.get(key)).toEqual({ ...key, value: version, version: version + 1 });
    }
  });

  it("tells another's put from its own, although the client has sent it twice", async () => {
    const key = { pk: "another's put", sk: "s" };
    for (const version of [0, 1]) {
      meanwhile("PutItem", failing, (other) => other.put({ ...key, value: "theirs" }, version));
      expect(await open().put({ ...key, value: "ours" }, version)).toBe(false);
      expect((await open().get(key))?.value).toBe("theirs");
    }
  });

  it("says no to a put under a version that never was, although the client has sent it twice", async () => {
    const key = { pk: "never", sk: "s" };
    await open().put({ ...key, value: 1 }, 0);
    faults("PutItem", failing);
    expect(await open().put({ ...key, value: 2 }, 7)).toBe(false);
  });

  it("does not say no to its own put when the next writer or a deletion came first: nobody knows", async () => {
    const key = { pk: "next writer", sk: "s" };
    const unknown = { code: "storage.unavailable" };
    meanwhile("PutItem", "lost", (other) => other.put({ ...key, value: "theirs" }, 1));
    await expect(open().put({ ...key, value: "ours" }, 0)).rejects.toMatchObject(unknown);
    expect(await open().get(key)).toEqual({ ...key, value: "theirs", version: 2 });
    meanwhile("PutItem", "lost", (other) => other.delete(key, 3));
    await expect(open().put({ ...key, value: "ours" }, 2)).rejects.toMatchObject(unknown);
  });

  it("knows its own deletion, also when the item has begun anew", async () => {
    const key = { pk: "deletion", sk: "s" };
    const table = open();
    await table.put({ ...key, value: 1 }, 0);
    await table.put({ ...key, value: 2 }, 1);
    faults("DeleteItem", "lost");
    aws.seen.length = 0;
    expect(await table.delete(key, 2)).toBe(true);
    expect(aws.seen).toEqual(["DeleteItem", "DeleteItem", "GetItem"]);

    await table.put({ ...key, value: 1 }, 0);
    await table.put({ ...key, value: 2 }, 1);
    meanwhile("DeleteItem", "lost", (other) => other.put({ ...key, value: "anew" }, 0));
    expect(await open().delete(key, 2)).toBe(true);
    expect(await table.get(key)).toEqual({ ...key, value: "anew", version: 1 });
  });

  it("says no to a deletion when somebody has changed the item, although the client has sent it twice", async () => {
    const key = { pk: "no deletion", sk: "s" };
    await open().put({ ...key, value: 1 }, 0);
    meanwhile("DeleteItem", failing, (other) => other.put({ ...key, value: 2 }, 1));
    expect(await open().delete(key, 1)).toBe(false);
    expect(await open().get(key)).toEqual({ ...key, value: 2, version: 2 });
  });

  it("loses no update and makes none twice, with every other answer lost", async () => {
    const key = { pk: "list", sk: "s" };
    const lies: string[] = [];
    let puts = 0;
    aws.fault = (operation) => (operation === "PutItem" && (puts += 1) % 2 === 1 ? "lost" : undefined);
    const append = async (name: string, table: Table): Promise<void> => {
      const { value = [], version = 0 } = (await table.get(key)) ?? {};
      const names = value as string[];
      if (names.includes(name)) return;
      const told = await table.put({ ...key, value: [...names, name] }, version).catch(unknownIfUnavailable);
      const now = (await table.get(key))?.value as string[];
      if (told !== undefined && told !== now.includes(name)) lies.push(name);
      // After an outage nobody knows whether it was written: the next look tells.
      await append(name, table);
    };
    const names = ["a", "b", "c", "d", "e", "f"];
    await Promise.all(names.map((name) => append(name, open())));
    const { value } = (await open().get(key)) ?? {};
    expect((value as string[]).toSorted()).toEqual(names);
    expect(lies).toEqual([]);
  });
});

function unknownIfUnavailable(error: unknown): undefined {
  if (error instanceof HubError && error.code === "storage.unavailable") return undefined;
  throw error;
}

/** The first request of the operation has this fault; somebody else makes a change before the second is carried out. */
function meanwhile(operation: string, fault: DynamoFault, change: (other: Table) => Promise<boolean>): void {
  let requests = 0;
  aws.fault = async (asked) => {
    if (asked !== operation || (requests += 1) > 2) return undefined;
    if (requests === 1) return fault;
    expect(await change(open())).toBe(true);
    return undefined;
  };
}
