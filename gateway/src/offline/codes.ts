import { codesOf, type Codes, type Engine, HubError, type Submission } from "@ksef-hub/core";
import { kodPng, kodSvg } from "@ksef-hub/core/offline";

/** The codes of an invoice as JSON: the links inside them, the labels under them, and where their pictures are. */
export async function codesView(engine: Engine, submission: Submission) {
  const { kodI, kodII } = await codesOf(engine, submission);
  const picture = (name: string) => `/v1/invoices/${submission.id}/${name}`;
  const view = (kod: Codes["kodI"], name: string) => ({
    ...kod,
    svg: picture(`${name}.svg`),
    png: picture(`${name}.png`),
  });
  return { kodI: view(kodI, "kod-1"), ...(kodII && { kodII: view(kodII, "kod-2") }) };
}

/** What a picture is called in an address. */
export const pictureName = "kod-[12]\\.(?:svg|png)";

/** One of `kod-1.svg`, `kod-1.png`, `kod-2.svg` and `kod-2.png`. Throws `submission.no-code`. */
export async function codePicture(engine: Engine, submission: Submission, name: string): Promise<Response> {
  const { kodI, kodII } = await codesOf(engine, submission);
  const kod = name.startsWith("kod-1") ? kodI : kodII;
  if (kod === undefined)
    throw new HubError(
      "submission.no-code",
      `Invoice ${submission.id} has no KOD II: was it issued offline?`,
    );
  const svg = name.endsWith(".svg");
  return new Response(svg ? kodSvg(kod) : new Uint8Array(kodPng(kod)), {
    headers: {
      "content-type": svg ? "image/svg+xml" : "image/png",
      "x-content-type-options": "nosniff",
      // The label of KOD I changes when there is a KSeF number.
      "cache-control": "private, no-cache",
    },
  });
}
