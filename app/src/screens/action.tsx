// One request: read it, answer it, see what came of it. The product.

import { useEffect, useRef, useState } from "preact/hooks";
import { app, dropAction, findAction, leave } from "../model/app";
import { clock, t } from "../model/language";
import { go, replace } from "../model/route";
import { useStore } from "../model/store";
import type { Summary } from "../protocol/api";
import type { Approval, Outcome } from "../protocol/approval";
import { asProblem, Problem } from "../protocol/problem";
import type { View } from "../protocol/view";
import { Icon, Mark } from "../ui/icons";
import { Button, Facts, Note, ProblemScreen, Screen, Trouble, useNow, useTask, Waiting } from "../ui/parts";
import { Confirm } from "./confirm";
import { OutcomeScreen, OWN_KINDS, PastAction } from "./outcome";

type Loaded =
  | { is: "loading" }
  | { is: "problem"; problem: Problem }
  | { is: "open"; approval: Approval }
  | { is: "past"; summary: Summary }
  | { is: "decided"; approval: Approval; outcome: Outcome };

export function ActionScreen({ id, stage }: { id: string; stage: "read" | "confirm" }) {
  const { me, open, past } = useStore(app);
  const [loaded, setLoaded] = useState<Loaded>({ is: "loading" });
  // An answer may come when this screen is gone, or twice to who left and came back: it moves nobody then.
  const waiting = useRef(true);
  useEffect(() => () => void (waiting.current = false), []);
  const load = () => {
    setLoaded({ is: "loading" });
    findAction(id).then(
      (found) => {
        if (!("approval" in found)) return setLoaded({ is: "past", summary: found.summary });
        const { approval } = found;
        setLoaded({ is: "open", approval });
        approval.running?.then((outcome) => decided(approval, outcome), () => undefined);
      },
      (thrown: unknown) => setLoaded({ is: "problem", problem: asProblem(thrown) }),
    );
  };
  useEffect(load, [id]);

  // Cancelled in the browser, expired, or decided elsewhere, while it is open here.
  const elsewhere = past.find((action) => action.id === id) ?? open.find((action) => action.id === id);
  useEffect(() => {
    if (loaded.is !== "open" || !elsewhere || ["created", "linked"].includes(elsewhere.status)) return;
    if (loaded.approval.deciding) return;
    // A block ended it: say that, rather than only that it is over.
    if (me && me.status !== "active") setLoaded({ is: "problem", problem: new Problem("identity_blocked") });
    else setLoaded({ is: "past", summary: elsewhere });
  }, [elsewhere?.status, loaded.is]);

  const decided = (approval: Approval, outcome: Outcome) => {
    dropAction(id);
    if (!waiting.current) return;
    waiting.current = false;
    setLoaded({ is: "decided", approval, outcome });
    replace(`action/${id}`);
    // The same-device link: the browser that began goes on, with the one-time address.
    if (outcome.return_url) leave(outcome.return_url);
  };

  const ended = (problem: Problem) => {
    dropAction(id);
    if (!waiting.current) return;
    // Decided already, here or elsewhere: show how, rather than that.
    if (problem.code === "action_closed") load();
    else setLoaded({ is: "problem", problem });
  };

  switch (loaded.is) {
    case "loading":
      return (
        <Screen id="loading" title={t("loading")}>
          <Waiting text={t("loading-note")} />
        </Screen>
      );
    case "problem":
      return (
        <ProblemScreen
          problem={loaded.problem}
          actions={
            <>
              {loaded.problem.passing && (
                <Button onClick={load} testid="try-again">
                  {t("try-again")}
                </Button>
              )}
              <Button look={loaded.problem.passing ? "plain" : "main"} onClick={() => replace("")} testid="go-home">
                {t("go-home")}
              </Button>
            </>
          }
        />
      );
    case "past":
      return <PastAction summary={loaded.summary} />;
    case "decided":
      return <OutcomeScreen view={loaded.approval.opened.view} outcome={loaded.outcome} />;
    case "open":
      return stage === "confirm" ? (
        <Confirm approval={loaded.approval} onDecided={(outcome) => decided(loaded.approval, outcome)} onEnded={ended} />
      ) : (
        <Read approval={loaded.approval} onDecided={(outcome) => decided(loaded.approval, outcome)} onEnded={ended} />
      );
  }
}

