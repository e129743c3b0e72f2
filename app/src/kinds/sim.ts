// The person connects a new SIM to the identity.

import { t } from "../model/language";
import { ownAction } from "./own";

export const sim = ownAction({ icon: "sim", name: () => t("kind-sim"), approved: () => t("outcome-sim") });
