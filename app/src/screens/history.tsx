// The history of requests, and the rows that show one request each.

import { useMemo } from "preact/hooks";
import { findKind, kindName } from "../kinds";
import { app, loadEarlier } from "../model/app";
import { clock, has, isToday, shortDay, t } from "../model/language";
import { useStore } from "../model/store";
import type { Summary } from "../protocol/api";
import { Button, Row, Screen, ProblemNote, useTask } from "../ui/parts";
import type { IconName } from "../ui/icons";

const STATUS_ICONS: Record<string, IconName> = {
  approved: "tick",
  delivered: "tick",
  refused: "cross",
  expired: "clock",
  cancelled: "cross",
};

export const statusName = (status: string): string => (has(`outcome-${status}`) ? t(`outcome-${status}`) : status);

/** What came of a request. A return is none that the person answered. */
export const outcomeName = (action: Summary): string =>
  action.withdrawn ? t("outcome-withdrawn") : action.returned ? t("outcome-returned") : statusName(action.status);

export const isOpen = ({ status }: Summary): boolean => status === "created" || status === "linked";

const icon = (action: Summary): IconName =>
  isOpen(action) ? (findKind(action.kind)?.icon ?? "info") : action.returned ? "again" : (STATUS_ICONS[action.status] ?? "clock");

export const when = (time: number): string => (isToday(time) ? clock(time) : shortDay(time));

/** `own`: on a screen of the partner, whose name then is not repeated. */
export function ActionRow({ action, own }: { action: Summary; own?: boolean }) {
  const time = action.decided ?? action.created;
  const named = !own && action.partner !== null;
  return (
    <li>
      <Row
        icon={icon(action)}
        href={`#/action/${action.id}`}
        title={<bdi>{named ? action.partner : kindName(action.kind)}</bdi>}
        note={`${named ? `${kindName(action.kind)} · ` : ""}${outcomeName(action)}`}
        end={when(time)}
        testid={`action-${action.id}`}
      />
    </li>
  );
}

/** The way to what each partner got. */
export function PartnersLink() {
  return (
    <ul class="rows">
      <li>
        <Row icon="globe" href="#/partners" title={t("partners-title")} note={t("partners-note")} testid="to-partners" />
      </li>
    </ul>
  );
}

export function History() {
  const { past, open, more } = useStore(app);
  const task = useTask();
  const days = useMemo(() => byDay(past), [past]);
  return (
    <Screen id="history" title={t("history-title")}>
      <p>{t("history-why")}</p>
      <PartnersLink />
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
      <ProblemNote problem={task.problem} />
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
