import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { HubError } from "../../error.ts";
import type { Clock, Secrets } from "../../ports.ts";
import { Secret } from "../../secret.ts";
import { requireBlobKey } from "../blob-key.ts";
import { awsFailure } from "./failure.ts";
import { secretCache } from "./secret-cache.ts";

export interface SecretsOptions {
  /** Made with `clientOptions`. */
  client: SecretsManagerClient;
  /** Before every name, with a `/` between, so that the hub's rights can end there: `ksef-hub`. */
  prefix: string;
  clock: Clock;
  /** Encrypts new secrets under this KMS key instead of the account's `aws/secretsmanager`. */
  kmsKeyId?: string | undefined;
  /** For how many milliseconds a value is given again without asking; 60,000 where nothing is said. */
  cachedMs?: number | undefined;
}

/**
 * Secrets in AWS Secrets Manager, encrypted by KMS; a put moves the label AWSCURRENT, which is one step for readers.
 * Values have 1 to 65,536 bytes. One that is replaced more often than every ten minutes runs into AWS's limit of versions.
 */
export function secretsOnAws({ client, prefix, clock, kmsKeyId, cachedMs }: SecretsOptions): Secrets {
  const cache = secretCache({ clock, keptMs: cachedMs ?? 60_000, most: 500 });

  const idOf = (name: string): string => {
    requireBlobKey(name);
    const id = `${prefix}/${name}`;
    if (id.length <= 512) return id;
    const message = `${name.slice(0, 100)} is too long: with ${prefix}/ a secret's name has 512 characters at most.`;
    throw new HubError("archive.key", message);
  };

  const read = async (id: string): Promise<Secret | undefined> => {
    try {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: id }));
      return SecretString === undefined ? undefined : new Secret(SecretString);
    } catch (thrown) {
      if (isNamed(thrown, "ResourceNotFoundException") || isBeingDeleted(thrown)) return undefined;
      throw failure(thrown, id);
    }
  };

  const replace = async (id: string, value: Secret): Promise<void> => {
    await client.send(new PutSecretValueCommand({ SecretId: id, SecretString: value.reveal() }));
  };

  const create = async (id: string, value: Secret): Promise<void> => {
    const encryption = kmsKeyId === undefined ? {} : { KmsKeyId: kmsKeyId };
    try {
      await client.send(new CreateSecretCommand({ Name: id, SecretString: value.reveal(), ...encryption }));
    } catch (thrown) {
      // Another process has created it in between.
      if (!isNamed(thrown, "ResourceExistsException")) throw thrown;
      await replace(id, value);
    }
  };

  const write = async (id: string, value: Secret): Promise<void> => {
    try {
      await replace(id, value);
    } catch (thrown) {
      if (!isNamed(thrown, "ResourceNotFoundException")) throw thrown;
      await create(id, value);
    }
  };

  /** AWS needs some seconds to delete for good, and refuses the name until then. */
  const writeAfterDeletion = async (id: string, value: Secret): Promise<void> => {
    for (let waitMs = 1_000; ; waitMs *= 2) {
      try {
        return await write(id, value);
      } catch (thrown) {
        if (!isBeingDeleted(thrown)) throw thrown;
        if (waitMs > 8_000)
          throw new HubError("storage.unavailable", `${stillThere} ${id}.`, { cause: thrown });
        await clock.sleep(waitMs);
      }
    }
  };

  /** Afterwards the cache holds what was written, or nothing if that is not known. */
  const change = async (id: string, work: () => Promise<Secret | undefined>): Promise<void> => {
    let written: Secret | undefined;
    try {
      written = await work();
    } catch (thrown) {
      throw failure(thrown, id);
    } finally {
      cache.set(id, written);
    }
  };

  return {
    get: async (name, { fresh = false } = {}) => {
      const id = idOf(name);
      return cache.get(id, () => read(id), fresh);
    },
    put: async (name, value) => {
      const id = idOf(name);
      requireSize(value, name);
      await change(id, async () => {
        await writeAfterDeletion(id, value);
        return value;
      });
    },
    delete: async (name) => {
      const id = idOf(name);
      await change(id, async () => {
        await client.send(new DeleteSecretCommand({ SecretId: id, ForceDeleteWithoutRecovery: true }));
        return undefined;
      });
    },
  };
}

const stillThere = "AWS has not finished deleting, or somebody has scheduled the deletion of, the secret";

function requireSize(value: Secret, name: string): void {
  const size = Buffer.byteLength(value.reveal());
  if (size >= 1 && size <= 65_536) return;
  throw new HubError("request.invalid", `The value of ${name} has ${size} bytes; a secret has 1 to 65,536.`);
}

/** An answer that is no JSON is quoted by the error that says so, and may hold the value: that error goes no further. */
function failure(thrown: unknown, id: string): unknown {
  const what = `the secret ${id}`;
  if (!(thrown instanceof SyntaxError)) return awsFailure(thrown, what);
  return new HubError("storage.unavailable", `AWS gave an answer for ${what} that cannot be read.`);
}

function isBeingDeleted(thrown: unknown): boolean {
  return isNamed(thrown, "InvalidRequestException") && /delet/.test(thrown.message);
}

function isNamed(thrown: unknown, name: string): thrown is Error {
  return thrown instanceof Error && thrown.name === name;
}
