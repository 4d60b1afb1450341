import type { ErrorCode } from "../error.ts";
import { again, type Step } from "./step.ts";

type VendorCode = Extract<ErrorCode, `vendor.${string}` | `webhook.${string}` | `map.${string}`>;

/** What follows when another system, or what it gave, is in the way. */
export const vendorSteps: Readonly<Record<VendorCode, Step>> = {
  "vendor.unreachable": again,
  "vendor.unavailable": again,
  "vendor.rate-limited": again,
  "vendor.unauthorized": {
    by: "you",
    en: "Have the administrator of the other system connect it to the hub anew.",
    pl: "Administrator drugiego systemu musi ponownie połączyć go z hubem.",
  },
  "vendor.forbidden": {
    by: "you",
    en: "Have the administrator of the other system give the hub the rights it needs.",
    pl: "Administrator drugiego systemu musi nadać hubowi potrzebne uprawnienia.",
  },
  "vendor.not-found": {
    by: "you",
    en: "Find out whether the record was deleted in the other system.",
    pl: "Sprawdź, czy zapis nie został usunięty w drugim systemie.",
  },
  "vendor.conflict": again,
  "vendor.refused": {
    by: "you",
    en: "Mend in the other system what it complains about.",
    pl: "Popraw w drugim systemie to, co on zgłasza.",
  },
  "vendor.protocol": again,
  "webhook.refused": {
    by: "you",
    en: "Check that the key of the webhook in the hub is the one the vendor shows.",
    pl: "Sprawdź, czy klucz webhooka w hubie jest taki, jak u dostawcy.",
  },
  "map.incomplete": {
    by: "you",
    en: "Fill in what is missing in the other system, or give the connection a default or a mapping for it. The hub sees that by itself.",
    pl: "Uzupełnij brakujące dane w drugim systemie albo dodaj w połączeniu wartość domyślną lub mapowanie. Hub sam to zauważy.",
  },
};
