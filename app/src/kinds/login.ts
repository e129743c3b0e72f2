// A partner asks who the person is.

import { t } from "../model/language";
import type { ActionKind } from "./kind";

export const login: ActionKind = {
  icon: "person",
  startedBy: () => "partner",
  factors: ["code", "unlock"],
  // A deployer may permit a login on an earlier statement while the operator does not answer (docs/protocol.md §6).
  simStatement: "optional",
  allowedWhileSuspended: false,
  completesRequests: false,
  opensData: () => false,
  name: () => t("kind-login"),
  next: ({ partner }) => t("what-after", { partner: partner.name }),
  result: ({ partner }, status) =>
    t(status === "approved" ? "outcome-approved-what" : "outcome-refused-what", { partner: partner.name }),
};
