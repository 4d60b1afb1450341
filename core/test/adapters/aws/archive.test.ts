import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { archiveContract } from "../../../testing/index.ts";
import { mebibyte, objectsOfBlock } from "./open-archive.ts";

describe("archive on S3", () => {
  const { objects, open, asked } = objectsOfBlock();

  archiveContract(it, async () => open());

  describe("the least requests", () => {
    it("one for a put and a get, one more to see that the bytes are there already", async () => {
      const archive = open();
      await archive.put("least/a", Buffer.from("bytes"));
      await archive.get("least/a");
      await archive.put("least/a", Buffer.from("bytes"));
      await expect(archive.put("least/a", Buffer.from("other"))).rejects.toMatchObject({
        code: "archive.conflict",
      });
      expect(asked()).toEqual(["PUT", "GET", "PUT", "HEAD", "PUT", "HEAD"]);
    });

    it("one for 8 MB, and a part for each 8 MB when there is more", async () => {
      const archive = open();
      const bytes = randomBytes(16 * mebibyte + 1);
      await archive.put("least/8", bytes.subarray(0, 8 * mebibyte));
      expect(asked()).toEqual(["PUT"]);
      await archive.put("least/16", bytes);
      const parts = [
        "POST ?uploads",
        "PUT ?partNumber",
        "PUT ?partNumber",
        "PUT ?partNumber",
        "POST ?uploadId",
      ];
      expect(asked().slice(1)).toEqual(parts);
      await archive.put("least/16", bytes);
      expect(asked().slice(6)).toEqual([...parts, "DELETE ?uploadId", "HEAD"]);
      expect([...objects().openUploads]).toEqual([]);
    });
  });

  it("sends the SHA-256 with every upload, and never more parts than are needed in memory", async () => {
    const archive = open();
    let given = 0;
    let ahead = 0;
    const uploaded = () => objects().seen.filter(({ operation }) => operation === "PUT ?partNumber").length;
    await archive.put(
      "memory/large",
      (async function* () {
        for (; given < 40; given++) {
          ahead = Math.max(ahead, given - uploaded() * 8);
          yield new Uint8Array(mebibyte).fill(given);
        }
      })(),
    );
    await archive.put("memory/small", Buffer.from("small"));
    const uploads = objects().seen.filter(({ operation }) => operation.startsWith("PUT"));
    expect(uploads).toHaveLength(6);
    for (const { headers } of uploads)
      expect(headers["x-amz-checksum-sha256"]).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    // Two parts before the first is sent, and one is gathered while none is under way.
    expect(ahead).toBeLessThanOrEqual(16);
  });

  it("encrypts under the key it is given and locks until so many days after now", async () => {
    const archive = open({ kmsKeyId: "alias/ksef", retention: { mode: "COMPLIANCE", days: 3653 } });
    await archive.put("locked/small", Buffer.from("small"));
    await archive.put("locked/large", new Uint8Array(9 * mebibyte));
    const created = objects().seen.filter(({ operation }) => ["PUT", "POST ?uploads"].includes(operation));
    expect(created).toHaveLength(2);
    for (const { headers } of created)
      expect(headers).toMatchObject({
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": "alias/ksef",
        "x-amz-server-side-encryption-bucket-key-enabled": "true",
        "x-amz-object-lock-mode": "COMPLIANCE",
        "x-amz-object-lock-retain-until-date": "2036-02-03T00:00:00Z",
      });
  });
});
