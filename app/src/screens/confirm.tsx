// The yes: a code on the pad, or fingerprint. Says that the SIM is being contacted only when that takes a while.

import { useLayoutEffect, useState } from "preact/hooks";
import { app } from "../model/app";
import { t } from "../model/language";
import { go } from "../model/route";
import { useStore } from "../model/store";
import { Abandoned } from "../protocol/approval";
import type { Approval, Outcome } from "../protocol/approval";
import type { TypedCode } from "../protocol/opaque";
import { asProblem } from "../protocol/problem";
import type { Problem } from "../protocol/problem";
import { CodePad } from "../ui/code-pad";
import { Icon } from "../ui/icons";
import { Button, Note, ProblemText, Screen, useTask, Waiting } from "../ui/parts";
import { Asker } from "./action";

/** After these the action still stands and the person may try once more. */
const STAYS = ["code_wrong", "unlock_cancelled", "unlock_unavailable", "attempt_unknown", "proof_invalid", "attempt_open"];

interface Props {
  approval: Approval;
  onDecided: (outcome: Outcome) => void;
  onEnded: (problem: Problem) => void;
}

export function Confirm({ approval, onDecided, onEnded }: Props) {
  const { me } = useStore(app);
  const { offer, view } = approval.opened;
  const canUnlock = offer.factors.includes("unlock") && me?.unlock === true;
  const canCode = offer.factors.includes("code");
  const [factor, setFactor] = useState<"code" | "unlock">(canUnlock ? "unlock" : "code");
  const [contacting, setContacting] = useState(false);
  const task = useTask();

  const decide = (decision: () => Promise<Outcome>) =>
    task.run(async () => {
      setContacting(false);
      try {
        onDecided(await decision());
      } catch (thrown) {
        if (thrown instanceof Abandoned) return;
        const problem = asProblem(thrown);
        const blocked = problem.members["blocked"] === true;
        if (!blocked && (problem.passing || STAYS.includes(problem.code))) throw problem;
        onEnded(problem);
      }
    });
  const watcher = { contactingSim: () => setContacting(true) };
  const withCode = (code: TypedCode) => void decide(() => approval.withCode(code, watcher));
  const withUnlock = () => void decide(() => approval.withUnlock(watcher));
  const resume = () => void decide(() => approval.resume(watcher));

  const swap = () => {
    task.clear();
    setFactor(factor === "code" ? "unlock" : "code");
  };

  useLayoutEffect(() => {
    // Back while a yes is on its way, or its answer is missing: it goes on with that, and asks for no second code.
    if (approval.running || approval.resumable) resume();
    // Leaving this screen leaves nothing of the code behind.
    return () => approval.forget();
  }, []);

  const left = approval.triesLeft;
  const resumable = task.problem !== null && task.problem.passing && approval.resumable;
  return (
    <Screen
      id="confirm"
      over={<Asker view={view} />}
      title={factor === "code" ? t("confirm-code-title") : t("confirm-unlock-title")}
      // A silent SIM keeps nobody here: leaving before it has answered costs no try.
      back={task.busy && !contacting ? undefined : () => go(`action/${offer.action}`)}
      actions={
        <>
          {factor === "unlock" && !resumable && (
            <Button icon="finger" busy={task.busy} onClick={withUnlock} testid="use-unlock">
              {t("confirm-unlock")}
            </Button>
          )}
          {resumable && (
            <Button busy={task.busy} onClick={resume} testid="try-again">
              {t("try-again")}
            </Button>
          )}
          {factor === "unlock" && canCode && !task.busy && (
            <Button look="plain" onClick={swap} testid="other-factor">
              {t("use-code")}
            </Button>
          )}
        </>
      }
    >
      {!task.problem && <p>{view.title}</p>}
      <div role="alert" data-testid="trouble" data-code={task.problem?.code}>
        {task.problem && (
          <Note kind={task.problem.code === "code_wrong" ? "stop" : "caution"}>
            <ProblemText problem={task.problem} />
          </Note>
        )}
        {!task.problem && left < 3 && factor === "code" && <Note kind="caution">{t("tries-left", { count: left })}</Note>}
      </div>
      {task.busy && <Waiting text={contacting ? t("contacting-sim") : t("confirming")} testid="confirming" />}
      {!task.busy && !resumable && factor === "code" && (
        <CodePad
          label={t("confirm-code-title")}
          onCode={withCode}
          beside={
            canUnlock && (
              <button type="button" class="key key-bare" onClick={swap} aria-label={t("use-unlock")} title={t("use-unlock")} data-testid="other-factor">
                <Icon name="finger" size={28} />
              </button>
            )
          }
        />
      )}
      {!task.busy && factor === "unlock" && (
        <div class="figure figure-large" aria-hidden="true">
          <Icon name="finger" size={72} />
        </div>
      )}
    </Screen>
  );
}
