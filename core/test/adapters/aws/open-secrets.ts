import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll } from "vitest";
import { clientOptions } from "../../../src/adapters/aws/client-options.ts";
import { secretsOnAws, type SecretsOptions } from "../../../src/adapters/aws/secrets.ts";
import {
  fakeSecretsManager,
  type FakeSecretsManager,
  type SecretsFault,
} from "../../../testing/aws/secrets-manager.ts";
import { VirtualClock } from "../../../testing/index.ts";

/** A double of Secrets Manager for the tests of a block, which runs while they do. */
export function secretsManagerOfBlock() {
  let aws: FakeSecretsManager;
  beforeAll(async () => {
    aws = await fakeSecretsManager();
  });
  afterAll(() => aws.stop());
  return {
    aws: () => aws,
    /** Secrets with a client and a cache of their own. What was seen before is forgotten, and nothing goes wrong any more. */
    open: (options: Partial<SecretsOptions> = {}) => {
      aws.seen.length = 0;
      aws.fault = () => undefined;
      const credentials = { accessKeyId: "id", secretAccessKey: "key" };
      const connection = { region: "eu-central-1", endpoint: aws.endpoint, credentials };
      const client = new SecretsManagerClient(clientOptions(connection));
      return secretsOnAws({ client, prefix: "hub", clock: new VirtualClock(), ...options });
    },
    asked: () => aws.seen.map(({ operation }) => operation),
    /** The first `times` requests of this operation go wrong. */
    fail: (operation: string, fault: SecretsFault, times = Infinity) => {
      let left = times;
      aws.fault = (asking) => (asking === operation && (left -= 1) >= 0 ? fault : undefined);
    },
  };
}

export const denied = { status: 400, type: "AccessDeniedException", message: "not authorized" };
