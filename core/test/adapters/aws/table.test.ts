import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { clientOptions } from "../../../src/adapters/aws/client-options.ts";
import { tableOnDynamo } from "../../../src/adapters/aws/table.ts";
import { pageToken } from "../../../src/adapters/page-token.ts";
import type { Query, Table } from "../../../src/ports.ts";
import { fakeDynamo, type FakeDynamo } from "../../../testing/aws/dynamo.ts";
import { tableContract } from "../../../testing/index.ts";

let aws: FakeDynamo;
let client: DynamoDBClient;
let table: Table;
beforeAll(async () => {
  aws = await fakeDynamo();
  client = new DynamoDBClient(clientOptions(aws.connection));
  table = tableOnDynamo(client, aws.tableName);
});
beforeEach(() => {
  aws.seen.length = 0;
  aws.fault = () => undefined;
});
afterAll(async () => {
  client.destroy();
  await aws[Symbol.asyncDispose]();
});

describe("table on DynamoDB", () => {
  tableContract(it, async () => table);

  it("keeps an item as keys, one text of JSON, and its expiry in whole seconds, never too early", async () => {
    const item = { pk: "stored", sk: "s", value: { empty: "", large: 1e300 } };
    const found = { index1: { pk: "i", sk: "1" }, index2: { pk: "j", sk: "2" } };
    await table.put({ ...item, ...found, expiresAt: 1_700_000_000_001 }, 0);
    const Key = { pk: { S: "stored" }, sk: { S: "s" } };
    const { Item } = await client.send(new GetItemCommand({ TableName: aws.tableName, Key }));
    expect(Item).toEqual({
      ...Key,
      version: { N: "1" },
      json: { S: '{"empty":"","large":1e+300}' },
      writeId: { S: expect.any(String) },
      i1pk: { S: "i" },
      i1sk: { S: "1" },
      i2pk: { S: "j" },
      i2sk: { S: "2" },
      expiresAt: { N: "1700000001" },
    });
    expect(await table.get(item)).toEqual({ ...item, ...found, version: 1, expiresAt: 1_700_000_001_000 });
    await table.put(item, 1);
    expect(await table.get(item)).toEqual({ ...item, version: 2 });
  });

  it("takes one request for each call, also when a condition fails", async () => {
    const key = { pk: "requests", sk: "s" };
    expect(await table.put({ ...key, value: 1 }, 0)).toBe(true);
    expect(await table.put({ ...key, value: 2 }, 0)).toBe(false);
    await table.get(key);
    await table.query({ pk: key.pk });
    expect(await table.delete(key, 2)).toBe(false);
    expect(await table.delete(key, 1)).toBe(true);
    expect(aws.seen).toEqual(["PutItem", "PutItem", "GetItem", "Query", "DeleteItem", "DeleteItem"]);
  });

  it("reads items consistently, and what comes from an index at half the price", async () => {
    await table.put({ pk: "reads", sk: "s", value: 1, index1: { pk: "reads", sk: "s" } }, 0);
    const asked: object[] = [];
    const own = new DynamoDBClient(clientOptions(aws.connection));
    onTestFinished(() => own.destroy());
    own.middlewareStack.add(
      (next) => async (args) => {
        asked.push(args.input);
        return next(args);
      },
      { step: "initialize" },
    );
    const watched = tableOnDynamo(own, aws.tableName);
    await watched.get({ pk: "reads", sk: "s" });
    await watched.query({ pk: "reads" });
    await watched.query({ index: 1, pk: "reads" });
    expect(asked).toMatchObject([
      { ConsistentRead: true },
      { ConsistentRead: true },
      { IndexName: "index1", ConsistentRead: false },
      { RequestItems: { [aws.tableName]: { ConsistentRead: false } } },
    ]);
  });

  it("refuses what DynamoDB would refuse, and asks it nothing", async () => {
    const refused = { code: "request.invalid" };
    for (const bad of ["", "ż".repeat(513), "\ud800"]) {
      await expect(table.put({ pk: bad, sk: "s", value: 0 }, 0)).rejects.toMatchObject(refused);
      const index2 = { pk: "i", sk: bad };
      await expect(table.put({ pk: "p", sk: "s", value: 0, index2 }, 0)).rejects.toMatchObject(refused);
      await expect(table.get({ pk: "p", sk: bad })).rejects.toMatchObject(refused);
      await expect(table.delete({ pk: bad, sk: "s" }, 1)).rejects.toMatchObject(refused);
      await expect(table.query({ pk: bad })).rejects.toMatchObject(refused);
    }
    const large = { pk: "p", sk: "s", value: "x".repeat(400 * 1024) };
    await expect(table.put(large, 0)).rejects.toMatchObject(refused);
    expect(aws.seen).toEqual([]);
  });
});

