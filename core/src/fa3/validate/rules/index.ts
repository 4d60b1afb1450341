import type { Rule } from "../rule.ts";
import { advanceRules } from "./advances.ts";
import { annotationRules } from "./annotations.ts";
import { correctionRules } from "./corrections.ts";
import { currencyRules } from "./currency.ts";
import { dateRules } from "./dates.ts";
import { identityRules } from "./identity.ts";
import { lineRules } from "./lines.ts";
import { partyRules } from "./parties.ts";
import { paymentRules } from "./payment.ts";
import { totalRules } from "./totals.ts";

/** Every numbered rule, in the order of the invoice; tests and documentation read it too. */
export const rules: readonly Rule[] = [
  ...identityRules,
  ...partyRules,
  ...dateRules,
  ...totalRules,
  ...currencyRules,
  ...annotationRules,
  ...correctionRules,
  ...advanceRules,
  ...lineRules,
  ...paymentRules,
];
