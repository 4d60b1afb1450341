import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What came with a request, as AWS names it: `SecretId`, `SecretString`, `ClientRequestToken` and so on. */
type Input = Record<string, unknown>;

/**
 * Instead of the answer: an error of AWS, which is then not carried out; or it is carried out and the answer is lost, or
 * is not JSON any more: the quotation mark before its last text is missing.
 */
export type SecretsFault = { status: number; type: string; message?: string } | "lost" | "garbled";

export interface FakeSecretsManager {
  endpoint: string;
  /** The operations asked for, the oldest first: `GetSecretValue`. */
  seen: { operation: string; input: Input }[];
  /** Asked about each request, which waits for it; replaced by the test. */
  fault: (operation: string, input: Input) => SecretsFault | undefined | Promise<undefined>;
  /** The versions of a secret by their staging labels: AWSCURRENT, AWSPREVIOUS. */
  stages(name: string): Record<string, string>;
  stop(): Promise<void>;
}

interface Stored {
  arn: string;
  /** By the ids of versions, the oldest first; a version has the id of the request that made it. */
  versions: Map<string, string>;
  current: string;
  previous?: string;
}

/** Secrets Manager on a free port, as far as the hub uses it: a server of the AWS JSON protocol 1.1 that answers as AWS documents. */
export async function fakeSecretsManager(): Promise<FakeSecretsManager> {
  const secrets = new Map<string, Stored>();
  const server = createServer((request, response) => void answer(request, response));
  const double: FakeSecretsManager = {
    endpoint: "",
    seen: [],
    fault: () => undefined,
    stages: (name) => {
      const { current, previous } = secrets.get(name) ?? {};
      return { ...(current && { AWSCURRENT: current }), ...(previous && { AWSPREVIOUS: previous }) };
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const operation = String(request.headers["x-amz-target"]).replace("secretsmanager.", "");
    const input = JSON.parse(await text(request)) as Input;
    double.seen.push({ operation, input });
    const fault = await double.fault(operation, input);
    const result =
      typeof fault === "object" ? fault : (operations[operation]?.(secrets, input) ?? unknownOperation);
    if (fault === "lost") return void request.socket.destroy();
    const failed = "type" in result;
    const body = failed ? { __type: result.type, Message: result.message ?? result.type } : result.output;
    const json = JSON.stringify(body);
    response.writeHead(failed ? result.status : 200, { "content-type": "application/x-amz-json-1.1" });
    response.end(fault === "garbled" ? json.replace(/"(?=[^"]*"[^"]*$)/, "") : json);
  };

  await once(server.listen(0, "127.0.0.1"), "listening");
  double.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return double;
}

type Outcome = { output: object } | { status: number; type: string; message?: string };

const refusal = (type: string, message: string): Outcome => ({ status: 400, type, message });
const unknownOperation = refusal("UnknownOperationException", "The double does not know this operation.");
const notFound = refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");

const operations: Record<string, (secrets: Map<string, Stored>, input: Input) => Outcome> = {
  CreateSecret: (secrets, input) => {
    const [name, token, value] = ["Name", "ClientRequestToken", "SecretString"].map((key) =>
      String(input[key]),
    );
    if (name === undefined || token === undefined || value === undefined) return unknownOperation;
    if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name)) return refusal("ValidationException", "Invalid name.");
    const known = secrets.get(name);
    if (known !== undefined && known.versions.get(token) !== value)
      return refusal(
        "ResourceExistsException",
        `The operation failed because the secret ${name} already exists.`,
      );
    const arn = `arn:aws:secretsmanager:eu-central-1:000000000000:secret:${name}-${randomBytes(3).toString("hex")}`;
    if (known === undefined) secrets.set(name, { arn, versions: new Map([[token, value]]), current: token });
    return { output: { ARN: known?.arn ?? arn, Name: name, VersionId: token } };
  },
  PutSecretValue: (secrets, input) => {
    const [name, token, value] = ["SecretId", "ClientRequestToken", "SecretString"].map((key) =>
      String(input[key]),
    );
    if (name === undefined || token === undefined || value === undefined) return unknownOperation;
    const secret = secrets.get(name);
    if (secret === undefined) return notFound;
    const written = secret.versions.get(token);
    if (written !== undefined && written !== value)
      return refusal("ResourceExistsException", "A version of this id has another value.");
    if (written === undefined) {
      secret.versions.set(token, value);
      secret.previous = secret.current;
      secret.current = token;
    }
    return { output: { ARN: secret.arn, Name: name, VersionId: token, VersionStages: ["AWSCURRENT"] } };
  },
  GetSecretValue: (secrets, input) => {
    const name = String(input["SecretId"]);
    const secret = secrets.get(name);
    if (secret === undefined) return notFound;
    const VersionId = input["VersionStage"] === "AWSPREVIOUS" ? secret.previous : secret.current;
    if (VersionId === undefined) return notFound;
    return {
      output: { ARN: secret.arn, Name: name, VersionId, SecretString: secret.versions.get(VersionId) },
    };
  },
  // "If you forcibly delete an already deleted or nonexistent secret, the operation does not return ResourceNotFoundException."
  DeleteSecret: (secrets, input) => {
    const name = String(input["SecretId"]);
    if (input["ForceDeleteWithoutRecovery"] !== true)
      return refusal("InvalidParameterException", "The double has no recovery window.");
    secrets.delete(name);
    return { output: { Name: name } };
  },
};
