import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parentPort } from "node:worker_threads";

/** Reads each request to its end and answers 202: what HTTP itself costs. Tells its parent where it listens. */
const server = createServer((request, answer) => {
  request.resume();
  request.on("end", () => answer.writeHead(202, { "content-type": "application/json" }).end("{}"));
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
parentPort?.postMessage(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
