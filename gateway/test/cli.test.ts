import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Files, hub, hubWith } from "./cli-rig.ts";

const commands = ["validate", "convert", "tenant add", "tenant list", "key add"];

let files: Files;
beforeAll(async () => {
  files = await Files.open();
});
afterAll(() => files.close());

describe("npm run hub", () => {
  it("prints what there is", async () => {
    const { code, out } = await hub();

    expect(code).toBe(0);
    for (const command of commands) expect(out).toContain(`  ${command} `);
  });

  it.each(["validate", "tenant add"])("%s --help prints its usage", async (command) => {
    const { code, out } = await hub(...command.split(" "), "--help");

    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^Usage: .*hub -- ${command} `));
  });

  it.each([
    [["tenant"], 'There is no command "tenant".'],
    [["validate"], "Name at least one file."],
    [["validate", "--jsno"], "Unknown option '--jsno'."],
    [["validate", "--strict", "FA3-XX-01", "x.xml"], "there is no rule FA3-XX-01"],
    [["tenant", "list"], "--data is missing."],
    [["tenant", "add", "--data", "x", "--strict", "FA3-XX-01"], "--nip is missing."],
    [["tenant", "list", "--data", "x", "y"], '"y" is one word too many.'],
  ])("ends with 2 on wrong usage: %j", async (args, sentence) => {
    const { code, out, err } = await hub(...args);

    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(sentence);
  });
});

describe("hub tenant and key", () => {
  it("add a company, list it and issue one more key", async () => {
    const data = join(files.folder, "data");
    const token = await files.add("token", "a-ksef-token\n");
    const company = ["--nip", "5265877635", "--environment", "test", "--token-file", token];

    const added = await hub("tenant", "add", "--data", data, ...company);
    const listed = await hubWith({ HUB_DATA: data }, "tenant", "list");
    const issued = await hub("key", "add", "--data", data, "--tenant", "5265877635", "--name", "shop");
    const unknown = await hub("key", "add", "--data", data, "--tenant", "nobody");

    expect(added).toMatchObject({ code: 0, err: "" });
    expect(added.out).toMatch(
      /5265877635 \(NIP 5265877635, test\) is saved\.\nAPI key, shown only now: hub_5265877635_/,
    );
    expect(listed).toEqual({ code: 0, out: "5265877635\t5265877635\ttest\n", err: "" });
    expect(issued.out).toMatch(/^API key, shown only now: hub_5265877635_/);
    expect(unknown).toMatchObject({ code: 2, out: "" });
    expect(unknown.err).toContain("There is no tenant nobody.");
  });

  it("say when a file of credentials cannot be read", async () => {
    const company = [
      "--nip",
      "5265877635",
      "--environment",
      "test",
      "--token-file",
      join(files.folder, "missing"),
    ];

    const { code, err } = await hub("tenant", "add", "--data", files.folder, ...company);

    expect(code).toBe(2);
    expect(err).toContain("missing cannot be read.");
  });
});
