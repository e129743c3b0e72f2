// The first screen, before there is an identity.

import { app } from "../model/app";
import { t } from "../model/language";
import { go } from "../model/route";
import { useStore } from "../model/store";
import { Mark } from "../ui/icons";
import { Button, Note, Screen } from "../ui/parts";
import { LanguageMenu } from "./settings";

export function Welcome() {
  const { waitingLink, bankProblem } = useStore(app);
  return (
    <Screen
      id="welcome"
      title={t("welcome-title")}
      over={
        <span class="hero" aria-hidden="true">
          <Mark size={104} />
        </span>
      }
      corner={<LanguageMenu />}
      actions={
        <Button onClick={() => go("enrol/number")} testid="begin">
          {t("welcome-begin")}
        </Button>
      }
    >
      <p class="lead">{t("welcome-lead")}</p>
      {waitingLink && <Note kind="calm">{t("welcome-link")}</Note>}
      {bankProblem && <Note kind="caution">{t(`problem-${bankProblem.code}`)}</Note>}
      <ul class="steps">
        <li>{t("welcome-phone")}</li>
        <li>{t("welcome-bank")}</li>
        <li>{t("welcome-code")}</li>
      </ul>
      <p class="hint">{t("welcome-moves")}</p>
    </Screen>
  );
}
