import { once } from "node:events";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type KeySchemaElement,
} from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { clientOptions, type AwsConnection } from "../../src/adapters/aws/client-options.ts";
import { tableDefinition } from "../../src/adapters/aws/table-definition.ts";
import { eventually } from "../eventually.ts";

/**
 * Instead of the answer: a refusal or an answer that is made up, and the table hears nothing of the request; it is
 * carried out and the answer is lost; or there is never an answer.
 */
export type DynamoFault = { status: number; type: string } | { said: object } | "lost" | "silent";

export interface FakeDynamo extends AsyncDisposable {
  connection: AwsConnection;
  tableName: string;
  /** The operations asked for, the oldest first: `PutItem`. */
  seen: string[];
  /** Asked before each request is carried out; replaced by the test. */
  fault: (operation: string) => DynamoFault | undefined | Promise<DynamoFault | undefined>;
}

/**
 * DynamoDB in this process on a free port, with the table as it is defined. Not as on AWS: the indexes never lag, nothing
 * expires and nothing is backed up, as dynalite has no call for either; one answer to BatchGetItem ends after 1.4 MB.
 */
export async function fakeDynamo(): Promise<FakeDynamo> {
  const server = dynalite({ createTableMs: 0 });
  const [carryOut] = server.listeners("request") as [RequestListener];
  server.removeAllListeners("request");
  server.on("request", (request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const double: FakeDynamo = {
    connection: {
      region: "eu-central-1",
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: "id", secretAccessKey: "key" },
    },
    tableName: "ksef-hub",
    seen: [],
    fault: () => undefined,
    [Symbol.asyncDispose]: () => stop(server),
  };
  const answer = async (...[request, response]: Parameters<RequestListener>): Promise<void> => {
    const operation = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
    double.seen.push(operation);
    const fault = await double.fault(operation);
    if (fault === undefined) return carryOut(request, response);
    if (fault === "lost") {
      response.end = () => response.destroy();
      return carryOut(request, response);
    }
    request.resume();
    if (fault === "silent") return;
    const [status, body] =
      "said" in fault
        ? [200, fault.said]
        : [fault.status, { __type: `com.amazonaws.dynamodb.v20120810#${fault.type}`, message: "Injected." }];
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(body));
  };
  await createTable(double);
  double.seen.length = 0;
  return double;
}

async function createTable({ connection, tableName: TableName }: FakeDynamo): Promise<void> {
  const { key, indexes, projection, billing } = tableDefinition;
  const client = new DynamoDBClient(clientOptions(connection));
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: billing,
      AttributeDefinitions: [key, ...indexes].flatMap(({ pk, sk }) =>
        [pk, sk].map((name) => ({ AttributeName: name, AttributeType: "S" as const })),
      ),
      KeySchema: keySchema(key),
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: keySchema(index),
        Projection: { ProjectionType: projection },
      })),
    }),
  );
  await eventually("the table is there", async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    return Table?.TableStatus === "ACTIVE";
  });
  client.destroy();
}

function keySchema({ pk, sk }: { pk: string; sk: string }): KeySchemaElement[] {
  return [
    { AttributeName: pk, KeyType: "HASH" },
    { AttributeName: sk, KeyType: "RANGE" },
  ];
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
