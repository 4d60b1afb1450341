import * as z from "zod";
import type { AllowedIps } from "./state.ts";

const byte = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9][0-9]|[0-9])";
const address = `(${byte}\\.){3}${byte}`;

/** IPv4 addresses, ranges and masks as the API writes them. */
export const ipPatterns = {
  address: new RegExp(`^${address}$`),
  range: new RegExp(`^${address}-${address}$`),
  mask: new RegExp(`^${address}/(0|[1-9]|[12][0-9]|3[0-2])$`),
};

/** `authorizationPolicy` of a token login; undefined when it allows every address. */
export const authorizationPolicy = z
  .object({
    allowedIps: z
      .object({
        ip4Addresses: list(ipPatterns.address),
        ip4Ranges: list(ipPatterns.range),
        ip4Masks: list(ipPatterns.mask),
      })
      .nullish(),
  })
  .nullish()
  .transform((policy): AllowedIps | undefined => {
    if (!policy?.allowedIps) return undefined;
    const { ip4Addresses, ip4Ranges, ip4Masks } = policy.allowedIps;
    return restriction({ addresses: ip4Addresses ?? [], ranges: ip4Ranges ?? [], masks: ip4Masks ?? [] });
  });

/** The restriction, unless its lists are empty: then it restricts nothing. */
export function restriction(allowed: AllowedIps): AllowedIps | undefined {
  return Object.values(allowed).some(({ length }) => length > 0) ? allowed : undefined;
}

export function isAllowed({ addresses, ranges, masks }: AllowedIps, client: string): boolean {
  const at = numeric(client);
  const isInRange = (range: string): boolean => {
    const [from = "", to = ""] = range.split("-");
    return numeric(from) <= at && at <= numeric(to);
  };
  const isMasked = (mask: string): boolean => {
    const [network = "", bits] = mask.split("/");
    const size = 2 ** (32 - Number(bits));
    return Math.floor(at / size) === Math.floor(numeric(network) / size);
  };
  return addresses.includes(client) || ranges.some(isInRange) || masks.some(isMasked);
}

/** An IPv4 address as a number; an IPv6 address is NaN, which no range has. */
function numeric(ip: string): number {
  return ip.split(".").reduce((total, part) => total * 256 + Number(part), 0);
}

function list(pattern: RegExp) {
  return z.array(z.string().regex(pattern)).max(10).nullish();
}
