// A partner asks the person to confirm something, such as a payment.

import { t } from "../model/language";
import type { ActionKind } from "./kind";

export const confirm: ActionKind = {
  icon: "tick",
  startedBy: () => "partner",
  factors: ["code", "unlock"],
  simStatement: "required",
  allowedWhileSuspended: false,
  completesRequests: false,
  opensData: () => false,
  name: () => t("kind-confirm"),
  next: ({ partner }) => t("what-after-confirm", { partner: partner.name }),
  // The last row says what happens next.
  repeats: ({ fields }) => fields.slice(0, -1),
  result: ({ partner }, status) =>
    t(status === "approved" ? "outcome-confirmed" : "outcome-refused-confirm", { partner: partner.name }),
};
