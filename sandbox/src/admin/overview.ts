import { standingFaults, type StandingFault } from "../faults/plan.ts";
import { visibleStatus } from "../invoice.ts";
import { isoTime } from "../iso.ts";
import { beaconStatus } from "../latarnia/beacon.ts";
import type { Ledger } from "../ledger.ts";
import { sessionKind, sessionNow } from "../session.ts";
import type { Invoice, Session, State } from "../state.ts";
import { requestWindows, type RequestWindow } from "./windows.ts";

/** The state of the sandbox at a glance; of sessions and invoices the latest, newest first. */
export interface Overview {
  baseUrl: string;
  now: string;
  clockOffsetMs: number;
  seed: string;
  limits: string;
  profile: string;
  beacon: string;
  companies: string[];
  counts: { sessions: number; invoices: number; accepted: number };
  sessions: { referenceNumber: string; nip: string; kind: string; status: string; invoices: number }[];
  invoices: InvoiceLine[];
  faults: StandingFault[];
  windows: RequestWindow[];
}

interface InvoiceLine {
  number: string;
  nip: string;
  /** What a client sees now, and what it will be. */
  status: string;
  verdict: string;
  ksefNumber: string;
  postedAt: string;
}

const shown = 20;

export function overview(state: State, ledger: Ledger): Overview {
  const { clock, behaviour, companies } = state;
  const sessions = state.sessions.values();
  const invoices = state.invoices.values();
  return {
    baseUrl: state.baseUrl(),
    now: isoTime(clock.now()),
    clockOffsetMs: clock.offset,
    seed: behaviour.seed,
    limits: behaviour.limits,
    profile: behaviour.profile,
    beacon: beaconStatus(state).status,
    companies: companies.values().map(({ nip }) => nip),
    counts: {
      sessions: sessions.length,
      invoices: invoices.length,
      accepted: invoices.filter(({ accepted }) => accepted !== undefined).length,
    },
    sessions: latest(sessions).map((session) => sessionLine(state, session)),
    invoices: latest(invoices).map((invoice) => invoiceLine(state, invoice)),
    faults: standingFaults(state).values(),
    windows: requestWindows(ledger.log(), clock.now()),
  };
}

const latest = <T>(items: T[]): T[] => items.slice(-shown).toReversed();

function sessionLine(state: State, session: Session): Overview["sessions"][number] {
  const { status, invoiceCount } = sessionNow(state, session);
  const { referenceNumber, nip } = session;
  return { referenceNumber, nip, kind: sessionKind(session), status: text(status), invoices: invoiceCount };
}

function invoiceLine(state: State, invoice: Invoice): InvoiceLine {
  return {
    number: invoice.number ?? "",
    nip: state.sessions.get(invoice.sessionReferenceNumber)?.nip ?? "",
    status: text(visibleStatus(state, invoice)),
    verdict: [text(invoice.verdict), ...(invoice.verdict.details ?? [])].join(" · "),
    ksefNumber: invoice.accepted?.ksefNumber ?? "",
    postedAt: isoTime(invoice.postedAt),
  };
}

const text = ({ code, description }: { code: number; description: string }): string =>
  `${code} ${description}`;
