// The person connects a new SIM to the identity.

import { t } from "../model/language";
import type { ActionKind } from "./kind";

export const sim: ActionKind = {
  icon: "sim",
  startedBy: "person",
  factors: ["code"],
  simStatement: "required",
  allowedWhileSuspended: true,
  name: () => t("kind-sim"),
  next: () => t("what-after-code"),
  result: (_view, status) => t(status === "approved" ? "outcome-sim" : "outcome-nothing-changed"),
};
