import { readFileSync } from "node:fs";
import { parseXml, type XmlElement } from "../../../src/xml.ts";

/** The paths of all elements and attributes that hold something, from the official schema itself. */
export function officialElements(): string[] {
  const file = new URL("../../../schemas/schemat_FA(3)_v1-0E.xsd", import.meta.url);
  const schema = parseXml(readFileSync(file));
  const types = new Map(
    schema.children
      .filter(({ name }) => name === "complexType")
      .map((type) => [type.attributes["name"], type]),
  );
  const root = schema.children.filter(({ name }) => name === "element");
  return root.flatMap((element) => paths(element, ""));

  function paths(element: XmlElement, above: string): string[] {
    const here = above + (element.attributes["name"] ?? "");
    const type = types.get(element.attributes["type"]?.replace("tns:", "") ?? "");
    const inner = [element, ...(type === undefined ? [] : [type])].flatMap((part) => parts(part, `${here}/`));
    const holdsElements = inner.some((path) => !path.includes("@"));
    return holdsElements ? inner : [...inner, here];
  }

  function parts(part: XmlElement, here: string): string[] {
    return part.children.flatMap((child) => {
      if (child.name === "element") return paths(child, here);
      if (child.name === "attribute") return [`${here}@${child.attributes["name"]}`];
      const base = types.get(child.name === "extension" ? child.attributes["base"]?.replace("tns:", "") : "");
      return [...(base === undefined ? [] : parts(base, here)), ...parts(child, here)];
    });
  }
}
