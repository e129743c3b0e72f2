// Changing the code: the person chooses a new one, proves their SIM, and confirms with the old code.

import { useState } from "preact/hooks";
import { api, app, beginChangeCode } from "../model/app";
import { t } from "../model/language";
import { showPhoneNumber } from "../model/phone-number";
import { go, replace } from "../model/route";
import { useStore } from "../model/store";
import { Button, ProblemNote, Screen, useTask } from "../ui/parts";
import { SecretField } from "../ui/secret-field";
import { ChooseCode } from "./choose-code";

export function ChangeCode() {
  const { me, record: device } = useStore(app);
  const [record, setRecord] = useState<string | null>(null);
  const task = useTask();
  if (me?.sim.state !== "connected") {
    // Without a SIM only the bank can vouch for the person.
    return (
      <Screen
        id="change-code-bank"
        title={t("change-code-title")}
        back={() => go("settings")}
        actions={
          <Button onClick={() => go("recover")} testid="to-recover">
            {t("way-recover")}
          </Button>
        }
      >
        <p class="lead">{t("change-code-bank")}</p>
      </Screen>
    );
  }
  if (record === null) {
    return (
      <ChooseCode
        over={t("change-code-title")}
        hints={{ phoneNumber: device?.phoneNumber, birthdate: device?.birthdate }}
        busy={task.busy}
        problem={task.problem}
        back={() => go("settings")}
        onChosen={(code) =>
          void task.run(async () => {
            try {
              setRecord(await beginChangeCode(code));
            } finally {
              code.wipe();
            }
          })
        }
      />
    );
  }
  const answer = (secret: string) =>
    task.run(async () => {
      const { action } = await api.answerChangeCode(secret, record);
      replace(`action/${action}`);
    });
  return (
    <Screen id="change-code-secret" over={t("change-code-title")} title={t("secret-title")} back={() => setRecord(null)}>
      <p>{t("secret-why", { number: showPhoneNumber(me.phone_number) })}</p>
      <SecretField busy={task.busy} onSecret={(secret) => void answer(secret)} />
      <ProblemNote problem={task.problem} />
      <p class="hint">{t("change-code-next")}</p>
    </Screen>
  );
}
