import { correction, generate } from "lean-qr";
import { toPngBuffer } from "lean-qr/extras/node_export";
import { toSvgPath } from "lean-qr/extras/svg";
import type { Kod } from "./kod.ts";
import { writeLabel } from "./lettering.ts";

/** The code with its label under it as an SVG document that needs nothing else. One unit is one module. */
export function kodSvg({ link, label }: Kod): string {
  const code = encode(link);
  const width = code.size + 2 * quietZone;
  const letter = Math.min(4, (1.4 * width) / label.length);
  // The quiet zone stays free: the letters begin below it.
  const height = width + 1.5 * letter;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${4 * width}" height="${4 * height}">` +
    `<rect width="100%" height="100%" fill="#fff"/>` +
    `<path transform="translate(${quietZone} ${quietZone})" shape-rendering="crispEdges" d="${toSvgPath(code)}"/>` +
    `<text x="${width / 2}" y="${width + letter}" font-family="sans-serif" font-size="${letter}" text-anchor="middle">` +
    `${escapeXml(label)}</text></svg>`
  );
}

/** The same as a PNG, black on white, ten pixels a module. Throws for a letter no label of KSeF has. */
export function kodPng({ link, label }: Kod): Uint8Array {
  const code = encode(link);
  const width = (code.size + 2 * quietZone) * pixels;
  const text = writeLabel(label, width);
  // The encoder draws squares: the code stands in the middle of one, above its label.
  const size = width + text.height + quietZone * pixels;
  const left = Math.floor((size - width) / 2);
  const moduleAt = (pixel: number): number => Math.floor(pixel / pixels) - quietZone;
  const get = (x: number, y: number): boolean =>
    y < width
      ? code.get(moduleAt(x - left), moduleAt(y))
      : text.get(x - Math.floor((size - text.width) / 2), y - width);
  return toPngBuffer({ size, get }, { off: [255, 255, 255], pad: 0 });
}

/** The guide asks for ISO/IEC 18004 alone: M is its usual error correction, four modules the quiet zone it demands. */
const encode = (link: string) => generate(link, { minCorrectionLevel: correction.M });
const quietZone = 4;
const pixels = 10;

const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
