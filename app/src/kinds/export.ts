// The person sees and downloads what Ipse holds on them.

import { t } from "../model/language";
import { ownAction } from "./own";

export const exportData = ownAction({
  icon: "receipt",
  allowedWhileSuspended: false,
  name: () => t("kind-export"),
  approved: () => t("outcome-export"),
});
