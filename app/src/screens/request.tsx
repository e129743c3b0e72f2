// The request, exactly as it is signed. The person reads it and continues or refuses.

import { useEffect, useState } from "preact/hooks";
import type { ActionKind } from "../kinds";
import { wait } from "../model/actions";
import { app } from "../model/app";
import { arrange } from "../model/shared";
import type { SharedRow } from "../model/shared";
import { clock, t } from "../model/language";
import { go } from "../model/route";
import { useStore } from "../model/store";
import type { Approval, Outcome, RefusalReason } from "../protocol/approval";
import type { OpenedOffer } from "../protocol/offer";
import { asProblem, Problem } from "../protocol/problem";
import type { Field } from "../protocol/view";
import { Button, Facts, Note, ProblemNote, ProblemText, Screen, useNow, useTask } from "../ui/parts";
import { Choices } from "../ui/choices";
import { Image } from "../ui/image";
import { MissingRows, SharedRows } from "../ui/shared-rows";
import { Requester } from "../ui/requester";

export interface OpenActionProps {
  approval: Approval;
  onDecided: (outcome: Outcome) => void;
  /** The action cannot continue. */
  onFailed: (problem: Problem) => void;
}

/** Refuses the action. The task shows a temporary problem beside the button. */
export function useRefusal({ approval, onDecided, onFailed }: OpenActionProps) {
  const task = useTask();
  const refuse = (reason: RefusalReason) =>
    task.run(async () => {
      try {
        onDecided(await approval.refuse(reason));
      } catch (thrown) {
        const problem = asProblem(thrown);
        if (problem.temporary) throw problem;
        onFailed(problem);
      }
    });
  return { task, refuse };
}

export function Request({ kind, ...props }: OpenActionProps & { kind: ActionKind }) {
  const { me } = useStore(app);
  const { opened } = props.approval;
  const { offer, view, clockSkew } = opened;
  const { task, refuse } = useRefusal(props);
  const now = useNow(1000) + clockSkew;
  const left = Math.max(0, Math.ceil((offer.expires - now) / 1000));
  useEffect(() => {
    if (left === 0 && !task.busy) props.onFailed(new Problem("action_expired"));
  }, [left === 0]);

  const byPartner = kind.startedBy(view) === "partner";
  const blocked = me !== null && me.status !== "active" && !kind.allowedWhileSuspended;
  const byLink = offer.flow === "link";
  const warnings = byPartner && byLink ? [...new Set([...view.warnings, "started_elsewhere"])] : view.warnings;
  const images = view.fields.filter(({ kind }) => kind === "image");
  const [shown, setShown] = useState(0);
  const { groups, missing, rest, choices } = arrange(view);
  // A view without headings is short: its rows are one list.
  const grouped = view.fields.some(({ kind }) => kind === "group");
  // How much and to whom come first, and are the largest things on the screen.
  const [sum, sumTo] = rest[0]?.kind === "amount" ? rest : [];
  const other = sum ? rest.slice(2) : rest;
  const rows = groups.flatMap(({ rows }) => rows.map(({ row }) => row));
  const given = [...view.attributes, ...rows.filter(({ kind }) => kind !== "image")];
  const match = (
    <section class="match">
      <div class="match-row">
        <p class="match-code" data-testid="match-code">
          {offer.match_code}
        </p>
        <p>{t("match-ask")}</p>
      </div>
      <Button look="plain" disabled={task.busy} onClick={() => void refuse("not_me")} testid="not-me">
        {t("not-me")}
      </Button>
    </section>
  );
  return (
    <Screen
      id="read"
      title={view.title}
      over={<Requester view={view} />}
      // Going back does not answer the request. It waits at home until it expires.
      back={task.busy ? undefined : () => go("")}
      actions={
        <>
          <p class="hint" role="status">
            {left <= 60 && left > 0 && t("expires-soon")}
          </p>
          <div class="pair">
            <Button look="equal" icon="cross" busy={task.busy} onClick={() => void refuse("person")} testid="refuse">
              {t("refuse")}
            </Button>
            <Button look="equal" icon="next" disabled={task.busy || blocked || shown < images.length} onClick={() => go(`action/${offer.action}/confirm`)} testid="continue">
              {t("continue")}
            </Button>
          </div>
        </>
      }
    >
      {blocked && (
        <Note kind="calm" icon="shield" testid="blocked">
          <ProblemText problem={new Problem("identity_blocked")} />
        </Note>
      )}
      {warnings.map((warning) => (
        <Note kind="caution" key={warning} testid="view-warning">
          {t(`warning-${warning}`)}
        </Note>
      ))}
      {offer.wrong_since_last > 0 && <Note kind="caution">{t("wrong-since-last", { count: offer.wrong_since_last })}</Note>}
      {/* Somebody else may have sent the link, so the comparison comes first. */}
      {byPartner && byLink && match}
      {byPartner && byLink && (
        <Button look="plain" icon="scan" disabled={task.busy} onClick={() => go("scan")} testid="scan-instead">
          {t("scan-instead")}
        </Button>
      )}
      <p class="purpose" data-testid="purpose">
        {view.purpose}
      </p>
      {/* Many rows would push the comparison far below the screen. */}
      {byPartner && !byLink && grouped && match}
      {sum && <Sum amount={sum} to={sumTo} />}
      {!grouped && other.length > 0 && <Facts large facts={other} />}
      {grouped && (
        <SharedRows approval={props.approval} groups={groups} disabled={task.busy} onShown={() => setShown((count) => count + 1)} onFailed={props.onFailed} />
      )}
      {!grouped && given.length > 0 && (
        <section class="given" data-testid="attributes">
          <h2>{t("they-get", { partner: view.partner.name })}</h2>
          <Facts large facts={given} />
        </section>
      )}
      {missing.length > 0 && <Missing approval={props.approval} rows={missing} disabled={task.busy} />}
      {grouped &&
        rest.map(({ label, value }) => (
          <section key={label}>
            <h2>{label}</h2>
            <p>{value}</p>
          </section>
        ))}
      {!grouped &&
        images.map((field) => (
        <Image key={field.value} action={offer.action} field={field} onShown={() => setShown((count) => count + 1)} onFailed={props.onFailed} />
        ))}
      {choices.length > 0 && <Choices approval={props.approval} choices={choices} disabled={task.busy} />}
      {byPartner && !byLink && !grouped && match}
      <section class="where" data-testid="where" data-flow={offer.flow}>
        <Facts
          facts={[
            ...(byPartner ? [startedFact(opened)] : []),
            { label: t("level"), value: t(`level-short-${view.level}`) },
            { label: t("valid-until"), value: clock(offer.expires - clockSkew) },
          ]}
        />
        <p class="hint">{kind.next(view)}</p>
      </section>
      <ProblemNote problem={task.problem} />
    </Screen>
  );
}

