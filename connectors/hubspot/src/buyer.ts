import type { Draft } from "@ksef-hub/core";
import type { HubSpotConfig } from "./config.ts";
import { textOf, type CrmObject } from "./types.ts";

type Buyer = NonNullable<Draft["buyer"]>;

/** The buyer: the company of the invoice, or its contact as a consumer where the connection says so. */
export function buyerOf(company: CrmObject | null, contact: CrmObject | null, config: HubSpotConfig): Buyer {
  if (company !== null)
    return {
      ...taxIdOf(textOf(company, config.buyerTaxProperty), countryOf(company)),
      ...named(textOf(company, "name")),
      ...addressed(company),
    };
  if (contact === null) return {};
  const name = [textOf(contact, "firstname"), textOf(contact, "lastname")].filter(Boolean).join(" ");
  return {
    ...(config.contactsAreConsumers && { noTaxId: true as const }),
    ...named(name),
    ...addressed(contact),
  };
}

/** A NIP, the VAT number of an EU state, or another number; what should be a NIP and is none is for the model to refuse. */
function taxIdOf(written: string | undefined, country: string | undefined): Buyer {
  if (written === undefined) return {};
  const id = written.toUpperCase().replaceAll(/[\s.-]/g, "");
  const prefix = id.slice(0, 2);
  if (prefix === "PL") return { nip: id.slice(2) };
  if (euPrefixes.has(prefix) && /\d/.test(id)) return { euVat: { country: prefix, number: id.slice(2) } };
  if (country === undefined || country === "PL") return { nip: id };
  return { otherTaxId: { country, number: id } };
}

const euPrefixes: ReadonlySet<string> = new Set(
  "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PT RO SE SI SK XI".split(" "),
);

const named = (name: string | undefined): Buyer => (name === undefined || name === "" ? {} : { name });

function addressed(object: CrmObject): Buyer {
  const joined = (...names: string[]): string =>
    names
      .map((name) => textOf(object, name))
      .filter(Boolean)
      .join(" ");
  const country = countryOf(object);
  // A Polish address has no voivodeship.
  const town = country === "PL" ? joined("zip", "city") : joined("zip", "city", "state");
  const [line1, line2] = [joined("address", "address2"), town].filter(Boolean);
  if (line1 === undefined) return {};
  return {
    address: { line1, ...(country !== undefined && { country }), ...(line2 !== undefined && { line2 }) },
  };
}

/** By its code, or by its name in English or Polish, as people type it into HubSpot. */
function countryOf(object: CrmObject): string | undefined {
  const said = textOf(object, "hs_country_code") ?? textOf(object, "country");
  return said === undefined
    ? undefined
    : /^[A-Z]{2}$/i.test(said)
      ? said.toUpperCase()
      : countries.get(said.toLowerCase());
}

const letters = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
/** Without the ones that are not in use any more, such as UK: they have the name of another. */
const codes = letters
  .flatMap((first) => letters.map((second) => first + second))
  .filter((code) => Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}`);
const countries: ReadonlyMap<string, string> = new Map(
  ["en", "pl"].flatMap((language) => {
    const names = new Intl.DisplayNames([language], { type: "region", fallback: "none" });
    return codes.flatMap((code): [string, string][] => {
      const name = names.of(code);
      return name === undefined ? [] : [[name.toLowerCase(), code]];
    });
  }),
);
