/** A label as dots, as large as fits a width in pixels but never huge: what a KSeF number, OFFLINE and CERTYFIKAT need. */
export function writeLabel(label: string, fitting: number) {
  const rows = Array.from(label, glyph);
  const columns = label.length * advance - 1;
  const dot = Math.max(1, Math.min(3, Math.floor(fitting / columns)));
  const get = (x: number, y: number): boolean => {
    const column = Math.floor(x / dot);
    const bits = rows[Math.floor(column / advance)]?.[Math.floor(y / dot)] ?? 0;
    return (bits & (0x10 >> (column % advance))) !== 0;
  };
  return { width: columns * dot, height: 7 * dot, get };
}

/** Five dots and a gap. */
const advance = 6;

function glyph(letter: string): number[] {
  const rows = glyphs[letter];
  if (rows === undefined) throw new Error(`There is no glyph for "${letter}".`);
  return Array.from({ length: 7 }, (_, row) => Number.parseInt(rows.slice(3 * row, 3 * row + 2), 16));
}

/** Seven rows from above, each a hexadecimal number whose five bits are the dots. */
const glyphs: Record<string, string> = {
  "-": "00 00 00 1f 00 00 00",
  "0": "0e 11 13 15 19 11 0e",
  "1": "04 0c 04 04 04 04 0e",
  "2": "0e 11 01 02 04 08 1f",
  "3": "1f 02 04 02 01 11 0e",
  "4": "02 06 0a 12 1f 02 02",
  "5": "1f 10 1e 01 01 11 0e",
  "6": "06 08 10 1e 11 11 0e",
  "7": "1f 01 02 04 08 08 08",
  "8": "0e 11 11 0e 11 11 0e",
  "9": "0e 11 11 0f 01 02 0c",
  A: "0e 11 11 11 1f 11 11",
  B: "1e 11 11 1e 11 11 1e",
  C: "0e 11 10 10 10 11 0e",
  D: "1c 12 11 11 11 12 1c",
  E: "1f 10 10 1e 10 10 1f",
  F: "1f 10 10 1e 10 10 10",
  I: "0e 04 04 04 04 04 0e",
  K: "11 12 14 18 14 12 11",
  L: "10 10 10 10 10 10 1f",
  N: "11 11 19 15 13 11 11",
  O: "0e 11 11 11 11 11 0e",
  R: "1e 11 11 1e 14 12 11",
  T: "1f 04 04 04 04 04 04",
  Y: "11 11 11 0a 04 04 04",
};
