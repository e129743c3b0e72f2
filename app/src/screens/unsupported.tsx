// A request of a kind that this version of the app cannot show. The person updates the app, or refuses.

import { t } from "../model/language";
import { go } from "../model/route";
import { Button, Note, ProblemNote, Screen, UpdateButton } from "../ui/parts";
import { Requester } from "../ui/requester";
import { useRefusal } from "./request";
import type { OpenActionProps } from "./request";

export function Unsupported(props: OpenActionProps) {
  const { view } = props.approval.opened;
  const { task, refuse } = useRefusal(props);
  return (
    <Screen
      id="unsupported"
      title={t("unsupported-title")}
      over={<Requester view={view} />}
      back={task.busy ? undefined : () => go("")}
      actions={
        <div class="pair">
          <Button look="equal" icon="cross" busy={task.busy} onClick={() => void refuse("person")} testid="refuse">
            {t("refuse")}
          </Button>
          <UpdateButton look="equal" disabled={task.busy} />
        </div>
      }
    >
      <p class="lead">{t("unsupported-why")}</p>
      <Note kind="calm">{t("unsupported-do", { partner: view.partner.name })}</Note>
      <p class="small-print">{t("problem-code", { code: `app_outdated, ${view.kind}` })}</p>
      <ProblemNote problem={task.problem} />
    </Screen>
  );
}
