import { tmpdir } from "node:os";
import { join } from "node:path";
import { HubError, type Ports } from "@ksef-hub/core";
import type { AwsOptions } from "@ksef-hub/core/aws";
import { embedded } from "@ksef-hub/core/embedded";

/** Where the hub keeps everything: a folder of this machine, for one process at a time, or AWS, for as many as you like. */
export type Storage = string | AwsOptions;

export interface OpenStorage extends AsyncDisposable {
  ports: Ports;
  /** No other process works on it. */
  alone: boolean;
  /** Where batch packages lie until they are uploaded. */
  batchFolder: string;
}

/** Opens it and makes sure that it answers. Throws `storage.*`, `secret.key`, `hub.config`. */
export async function openStorage(storage: Storage): Promise<OpenStorage> {
  if (typeof storage === "string") {
    const ports = await embedded({ folder: storage });
    return {
      ports,
      alone: true,
      batchFolder: join(storage, "batches"),
      [Symbol.asyncDispose]: () => ports[Symbol.asyncDispose](),
    };
  }
  // Who runs on a folder need not load the clients of AWS.
  const { aws } = await import("@ksef-hub/core/aws");
  const ports = aws(storage);
  try {
    const { table, archive, queue, secrets } = ports;
    await Promise.all([
      table.get({ pk: "readiness", sk: "readiness" }),
      archive.get("readiness/readiness"),
      queue.check(),
      secrets.get("readiness/readiness"),
    ]);
  } catch (thrown) {
    await ports[Symbol.asyncDispose]();
    throw thrown;
  }
  return {
    ports,
    alone: false,
    batchFolder: join(tmpdir(), "ksef-hub-batches"),
    [Symbol.asyncDispose]: () => ports[Symbol.asyncDispose](),
  };
}

type Settings = Readonly<Record<string, string | undefined>>;

/**
 * What the environment says of the storage; `folder`: what the command line says. Undefined: neither says anything.
 * Throws `hub.config` for a setting that is missing or wrong.
 */
export function storageFrom(settings: Settings, folder: string | undefined): Storage | undefined {
  const backend = settings["HUB_BACKEND"] || "embedded";
  if (backend === "embedded") return folder ?? (settings["HUB_DATA"] || undefined);
  if (backend !== "aws") refuse(`HUB_BACKEND is "${backend}": use embedded or aws.`);
  if (folder !== undefined)
    refuse("--data is for a folder of this machine, and HUB_BACKEND=aws says that there is none.");
  const required = { table: "HUB_AWS_TABLE", bucket: "HUB_AWS_BUCKET", queue: "HUB_AWS_QUEUE_URL" };
  const missing = Object.values(required).filter((name) => !settings[name]);
  const region = settings["HUB_AWS_REGION"] || settings["AWS_REGION"];
  if (!region) missing.unshift("HUB_AWS_REGION");
  if (missing.length > 0) refuse(`HUB_BACKEND=aws needs ${missing.join(", ")}.`);
  const queue = settings[required.queue] ?? "";
  if (!URL.canParse(queue)) refuse(`HUB_AWS_QUEUE_URL is "${queue}", which is not a URL.`);
  const endpoint = (service: string): string | undefined =>
    settings[`AWS_ENDPOINT_URL_${service}`] || settings["AWS_ENDPOINT_URL"] || undefined;
  return {
    region: region ?? "",
    table: settings[required.table] ?? "",
    bucket: settings[required.bucket] ?? "",
    queue,
    secretsPrefix: settings["HUB_AWS_SECRETS_PREFIX"] || undefined,
    kmsKeyId: settings["HUB_AWS_KMS_KEY"] || undefined,
    retention: retentionFrom(settings["HUB_AWS_RETENTION"]),
    endpoints: {
      table: endpoint("DYNAMODB"),
      archive: endpoint("S3"),
      queue: endpoint("SQS"),
      secrets: endpoint("SECRETS_MANAGER"),
    },
  };
}

/** `COMPLIANCE:3650`: the mode of object lock and the days. */
function retentionFrom(said: string | undefined): AwsOptions["retention"] {
  if (!said) return undefined;
  const [, mode, days] = /^(GOVERNANCE|COMPLIANCE):([1-9]\d{0,4})$/.exec(said) ?? [];
  if (mode === "GOVERNANCE" || mode === "COMPLIANCE") return { mode, days: Number(days) };
  refuse(
    `HUB_AWS_RETENTION is "${said}": write GOVERNANCE or COMPLIANCE, a colon and days, as in COMPLIANCE:3650.`,
  );
}

function refuse(message: string): never {
  throw new HubError("hub.config", message);
}
