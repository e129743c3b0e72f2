// A partner asks for details of the person.

import { t } from "../model/language";
import type { ActionKind } from "./kind";

export const share: ActionKind = {
  icon: "person",
  startedBy: () => "partner",
  factors: ["code", "unlock"],
  simStatement: "required",
  allowedWhileSuspended: false,
  completesRequests: false,
  opensData: () => false,
  name: () => t("kind-share"),
  next: ({ partner }) => t("what-after", { partner: partner.name }),
  result: ({ partner }, status) =>
    t(status === "approved" ? "outcome-shared" : "outcome-refused-what", { partner: partner.name }),
};
