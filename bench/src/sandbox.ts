import { once } from "node:events";
import { Agent, request } from "node:http";
import { Worker } from "node:worker_threads";
import { realClock, Secret } from "@ksef-hub/core";
import { connectKsef, newSessionKey, sealInvoice, sealSessionKey } from "@ksef-hub/core/ksef";
import { sampleInvoice } from "@ksef-hub/core/testing";
import type { BenchOptions, Figure } from "./figure.ts";
import { quantile } from "./figure.ts";
import { startSandbox } from "./sandbox-process.ts";

const aim = 1_000;

/**
 * Invoices sent to one online session of the sandbox over loopback, each decrypted, validated against the XSD and looked
 * up among the accepted: the sandbox in a process of its own, this client in another. Beside it the floor: the same
 * requests, from the same client, to a bare HTTP server that reads them and answers. They take turns.
 */
export async function* sandbox({ quick }: BenchOptions): AsyncGenerator<Figure> {
  // A session takes 10,000 invoices, those of the first round included.
  const [rounds, sends] = quick ? [3, 1_000] : [7, 1_250];
  const { sandbox: process, baseUrl, nip, certificatePem, privateKeyPem } = await startSandbox();
  const bare = new Worker(new URL("bare-server.ts", import.meta.url));
  const [bareUrl] = (await once(bare, "message")) as [string];
  try {
    const credentials = {
      kind: "certificate",
      certificatePem,
      privateKeyPem: new Secret(privateKeyPem),
    } as const;
    const endpoint = { baseUrl, deadlineMs: 30_000, fetch };
    const ksef = connectKsef({ endpoint, nip, credentials: async () => credentials, clock: realClock });
    const key = newSessionKey();
    const encryption = sealSessionKey(key, await ksef.publicKey("SymmetricKeyEncryption"));
    const formCode = { systemCode: "FA (3)", schemaVersion: "1-0E", value: "FA" };
    const { referenceNumber } = await ksef.use((access) =>
      ksef.client.openOnline({ formCode, encryption }, access),
    );
    const { token } = await ksef.use(async (access) => access);

    const [ours, floor]: [number[], number[]] = [[], []];
    for (let round = 0; round <= rounds; round++) {
      const bodies = Array.from({ length: sends }, (_, index) =>
        JSON.stringify(
          sealInvoice(sampleInvoice({ sellerNip: nip, number: `BENCH/${round}/${index}` }), key),
        ),
      );
      const headers = { authorization: `Bearer ${token.reveal()}`, "content-type": "application/json" };
      const speed = await speedOf(`${baseUrl}/sessions/online/${referenceNumber}/invoices`, headers, bodies);
      const bareSpeed = await speedOf(bareUrl, headers, bodies);
      if (round === 0) continue; // compiles the schema
      ours.push(speed);
      floor.push(bareSpeed);
    }
    const value = quantile(ours, 0.5);
    yield {
      bench: "sandbox.sends",
      value,
      unit: "invoices sent a second, each validated",
      aim: `>= ${aim}`,
      met: value >= aim,
      ofBareHttp: quantile(
        ours.map((one, round) => one / (floor[round] ?? Number.NaN)),
        0.5,
      ),
      bareHttp: quantile(floor, 0.5),
      sends: rounds * sends,
    };
  } finally {
    await bare.terminate();
    process.kill();
  }
}

/** Requests a second, with so many under way that the server always has the next. */
async function speedOf(url: string, headers: Record<string, string>, bodies: string[]): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const start = performance.now();
  await Promise.all(bodies.map((body) => post(url, agent, headers, body)));
  const seconds = (performance.now() - start) / 1_000;
  agent.destroy();
  return bodies.length / seconds;
}

function post(url: string, agent: Agent, headers: Record<string, string>, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const length = Buffer.byteLength(body);
    const sent = request(url, { method: "POST", agent, headers: { ...headers, "content-length": length } });
    sent.on("response", (answer) => {
      answer.resume();
      answer.on("end", () =>
        answer.statusCode === 202 ? resolve() : reject(new Error(`answered with ${answer.statusCode}`)),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
