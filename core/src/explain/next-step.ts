import { errorTable, type ErrorCode } from "../error.ts";
import { isActive, type Submission } from "../submission.ts";
import { lateMs, waitsItsTurn } from "./phase.ts";
import type { Step } from "./step.ts";
import { steps } from "./steps.ts";
import { clockTime, joined, type Words } from "./words.ts";

/** Who acts next, and what; `nextAt`: when the hub looks again by itself. */
export function nextStep(submission: Submission, now: number, nextAt: number | undefined): Next {
  const { state, problem, ksef, session } = submission;
  if (state === "reported")
    return { by: "nobody", en: "There is nothing to do.", pl: "Nie trzeba nic robić." };
  const code = codeOf(problem?.code);
  // Whatever is wrong with a document, once it has a number nobody may hand it in a second time.
  const misplaced = ksef !== undefined && code !== undefined && errorTable[code].action === "reject";
  const step = code === undefined ? undefined : misplaced ? askOperator : steps[code];

  const numbered = ksef && notAgain;
  // The document KSeF refuses is in the buyer's hands: it may only be replaced by the same invoice.
  if (state === "rejected" && submission.offline !== undefined && code === "ksef.rejected")
    return { by: "you", ...correctTechnically };
  if (state === "rejected")
    return { by: "you", ...joined(step?.by === "you" ? step : correctAnew, numbered) };
  if (state === "held" || state === "dead") {
    const replay = step?.anew ? undefined : thenReplay;
    return {
      by: "you",
      ...joined(step?.by === "you" ? step : findTheCause, replay, numbered ?? (session && inDoubt)),
    };
  }
  if (step?.by === "you") return { by: "you", ...joined(step, numbered) };

  const by = step?.by ?? (state === "sent" ? "ksef" : "hub");
  const doing = step ?? byItself[state];
  return {
    by,
    ...joined(doing, late(submission, now) ?? soon(nextAt), state === "sending" ? onlyOnce : undefined),
  };
}

/** Of an invoice with a technical correction. */
export const leftToCorrection: Next = {
  by: "nobody",
  en: "There is nothing to do: its technical correction goes to KSeF in its place.",
  pl: "Nie trzeba nic robić: zamiast niej do KSeF trafi jej korekta techniczna.",
};

export interface Next extends Words {
  by: "hub" | "you" | "ksef" | "nobody";
}

/** A code that an earlier version knew is a defect as far as we can tell. */
function codeOf(code: string | undefined): ErrorCode | undefined {
  if (code === undefined) return undefined;
  return code in errorTable ? (code as ErrorCode) : "hub.internal";
}

function late(submission: Submission, now: number): Words | undefined {
  const { state, wakeAt } = submission;
  if (!isActive(state) || waitsItsTurn(submission) || now - wakeAt <= lateMs) return undefined;
  const at = clockTime(wakeAt);
  return {
    en: `It should have gone on at ${at} and has not: if this lasts, ask the administrator whether the hub is running.`,
    pl: `Hub miał wrócić do niej o ${at} i tego nie zrobił: jeśli to potrwa, zapytaj administratora, czy hub działa.`,
  };
}

const soon = (nextAt: number | undefined): Words | undefined =>
  nextAt === undefined
    ? undefined
    : {
        en: `The hub acts next at ${clockTime(nextAt)}.`,
        pl: `Następne działanie huba: ${clockTime(nextAt)}.`,
      };

const byItself: Record<"received" | "ready" | "sending" | "sent" | "accepted", Words> = {
  received: {
    en: "There is nothing to do: the hub checks it and sends it by itself.",
    pl: "Nie trzeba nic robić: hub sam ją sprawdzi i wyśle.",
  },
  ready: {
    en: "There is nothing to do: the hub sends it by itself when it is its turn.",
    pl: "Nie trzeba nic robić: hub sam ją wyśle, gdy przyjdzie jej kolej.",
  },
  sending: {
    en: "There is nothing to do: the hub finds out by itself whether KSeF has taken it.",
    pl: "Nie trzeba nic robić: hub sam ustali, czy KSeF ją przyjął.",
  },
  sent: {
    en: "There is nothing to do but wait: KSeF may take hours, and the hub asks by itself. Do not send it again.",
    pl: "Pozostaje czekać: KSeF może potrzebować godzin, a hub sam pyta o wynik. Nie wysyłaj jej ponownie.",
  },
  accepted: {
    en: "There is nothing to do: the hub fetches the receipt by itself.",
    pl: "Nie trzeba nic robić: hub sam pobierze poświadczenie.",
  },
};

const onlyOnce: Words = {
  en: "Before the hub sends it again, it asks KSeF whether it is there.",
  pl: "Zanim hub wyśle ją ponownie, zapyta KSeF, czy już tam jest.",
};
const findTheCause: Words = {
  en: "The hub does not try again by itself. Find out with the administrator whether the cause is gone.",
  pl: "Hub sam już nie spróbuje. Ustal z administratorem, czy przyczyna ustąpiła.",
};
const thenReplay: Words = {
  en: "Then replay the invoice in the hub: it goes on where it stopped.",
  pl: "Następnie ponów fakturę w hubie: ruszy od miejsca, w którym się zatrzymała.",
};
const inDoubt: Words = {
  en: "Do not send it by other means: on a replay the hub first asks KSeF whether it is there.",
  pl: "Nie wysyłaj jej inną drogą: po ponowieniu hub najpierw zapyta KSeF, czy już tam jest.",
};
const notAgain: Words = {
  en: "Do not issue or send the invoice again: KSeF has it.",
  pl: "Nie wystawiaj ani nie wysyłaj faktury ponownie: KSeF ją ma.",
};
const correctTechnically: Words = {
  en: "The invoice is with the buyer already: hand in a technical correction in time, the same invoice in a document KSeF can take (POST /v1/invoices/{id}/technical-correction). If its content has to change, issue a correcting invoice afterwards.",
  pl: "Nabywca ma już tę fakturę: złóż w terminie korektę techniczną, czyli tę samą fakturę w dokumencie, który KSeF przyjmie (POST /v1/invoices/{id}/technical-correction). Jeśli zmienić trzeba treść, wystaw potem fakturę korygującą.",
};
const correctAnew: Words = {
  en: "Have the invoice corrected and hand it in as a new document, with a new Idempotency-Key.",
  pl: "Zleć poprawienie faktury i przekaż ją jako nowy dokument, z nowym Idempotency-Key.",
};
const askOperator: Step = {
  by: "you",
  en: "Ask the administrator of the hub to look into it.",
  pl: "Poproś administratora huba o sprawdzenie.",
};