function Sum({ amount, to }: { amount: Field; to: Field | undefined }) {
  return (
    <dl class="sum" data-testid="sum">
      {[amount, to].map(
        (field) =>
          field && (
            <div key={field.label}>
              <dt>{field.label}</dt>
              <dd class={field.kind === "amount" ? "sum-amount" : "sum-to"}>
                <bdi translate={false}>{field.value}</bdi>
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** What the partner asks and the person does not have. They can add it, or go on without. */
function Missing({ approval, rows, disabled }: { approval: Approval; rows: SharedRow[]; disabled: boolean }) {
  const { config } = useStore(app);
  const task = useTask();
  const isEmail = ({ row }: SharedRow) => row.claims.includes("email");
  const canAdd = config?.email === true && rows.some(isEmail);
  // All else comes from a bank.
  const canFetch = !rows.every(isEmail);
  const add = (where: "email" | "bank") =>
    task.run(async () => {
      await wait(approval);
      go(where);
    });
  return (
    <section class="missing" data-testid="missing">
      <h2>{t("missing-title", { partner: approval.opened.view.partner.name })}</h2>
      <MissingRows rows={rows} />
      {canAdd && (
        <Button look="equal" icon="mail" busy={task.busy} disabled={disabled} onClick={() => void add("email")} testid="add-email">
          {t("missing-add-email")}
        </Button>
      )}
      {canFetch && (
        <Button look="equal" icon="bank" busy={task.busy} disabled={disabled} onClick={() => void add("bank")} testid="fetch-bank">
          {t("missing-fetch-bank")}
        </Button>
      )}
      <p class="hint">{t(canAdd || canFetch ? "missing-waits" : "missing-without")}</p>
      <ProblemNote problem={task.problem} />
    </section>
  );
}

const startedFact = ({ view: { started } }: OpenedOffer) => ({
  label: t("started"),
  value: [t(`started-${started.flow}`, { browser: started.browser ?? "" }), started.device, started.place, clock(started.time)]
    .filter((part) => part !== null)
    .join("\u00a0· "),
});
