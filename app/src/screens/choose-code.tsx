// Choosing a code: the person types it twice. The app refuses a code that is easy to guess, and says why.

import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../model/language";
import { checkCode } from "../protocol/code";
import type { CodeHints, CodeProblem } from "../protocol/code";
import type { TypedCode } from "../protocol/opaque";
import type { Problem } from "../protocol/problem";
import { CodePad } from "../ui/code-pad";
import { Note, Screen, ProblemNote, Waiting } from "../ui/parts";

interface Props {
  over?: string;
  hints: CodeHints;
  busy: boolean;
  problem: Problem | null;
  back?: () => void;
  /** Takes ownership of the code, and wipes it. */
  onChosen: (code: TypedCode) => void;
}

export function ChooseCode({ over, hints, busy, problem, back, onChosen }: Props) {
  const first = useRef<TypedCode | null>(null);
  const [again, setAgain] = useState(false);
  const [refused, setRefused] = useState<CodeProblem | "different" | null>(null);
  const wipe = () => {
    first.current?.wipe();
    first.current = null;
  };
  useEffect(() => wipe, []);

  const typed = (code: TypedCode) => {
    setRefused(null);
    if (!again) {
      const found = checkCode(code.text(), hints);
      if (found) {
        code.wipe();
        setRefused(found);
        return;
      }
      first.current = code;
      setAgain(true);
      return;
    }
    const same = first.current?.text() === code.text();
    wipe();
    setAgain(false);
    if (same) {
      onChosen(code);
    } else {
      code.wipe();
      setRefused("different");
    }
  };

  const title = again ? t("code-again-title") : t("code-title");
  return (
    <Screen id={again ? "code-again" : "code"} over={over} title={title} back={again ? () => (wipe(), setAgain(false)) : back}>
      {!refused && <p>{again ? t("code-again-why") : t("code-why")}</p>}
      <div role="alert" data-testid="code-refused" data-reason={refused ?? undefined}>
        {refused && <Note kind="caution">{t(`code-refused-${refused.replace("_", "-")}`)}</Note>}
      </div>
      <ProblemNote problem={problem} />
      {busy ? <Waiting text={t("code-locking")} /> : <CodePad key={String(again)} label={title} onCode={typed} />}
    </Screen>
  );
}
