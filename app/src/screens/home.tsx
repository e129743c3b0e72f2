// Home: the state of the identity, the requests that wait for an answer, and the latest ones.

import { app } from "../model/app";
import { has, t } from "../model/language";
import { useStore } from "../model/store";
import { go } from "../model/route";
import { Icon } from "../ui/icons";
import { Button, Note, Screen } from "../ui/parts";
import { ActionRow } from "./history";

/** The screen where the person can clear the reason. Some reasons only others can clear. */
const SOLUTIONS: Record<string, string> = {
  person: "block",
  code_exhausted: "recover",
  sim_changed: "new-sim",
  sim_lost: "new-sim",
};

export function Home() {
  const { me, open, past, live } = useStore(app);
  if (!me) return null;
  const blocked = me.status !== "active";
  return (
    <Screen id="home" title={t("home-title", { name: me.given_name })}>
      <section class={blocked ? "status status-blocked" : "status"} data-testid="status" data-status={me.status} data-level={me.level}>
        <Icon name={blocked ? "shield" : "ready"} size={32} />
        <div>
          <p class="status-word">{t(`status-${me.status}`)}</p>
          <p>{blocked ? t("status-blocked-note") : t(`level-${me.level}`)}</p>
        </div>
      </section>
      {blocked && me.reasons.map(({ reason }) => <Reason key={reason} reason={reason} />)}
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
        </section>
      )}
      <p class="visually-hidden" data-testid="live" data-live={live} />
    </Screen>
  );
}

export function Reason({ reason }: { reason: string }) {
  const solution = SOLUTIONS[reason];
  const text = `reason-${reason.replaceAll("_", "-")}`;
  // A newer scheme may know more reasons.
  const id = has(text) ? text : "reason-other";
  return (
    <section class="reason" data-testid={`reason-${reason}`}>
      <p>
        <strong>{t(id)}</strong>
      </p>
      <p>{t(`${id}.do`)}</p>
      {solution && (
        <Button onClick={() => go(solution)} testid={`way-${solution}`}>
          {t(`way-${solution}`)}
        </Button>
      )}
      <p class="small-print">{t("problem-code", { code: reason })}</p>
    </section>
  );
}
