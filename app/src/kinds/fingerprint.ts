// The person adds or removes the fingerprint of this phone.

import { t } from "../model/language";
import { ownAction } from "./own";

export const fingerprint = ownAction({
  icon: "finger",
  name: () => t("kind-fingerprint"),
  approved: ({ service }) => t(service === "FINGERPRINT_REMOVE" ? "outcome-fingerprint-removed" : "outcome-fingerprint-added"),
});
