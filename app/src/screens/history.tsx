import { useMemo } from "preact/hooks";
import { app, loadEarlier } from "../model/app";
import { clock, has, isToday, shortDay, t } from "../model/language";
import { useStore } from "../model/store";
import type { Summary } from "../protocol/api";
import { Button, Row, Screen, Trouble, useTask } from "../ui/parts";
import type { IconName } from "../ui/icons";

const ICONS: Record<string, IconName> = {
  approved: "tick",
  delivered: "tick",
  refused: "cross",
  expired: "clock",
  cancelled: "cross",
};

export const statusWord = (status: string): string => (has(`outcome-${status}`) ? t(`outcome-${status}`) : status);

export const kindWord = (kind: string): string => (has(`kind-${kind}`) ? t(`kind-${kind}`) : kind);

const when = (time: number): string => (isToday(time) ? clock(time) : shortDay(time));

export function ActionRow({ action }: { action: Summary }) {
  const open = ["created", "linked"].includes(action.status);
  const time = action.decided ?? action.created;
  return (
    <li>
      <Row
        icon={open ? "clock" : (ICONS[action.status] ?? "clock")}
        href={`#/action/${action.id}`}
        title={<bdi>{action.partner ?? kindWord(action.kind)}</bdi>}
        note={`${action.partner ? `${kindWord(action.kind)} · ` : ""}${statusWord(action.status)}`}
        end={when(time)}
        testid={`action-${action.id}`}
      />
    </li>
  );
}

export function History() {
  const { past, open, more } = useStore(app);
  const task = useTask();
  const days = useMemo(() => byDay(past), [past]);
  return (
    <Screen id="history" title={t("history-title")}>
      <p>{t("history-why")}</p>
      {past.length + open.length === 0 && <p class="empty">{t("history-none")}</p>}
      {open.length > 0 && (
        <section>
          <h2>{t("open-title")}</h2>
          <ul class="rows">
            {open.map((action) => (
              <ActionRow key={action.id} action={action} />
            ))}
          </ul>
        </section>
      )}
      {days.map(([day, actions]) => (
        <section key={day}>
          <h2>{day}</h2>
          <ul class="rows" data-testid="past-actions">
            {actions.map((action) => (
              <ActionRow key={action.id} action={action} />
            ))}
          </ul>
        </section>
      ))}
      {more && (
        <Button look="plain" busy={task.busy} onClick={() => void task.run(loadEarlier)} testid="history-more">
          {t("history-more")}
        </Button>
      )}
      <Trouble problem={task.problem} />
    </Screen>
  );
}

function byDay(actions: Summary[]): [string, Summary[]][] {
  const days = new Map<string, Summary[]>();
  for (const action of actions) {
    const time = action.decided ?? action.created;
    const day = isToday(time) ? t("today") : shortDay(time);
    days.set(day, [...(days.get(day) ?? []), action]);
  }
  return [...days];
}
