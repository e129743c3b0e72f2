// The person lifts the block that they placed on the identity.

import { t } from "../model/language";
import type { ActionKind } from "./kind";

export const unblock: ActionKind = {
  icon: "shield",
  startedBy: "person",
  factors: ["code"],
  simStatement: "required",
  allowedWhileSuspended: true,
  name: () => t("kind-unblock"),
  next: () => t("what-after-code"),
  result: (_view, status) => t(status === "approved" ? "outcome-unblock" : "outcome-nothing-changed"),
};