interface StageProps {
  approval: Approval;
  onDecided: (outcome: Outcome) => void;
  onEnded: (problem: Problem) => void;
}

function Read({ approval, onDecided, onEnded }: StageProps) {
  const { me } = useStore(app);
  const { offer, view, clockSkew } = approval.opened;
  const task = useTask();
  const now = useNow(1000) + clockSkew;
  const left = Math.max(0, Math.ceil((offer.expires - now) / 1000));
  useEffect(() => {
    if (left === 0 && !task.busy) onEnded(new Problem("action_expired"));
  }, [left === 0]);

  const refuse = (reason: "person" | "not_me") =>
    task.run(async () => {
      try {
        onDecided(await approval.refuse(reason));
      } catch (thrown) {
        const problem = asProblem(thrown);
        if (problem.passing) throw problem;
        onEnded(problem);
      }
    });

  const own = OWN_KINDS.includes(view.kind);
  const blocked = me !== null && me.status !== "active" && !own;
  return (
    <Screen
      id="read"
      title={view.title}
      over={<Asker view={view} />}
      // Leaves it unanswered: it waits at home until it expires.
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
            <Button look="equal" icon="next" disabled={task.busy || blocked} onClick={() => go(`action/${offer.action}/confirm`)} testid="continue">
              {t("continue")}
            </Button>
          </div>
        </>
      }
    >
      {view.warnings.map((warning) => (
        <Note kind="caution" key={warning} testid="view-warning">
          {warning}
        </Note>
      ))}
      {offer.wrong_since_last > 0 && <Note kind="caution">{t("wrong-since-last", { count: offer.wrong_since_last })}</Note>}
      {offer.flow === "link" && !own && <Note kind="caution">{t("flow-link-warning")}</Note>}
      <p class="purpose" data-testid="purpose">
        {view.purpose}
      </p>
      {view.fields.length > 0 && <Facts large facts={view.fields} />}
      {view.attributes.length > 0 && (
        <section class="given" data-testid="attributes">
          <h2>{t("they-get", { partner: view.partner.name })}</h2>
          <Facts large facts={view.attributes} />
        </section>
      )}
      {!own && (
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
      )}
      <section class="where">
        <Facts
          facts={[
            ...(own
              ? []
              : [{ label: t("started"), value: `${t(`started-${view.started.flow}`, { browser: view.started.browser })}\u00a0· ${clock(view.started.time)}` }]),
            { label: t("level"), value: t(`level-short-${view.level}`) },
            { label: t("valid-until"), value: clock(offer.expires - clockSkew) },
          ]}
        />
        <p class="hint">{t(own ? "what-after-own" : "what-after", { partner: view.partner.name })}</p>
      </section>
      <Trouble problem={task.problem} />
    </Screen>
  );
}

/** Who asks: the name and the domain that the scheme verified. */
export function Asker({ view }: { view: View }) {
  return (
    <span class="asker" data-testid="asker">
      <span class="asker-mark" aria-hidden="true">
        {OWN_KINDS.includes(view.kind) ? <Mark size={28} /> : [...view.partner.name][0]}
      </span>
      <span class="asker-text">
        <bdi class="asker-name" data-testid="partner-name">
          {view.partner.name}
        </bdi>
        <span class="asker-domain" data-testid="partner-domain">
          <Icon name="tick" size={16} />
          <span class="unseen">{t("verified")} </span>
          {view.partner.domain}
        </span>
      </span>
    </span>
  );
}
