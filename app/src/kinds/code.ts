// The person changes their code.

import { t } from "../model/language";
import { ownAction } from "./own";

export const code = ownAction({ icon: "key", name: () => t("kind-code"), approved: () => t("outcome-code") });
