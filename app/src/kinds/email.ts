// The person adds, changes or removes their e-mail address.

import { t } from "../model/language";
import { ownAction } from "./own";

export const email = ownAction({
  icon: "mail",
  completesRequests: true,
  name: () => t("kind-email"),
  approved: ({ service }) => t(service === "EMAIL_REMOVE" ? "outcome-email-removed" : "outcome-email-set"),
});
