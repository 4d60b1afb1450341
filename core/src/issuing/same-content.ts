import type { Fault } from "../error.ts";
import { elementAt, parseXml, textAt, type XmlElement } from "../xml.ts";

/**
 * Where two FA(3) documents say different things of what makes up an invoice: who issued it to whom, its kind, number,
 * date and currency, and its sums. The rest may change in a technical correction: its form was what KSeF refused.
 * `except`: places that may differ. Source: ksef-docs, offline/korekta-techniczna.md.
 */
export function differences(
  original: Uint8Array,
  corrected: Uint8Array,
  except: readonly string[] = [],
): Fault[] {
  const [before, after] = [contentOf(original), contentOf(corrected)];
  const places = new Set([...before.keys(), ...after.keys()]);
  return [...places]
    .filter((place) => before.get(place) !== after.get(place) && !except.includes(place))
    .map((place) => {
      const [was, is] = [before.get(place), after.get(place)];
      return {
        code: "correction.content",
        path: `/Faktura/${place}`,
        message: `${place} was ${quoted(was)} and is ${quoted(is)}.`,
        messagePl: `${place}: było ${quoted(was, "brak")}, jest ${quoted(is, "brak")}.`,
      };
    });
}

const texts = ["Fa/P_1", "Fa/P_2", "Fa/RodzajFaktury", "Fa/KodWaluty"];
const parties = ["Podmiot1/DaneIdentyfikacyjne", "Podmiot2/DaneIdentyfikacyjne"];
/** P_13_1 to P_13_11, the taxes in P_14_1 to P_14_5W, and the total. */
const isSum = (name: string): boolean => /^P_1[34]_|^P_15$/.test(name);

function contentOf(document: Uint8Array): Map<string, string> {
  const root = parseXml(document);
  const content = new Map<string, string>();
  const note = (place: string): void => {
    const text = textAt(root, place);
    if (text) content.set(place, text);
  };
  texts.forEach(note);
  for (const party of parties)
    for (const { name } of childrenAt(root, party)) if (name !== "Nazwa") note(`${party}/${name}`);
  for (const { name, text } of childrenAt(root, "Fa"))
    if (isSum(name)) content.set(`Fa/${name}`, plainNumber(text.trim()));
  return content;
}

const childrenAt = (root: XmlElement, place: string): XmlElement[] => elementAt(root, place)?.children ?? [];

/** 123.00, 123.0 and 0123 are the same sum. */
const plainNumber = (text: string): string =>
  text
    .replace(/^([+-]?)0+(?=\d)/, "$1")
    .replace(/^\+/, "")
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");

const quoted = (text: string | undefined, nothing = "nothing"): string =>
  text === undefined ? nothing : `"${text}"`;
