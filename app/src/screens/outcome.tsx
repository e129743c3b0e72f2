// After the decision: what was done and for whom, the receipt, and "this wasn't me".

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { findKind, kindName } from "../kinds";
import { goBackToWaiting } from "../model/actions";
import { api, app, openUrl, refresh } from "../model/app";
import { dayAndTime, t } from "../model/language";
import { replace } from "../model/route";
import { givenRows } from "../model/shared";
import { useStore } from "../model/store";
import type { Summary, Withdrawn } from "../protocol/api";
import type { Outcome } from "../protocol/approval";
import { IPSE } from "../protocol/view";
import type { Chosen, View } from "../protocol/view";
import { Icon } from "../ui/icons";
import { Button, Facts, Note, Row, Screen, ProblemNote, useTask } from "../ui/parts";
import { Download } from "./export";
import { isOpen, outcomeName } from "./history";

export function OutcomeScreen({ view, chosen, outcome }: { view: View; chosen: Chosen[]; outcome: Outcome }) {
  const { waitingAction } = useStore(app);
  const approved = outcome.status === "approved";
  const returnUrl = outcome.return_url;
  // The person added what a request asks, or decided not to: the request goes on.
  const waiting = findKind(view.kind)?.completesRequests ? waitingAction : null;
  const kind = findKind(view.kind);
  const byPartner = kind?.startedBy(view) === "partner";
  const download = approved && kind?.opensData(view) === true;
  const given = givenRows(view, chosen);
  const repeated = findKind(view.kind)?.repeats?.(view) ?? [];
  return (
    <Screen
      id="outcome"
      title={t(approved ? "outcome-approved-title" : "outcome-refused-title")}
      actions={
        <>
          {returnUrl && (
            <Button onClick={() => openUrl(returnUrl)} testid="return">
              {t("outcome-return", { domain: view.partner.domain })}
            </Button>
          )}
          {waiting && (
            <Button icon="next" onClick={() => void goBackToWaiting().then((id) => replace(id === null ? "" : `action/${id}`))} testid="to-waiting">
              {t("outcome-waiting", { partner: waiting.partner })}
            </Button>
          )}
          {download && <Download action={view.action} />}
          <Button look={returnUrl || waiting || download ? "plain" : "main"} onClick={() => replace("")} testid="go-home">
            {t("go-home")}
          </Button>
        </>
      }
    >
      <div class={approved ? "figure figure-good" : "figure"} aria-hidden="true">
        <Icon name={approved ? "tick" : "cross"} size={48} />
      </div>
      <p class="lead" role="status" data-testid="outcome" data-status={outcome.status}>
        {findKind(view.kind)?.result(view, outcome.status) ?? t("outcome-nothing-changed")}
      </p>
      {approved && view.started.flow === "qr" && <p>{t("outcome-look-there")}</p>}
      {approved && repeated.length > 0 && <Facts beside facts={repeated} />}
      {approved && given.facts.length > 0 && <Facts beside facts={given.facts} />}
      {approved &&
        given.remarks.map(({ label, value, remark }) => (
          <Note kind="calm" key={label}>
            <p>
              {label} <strong>{value}</strong>
            </p>
            <p>{remark}</p>
          </Note>
        ))}
      <ul class="rows">
        <li>
          <Row icon="receipt" title={t("receipt-see")} href={`#/receipt/${outcome.receipt}`} testid="receipt" />
        </li>
        {approved && byPartner && view.partner.id !== IPSE && <ToPartner id={view.partner.id} name={view.partner.name} />}
      </ul>
      <NotMe action={view.action} approved={approved} />
    </Screen>
  );
}

export function PastAction({ summary }: { summary: Summary }) {
  const time = summary.decided ?? summary.created;
  const back = () => (history.length > 1 ? history.back() : replace(""));
  const approved = ["approved", "delivered"].includes(summary.status);
  return (
    <Screen id="past" title={summary.partner ?? kindName(summary.kind)} over={kindName(summary.kind)} back={back}>
      <Facts
        facts={[
          { label: t("past-outcome"), value: outcomeName(summary) },
          { label: t("past-when"), value: dayAndTime(time) },
          ...(summary.domain ? [{ label: t("past-domain"), value: summary.domain }] : []),
        ]}
      />
      <p class="visually-hidden" data-testid="outcome" data-status={summary.status} />
      {summary.returned && <Note kind="calm">{t("returned-why")}</Note>}
      {isOpen(summary) && <Note kind="calm">{t("past-other-device")}</Note>}
      {(summary.receipt !== null || (summary.partner_id !== null && approved)) && (
        <ul class="rows">
          {summary.receipt && (
            <li>
              <Row icon="receipt" title={t("receipt-see")} href={`#/receipt/${summary.receipt}`} testid="receipt" />
            </li>
          )}
          {summary.partner_id && approved && <ToPartner id={summary.partner_id} name={summary.partner ?? ""} withdrawn={summary.withdrawn} />}
        </ul>
      )}
      {summary.domain && <NotMe action={summary.id} approved={approved} />}
    </Screen>
  );
}

/** The way to what a partner got in all, and to the end of the consent. */
function ToPartner({ id, name, withdrawn = null }: { id: string; name: string; withdrawn?: Withdrawn | null }) {
  return (
    <li>
      <Row
        icon="globe"
        href={`#/partner/${id}`}
        title={t("partner-got", { partner: name })}
        note={withdrawn ? t("withdrawn-on", { time: dayAndTime(withdrawn.time) }) : t("partner-note")}
        testid="to-partner"
      />
    </li>
  );
}

/** Asks the person to confirm, then blocks the identity at once. */
function NotMe({ action, approved }: { action: string; approved: boolean }) {
  const [confirming, setConfirming] = useState(false);
  const [done, setDone] = useState(false);
  const task = useTask();
  const section = useRef<HTMLElement>(null);
  // The question is longer than the button that it replaces, so its end would be below the screen.
  useLayoutEffect(() => {
    if (confirming) section.current?.scrollIntoView({ block: "end" });
  }, [confirming]);
  const report = () =>
    task.run(async () => {
      await api.report(action);
      setDone(true);
      await refresh();
    });
  if (done) {
    return (
      <div role="status" data-testid="reported">
        <Note kind="calm" icon="shield">
          <p>
            <strong>{t("reported")}</strong>
          </p>
          <p>{t("reported.do")}</p>
        </Note>
      </div>
    );
  }
  return (
    <section class="not-me" ref={section}>
      {!confirming ? (
        <Button look="plain" onClick={() => setConfirming(true)} testid="wasnt-me">
          {t("wasnt-me")}
        </Button>
      ) : (
        <>
          <Note kind="caution">{t(approved ? "wasnt-me-approved" : "wasnt-me-other")}</Note>
          <Button look="stop" icon="shield" busy={task.busy} onClick={() => void report()} testid="wasnt-me-block">
            {t("wasnt-me-block")}
          </Button>
          <Button look="plain" onClick={() => setConfirming(false)} testid="wasnt-me-cancel">
            {t("cancel")}
          </Button>
        </>
      )}
      <ProblemNote problem={task.problem} />
    </section>
  );
}
