import * as z from "zod";
import { Secret } from "../secret.ts";

/** A credential in a configuration: a text that becomes a `Secret`, is kept in `Secrets` and never shown again. */
export function secret(description: string) {
  return z
    .union([z.instanceof(Secret), z.string().min(1)])
    .transform((value) => (value instanceof Secret ? value : new Secret(value)))
    .meta({ description, secret: true });
}
