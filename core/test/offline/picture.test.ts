import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Kod } from "../../src/offline/kod.ts";
import { writeLabel } from "../../src/offline/lettering.ts";
import { kodPng, kodSvg } from "../../src/offline/picture.ts";
import { parseXml, textAt } from "../../src/xml.ts";

const hash = "UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE";
const invoice = `https://qr-test.ksef.mf.gov.pl/invoice/1111111111/01-02-2026/${hash}`;
const certificate = `https://qr-test.ksef.mf.gov.pl/certificate/Nip/1111111111/1111111111/01F20A5D352AE590/${hash}`;
// As long as the signatures are: P-256, RSA 2048 (the guide's own example), RSA 4096.
const p256 = Buffer.alloc(64, "ksef").toString("base64url");
const rsa2048 =
  "mSkm_XmM9fq7PgAJwiL32L9ujhyguOEV48cDB0ncemD2r9TMGa3lr0iRoFk588agCi8QPsOuscUY1rZ7ff76STbGquO-gZtQys5_fHdf2HUfDqPqVTnUS6HknBu0zLkyf9ygoW7WbH06Ty_8BgQTlOmJFzNWSt9WZa7tAGuAE9JOooNps-KG2PYkkIP4q4jPMp3FKypAygHVnXtS0RDGgOxhhM7LWtFP7D-dWINbh5yXD8Lr-JVbeOpyQjHa6WmMYavCDQJ3X_Z-iS01LZu2s1B3xuOykl1h0sLObCdADrbxOONsXrvQa61Xt_rxyprVraj2Uf9pANQgR4-12HEcMw";
const rsa4096 = Buffer.alloc(512, "podpis").toString("base64url");

const kods: [string, Kod][] = [
  ["KOD I of an invoice with a number", { link: invoice, label: "5265877635-20250729-01004014E040-00" }],
  ["KOD I of an invoice without one", { link: invoice, label: "OFFLINE" }],
  ["KOD I of a sandbox", { link: invoice.replace(/^.*pl/, "http://localhost:8180"), label: "OFFLINE" }],
  ["KOD II by P-256", { link: `${certificate}/${p256}`, label: "CERTYFIKAT" }],
  ["KOD II by RSA 2048", { link: `${certificate}/${rsa2048}`, label: "CERTYFIKAT" }],
  ["KOD II by RSA 4096", { link: `${certificate}/${rsa4096}`, label: "CERTYFIKAT" }],
];

const haveZbar = spawnSync("zbarimg", ["--version"]).status === 0;
if (!haveZbar) console.log("skipped: zbarimg is not installed (Debian: apt-get install zbar-tools)");

describe.each(kods)("%s", (_, kod) => {
  it.skipIf(!haveZbar)("is read by zbarimg from the PNG", () => {
    expect(scan(kodPng(kod), "png")).toBe(kod.link);
  });

  it.skipIf(!haveZbar)("is read by zbarimg from the SVG's path", () => {
    expect(scan(draw(kodSvg(kod)), "pgm")).toBe(kod.link);
  });

  it("has its label under the code in the SVG", () => {
    const root = parseXml(Buffer.from(kodSvg(kod)));
    expect([root.name, root.namespace, textAt(root, "text")]).toEqual([
      "svg",
      "http://www.w3.org/2000/svg",
      kod.label,
    ]);
  });

  it("refers to nothing outside the SVG", () => {
    expect(kodSvg(kod)).not.toMatch(/href|url\(|<script|<style|<!|<\?/);
  });
});

it("writes a label as text, whatever it says", () => {
  const label = `<script>&"'</script>`;
  expect(textAt(parseXml(Buffer.from(kodSvg({ link: invoice, label }))), "text")).toBe(label);
});

it("writes the label into the PNG too, and none it cannot write", () => {
  const [offline, blank] = ["OFFLINE", "-------"].map((label) => kodPng({ link: invoice, label }));
  expect(offline).not.toEqual(blank);
  expect(() => kodPng({ link: invoice, label: "offline" })).toThrow(/no glyph/);
});

it("draws letters of five by seven dots with a gap, larger where there is room", () => {
  const { width, height, get } = writeLabel("L-T", 17);
  const rows = Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (__, x) => (get(x, y) ? "#" : ".")).join(""),
  );
  expect(rows).toEqual([
    "#...........#####",
    "#.............#..",
    "#.............#..",
    "#.....#####...#..",
    "#.............#..",
    "#.............#..",
    "#####.........#..",
  ]);
  expect([get(-1, 0), get(17, 0), get(0, -1), get(0, 7)]).toEqual([false, false, false, false]);
  expect(writeLabel("OFFLINE", 490)).toMatchObject({ width: 123, height: 21 });
  expect(writeLabel("5265877635-20250729-01004014E040-00", 490)).toMatchObject({ width: 418, height: 14 });
});

function scan(image: Uint8Array, kind: string): string {
  const folder = mkdtempSync(join(tmpdir(), "kod-"));
  try {
    const file = join(folder, `kod.${kind}`);
    writeFileSync(file, image);
    return execFileSync("zbarimg", ["-q", "--raw", file], { encoding: "utf8", stdio: "pipe" }).trimEnd();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The SVG's path as an SVG reader fills it (by winding numbers), four pixels a unit, as a portable greymap. */
function draw(svg: string): Buffer {
  const width = Number(/viewBox="0 0 ([\d.]+)/.exec(svg)?.[1]);
  const [left = 0, top = 0] = (/translate\((\d+) (\d+)\)/.exec(svg) ?? []).slice(1).map(Number);
  const outlines = (/ d="([^"]*)"/.exec(svg)?.[1] ?? "")
    .split("Z")
    .map((outline) =>
      Array.from(outline.matchAll(/[ML](\d+) (\d+)/g), ([, x, y]) => ({ x: +x! + left, y: +y! + top })),
    );
  const edges = outlines.flatMap((points) =>
    points.map((from, i) => ({ from, to: points[(i + 1) % points.length]! })),
  );
  const isBlack = (x: number, y: number): boolean => {
    const crossed = edges.filter(({ from, to }) => from.x > x && from.y < y !== to.y < y);
    return crossed.reduce((turns, { from, to }) => turns + Math.sign(to.y - from.y), 0) !== 0;
  };
  const modules = Array.from({ length: width }, (_, y) =>
    Array.from({ length: width }, (__, x) => isBlack(x + 0.5, y + 0.5)),
  );
  const pixels = Array.from({ length: 16 * width * width }, (_, i) => {
    const [x, y] = [Math.floor((i % (4 * width)) / 4), Math.floor(i / (4 * width) / 4)];
    return modules[y]?.[x] === true ? 0 : 255;
  });
  return Buffer.concat([Buffer.from(`P5 ${4 * width} ${4 * width} 255\n`), Buffer.from(pixels)]);
}
