import { setTimeout } from "node:timers/promises";
import { buildApp } from "fauxqs";

export interface Queues extends AsyncDisposable {
  connection: {
    region: string;
    endpoint: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  queueUrl: string;
  deadLetterUrl: string;
  /** What the clients asked for, in order, refused or not. */
  requests: QueueRequest[];
  /** Is asked before each request of a client, and may change it; what it answers is the answer instead of SQS's. */
  intercept: (request: QueueRequest) => QueueAnswer | undefined | Promise<QueueAnswer | undefined>;
  /** A request that is neither recorded nor intercepted. */
  ask: (action: string, body: QueueRequest["body"]) => Promise<Record<string, unknown>>;
}

/** An action of SQS (`SendMessage`) and its parameters. */
interface QueueRequest {
  action: string;
  body: Record<string, unknown>;
}

export type QueueAnswer = { status: number; code: string } | { status: 200; said: object };

/**
 * SQS in this process on a free port: a standard queue and its dead-letter queue. Where fauxqs is not like AWS it is made
 * so: a delay above 900 seconds and an impossible `MessageGroupId` are refused, and a long poll ends with its connection
 * (fauxqs waits on and hands the next message to nobody). The dead-letter queue says at once that it is empty.
 */
export async function startQueues({ maxReceiveCount = 5 } = {}): Promise<Queues> {
  const app = buildApp({ logger: false, defaultRegion: region });
  const ask: Queues["ask"] = async (action, body) => {
    const headers = {
      ...jsonType,
      "x-amz-target": target + action,
      host: new URL(endpoint).host,
      [inside]: "1",
    };
    const answer = await app.inject({ method: "POST", url: "/", headers, payload: JSON.stringify(body) });
    return answer.json<Record<string, unknown>>();
  };

  app.addHook("preHandler", async (request, reply) => {
    if (request.headers[inside] !== undefined) return;
    const action = String(request.headers["x-amz-target"]).slice(target.length);
    const body = request.body as QueueRequest["body"];
    queues.requests.push({ action, body: structuredClone(body) });
    const instead = (await queues.intercept({ action, body })) ?? refusal(body);
    if (instead !== undefined) {
      const said = "said" in instead ? instead.said : { __type: `com.amazonaws.sqs#${instead.code}` };
      return reply.code(instead.status).headers(jsonType).send(said);
    }
    if (action !== "ReceiveMessage") return;
    const waits = body["QueueUrl"] === queues.deadLetterUrl ? 0 : Number(body["WaitTimeSeconds"] ?? 0);
    const end = performance.now() + waits * 1000;
    while (!request.raw.socket.destroyed) {
      const answer = await ask(action, { ...body, WaitTimeSeconds: 0 });
      const isRefused = answer["__type"] !== undefined;
      if (answer["Messages"] !== undefined || isRefused || performance.now() >= end)
        return reply
          .code(isRefused ? 400 : 200)
          .headers(jsonType)
          .send(answer);
      await setTimeout(5);
    }
    return reply.send();
  });

  const endpoint = await app.listen({ port: 0, host: "127.0.0.1" });
  const create = async (name: string, Attributes: Record<string, string>) =>
    String((await ask("CreateQueue", { QueueName: name, Attributes }))["QueueUrl"]);
  const deadLetterUrl = await create("hub-dead-letters", {});
  const deadLetterTargetArn = `arn:aws:sqs:${region}:000000000000:hub-dead-letters`;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
  const queues: Queues = {
    connection: { region, endpoint, credentials: { accessKeyId: "test", secretAccessKey: "test" } },
    queueUrl: await create("hub", { RedrivePolicy }),
    deadLetterUrl,
    requests: [],
    intercept: () => undefined,
    ask,
    [Symbol.asyncDispose]: async () => {
      app.server.closeAllConnections();
      await app.close();
    },
  };
  return queues;
}

const region = "eu-central-1";
const target = "AmazonSQS.";
const jsonType = { "content-type": "application/x-amz-json-1.0" };
/** A header of requests of our own. */
const inside = "x-inside";

function refusal({
  DelaySeconds: delay = 0,
  MessageGroupId: group = "-",
}: QueueRequest["body"]): QueueAnswer | undefined {
  const isGood = Number(delay) >= 0 && Number(delay) <= 900 && /^[!-~]{1,128}$/.test(String(group));
  return isGood ? undefined : { status: 400, code: "InvalidParameterValue" };
}
