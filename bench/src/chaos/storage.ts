import { localAws } from "@ksef-hub/core/testing/aws";
import type { Storage } from "@ksef-hub/gateway";
import type { Random } from "./random.ts";

/** Where the hub keeps everything; it outlives the hub. */
export interface ChaosStorage extends AsyncDisposable {
  storage: Storage;
  /** For the environment of the hub's process. */
  settings: Record<string, string>;
  /** How often the storage failed on purpose. */
  readonly failed: number;
}

export type Backend = "embedded" | "aws";

/** A folder, or the doubles of AWS in this process: there one request in a hundred fails, or its answer is lost. */
export async function chaosStorage(backend: Backend, folder: string, random: Random): Promise<ChaosStorage> {
  if (backend === "embedded")
    return {
      storage: folder,
      settings: { HUB_BACKEND: "embedded", HUB_DATA: folder },
      failed: 0,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  const aws = await localAws();
  let failed = 0;
  const seldom = <const Answer>(instead: Answer): Answer | "lost" | undefined => {
    if (!random.chance(0.01)) return undefined;
    failed += 1;
    return random.chance(0.5) ? instead : "lost";
  };
  const { dynamo, objects, queues, secrets } = aws;
  dynamo.fault = () => seldom({ status: 500, type: "InternalServerError" });
  objects.fault = () => seldom({ status: 503, code: "ServiceUnavailable" });
  secrets.fault = () => seldom({ status: 500, type: "InternalServiceError" });
  queues.intercept = () => {
    const instead = seldom({ status: 500, code: "InternalError" });
    return instead === "lost" ? undefined : instead;
  };
  return {
    storage: aws.options,
    settings: aws.settings,
    get failed() {
      return failed;
    },
    [Symbol.asyncDispose]: () => aws[Symbol.asyncDispose](),
  };
}
