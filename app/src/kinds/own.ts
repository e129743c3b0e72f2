// What the kinds have in common that the person starts in this app: only the code approves them, with a new SIM statement.

import { t } from "../model/language";
import type { View } from "../protocol/view";
import type { ActionKind } from "./kind";

type Rest = Pick<ActionKind, "icon" | "name"> & Partial<Pick<ActionKind, "completesRequests" | "allowedWhileSuspended" | "startedBy" | "opensData">> & { approved: (view: View) => string };

export const ownAction = ({ approved, ...rest }: Rest): ActionKind => ({
  completesRequests: false,
  allowedWhileSuspended: true,
  startedBy: () => "person",
  opensData: () => false,
  ...rest,
  factors: ["code"],
  simStatement: "required",
  next: () => t("what-after-code"),
  result: (view, status) => (status === "approved" ? approved(view) : t("outcome-nothing-changed")),
});
