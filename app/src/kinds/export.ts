// The person sees and downloads what Ipse holds on them: on this phone, or in a browser in which they logged in.

import { t } from "../model/language";
import { ownAction } from "./own";

export const exportData = ownAction({
  icon: "receipt",
  allowedWhileSuspended: false,
  // The scheme lets a phone claim one that a browser began only by its page, never by a link.
  startedBy: ({ started }) => (started.flow === "link" ? "person" : "partner"),
  opensData: ({ started }) => started.flow === "link",
  name: () => t("kind-export"),
  approved: () => t("outcome-export"),
});
