import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fakeObjects } from "../../../testing/aws/objects.ts";
import { clientFor, mebibyte, objectsOfBlock } from "./open-archive.ts";

describe("archive on S3, with faults", () => {
  const { objects, open, asked, fail } = objectsOfBlock();

  describe("when S3 fails", () => {
    it("names the bucket that is not there", async () => {
      const archive = open({ bucket: "elsewhere" });
      const missing = { code: "storage.missing", message: expect.stringContaining("the bucket elsewhere") };
      await expect(archive.put("a", Buffer.from("x"))).rejects.toMatchObject(missing);
      await expect(archive.put("a", new Uint8Array(9 * mebibyte))).rejects.toMatchObject(missing);
      await expect(archive.get("a")).rejects.toMatchObject(missing);
      await expect(archive.stream("a")).rejects.toMatchObject(missing);
    });

    it("says that it is denied, also where only the look at what is stored is", async () => {
      const archive = open();
      await archive.put("denied/a", Buffer.from("x"));
      for (const operation of ["PUT", "GET", "HEAD"]) {
        fail(operation, { status: 403, code: "AccessDenied" });
        const denied =
          operation === "GET" ? archive.get("denied/a") : archive.put("denied/a", Buffer.from("x"));
        await expect(denied).rejects.toMatchObject({ code: "storage.denied" });
      }
    });

    it("asks again when S3 is busy", async () => {
      const archive = open();
      fail("PUT", { status: 503, code: "SlowDown" }, 1);
      await archive.put("busy/a", Buffer.from("x"));
      expect(asked()).toEqual(["PUT", "PUT"]);
    });

    it("gives up when S3 stays busy", async () => {
      const archive = open();
      // Not SlowDown, for which the SDK's rate limiter would take ten seconds.
      fail("GET", { status: 503, code: "ServiceUnavailable" });
      await expect(archive.get("busy/a")).rejects.toMatchObject({ code: "storage.unavailable" });
      expect(asked()).toEqual(["GET", "GET", "GET", "GET", "GET"]);
    });

    it("says so when nobody listens", async () => {
      const gone = await fakeObjects();
      await gone.stop();
      const archive = open({}, gone.endpoint);
      await expect(archive.get("a")).rejects.toMatchObject({ code: "storage.unavailable" });
    });
  });

  describe("when an upload goes wrong", () => {
    it("knows its own write again after the answer was lost, of one request and of parts", async () => {
      const archive = open();
      fail("PUT", "lost", 1);
      await archive.put("lost/small", Buffer.from("x"));
      expect(asked()).toEqual(["PUT", "PUT", "HEAD"]);
      fail("POST ?uploadId", "lost", 1);
      const large = randomBytes(9 * mebibyte);
      await archive.put("lost/large", large);
      expect(Buffer.compare((await archive.get("lost/large")) ?? Buffer.of(), large)).toBe(0);
    });

    it("sends again what another writer was in the way of", async () => {
      const archive = open();
      fail("PUT", { status: 409, code: "ConditionalRequestConflict" }, 2);
      await archive.put("conflict/a", Buffer.from("x"));
      expect(asked()).toEqual(["PUT", "PUT", "PUT"]);
    });

    it("says that it can be tried again while the other writer has not ended", async () => {
      const archive = open();
      const conflict = { status: 409, code: "ConditionalRequestConflict" };
      fail("POST ?uploadId", conflict);
      const later = { code: "storage.unavailable" };
      await expect(archive.put("conflict/b", new Uint8Array(9 * mebibyte))).rejects.toMatchObject(later);
      expect([...objects().openUploads]).toEqual([]);
      fail("PUT", conflict);
      await expect(archive.put("conflict/c", Buffer.from("x"))).rejects.toMatchObject(later);
    });

    it("removes the parts when one is refused", async () => {
      const archive = open();
      fail("PUT ?partNumber", { status: 403, code: "AccessDenied" });
      const large = new Uint8Array(17 * mebibyte);
      await expect(archive.put("part/a", large)).rejects.toMatchObject({ code: "storage.denied" });
      expect(asked()).toEqual(["POST ?uploads", "PUT ?partNumber", "DELETE ?uploadId"]);
      expect([...objects().openUploads]).toEqual([]);
    });

    it("closes the content and removes the parts when the content fails, even where S3 cannot", async () => {
      const archive = open();
      let closed = 0;
      const content = async function* (failure?: Error) {
        try {
          yield new Uint8Array(17 * mebibyte);
          if (failure !== undefined) throw failure;
          yield new Uint8Array(mebibyte);
        } finally {
          closed += 1;
        }
      };
      const failure = new Error("The sender has gone away.");
      await expect(archive.put("content/a", content(failure))).rejects.toBe(failure);
      expect(asked().at(-1)).toBe("DELETE ?uploadId");
      expect([...objects().openUploads]).toEqual([]);
      fail("DELETE ?uploadId", { status: 403, code: "AccessDenied" });
      await expect(archive.put("content/a", content(failure))).rejects.toBe(failure);
      fail("POST ?uploads", { status: 403, code: "AccessDenied" });
      await expect(archive.put("content/a", content())).rejects.toMatchObject({ code: "storage.denied" });
      expect(closed).toBe(3);
      objects().openUploads.clear();
    });

    it.each([
      ["one request", 100],
      ["parts", 9 * mebibyte],
    ])(
      "keeps nothing of %s with a byte changed on the way, and takes it when it comes again",
      async (_, length) => {
        const client = clientFor(objects().endpoint);
        let damages = 1;
        client.middlewareStack.add(
          (next) => async (args) => {
            const request = args.request as { body?: unknown };
            const damaged = request.body instanceof Uint8Array && (damages -= 1) >= 0;
            if (damaged) request.body = Buffer.from(request.body as Uint8Array).fill(1, 0, 1);
            return next(args);
          },
          // After the checksum and the signature.
          { step: "finalizeRequest", priority: "low", name: "damage" },
        );
        const archive = open({ client });
        const key = `damaged/${length}`;
        const bytes = new Uint8Array(length);
        await expect(archive.put(key, bytes)).rejects.toMatchObject({ code: "storage.unavailable" });
        expect(await archive.get(key)).toBeUndefined();
        expect([...objects().openUploads]).toEqual([]);
        await archive.put(key, bytes);
        expect(Buffer.compare((await archive.get(key)) ?? Buffer.of(), bytes)).toBe(0);
      },
    );
  });

  describe("what S3 gives", () => {
    it.each([
      ["in one request", 100_000],
      ["in parts", 9 * mebibyte],
    ])("is refused when it differs from what was put there %s, or breaks off", async (_, length) => {
      const archive = open();
      const key = `given/${length}`;
      await archive.put(key, randomBytes(length));
      for (const fault of ["flipped", "cut"] as const) {
        fail("GET", fault);
        const unavailable = {
          code: "storage.unavailable",
          message: expect.stringContaining("does not match"),
        };
        await expect(archive.get(key)).rejects.toMatchObject(unavailable);
        const stream = await archive.stream(key);
        await expect(stream?.pipeTo(new WritableStream())).rejects.toMatchObject(unavailable);
      }
    });

    it("holds no connection after its reader has stopped", async () => {
      const archive = open();
      await archive.put("given/stopped", new Uint8Array(mebibyte));
      // More than the 50 connections that the SDK keeps at most.
      for (let n = 0; n < 60; n++) {
        const stream = await archive.stream("given/stopped");
        if (n % 2 === 0) await stream?.cancel();
        else for await (const piece of stream ?? []) if (piece.length > 0) break;
      }
      expect((await archive.get("given/stopped"))?.length).toBe(mebibyte);
    });

    it("is compared byte by byte when another tool has put it there", async () => {
      const archive = open();
      for (const key of ["foreign/a", "foreign/b"])
        await fetch(`${objects().endpoint}/${objects().bucket}/${key}`, { method: "PUT", body: "bytes" });
      await archive.put("foreign/a", Buffer.from("bytes"));
      expect(asked().slice(2)).toEqual(["PUT", "HEAD", "GET"]);
      const conflict = { code: "archive.conflict" };
      await expect(archive.put("foreign/b", Buffer.from("other"))).rejects.toMatchObject(conflict);
      await expect(archive.put("foreign/b", Buffer.from("longer than that"))).rejects.toMatchObject(conflict);
    });
  });
});
