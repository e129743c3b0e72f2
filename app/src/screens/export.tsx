// The person downloads what Ipse holds on them. They confirm with SIM and code; then this app saves a file.

import { useState } from "preact/hooks";
import { api, app } from "../model/app";
import { t } from "../model/language";
import { go, replace } from "../model/route";
import { saveFile } from "../model/save-file";
import { useStore } from "../model/store";
import { Button, Note, ProblemNote, Screen, useTask } from "../ui/parts";

export function ExportData() {
  const { record } = useStore(app);
  const task = useTask();
  const begin = () =>
    task.run(async () => {
      const { action } = await api.beginExport();
      replace(`action/${action}`);
    });
  return (
    <Screen
      id="export"
      title={t("export-title")}
      back={() => go("settings")}
      actions={
        <Button icon="next" busy={task.busy} onClick={() => void begin()} testid="export-begin">
          {t("continue")}
        </Button>
      }
    >
      <p class="lead">{t("export-what")}</p>
      <p>{t("export-confirm")}</p>
      {record && <p class="hint">{t("export-browser", { address: `${record.issuer.replace(/^https?:\/\//, "")}/me` })}</p>}
      <ProblemNote problem={task.problem} />
    </Screen>
  );
}

/** Fetches the data that an approval opened, and saves them. For ten minutes it can be done again. */
export function Download({ action }: { action: string }) {
  const [saved, setSaved] = useState(false);
  const task = useTask();
  const save = () =>
    task.run(async () => {
      const data = await api.export(action);
      saveFile(`ipse-${new Date().toISOString().slice(0, 10)}.json`, "application/json", JSON.stringify(data, null, 2));
      setSaved(true);
    });
  return (
    <>
      <ProblemNote problem={task.problem} />
      <div role="status">
        {saved && (
          <Note kind="calm" testid="export-saved">
            {t("export-saved")}
          </Note>
        )}
      </div>
      <Button look={saved ? "equal" : "main"} icon="receipt" busy={task.busy} onClick={() => void save()} testid="export-save">
        {t("export-save")}
      </Button>
    </>
  );
}
