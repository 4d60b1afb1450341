import type { Annotations, Exemption, NewTransport, NewVehicle } from "../../model.ts";
import { demandOneOf, mandatoryRecords, part, record, sequence, type Codec, type Entry } from "../codec.ts";
import { demandInteger, demandText, isYes, text, yesOrNo } from "../codec-values.ts";

const exemption = sequence<Exemption>(
  statement("P_19"),
  demandOneOf("act", "directive", "other"),
  text("P_19A", "act"),
  text("P_19B", "directive"),
  text("P_19C", "other"),
);

const newVehicle = sequence<NewVehicle>(
  demandText("P_22A", "firstUse"),
  demandInteger("P_NrWierszaNST", "line"),
  text("P_22BMK", "make"),
  text("P_22BMD", "model"),
  text("P_22BK", "colour"),
  text("P_22BNR", "registration"),
  text("P_22BRP", "productionYear"),
  demandOneOf("land", "vessel", "aircraft"),
  part(
    "land",
    sequence<NonNullable<NewVehicle["land"]>>(
      demandText("P_22B", "mileage"),
      text("P_22B1", "vin"),
      text("P_22B2", "bodyNumber"),
      text("P_22B3", "chassisNumber"),
      text("P_22B4", "frameNumber"),
      text("P_22BT", "type"),
    ),
  ),
  part(
    "vessel",
    sequence<NonNullable<NewVehicle["vessel"]>>(demandText("P_22C", "hours"), text("P_22C1", "hullNumber")),
  ),
  part(
    "aircraft",
    sequence<NonNullable<NewVehicle["aircraft"]>>(
      demandText("P_22D", "hours"),
      text("P_22D1", "serialNumber"),
    ),
  ),
);

const newTransport = sequence<NewTransport>(
  statement("P_22"),
  yesOrNo("P_42_5", "reportDue"),
  mandatoryRecords("NowySrodekTransportu", "vehicles", newVehicle),
);

/** Adnotacje */
const statements = sequence<Annotations>(
  yesOrNo("P_16", "cashAccounting"),
  yesOrNo("P_17", "selfBilling"),
  yesOrNo("P_18", "reverseCharge"),
  yesOrNo("P_18A", "splitPayment"),
  orNone("Zwolnienie", "exemption", exemption, "P_19N"),
  orNone("NoweSrodkiTransportu", "newTransport", newTransport, "P_22N"),
  yesOrNo("P_23", "simplifiedTriangulation"),
  marginScheme(),
);

const whenThere = record("Adnotacje", "annotations", statements);

/** The schema demands the element with all its statements; an invoice without annotations denies each of them. */
export const annotations: Entry<{ annotations?: Annotations | undefined }> = {
  ...whenThere,
  write: (model, gaps) => whenThere.write(model.annotations === undefined ? nothing : model, gaps),
};
const nothing = { annotations: {} };

/** `TWybor1` that is always 1 where its element may stand at all. */
function statement(element: string): Entry<object> {
  return { write: () => `<${element}>1</${element}>\n`, readers: {}, rows: [{ element, model: "" }] };
}

/** An element that holds either what the model says or the denial. */
function orNone<K extends string, P>(
  element: string,
  key: K,
  inner: Codec<P>,
  denial: string,
): Entry<{ [_ in K]?: P | undefined }> {
  const entry = record(element, key, inner);
  const none = `<${element}>\n<${denial}>1</${denial}>\n</${element}>\n`;
  return {
    write: (model, gaps) => entry.write(model, gaps) || none,
    readers: entry.readers,
    rows: [...entry.rows, { element: `${element}/${denial}`, model: key }],
  };
}

/** PMarzy: the scheme is the element that says 1. */
function marginScheme(): Entry<Pick<Annotations, "marginScheme">> {
  const elements = {
    travel: "P_PMarzy_2",
    "second-hand": "P_PMarzy_3_1",
    art: "P_PMarzy_3_2",
    collectibles: "P_PMarzy_3_3",
  } as const;
  const model = "marginScheme";
  return {
    write: ({ marginScheme: scheme }) => {
      if (scheme === undefined) return "<PMarzy>\n<P_PMarzyN>1</P_PMarzyN>\n</PMarzy>\n";
      const element = elements[scheme];
      return `<PMarzy>\n<P_PMarzy>1</P_PMarzy>\n<${element}>1</${element}>\n</PMarzy>\n`;
    },
    readers: {
      PMarzy: (element, into) => {
        for (const [scheme, name] of Object.entries(elements))
          if (element.children.some((child) => child.name === name && isYes(child))) into[model] ??= scheme;
      },
    },
    rows: ["P_PMarzy", ...Object.values(elements), "P_PMarzyN"].map((name) => ({
      element: `PMarzy/${name}`,
      model,
    })),
  };
}
