import type { Attachment, AttachmentBlock, Footer, Table } from "../../model.ts";
import { append, group, mandatoryRecords, records, sequence, under, wrap, type Entry } from "../codec.ts";
import { collapsed, demandText, escape, text, texts } from "../codec-values.ts";

/** Stopka */
export const footer = sequence<Footer>(
  footerTexts(),
  records(
    "Rejestry",
    "registers",
    sequence<NonNullable<Footer["registers"]>[number]>(
      text("PelnaNazwa", "fullName"),
      text("KRS", "krs"),
      text("REGON", "regon"),
      text("BDO", "bdo"),
    ),
  ),
);

const table = sequence<Table>(
  records(
    "TMetaDane",
    "metadata",
    sequence<NonNullable<Table["metadata"]>[number]>(
      demandText("TKlucz", "key"),
      demandText("TWartosc", "value"),
    ),
  ),
  text("Opis", "description"),
  group<Pick<Table, "columns">>("TNaglowek", columns()),
  rows(),
  group<Pick<Table, "summary">>("Suma", texts("SKom", "summary", { mayBeEmpty: true })),
);

const block = sequence<AttachmentBlock>(
  text("ZNaglowek", "heading"),
  mandatoryRecords(
    "MetaDane",
    "metadata",
    sequence<AttachmentBlock["metadata"][number]>(
      demandText("ZKlucz", "key"),
      demandText("ZWartosc", "value"),
    ),
  ),
  group<Pick<AttachmentBlock, "paragraphs">>("Tekst", texts("Akapit", "paragraphs")),
  records("Tabela", "tables", table),
);

/** Zalacznik */
export const attachment = sequence<Attachment>(mandatoryRecords("BlokDanych", "blocks", block));

/** Each text stands in a StopkaFaktury of its own Informacje and keeps its line breaks. */
function footerTexts(): Entry<Pick<Footer, "texts">> {
  return {
    write: ({ texts: all = [] }) =>
      all.map((one) => wrap("Informacje", `<StopkaFaktury>${escape(one)}</StopkaFaktury>\n`)).join(""),
    readers: {
      Informacje: (element, into) => {
        for (const child of element.children)
          if (child.name === "StopkaFaktury" && child.text !== "") append(into, "texts", child.text);
      },
    },
    rows: [{ element: "Informacje/StopkaFaktury", model: "texts[]" }],
  };
}

/** Kol, with the type of the column in an attribute */
function columns(): Entry<Pick<Table, "columns">> {
  return {
    write: (model) =>
      model.columns
        .map(({ name, type }) => `<Kol Typ="${type}">\n<NKom>${escape(name)}</NKom>\n</Kol>\n`)
        .join(""),
    readers: {
      Kol: (element, into) => {
        const heading = element.children.find((child) => child.name === "NKom");
        const type = element.attributes["Typ"];
        if (heading !== undefined && type !== undefined)
          append(into, "columns", { name: collapsed(heading), type });
      },
    },
    rows: [
      { element: "Kol/@Typ", model: "columns[].type" },
      { element: "Kol/NKom", model: "columns[].name" },
    ],
  };
}

/** Wiersz: a list of lists */
function rows(): Entry<Pick<Table, "rows">> {
  const cells = texts("WKom", "cells", { mayBeEmpty: true });
  const inner = sequence(cells);
  return {
    write: (model, gaps) =>
      model.rows.map((row) => wrap("Wiersz", inner.write({ cells: row }, gaps))).join(""),
    readers: {
      Wiersz: (element, into) => {
        const row = inner.read(element)?.["cells"];
        if (row !== undefined) append(into, "rows", row);
      },
    },
    rows: under("Wiersz", [{ element: "WKom", model: "rows[][]" }]),
  };
}
