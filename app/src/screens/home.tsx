// Home: the state of the identity, the requests that wait for an answer, and the latest ones.

import { useEffect } from "preact/hooks";
import { app, refreshSoon } from "../model/app";
import { has, shortDay, shortDayAndTime, t } from "../model/language";
import { useStore } from "../model/store";
import { go } from "../model/route";
import { Icon } from "../ui/icons";
import { Button, Note, Screen } from "../ui/parts";
import { ActionRow, PartnersLink } from "./history";
import { Returning } from "./returning";

/** The screen of each next step back to an active identity. A step that only others can take has none. */
const STEPS: Record<string, string> = {
  unblock: "block",
  recover: "recover",
  sim: "new-sim",
};

export function Home() {
  const { me, open, past, live, record } = useStore(app);
  if (!me) return null;
  const blocked = me.status !== "active";
  return (
    <Screen id="home" title={t("home-title", { name: me.given_name })}>
      <section class={blocked ? "status status-blocked" : "status"} data-testid="status" data-status={me.status} data-level={me.level}>
        <Icon name={blocked ? "shield" : "ready"} size={32} />
        <div>
          <p class="status-word">{t(`status-${me.status}`)}</p>
          <p>{blocked ? t("status-blocked-note") : t(connected(me.sim.state))}</p>
        </div>
      </section>
      {blocked && me.reasons.map(({ reason }) => <Reason key={reason} reason={reason} />)}
      {blocked && <NextStep />}
      {record?.logEvidence && (
        <Note kind="stop" testid="home-log">
          <p>{t("log-earlier", { day: shortDay(record.logEvidence.time) })}</p>
          <a class="more" href={`#/receipt/${record.logEvidence.receipt}`}>
            {t("log-show")}
          </a>
        </Note>
      )}
      {!blocked && me.limited && <Limited until={me.limited.until} />}
      {me.wrong_since_last > 0 && !blocked && (
        <Note kind="caution" testid="wrong-codes">
          {t("wrong-since-last", { count: me.wrong_since_last })}
        </Note>
      )}
      {!blocked && (
        <Button icon="scan" onClick={() => go("scan")} testid="scan">
          {t("home-scan")}
        </Button>
      )}
      <section aria-live="polite">
        <h2>{t("open-title")}</h2>
        {open.length === 0 ? (
          <p class="empty">
            {t("open-none")} {past.length === 0 && !blocked && t("ready-how")}
          </p>
        ) : (
          <ul class="rows" data-testid="open-actions">
            {open.map((action) => (
              <ActionRow key={action.id} action={action} />
            ))}
          </ul>
        )}
      </section>
      <Returning />
      {past.length > 0 && (
        <section>
          <h2>{t("past-title")}</h2>
          <ul class="rows">
            {past.slice(0, 3).map((action) => (
              <ActionRow key={action.id} action={action} />
            ))}
          </ul>
          <a class="more" href="#/history">
            {t("past-more")}
          </a>
          <PartnersLink />
        </section>
      )}
      <p class="visually-hidden" data-testid="live" data-live={live} />
    </Screen>
  );
}

/** What is connected, which a new phone that is limited for now does not change. */
const connected = (sim: string): string => (sim === "connected" ? "level-advanced" : "level-basic");

const DAY_MS = 86_400_000;

/** Until when a new phone does simple logins only; `null` before the notice to the old number was sent. */
export function Limited({ until }: { until: number | null }) {
  useEffect(() => {
    const left = until === null ? Infinity : until - Date.now();
    // A timer cannot be much longer.
    if (left > DAY_MS) return;
    const timer = setTimeout(refreshSoon, Math.max(left, 0) + 1000);
    return () => clearTimeout(timer);
  }, [until]);
  return (
    <Note kind="calm" testid="limited">
      {until === null ? t("limited-soon") : t("limited-until", { time: shortDayAndTime(until) })}
    </Note>
  );
}

/** The one step that comes next, whatever the number of reasons. */
export function NextStep() {
  const { me } = useStore(app);
  const screen = STEPS[me?.next ?? ""];
  if (screen === undefined) return null;
  return (
    <Button onClick={() => go(screen)} testid={`way-${screen}`}>
      {t(`way-${screen}`)}
    </Button>
  );
}

export function Reason({ reason }: { reason: string }) {
  const text = `reason-${reason.replaceAll("_", "-")}`;
  // A newer scheme may know more reasons.
  const id = has(text) ? text : "reason-other";
  return (
    <section class="reason" data-testid={`reason-${reason}`}>
      <p>
        <strong>{t(id)}</strong>
      </p>
      <p>{t(`${id}.do`)}</p>
      <p class="small-print">{t("problem-code", { code: reason })}</p>
    </section>
  );
}
