// The screen of a phone that another one replaced. Its last right is to say that its owner did not do it.

import { useState } from "preact/hooks";
import { api, deleteDevice, retry } from "../model/app";
import { shortDayAndTime, t } from "../model/language";
import type { Problem } from "../protocol/problem";
import { Icon } from "../ui/icons";
import { Button, Note, ProblemNote, Screen, useTask } from "../ui/parts";

export function Replaced({ problem }: { problem: Problem }) {
  const [blocked, setBlocked] = useState(false);
  const task = useTask();
  const until = problem.number("contest_until");
  const may = until !== null && until > Date.now();
  const contest = () =>
    task.run(async () => {
      await api.notMe();
      setBlocked(true);
    });
  const again = () => void deleteDevice().then(retry);
  if (blocked) {
    return (
      <Screen
        id="contested"
        title={t("contested-title")}
        actions={
          <Button onClick={again} testid="start-over">
            {t("contested-next")}
          </Button>
        }
      >
        <div class="figure" aria-hidden="true">
          <Icon name="shield" size={48} />
        </div>
        <p class="lead">{t("contested-what")}</p>
        <p>{t("contested-do")}</p>
      </Screen>
    );
  }
  return (
    <Screen
      id="replaced"
      title={t("replaced-title")}
      actions={
        <>
          {may && (
            <Button look="stop" icon="shield" busy={task.busy} onClick={() => void contest()} testid="not-me">
              {t("replaced-not-me")}
            </Button>
          )}
          <Button look="plain" disabled={task.busy} onClick={again} testid="start-over">
            {t("replaced-start")}
          </Button>
        </>
      }
    >
      <p class="lead">{t("replaced-what")}</p>
      {may ? (
        <Note kind="caution" testid="contest-until">
          {t("replaced-until", { time: shortDayAndTime(until) })}
        </Note>
      ) : (
        <p>{t("replaced-late")}</p>
      )}
      <ProblemNote problem={task.problem} />
    </Screen>
  );
}
