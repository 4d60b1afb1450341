import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { HubError } from "../../../src/error.ts";
import { Secret } from "../../../src/secret.ts";
import type { SecretsFault } from "../../../testing/aws/secrets-manager.ts";
import { VirtualClock } from "../../../testing/index.ts";
import { denied, secretsManagerOfBlock } from "./open-secrets.ts";

describe("secrets on Secrets Manager, with faults", () => {
  const { aws, open, asked, fail } = secretsManagerOfBlock();

  describe("when Secrets Manager fails", () => {
    it("says that it is denied, and which secret", async () => {
      const secrets = open();
      for (const operation of ["GetSecretValue", "PutSecretValue", "CreateSecret", "DeleteSecret"]) {
        fail(operation, denied);
        const ask = {
          GetSecretValue: () => secrets.get("denied/a"),
          DeleteSecret: () => secrets.delete("denied/a"),
        }[operation];
        await expect(ask?.() ?? secrets.put("denied/a", new Secret("one"))).rejects.toMatchObject({
          code: "storage.denied",
          message: expect.stringContaining("hub/denied/a"),
        });
      }
    });

    it("asks again when it is throttled", async () => {
      const secrets = open();
      fail("PutSecretValue", { status: 400, type: "ThrottlingException" }, 1);
      await secrets.put("busy/a", new Secret("one"));
      expect(asked()).toEqual(["PutSecretValue", "PutSecretValue", "CreateSecret"]);
    });

    it("gives up when it fails for good, and then forgets what it knew of a value half put", async () => {
      const secrets = open();
      await secrets.put("failing/a", new Secret("one"));
      fail("PutSecretValue", "lost");
      const put = secrets.put("failing/a", new Secret("two"));
      await expect(put).rejects.toMatchObject({ code: "storage.unavailable" });
      expect((await secrets.get("failing/a"))?.reveal()).toBe("two");
    });

    it("makes one version of a put whose answer was lost", async () => {
      const secrets = open();
      fail("CreateSecret", "lost", 1);
      await secrets.put("lost/a", new Secret("one"));
      fail("PutSecretValue", "lost", 1);
      await secrets.put("lost/a", new Secret("two"));
      const tokens = aws().seen.map(({ input }) => input["ClientRequestToken"]);
      expect(asked()).toEqual([
        "PutSecretValue",
        "CreateSecret",
        "CreateSecret",
        "PutSecretValue",
        "PutSecretValue",
      ]);
      expect(aws().stages("hub/lost/a")).toEqual({ AWSPREVIOUS: tokens[1], AWSCURRENT: tokens[3] });
    });

    it("waits while AWS is still deleting the name", async () => {
      const clock = new VirtualClock();
      const secrets = open({ clock });
      await secrets.put("deleting/a", new Secret("one"));
      await secrets.delete("deleting/a");
      const message =
        "You can't create this secret because a secret with this name is already scheduled for deletion.";
      fail("CreateSecret", { status: 400, type: "InvalidRequestException", message }, 2);
      let done = false;
      const put = secrets.put("deleting/a", new Secret("two")).then(() => (done = true));
      const started = clock.now();
      await clock.runUntil(() => done, { limitMs: 15_000 });
      await put;
      expect(clock.now() - started).toBe(3_000);
      expect((await secrets.get("deleting/a", { fresh: true }))?.reveal()).toBe("two");
    });

    it("takes a secret for deleted whose deletion somebody has scheduled, and does not put it back", async () => {
      const clock = new VirtualClock();
      const secrets = open({ clock });
      const message = "You can't perform this operation on the secret because it was marked for deletion.";
      aws().fault = () => ({ status: 400, type: "InvalidRequestException", message });
      expect(await secrets.get("scheduled/a")).toBeUndefined();
      let code: unknown;
      void secrets.put("scheduled/a", new Secret("two")).catch((error: HubError) => (code = error.code));
      await clock.runUntil(() => code !== undefined, { limitMs: 60_000 });
      expect(code).toBe("storage.unavailable");
    });

    it("shows a value in no error, whatever goes wrong", async () => {
      const secrets = open();
      await secrets.put("shown/a", new Secret("plain-text"));
      const faults: SecretsFault[] = [
        denied,
        { status: 400, type: "InvalidParameterException", message: "not valid" },
        { status: 500, type: "InternalServiceError" },
        "lost",
        "garbled",
      ];
      const errors: unknown[] = [];
      for (const fault of faults)
        for (const ask of [
          () => secrets.get("shown/a", { fresh: true }),
          () => secrets.put("shown/a", new Secret("plain-text")),
          () => secrets.put("shown/b", new Secret("plain-text")),
        ]) {
          aws().fault = () => fault;
          await ask().catch((error: unknown) => errors.push(error));
        }
      errors.push(await secrets.put("shown/a", new Secret("plain-text".repeat(7000))).catch(String));
      expect(errors).toHaveLength(3 * faults.length + 1);
      for (const error of errors)
        expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain("plain-text");
    });
  });
});