describe("lists on DynamoDB", () => {
  it("joins what DynamoDB gives in answers of 1 MB, and asks again for what a batch left out", async () => {
    const sortKeys = ["0", "1", "2", "3", "4", "5", "6", "7"];
    const index1 = { pk: "large", sk: "same" };
    for (const sk of sortKeys) await table.put({ pk: "large", sk, value: sk.repeat(300_000), index1 }, 0);
    aws.seen.length = 0;
    const { items, next } = await table.query({ pk: "large", reverse: true, limit: 7 });
    expect(items.map(({ sk }) => sk)).toEqual(sortKeys.toReversed().slice(0, 7));
    expect(items.every(({ sk, value }) => value === sk.repeat(300_000))).toBe(true);
    expect(aws.seen).toEqual(["Query", "Query"]);
    expect(await sortKeysOf({ pk: "large", reverse: true, after: next ?? "" })).toEqual(["0"]);

    aws.seen.length = 0;
    const found = await sortKeysOf({ index: 1, pk: "large" });
    expect(found.toSorted()).toEqual(sortKeys);
    expect(aws.seen).toEqual(["Query", "BatchGetItem", "BatchGetItem"]);
  });

  it("reads the items of an index 100 at a time, in the order of the index", async () => {
    const names = Array.from({ length: 201 }, (_, at) => String(1000 + at));
    await Promise.all(
      names.map((name) => table.put({ pk: name, sk: name, value: 0, index2: { pk: "many", sk: name } }, 0)),
    );
    aws.seen.length = 0;
    expect(await sortKeysOf({ index: 2, pk: "many", limit: 1000 })).toEqual(names);
    expect(aws.seen).toEqual(["Query", "BatchGetItem", "BatchGetItem", "BatchGetItem"]);
    expect(await sortKeysOf({ index: 2, pk: "many" })).toEqual(names.slice(0, 100));
    expect((await table.query({ index: 2, pk: "many", limit: 201 })).next).toBeUndefined();
    expect((await table.query({ index: 2, pk: "many", limit: 200 })).next).toBeDefined();
  });

  it("gives an empty list for bounds nothing can be between", async () => {
    for (const sk of ["a", "b"]) await table.put({ pk: "bounds", sk, value: 0 }, 0);
    const pk = "bounds";
    expect(await sortKeysOf({ pk, from: "b", to: "a" })).toEqual([]);
    expect(await sortKeysOf({ pk, from: "🧾", to: "～" })).toEqual([]);
    expect(await sortKeysOf({ pk, to: "" })).toEqual([]);
    expect(await sortKeysOf({ pk, from: "" })).toEqual(["a", "b"]);
  });

  it("goes on with other bounds than the page before had", async () => {
    const pk = "moving bounds";
    for (const sk of ["a", "b", "c", "d"]) await table.put({ pk, sk, value: 0 }, 0);
    const { next: b = "" } = await table.query({ pk, limit: 2 });
    expect(await sortKeysOf({ pk, after: b, from: "d" })).toEqual(["d"]);
    expect(await sortKeysOf({ pk, after: b, from: "b", to: "c" })).toEqual(["c"]);
    expect(await sortKeysOf({ pk, after: b, to: "a" })).toEqual([]);
    expect(await sortKeysOf({ pk, after: b, reverse: true, to: "a" })).toEqual(["a"]);
    expect(await sortKeysOf({ pk, after: b, reverse: true, from: "a", to: "d" })).toEqual(["a"]);
    expect(await sortKeysOf({ pk, after: b, reverse: true, from: "c" })).toEqual([]);
  });

  it("goes on in an index although the item the page ended with is gone", async () => {
    const put = (sk: string) => table.put({ pk: "p", sk, value: sk, index1: { pk: "going on", sk } }, 0);
    for (const sk of ["a", "b", "c", "d"]) await put(sk);
    const query = { index: 1, pk: "going on", limit: 2 } as const;
    const { next: after = "" } = await table.query(query);
    await table.delete({ pk: "p", sk: "b" }, 1);
    await put("bb");
    expect(await sortKeysOf({ ...query, after })).toEqual(["bb", "c"]);
  });

  it("refuses a page token of another list, and one that was made up", async () => {
    const query = { index: 1, pk: "one" } as const;
    const tokens = [
      pageToken({ pk: "one" }, ["a"]),
      pageToken({ ...query, pk: "two" }, ["a", "p", "s"]),
      pageToken(query, ["", "p", "s"]),
      pageToken(query, ["a", "p", ""]),
      pageToken(query, ["a", "\ud800", "s"]),
      pageToken(query, ["a", "p", "x".repeat(1025)]),
    ];
    for (const after of tokens)
      await expect(table.query({ ...query, after })).rejects.toMatchObject({ code: "request.invalid" });
    expect(aws.seen).toEqual([]);
  });

  it("lists the items of an index that lags as they are now, without those that are gone or have moved", async () => {
    const pk = "lagging";
    for (const sk of ["a", "b", "c", "d"])
      await table.put({ pk: "p2", sk, value: "old", index1: { pk, sk } }, 0);
    const stale = ["a", "b", "c", "d"].map((sk) => entry("p2", sk, "lagging", sk));
    await table.delete({ pk: "p2", sk: "a" }, 1);
    await table.put({ pk: "p2", sk: "b", value: "moved", index1: { pk, sk: "z" } }, 1);
    await table.put({ pk: "p2", sk: "c", value: "changed", index1: { pk, sk: "c" } }, 1);
    await table.put({ pk: "p2", sk: "new", value: "new", index1: { pk, sk: "e" } }, 0);
    aws.fault = (operation) => (operation === "Query" ? { said: { Items: stale } } : undefined);
    const listed = async (query: Partial<Query> = {}) => {
      const { items, next } = await table.query({ index: 1, pk: "lagging", ...query });
      return [
        ...items.map(({ sk, value, version }) => [sk, value, version]),
        ...(next === undefined ? [] : ["more"]),
      ];
    };
    expect(await listed()).toEqual([
      ["c", "changed", 2],
      ["d", "old", 1],
    ]);
    expect(await listed({ limit: 3 })).toEqual([["c", "changed", 2], "more"]);
    expect(await listed({ limit: 2 })).toEqual(["more"]);

    // While an index takes up a move, both places may be seen.
    stale.push(entry("p2", "b", "lagging", "z"));
    expect(await listed()).toEqual([
      ["c", "changed", 2],
      ["d", "old", 1],
      ["b", "moved", 2],
    ]);

    aws.fault = () => undefined;
    expect(await listed()).toEqual([
      ["c", "changed", 2],
      ["d", "old", 1],
      ["new", "new", 1],
      ["b", "moved", 2],
    ]);
  });
});

function entry(pk: string, sk: string, i1pk: string, i1sk: string) {
  return { pk: { S: pk }, sk: { S: sk }, i1pk: { S: i1pk }, i1sk: { S: i1sk } };
}

async function sortKeysOf(query: Query): Promise<string[]> {
  return (await table.query(query)).items.map(({ sk }) => sk);
}
