import type { Handler } from "../handled.ts";
import type { SqsQueue } from "./queue.ts";

/** What Lambda hands a function for a batch of messages; of the event only what is used here. */
export interface SqsEvent {
  Records: {
    messageId: string;
    receiptHandle: string;
    body: string;
    attributes: { ApproximateReceiveCount: string };
  }[];
}

export interface SqsBatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/**
 * For Lambda's event source with `ReportBatchItemFailures`: Lambda deletes what is not named as failed. The visibility is
 * the queue's own, at least as long as the function may run. Rejects when the queue is missing or denied, which fails
 * the whole batch.
 */
export async function answerBatch(
  { Records: records }: SqsEvent,
  handler: Handler,
  queue: Pick<SqsQueue, "deliver">,
  { concurrency = 4 }: { concurrency?: number } = {},
): Promise<SqsBatchResponse> {
  const failures: SqsBatchResponse["batchItemFailures"] = [];
  const waiting = records.values();
  const worker = async () => {
    for (const { messageId, receiptHandle, body, attributes } of waiting) {
      const attempt = Number(attributes.ApproximateReceiveCount);
      const isDone = await queue.deliver({ body, receiptHandle, attempt }, handler);
      if (!isDone) failures.push({ itemIdentifier: messageId });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: concurrency }, worker));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
  return { batchItemFailures: failures };
}
