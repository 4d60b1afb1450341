import { errorTable, type ErrorCode } from "../error.ts";
import type { Problem, Submission } from "../submission.ts";
import { polishTitles } from "./titles.ts";
import { clockTime, joined, type Words } from "./words.ts";

/** Where the invoice is and since when. */
export function whereItIs(
  { state, invoice, ksef, session, status, problem }: Submission,
  since: number,
): Words {
  const at = clockTime(since);
  const en = `Invoice ${invoice.number}`;
  const pl = `Faktura ${invoice.number}`;
  const number = ksef?.number;
  if (number !== undefined && state !== "reported")
    return {
      en: `${en} is in KSeF under number ${number}. Its receipt (UPO) has been missing in the hub since ${at}.`,
      pl: `${pl} jest w KSeF pod numerem ${number}. Od ${at} w hubie brakuje jej poświadczenia odbioru (UPO).`,
    };
  switch (state) {
    case "received":
      return {
        en: `${en} has been in the hub since ${at} and waits to be checked.`,
        pl: `${pl} jest w hubie od ${at} i czeka na sprawdzenie.`,
      };
    case "ready":
      return {
        en: `${en} is checked and has been waiting to be sent to KSeF since ${at}.`,
        pl: `${pl} jest sprawdzona i od ${at} czeka na wysłanie do KSeF.`,
      };
    case "sending":
      if (problem === undefined)
        return {
          en: `${en} is being sent to KSeF; the hub has had it on its way since ${at}.`,
          pl: `${pl} jest właśnie wysyłana do KSeF; hub zajmuje się nią od ${at}.`,
        };
      return {
        en: `${en} was being sent to KSeF; whether it has arrived is not known. The hub has had it on its way since ${at}.`,
        pl: `${pl} była wysyłana do KSeF; nie wiadomo, czy dotarła. Hub zajmuje się nią od ${at}.`,
      };
    case "sent":
      return joined(
        {
          en: `KSeF has had invoice ${invoice.number} since ${at} and is processing it.`,
          pl: `KSeF ma fakturę ${invoice.number} od ${at} i ją przetwarza.`,
        },
        status && ksefSaid(`${status.description} (${status.code})`),
      );
    case "accepted":
      return {
        en: `${en} has been in KSeF since ${at}; its receipt (UPO) is still missing in the hub.`,
        pl: `${pl} jest w KSeF od ${at}; w hubie brakuje jeszcze jej poświadczenia odbioru (UPO).`,
      };
    case "reported":
      return {
        en: `${en} is in KSeF${number === undefined ? "" : ` under number ${number}`}. Its receipt (UPO) has been verified and archived since ${at}.`,
        pl: `${pl} jest w KSeF${number === undefined ? "" : ` pod numerem ${number}`}. Jej poświadczenie odbioru (UPO) jest zweryfikowane i zarchiwizowane od ${at}.`,
      };
    case "rejected":
      if (problem?.code.startsWith("ksef.") === true)
        return {
          en: `KSeF said no to invoice ${invoice.number} on ${at}: it has no KSeF number.`,
          pl: `KSeF nie przyjął faktury ${invoice.number} (${at}): nie ma ona numeru KSeF.`,
        };
      return {
        en: `The hub stopped invoice ${invoice.number} on ${at}, before KSeF, which would not take it: it has no KSeF number.`,
        pl: `Hub zatrzymał fakturę ${invoice.number} (${at}) przed wysłaniem, bo KSeF by jej nie przyjął: nie ma ona numeru KSeF.`,
      };
    case "held":
      return joined(
        {
          en: `${en} has been on hold since ${at}: it needs a person.`,
          pl: `${pl} jest wstrzymana od ${at}: potrzebne jest działanie człowieka.`,
        },
        session && inDoubt,
      );
    case "dead":
      return joined(
        {
          en: `The hub gave up on invoice ${invoice.number} on ${at}, after many failures.`,
          pl: `Hub porzucił fakturę ${invoice.number} (${at}) po wielu niepowodzeniach.`,
        },
        session && inDoubt,
      );
  }
}

const inDoubt: Words = {
  en: "Whether KSeF has it is not known.",
  pl: "Nie wiadomo, czy KSeF ją ma.",
};

/** What the last failure was, and what the other side said, word for word. Undefined when all is well. */
export function whatWentWrong({ state, problem, failures }: Submission): Words | undefined {
  if (problem === undefined || state === "reported") return undefined;
  const title = titleOf(problem);
  const attempts: Words | undefined =
    failures > 1
      ? { en: `Failures in a row: ${failures}.`, pl: `Niepowodzenia z rzędu: ${failures}.` }
      : undefined;
  return joined({ en: `${title.en}.`, pl: `${title.pl}.` }, quoted(problem), inDetail(problem), attempts);
}

function titleOf({ code }: Problem): Words {
  const known = code in errorTable ? (code as ErrorCode) : "hub.internal";
  return { en: errorTable[known].title, pl: polishTitles[known] };
}

function quoted({ code, upstream }: Problem): Words | undefined {
  const words = [upstream?.description, ...(upstream?.details ?? [])].filter((part) => part).join("; ");
  if (words === "") return undefined;
  if (code.startsWith("rates."))
    return { en: `The National Bank of Poland said: "${words}".`, pl: `NBP odpowiedział: „${words}”.` };
  return ksefSaid(words);
}

/** Our own sentence, which only exists in English, where it says more than the title and the quotation. */
function inDetail({ code, message, upstream }: Problem): Words | undefined {
  const description = upstream?.description;
  const repeats = description !== undefined && description !== "" && message.includes(description);
  // Of what passes by itself the title says enough.
  const passes = code in errorTable && errorTable[code as ErrorCode].action === "retry";
  if (repeats || passes || message === "") return undefined;
  return { en: `In detail: ${ended(message)}`, pl: `Szczegóły (po angielsku): ${ended(message)}` };
}

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const ksefSaid = (words: string): Words => ({
  en: `KSeF said: "${words}".`,
  pl: `KSeF odpowiedział: „${words}”.`,
});
