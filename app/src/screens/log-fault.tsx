// The log contradicts what this phone remembers, or a promise that the scheme signed. The person gets the proof.

import { useState } from "preact/hooks";
import { dayAndTime, t } from "../model/language";
import { decode } from "../protocol/jws";
import type { LogEvidence, LogFault } from "../protocol/log-head";
import { integer, object } from "../protocol/shape";
import { Icon } from "../ui/icons";
import { Button, Facts, Note, Screen } from "../ui/parts";

const TEXTS: Record<LogFault, { title: string; what: string }> = {
  log_forgot: { title: "log-forgot-title", what: "log-forgot-what" },
  log_forked: { title: "log-forked-title", what: "log-forked-what" },
  log_overdue: { title: "log-overdue-title", what: "log-overdue-what" },
};

/** Size and time of a signed head. */
function headFact(label: string, jws: string | null) {
  if (jws === null) return [{ label, value: t("log-head-none") }];
  try {
    const { size, iat } = object({ size: integer, iat: integer })(decode(jws).payload, "checkpoint");
    return [{ label, value: t("log-head", { size, time: dayAndTime(iat * 1000) }) }];
  } catch {
    return [];
  }
}

function promiseFact(jws: string) {
  try {
    const { by } = object({ by: integer })(decode(jws).payload, "promise");
    return [{ label: t("log-promised"), value: dayAndTime(by) }];
  } catch {
    return [];
  }
}

interface LogFaultProps {
  evidence: LogEvidence;
  back: () => void;
  /** Shows the receipt all the same. */
  go: () => void;
}

export function LogFaultScreen({ evidence, back, go }: LogFaultProps) {
  const [copied, setCopied] = useState<"no" | "yes" | "failed">("no");
  const proof = JSON.stringify(evidence, null, 2);
  const copy = () =>
    navigator.clipboard.writeText(proof).then(
      () => setCopied("yes"),
      () => setCopied("failed"),
    );
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([proof], { type: "application/json" }));
    link.download = "ipse-log.json";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
  const text = TEXTS[evidence.code];
  const overdue = evidence.code === "log_overdue";
  return (
    <Screen
      id="log-fault"
      title={t(text.title)}
      back={back}
      actions={
        <>
          <Button look="stop" onClick={() => void copy()} testid="log-copy">
            {t(copied === "yes" ? "log-copied" : "log-copy")}
          </Button>
          <Button look="plain" onClick={go} testid="log-receipt">
            {t("log-receipt")}
          </Button>
        </>
      }
    >
      <div class="figure" aria-hidden="true">
        <Icon name="warning" size={48} />
      </div>
      <p class="lead" role="alert" data-testid="log-fault" data-code={evidence.code}>
        {t(text.what)}
      </p>
      <p>{t("log-do")}</p>
      <Facts
        facts={[
          { label: t("log-noticed"), value: dayAndTime(evidence.time) },
          ...(overdue ? promiseFact(evidence.promise) : headFact(t("log-remembered"), evidence.remembered)),
          ...headFact(t("log-received"), evidence.received),
        ]}
      />
      <Button look="equal" onClick={save} testid="log-save">
        {t("log-save")}
      </Button>
      {copied === "failed" && <Note kind="caution">{t("log-copy-failed")}</Note>}
      <p class="small-print">{t("problem-code", { code: evidence.code })}</p>
    </Screen>
  );
}
