import { html } from "hono/html";
import type { Overview } from "./overview.ts";

type Html = ReturnType<typeof html>;

/** The overview for a browser: one page that needs nothing else and refreshes itself. */
export function overviewPage(overview: Overview): Html {
  const { counts, beacon, clockOffsetMs } = overview;
  const moved = clockOffsetMs === 0 ? "" : ` (clock moved by ${Math.round(clockOffsetMs / 1000)} s)`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="refresh" content="3" />
        <meta name="viewport" content="width=device-width" />
        <title>KSeF sandbox</title>
        <style>
          body {
            font:
              14px/1.5 system-ui,
              sans-serif;
            margin: 2rem auto;
            max-width: 75rem;
            padding: 0 1rem;
            color: #1c2733;
          }
          h1 {
            font-size: 1.4rem;
            margin: 0;
          }
          h2 {
            font-size: 1rem;
            margin: 2rem 0 0.4rem;
          }
          table {
            border-collapse: collapse;
            width: 100%;
          }
          code {
            font-size: 13px;
          }
          th,
          td {
            text-align: left;
            padding: 0.25rem 1rem 0.25rem 0;
            border-bottom: 1px solid #dde3ea;
            vertical-align: top;
          }
          th {
            font-weight: 600;
            color: #5a6b7d;
          }
          p {
            margin: 0.3rem 0;
            color: #5a6b7d;
          }
        </style>
      </head>
      <body>
        <h1>KSeF sandbox</h1>
        <p>
          <code>${overview.baseUrl}</code> · ${overview.now}${moved} · beacon ${beacon} · seed
          ${overview.seed}
        </p>
        <p>${counts.sessions} sessions, ${counts.invoices} invoices, ${counts.accepted} accepted</p>
        ${table(
          "Companies",
          ["NIP"],
          overview.companies.map((nip) => [nip]),
        )}
        ${table("Active faults", ["Id", "Where", "Fault", "Matched", "Struck"], overview.faults.map(faultRow))}
        ${table(
          "Sessions",
          ["Reference number", "NIP", "Kind", "Status", "Invoices"],
          overview.sessions.map((line) => [
            line.referenceNumber,
            line.nip,
            line.kind,
            line.status,
            line.invoices,
          ]),
        )}
        ${table(
          "Latest invoices",
          ["Number", "NIP", "Shows", "Verdict", "KSeF number", "Posted"],
          overview.invoices.map((line) => [
            line.number,
            line.nip,
            line.status,
            line.verdict,
            line.ksefNumber,
            line.postedAt,
          ]),
        )}
        ${table(
          "Requests (now / peak)",
          ["Context", "Address", "Group", "Second", "Minute", "Hour"],
          overview.windows.map((line) => [
            line.context ?? "-",
            line.ip,
            line.group,
            `${line.lastSecond} / ${line.peakPerSecond}`,
            `${line.lastMinute} / ${line.peakPerMinute}`,
            `${line.lastHour} / ${line.peakPerHour}`,
          ]),
        )}
      </body>
    </html>`;
}

function faultRow({
  id,
  on,
  fault,
  matched,
  struck,
  times,
}: Overview["faults"][number]): (string | number)[] {
  const { kind, ...parts } = fault;
  const where = Object.values(on).join(" ") || "every request";
  return [
    id,
    where,
    `${kind} ${JSON.stringify(parts)}`,
    matched,
    times === undefined ? struck : `${struck} of ${times}`,
  ];
}

/** Everything in the cells is escaped. */
function table(title: string, heads: string[], rows: (string | number)[][]): Html {
  const body =
    rows.length === 0
      ? html`<p>none</p>`
      : html`<table>
          <tr>
            ${heads.map((head) => html`<th>${head}</th>`)}
          </tr>
          ${rows.map(
            (row) =>
              html`<tr>
                ${row.map((cell) => html`<td>${cell}</td>`)}
              </tr>`,
          )}
        </table>`;
  return html`<h2>${title}</h2>
    ${body}`;
}
