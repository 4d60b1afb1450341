import type { Deadline } from "../offline/deadline.ts";
import { onlineTimeLeft } from "../offline/online.ts";
import type { Submission } from "../submission.ts";
import { clockTime, duration, type Words } from "./words.ts";

/**
 * Until when an invoice has to reach KSeF: one issued offline until its deadline, where that is given; any other before
 * midnight, or KSeF counts it as offline. Undefined when there is nothing to say.
 * Source: ksef-docs, tryby-offline.md and offline/automatyczne-okreslanie-trybu-offline.md.
 */
export function sendingTime(
  { state, offline, ksef, session, invoice }: Submission,
  now: number,
  deadline: Deadline | undefined,
): Words | undefined {
  const waits = ksef === undefined && state !== "sent" && (state !== "rejected" || offline !== undefined);
  if (offline !== undefined) {
    const issued = issuedOffline(offline);
    const until = waits && deadline !== undefined ? untilWhen(deadline, now) : undefined;
    return until === undefined ? issued : { en: `${issued.en} ${until.en}`, pl: `${issued.pl} ${until.pl}` };
  }
  // Of a batch the day counts on which it is opened, and that is when it has its reference.
  const inTime = session?.batch !== undefined && session.reference !== undefined;
  return waits && !inTime ? beforeMidnight(invoice.issueDate, now) : undefined;
}

function issuedOffline({ mode, issuedAt }: NonNullable<Submission["offline"]>): Words {
  const { en, pl } = modes[mode];
  return {
    en: `It was issued offline on ${clockTime(issuedAt)} (${en}).`,
    pl: `Fakturę wystawiono offline ${clockTime(issuedAt)} (${pl}).`,
  };
}

const modes: Record<NonNullable<Submission["offline"]>["mode"], Words> = {
  offline24: { en: "offline24, by own choice", pl: "offline24, z własnego wyboru" },
  unavailability: { en: "KSeF was announced unavailable", pl: "ogłoszona niedostępność KSeF" },
  failure: { en: "a failure of KSeF was announced", pl: "ogłoszona awaria KSeF" },
  "total-failure": { en: "a total failure of KSeF was announced", pl: "ogłoszona awaria całkowita KSeF" },
};

function untilWhen(deadline: Deadline, now: number): Words {
  switch (deadline.state) {
    case "none":
      return { en: "It need not be sent to KSeF.", pl: "Nie trzeba jej przesyłać do KSeF." };
    case "open":
      return {
        en: "The outage goes on; the time for sending it to KSeF counts from its end.",
        pl: "Przerwa w działaniu KSeF trwa; termin przesłania faktury liczy się od jej końca.",
      };
    case "set": {
      if (deadline.until <= now)
        return {
          en: `It had to be sent to KSeF by the end of ${deadline.date}: that time is over.`,
          pl: `Należało ją przesłać do KSeF do końca dnia ${deadline.date}: ten termin minął.`,
        };
      const left = duration(deadline.until - now);
      return {
        en: `It has to be sent to KSeF by the end of ${deadline.date}. Time left: ${left.en}.`,
        pl: `Trzeba ją przesłać do KSeF do końca dnia ${deadline.date}. Pozostały czas: ${left.pl}.`,
      };
    }
  }
}

function beforeMidnight(issueDate: string, now: number): Words | undefined {
  const leftMs = onlineTimeLeft(issueDate, now);
  // A date in the future is not due today.
  if (leftMs > longestDayMs) return undefined;
  if (leftMs <= 0)
    return {
      en: `Its date of issue, ${issueDate}, is over: KSeF will count it as issued offline.`,
      pl: `Dzień jej wystawienia, ${issueDate}, minął: KSeF uzna ją za wystawioną offline.`,
    };
  const left = duration(leftMs);
  return {
    en: `If it is not sent before midnight, KSeF will count it as issued offline. Time left: ${left.en}.`,
    pl: `Jeśli nie zostanie przesłana przed północą, KSeF uzna ją za wystawioną offline. Pozostały czas: ${left.pl}.`,
  };
}

/** The day on which the clocks go back. */
const longestDayMs = 25 * 3_600_000;
