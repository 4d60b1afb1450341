import { warsawDate } from "../warsaw.ts";

/** The same in both languages. */
export interface Words {
  en: string;
  pl: string;
}

/** Sentences one after the other; those that are not there leave no gap. */
export function joined(...sentences: (Words | undefined)[]): Words {
  const present = sentences.filter((words) => words !== undefined);
  return { en: present.map(({ en }) => en).join(" "), pl: present.map(({ pl }) => pl).join(" ") };
}

/** Day and minute on Polish clocks, `2026-02-15 14:30`: the same in both languages. */
export function clockTime(at: number): string {
  return `${warsawDate(at)} ${minutes.format(at)}`;
}

/** A length of time in its two largest units, such as `3 hours 20 minutes` and `3 godziny 20 minut`. */
export function duration(ms: number): Words {
  const total = Math.max(1, Math.ceil(ms / 60_000));
  const units: [number, string][] = [
    [Math.floor(total / 1440), "day"],
    [Math.floor((total % 1440) / 60), "hour"],
    [total % 60, "minute"],
  ];
  const told = units.filter(([count]) => count > 0).slice(0, 2);
  const said = (language: "en" | "pl") =>
    told
      .map(([value, unit]) =>
        new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(value),
      )
      .join(" ");
  return { en: said("en"), pl: said("pl") };
}

const minutes = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Warsaw", timeStyle: "short" });
