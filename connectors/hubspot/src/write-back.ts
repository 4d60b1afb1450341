import { HubError, type ConnectorSource, type Outcome, type Ref } from "@ksef-hub/core";
import type { HubSpotClient } from "./client.ts";
import type { HubSpotConfig } from "./config.ts";
import { written, writtenNames } from "./properties.ts";
import { textOf, type CrmObject } from "./types.ts";

/** Properties, file and note, each by itself: what is there already is read first, and stays. */
export function hubspotWriteBack(
  client: HubSpotClient,
  { language }: Pick<HubSpotConfig, "language">,
): ConnectorSource["writeBack"] {
  const invoiceOf = async ({ id }: Ref, associations: readonly string[] = []): Promise<CrmObject> => {
    const invoice = await client.invoice(id, [...writtenNames], associations);
    if (invoice === undefined)
      throw new HubError("vendor.not-found", `HubSpot has no invoice ${id} any more.`);
    return invoice;
  };

  return {
    properties: async (ref, outcome) => {
      const invoice = await invoiceOf(ref);
      const changes = Object.entries(valuesOf(outcome, language)).filter(
        ([name, value]) => !isSame(name, textOf(invoice, name) ?? "", value),
      );
      if (changes.length > 0) await client.updateInvoice(ref.id, Object.fromEntries(changes));
    },

    file: async (ref, outcome) => {
      if (outcome.state !== "accepted") return;
      const { fileName, bytes } = outcome.upo;
      const known = textOf(await invoiceOf(ref), written.upoFile);
      const file = known === undefined ? undefined : await client.file(known);
      if (file?.name === baseOf(fileName)) return;
      const { id } = await client.upload(fileName, bytes);
      await client.updateInvoice(ref.id, { [written.upoFile]: id });
    },

    note: async (ref, outcome) => {
      if (outcome.state !== "accepted") return;
      const invoice = await invoiceOf(ref);
      const notes = await client.objects("notes", await client.associated(ref.id, "notes"), ["hs_note_body"]);
      if (notes.some((note) => textOf(note, "hs_note_body")?.includes(outcome.ksefNumber))) return;
      const file = textOf(invoice, written.upoFile);
      await client.createNote(ref.id, await client.noteAssociation(), {
        hs_timestamp: outcome.acceptedAt,
        hs_note_body: textOfNote(outcome.ksefNumber, language),
        ...(file === undefined ? {} : { hs_attachment_ids: file }),
      });
    },
  };
}

function valuesOf(outcome: Outcome, language: "pl" | "en"): Record<string, string> {
  if (outcome.state === "accepted")
    return {
      [written.number]: outcome.ksefNumber,
      [written.status]: outcome.state,
      [written.acceptedAt]: new Date(outcome.acceptedAt).toISOString(),
      [written.upoUrl]: outcome.upoUrl,
      [written.error]: "",
    };
  const { state, code, message, messagePl } = outcome;
  return { [written.status]: state, [written.error]: `${language === "pl" ? messagePl : message} (${code})` };
}

/** HubSpot gives an instant back in another form than it was written. */
function isSame(name: string, is: string, should: string): boolean {
  if (name !== written.acceptedAt || is === "") return is === should;
  return (/^\d+$/.test(is) ? Number(is) : Date.parse(is)) === Date.parse(should);
}

/** HubSpot keeps the extension apart from the name. */
const baseOf = (fileName: string): string => fileName.replace(/\.[^.]+$/, "");

const textOfNote = (ksefNumber: string, language: "pl" | "en"): string =>
  language === "pl"
    ? `Faktura przyjęta przez KSeF pod numerem ${ksefNumber}.`
    : `KSeF has accepted the invoice as ${ksefNumber}.`;
