// Fingerprint or face, added or removed after the enrolment. The person confirms either with the code.

import { useEffect, useState } from "preact/hooks";
import { api, app } from "../model/app";
import { t } from "../model/language";
import { go, replace } from "../model/route";
import { useStore } from "../model/store";
import { biometricAvailable, registerBiometric } from "../protocol/biometric";
import { Icon } from "../ui/icons";
import { Button, Note, ProblemNote, Screen, useTask } from "../ui/parts";

export function Fingerprint() {
  const { me } = useStore(app);
  const [available, setAvailable] = useState<boolean | null>(null);
  const task = useTask();
  useEffect(() => void biometricAvailable().then(setAvailable), []);
  if (!me || available === null) return null;
  const on = me.unlock;
  const begin = () =>
    task.run(async () => {
      const { action } = on ? await api.removeFingerprint() : await api.addFingerprint(await registerBiometric(await api.prepareFingerprint()));
      replace(`action/${action}`);
    });
  return (
    <Screen
      id="fingerprint"
      title={t("settings-biometric")}
      back={() => go("settings")}
      actions={
        (on || available) && (
          <Button icon="finger" busy={task.busy} onClick={() => void begin()} testid={on ? "fingerprint-remove" : "fingerprint-add"}>
            {t(on ? "fingerprint-remove" : "fingerprint-add")}
          </Button>
        )
      }
    >
      <div class="figure" aria-hidden="true">
        <Icon name="finger" size={48} />
      </div>
      <p class="lead">{t(on ? "fingerprint-on" : "fingerprint-off")}</p>
      {on && <p>{t("fingerprint-remove-why")}</p>}
      {!on && available && (
        <>
          <p>{t("biometric-why")}</p>
          <p class="hint">{t("biometric-note")}</p>
        </>
      )}
      {!on && !available && <Note kind="calm">{t("fingerprint-none")}</Note>}
      {(on || available) && <p class="hint">{t("fingerprint-next")}</p>}
      <ProblemNote problem={task.problem} />
    </Screen>
  );
}
