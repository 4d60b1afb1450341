import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fromFa3, schemaFaults, toFa3, validate } from "@ksef-hub/core/fa3";
import type { FakturaInput } from "ksef-client-ts";
import { documentOf, today, type Document } from "./fa3-document.ts";
import type { BenchOptions, Figure } from "./figure.ts";
import { quantile } from "./figure.ts";
import { speedOf, type Work } from "./speed.ts";

/** Aims. Memory is the growth of the resident set over everything we do here. */
const aims = { buildsASecond: 100_000, ofFloor: 0.8, ofClient: 1, growthMb: 150 };

/**
 * Building, reading and validating FA(3) in one thread, at 5 and at 1,000 lines. Beside us: the floor, which is
 * libxml2's bare parsing and XSD validation of the same bytes, and ksef-client-ts, which has a builder, a reader and a
 * validator of its own (without the XSD). All take turns in short rounds, so that whatever the machine does meanwhile
 * happens to all; a figure is the median of the rounds, a ratio the median of the ratios within a round.
 */
export async function* fa3({ quick }: BenchOptions): AsyncGenerator<Figure> {
  const pace = quick ? { rounds: 5, roundMs: 120, warmMs: 250 } : { rounds: 21, roundMs: 250, warmMs: 1_000 };
  const documents = [await documentOf(5), await documentOf(1_000)];
  for (const document of documents) {
    const { lines, invoice, xml } = document;
    const ours = {
      build: () => toFa3(invoice),
      parse: () => fromFa3(xml),
      validate: () => validate(xml, { today }),
      floor: () => schemaFaults(xml, "FA (3)"),
    };
    // Without the rivals at first: their garbage would be collected at our expense.
    const alone = await takeTurns(pace, ours);
    const beside = await takeTurns(pace, { ...ours, ...(await clientOn(document)) });
    const ofFloor = (one: keyof typeof ours) => ratio(alone[one], alone.floor);
    const figure = (name: "build" | "parse" | "validate") => {
      const rival = `${name}Client` as const;
      return {
        bench: `fa3.${name}`,
        lines,
        bytes: xml.byteLength,
        value: quantile(alone[name], 0.5),
        unit: "documents a second",
        ofFloor: ofFloor(name),
        ofClient: ratio(beside[name], beside[rival]),
        floor: quantile(alone.floor, 0.5),
        client: quantile(beside[rival], 0.5),
      };
    };

    const build = figure("build");
    const most = lines === 5 ? aims.buildsASecond : undefined;
    yield {
      ...build,
      aim: most === undefined ? clientAim : `>= ${most} a second, and ${clientAim}`,
      met: build.value >= (most ?? 0) && build.ofClient >= aims.ofClient,
    };
    const parse = figure("parse");
    yield { ...parse, aim: clientAim, met: parse.ofClient >= aims.ofClient };
    const full = figure("validate");
    yield { ...full, aim: `>= ${aims.ofFloor} of the floor`, met: full.ofFloor >= aims.ofFloor };
  }
  // In a process of its own, so that neither figure suffers from the other.
  const seconds = quick ? "3" : "15";
  const script = fileURLToPath(new URL("fa3-memory.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, script, seconds]);
  const growth = Number(stdout);
  yield {
    bench: "fa3.memory",
    value: growth,
    unit: "MB the resident set grew by, at most",
    aim: `<= ${aims.growthMb}`,
    met: growth <= aims.growthMb,
  };
}

const clientAim = `>= ${aims.ofClient} of ksef-client-ts`;

/** The same with ksef-client-ts. It is loaded late: its memory is not ours. */
async function clientOn({ xml: bytes }: Document) {
  const client = await import("ksef-client-ts");
  const xml = new TextDecoder().decode(bytes);
  const read = client.xmlToObject(xml).object as unknown as FakturaInput;
  const form = client.toKodFormularza({ systemCode: "FA (3)", schemaVersion: "1-0E", value: "FA" });
  const faktura: FakturaInput = { ...read, Naglowek: { ...read.Naglowek, KodFormularza: form } };
  for (const name in faktura) if (name.startsWith("@")) delete faktura[name];

  const built = client.buildFakturaXml(faktura);
  const [fault] = schemaFaults(new TextEncoder().encode(built), "FA (3)");
  if (fault !== undefined) throw new Error(`ksef-client-ts builds something else: ${fault.message}`);
  const { valid, errors } = await client.validate(xml);
  if (!valid) throw new Error(`ksef-client-ts refuses the document: ${errors[0]?.message}`);
  return {
    buildClient: () => client.buildFakturaXml(faktura),
    parseClient: () => client.xmlToObject(xml),
    validateClient: () => client.validate(xml),
  };
}

/** The median of the ratios within the rounds. */
const ratio = (one: number[], other: number[]): number =>
  quantile(
    one.map((speed, round) => speed / (other[round] ?? Number.NaN)),
    0.5,
  );

/** How often a second each piece of work can be done, round by round. */
async function takeTurns<Name extends string>(
  { rounds, roundMs, warmMs }: { rounds: number; roundMs: number; warmMs: number },
  tasks: Record<Name, Work>,
): Promise<Record<Name, number[]>> {
  const entries = Object.entries<Work>(tasks) as [Name, Work][];
  const measured = Object.fromEntries(entries.map(([name]) => [name, []])) as unknown as Record<
    Name,
    number[]
  >;
  for (const [, work] of entries) await speedOf(work, warmMs);
  for (let round = 0; round < rounds; round++)
    for (const [name, work] of entries) measured[name].push(await speedOf(work, roundMs));
  return measured;
}
