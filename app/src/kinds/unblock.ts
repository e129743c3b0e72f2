// The person lifts the block that they placed on the identity.

import { t } from "../model/language";
import { ownAction } from "./own";

export const unblock = ownAction({ icon: "shield", name: () => t("kind-unblock"), approved: () => t("outcome-unblock") });
