import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { SaxesParser } from "saxes";
import { describe, expect, it } from "vitest";
import { HubError } from "../src/error.ts";
import { parseXml, type XmlElement } from "../src/xml.ts";
import { sampleInvoiceXml } from "../testing/index.ts";

const parse = (xml: string): XmlElement => parseXml(new TextEncoder().encode(xml));

/** The same document as another parser reads it. */
function asSaxesReads(xml: string): XmlElement | undefined {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const open: XmlElement[] = [];
  let root: XmlElement | undefined;
  parser.on("opentag", ({ local, uri, attributes }) => {
    const values = Object.entries(attributes).map(([name, { value }]) => [name, value] as const);
    const element: XmlElement = {
      name: local,
      namespace: uri,
      attributes: Object.fromEntries(values),
      text: "",
      children: [],
      line: parser.line,
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  const collect = (text: string): void => {
    const current = open.at(-1);
    if (current !== undefined) current.text += text;
  };
  parser.on("text", collect);
  parser.on("cdata", collect);
  parser.on("closetag", () => void open.pop());
  parser.write(xml).close();
  return root;
}

describe("reads what another parser reads", () => {
  it("in the sample", () => expect(parse(sampleInvoiceXml())).toEqual(asSaxesReads(sampleInvoiceXml())));

  const examples = new URL("../../../shared/ksef/fa3-examples/ministry/", import.meta.url);
  it.skipIf(!existsSync(examples))("in the Ministry's examples", () => {
    const files = readdirSync(examples).filter((file) => file.endsWith(".xml"));
    expect(files.length).toBe(26);
    for (const file of files) {
      const xml = readFileSync(new URL(file, examples), "utf8");
      expect(parse(xml)).toEqual(asSaxesReads(xml));
    }
  });

  it("in documents made at random", () => {
    fc.assert(
      fc.property(documents, (xml) => {
        expect(parse(xml)).toEqual(asSaxesReads(xml));
      }),
      { numRuns: 1_000 },
    );
  });
});

const one = fc.constantFrom;
const content = fc.oneof(
  one("a", "1", " ", "\n", "\r\n", "\r", "\t", ">", "ąę", "€", "😀", "] ", "--", "=", "/", "'", '"', "P_2"),
  one("&lt;", "&gt;", "&amp;", "&quot;", "&apos;", "&#65;", "&#x1F600;", "&#13;", "&#10;", "&amp;lt;"),
);
const value = fc
  .tuple(one("'", '"'), fc.array(content, { maxLength: 5 }))
  .map(([mark, parts]) => mark + parts.filter((part) => part !== mark).join("") + mark);
const blank = one(" ", "\n", "\r\n ", "\t");
const attribute = (name: string) =>
  fc.tuple(blank, one("", " ", "\n"), one("", " "), value).map(([a, b, c, v]) => `${a}${name}${b}=${c}${v}`);
const attributes = fc
  .tuple(
    ...["a", "ż-2", "p:b", "xmlnsx"].map((name) => fc.option(attribute(name), { nil: "", freq: 2 })),
    one("", ' xmlns="urn:1"', " xmlns=''", " xmlns:p='urn:2'", ' xmlns:q="urn:&amp;" xmlns="urn:3"'),
  )
  .map((parts) => parts.join(""));
const comment = one("<!-- <a> & ]]> -->", "<!---->", "<!--\n<!DOCTYPE x>\r\n-->");
const cdata = one("<![CDATA[]]>", "<![CDATA[<b>&amp;\r\n]] <!DOCTYPE x> <?pi?>]]>", "<![CDATA[<!-- -->]]>");
const { element } = fc.letrec<{ element: string; inner: string }>((tie) => ({
  inner: fc.oneof({ maxDepth: 4 }, content, comment, cdata, tie("element")),
  element: fc
    .tuple(
      one("a", "P_13_1", "p:x", "q:Łódź", "_"),
      attributes,
      one("", " ", "\n"),
      fc.array(tie("inner"), { maxLength: 6 }),
    )
    .map(([name, given, space, children]) =>
      children.length === 0
        ? `<${name}${given}${space}/>`
        : `<${name}${given}${space}>${children.join("")}</${name}${space}>`,
    ),
}));
const documents = fc
  .tuple(
    one("", '<?xml version="1.0"?>', "<?xml version='1.0' encoding='utf-8' ?>\r\n"),
    one("", "<!-- <a> -->\n"),
    element,
    one("", "\n", "<!-- <z/> -->"),
  )
  .map(
    ([declaration, before, inside, behind]) =>
      `${declaration}${before}<r xmlns:p="urn:p" xmlns:q="urn:q">${inside}</r>${behind}`,
  );

const nested = (levels: number): string => "<a>".repeat(levels) + "</a>".repeat(levels);

describe("refuses", () => {
  const bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>';
  const cases: [what: string, xml: string, code: string, line: number][] = [
    ["nothing", "", "xml.malformed", 1],
    ["text alone", "a", "xml.malformed", 1],
    ["an element left open", "<a>\n<b></a>", "xml.malformed", 2],
    ["a tag left open", "<a>\n<b c='", "xml.malformed", 2],
    ["a comment left open", "<a><!-- ", "xml.malformed", 1],
    ["a CDATA section left open", "<a><![CDATA[ ", "xml.malformed", 1],
    ["two roots", "<a/>\n<b/>", "xml.malformed", 2],
    ["an attribute twice", "<a b='1' b='2'/>", "xml.malformed", 1],
    ["a < in a value", "<a b='<'/>", "xml.malformed", 1],
    ["an entity nobody declared", "<a>\n&b;</a>", "xml.malformed", 2],
    ["a reference to no character", "<a>&#0;</a>", "xml.malformed", 1],
    ["a reference beyond Unicode", "<a>&#x110000;</a>", "xml.malformed", 1],
    ["a prefix nobody declared", "<a>\n<p:b/></a>", "xml.malformed", 2],
    ["an attribute's prefix nobody declared", "<a p:b=''/>", "xml.malformed", 1],
    ["XML 1.1", "<?xml version='1.1'?><a/>", "xml.malformed", 1],
    ["another encoding", "<?xml version='1.0' encoding='UTF-16'?><a/>", "xml.encoding", 1],
    ["UTF-16 without a mark", "<\0a\0/\0>\0", "xml.character", 1],
    ["a byte order mark", "\uFEFF<a/>", "xml.encoding", 1],
    ["a DOCTYPE", "<!-- a -->\n<!DOCTYPE a><a/>", "xml.doctype", 2],
    ["a DOCTYPE behind an instruction", "<?a?><!DOCTYPE a><a/>", "xml.doctype", 1],
    ["entities that grow", bomb, "xml.doctype", 1],
    ["an instruction", "<a>\n<?b c?></a>", "xml.processing-instruction", 2],
    ["an instruction at the start", "<?xml-stylesheet href='a'?><a/>", "xml.processing-instruction", 1],
    ["a forbidden character", "<a>\n\u0080</a>", "xml.character", 2],
    ["a forbidden character by reference", "<a>\n&#x80;</a>", "xml.character", 2],
    ["a forbidden character in a value", "<a\nb='&#xFDD0;'/>", "xml.character", 2],
    ["65 levels", nested(65), "xml.depth", 1],
    ["50,000 levels", nested(50_000), "xml.depth", 1],
    ["50,000 levels left open", "<a>".repeat(50_000), "xml.depth", 1],
  ];
  for (const [what, xml, code, line] of cases) {
    it(`${what}: ${code}`, () => {
      let refusal: unknown;
      try {
        parse(xml);
      } catch (error) {
        refusal = error;
      }
      expect(refusal).toBeInstanceOf(HubError);
      const { message, faults } = refusal as HubError;
      expect(faults).toEqual([{ code, message, line }]);
      expect(message).toMatch(new RegExp(`^Line ${line}: .`));
    });
  }

  it("no prefix for its name", () =>
    expect(parse("<__proto__:a xmlns:__proto__='urn:p'/>").namespace).toBe("urn:p"));

  it("nothing that only looks like it", () => {
    expect(parse("<a><!-- <!DOCTYPE b> <?c?> --><![CDATA[<!DOCTYPE b><?c?>]]></a>").text).toBe(
      "<!DOCTYPE b><?c?>",
    );
    expect(parse(nested(64)).children.length).toBe(1);
  });
});
