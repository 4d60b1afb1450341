import { localAws } from "@ksef-hub/core/testing/aws";
import { describe, expect, it } from "vitest";
import { openStorage, storageFrom } from "../src/storage.ts";
import { hubWith } from "./cli-rig.ts";

const settings = {
  HUB_BACKEND: "aws",
  HUB_AWS_REGION: "eu-central-1",
  HUB_AWS_TABLE: "table",
  HUB_AWS_BUCKET: "bucket",
  HUB_AWS_QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/1/queue",
};

describe("the storage by the environment", () => {
  it.each([
    [{}, "folder", "folder"],
    [{ HUB_DATA: "data" }, undefined, "data"],
    [{ HUB_DATA: "data" }, "folder", "folder"],
    [{ HUB_BACKEND: "embedded", HUB_DATA: "" }, undefined, undefined],
  ])("is a folder: %j, --data %s", (given, folder, storage) => {
    expect(storageFrom(given, folder)).toBe(storage);
  });

  it("is AWS, with all there is to be set", () => {
    const more = {
      HUB_AWS_SECRETS_PREFIX: "hub",
      HUB_AWS_KMS_KEY: "alias/hub",
      HUB_AWS_RETENTION: "COMPLIANCE:3650",
      AWS_ENDPOINT_URL: "http://all",
      AWS_ENDPOINT_URL_S3: "http://s3",
    };
    expect(storageFrom({ ...settings, ...more }, undefined)).toEqual({
      region: "eu-central-1",
      table: "table",
      bucket: "bucket",
      queue: settings.HUB_AWS_QUEUE_URL,
      secretsPrefix: "hub",
      kmsKeyId: "alias/hub",
      retention: { mode: "COMPLIANCE", days: 3650 },
      endpoints: { table: "http://all", archive: "http://s3", queue: "http://all", secrets: "http://all" },
    });
    const { HUB_AWS_REGION: _, ...rest } = settings;
    expect(storageFrom({ ...rest, AWS_REGION: "us-east-1" }, undefined)).toMatchObject({
      region: "us-east-1",
    });
  });

  it.each([
    [{ HUB_BACKEND: "azure" }, undefined, 'HUB_BACKEND is "azure": use embedded or aws.'],
    [
      { HUB_BACKEND: "aws" },
      undefined,
      "HUB_BACKEND=aws needs HUB_AWS_REGION, HUB_AWS_TABLE, HUB_AWS_BUCKET, HUB_AWS_QUEUE_URL.",
    ],
    [{ ...settings, HUB_AWS_BUCKET: "" }, undefined, "HUB_BACKEND=aws needs HUB_AWS_BUCKET."],
    [
      settings,
      "folder",
      "--data is for a folder of this machine, and HUB_BACKEND=aws says that there is none.",
    ],
    [
      { ...settings, HUB_AWS_QUEUE_URL: "queue" },
      undefined,
      'HUB_AWS_QUEUE_URL is "queue", which is not a URL.',
    ],
    [{ ...settings, HUB_AWS_RETENTION: "COMPLIANCE:0" }, undefined, 'HUB_AWS_RETENTION is "COMPLIANCE:0"'],
    [{ ...settings, HUB_AWS_RETENTION: "10 years" }, undefined, 'HUB_AWS_RETENTION is "10 years"'],
  ])("is refused in one sentence: %j, --data %s", (given, folder, sentence) => {
    expect(() => storageFrom(given, folder)).toThrowError(
      expect.objectContaining({ code: "hub.config", message: expect.stringContaining(sentence) }),
    );
  });
});

describe("AWS that is not as it should be", () => {
  it.each([
    ["table", "storage.missing", "AWS does not have the table nowhere"],
    ["bucket", "storage.missing", "AWS does not have the bucket nowhere"],
    ["queue", "storage.missing", "AWS does not have the queue"],
  ] as const)("is told when the hub starts: no such %s", async (name, code, sentence) => {
    await using aws = await localAws();
    const value = name === "queue" ? aws.options.queue.replace(/[^/]+$/, "nowhere") : "nowhere";
    const opened = openStorage({ ...aws.options, [name]: value });
    await expect(opened).rejects.toMatchObject({ code, message: expect.stringContaining(sentence) });
  });

  it("is told when the hub starts: denied", async () => {
    await using aws = await localAws();
    aws.secrets.fault = () => ({ status: 400, type: "AccessDeniedException" });
    await expect(openStorage(aws.options)).rejects.toMatchObject({ code: "storage.denied" });
  });

  it("ends a command with 2 and one sentence; a command works while others use the same storage", async () => {
    await using aws = await localAws();
    const missing = await hubWith({ ...aws.settings, HUB_AWS_TABLE: "nowhere" }, "tenant", "list");
    expect(missing).toMatchObject({ code: 2, out: "" });
    expect(missing.err).toMatch(
      /^The table, bucket or queue of the hub is not there: AWS does not have the table nowhere.*\n$/,
    );
    await using _ = await openStorage(aws.options);
    expect(await hubWith(aws.settings, "tenant", "list")).toEqual({ code: 0, out: "", err: "" });
  });
});
