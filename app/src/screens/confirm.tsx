// The confirmation: the code, or a fingerprint or face. Says that the SIM is contacted only if that takes a while.

import { useLayoutEffect, useState } from "preact/hooks";
import { app } from "../model/app";
import { t } from "../model/language";
import { go } from "../model/route";
import { useStore } from "../model/store";
import { Abandoned } from "../protocol/approval";
import type { Outcome } from "../protocol/approval";
import type { TypedCode } from "../protocol/opaque";
import { asProblem } from "../protocol/problem";
import { CodePad } from "../ui/code-pad";
import { Icon } from "../ui/icons";
import { Button, Note, ProblemText, Screen, useTask, Waiting } from "../ui/parts";
import { Requester } from "../ui/requester";
import type { OpenActionProps } from "./request";

/** After these problems the action is still open, and the person may try again. */
const RETRYABLE = ["code_wrong", "unlock_cancelled", "unlock_unavailable", "attempt_unknown", "proof_invalid", "attempt_open"];

export function Confirm({ approval, onDecided, onFailed }: OpenActionProps) {
  const { me } = useStore(app);
  const { offer, view } = approval.opened;
  const canUseBiometric = approval.factors.includes("unlock") && me?.unlock === true;
  const canUseCode = approval.factors.includes("code");
  const [factor, setFactor] = useState<"code" | "biometric">(canUseBiometric ? "biometric" : "code");
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
        if (!blocked && (problem.temporary || RETRYABLE.includes(problem.code))) throw problem;
        onFailed(problem);
      }
    });
  const progress = { contactingSim: () => setContacting(true) };
  const withCode = (code: TypedCode) => void decide(() => approval.approveWithCode(code, progress));
  const withBiometric = () => void decide(() => approval.approveWithBiometric(progress));
  const resume = () => void decide(() => approval.resume(progress));

  const swap = () => {
    task.clear();
    setFactor(factor === "code" ? "biometric" : "code");
  };

  useLayoutEffect(() => {
    // The person came back during an approval, or before its answer arrived. Continue it, and ask for no second code.
    if (approval.running || approval.resumable) resume();
    // Nothing of the code stays in memory after this screen.
    return () => approval.abandon();
  }, []);

  const left = approval.triesLeft;
  const resumable = task.problem !== null && task.problem.temporary && approval.resumable;
  return (
    <Screen
      id="confirm"
      over={<Requester view={view} />}
      title={factor === "code" ? t("confirm-code-title") : t("confirm-biometric-title")}
      // The person may leave while the SIM does not answer. That costs no try.
      back={task.busy && !contacting ? undefined : () => go(`action/${offer.action}`)}
      actions={
        <>
          {factor === "biometric" && !resumable && (
            <Button icon="finger" busy={task.busy} onClick={withBiometric} testid="use-unlock">
              {t("confirm-biometric")}
            </Button>
          )}
          {resumable && (
            <Button busy={task.busy} onClick={resume} testid="try-again">
              {t("try-again")}
            </Button>
          )}
          {factor === "biometric" && canUseCode && !task.busy && (
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
            canUseBiometric && (
              <button type="button" class="key key-bare" onClick={swap} aria-label={t("use-biometric")} title={t("use-biometric")} data-testid="other-factor">
                <Icon name="finger" size={28} />
              </button>
            )
          }
        />
      )}
      {!task.busy && factor === "biometric" && (
        <div class="figure figure-large" aria-hidden="true">
          <Icon name="finger" size={72} />
        </div>
      )}
    </Screen>
  );
}
