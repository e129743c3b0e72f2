// A receipt, judged here and now by this phone.

import { useEffect, useState } from "preact/hooks";
import { api, app } from "../model/app";
import { dayAndTime, has, t } from "../model/language";
import { replace } from "../model/route";
import { asProblem, Problem } from "../protocol/problem";
import { checkReceipt } from "../protocol/receipt";
import type { Check, CheckedReceipt } from "../protocol/receipt";
import { Icon } from "../ui/icons";
import { Button, Facts, ProblemScreen, Screen, Waiting } from "../ui/parts";

const ICONS = { yes: "tick", no: "cross", pending: "clock", absent: "info" } as const;

const reasonText = (reason: string): string => `reason-${reason.replaceAll("_", "-")}`;

export function ReceiptScreen({ id }: { id: string }) {
  const [judged, setJudged] = useState<CheckedReceipt | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  const back = () => (history.length > 1 ? history.back() : replace(""));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const judge = async () => {
      const { record } = app.get();
      if (!record) throw new Problem("not_enrolled");
      const found = await checkReceipt(await api.receipt(id), record);
      setJudged(found);
      // The log takes it within ten seconds.
      if (found.logged === "pending" && round < 5) timer = setTimeout(() => setRound(round + 1), 3000);
    };
    judge().catch((thrown: unknown) => {
      const found = asProblem(thrown);
      setProblem(found.code === "unexpected" ? new Problem("answer_unreadable", 0, {}, found) : found);
    });
    return () => clearTimeout(timer);
  }, [id, round]);

  if (problem) return <ProblemScreen problem={problem} back={back} actions={<Button look="plain" onClick={() => replace("")}>{t("go-home")}</Button>} />;
  if (!judged) {
    return (
      <Screen id="receipt-loading" title={t("receipt-title")} back={back}>
        <Waiting text={t("receipt-checking")} />
      </Screen>
    );
  }
  const checks: [string, Check][] = [
    ["committed", judged.committed],
    ["mine", judged.mine],
    ["promised", judged.promised],
    ["logged", judged.logged],
  ];
  const sound = checks.every(([, check]) => check !== "no");
  const { view } = judged;
  return (
    <Screen
      id="receipt"
      title={t(`receipt-kind-${judged.kind}`)}
      over={t("receipt-title")}
      back={back}
      actions={
        <Button look="plain" onClick={() => print()} testid="print">
          {t("receipt-print")}
        </Button>
      }
    >
      <Facts
        facts={[
          { label: t("past-when"), value: dayAndTime(judged.time) },
          ...(view
            ? [
                { label: t("receipt-requester"), value: `${view.partner.name} (${view.partner.domain})` },
                { label: t("receipt-what"), value: view.title },
              ]
            : []),
          ...(judged.bank ? [{ label: t("receipt-bank"), value: judged.bank }] : []),
          ...(judged.terms ? [{ label: t("about-terms"), value: judged.terms }] : []),
          ...(judged.reason && has(reasonText(judged.reason)) ? [{ label: t("receipt-why"), value: t(reasonText(judged.reason)) }] : []),
          ...(judged.factor && judged.factor !== "none" ? [{ label: t("receipt-factor"), value: t(`factor-${judged.factor}`) }] : []),
        ]}
      />
      {view && view.attributes.length > 0 && (
        <section>
          <h2>{t("receipt-shown")}</h2>
          <Facts facts={view.attributes} />
        </section>
      )}
      <section>
        <h2>{t("receipt-checks")}</h2>
        <p data-testid="receipt-verdict" data-sound={sound} data-logged={judged.logged} role="status">
          {t(!sound ? "receipt-broken" : judged.logged === "yes" ? "receipt-sound" : "receipt-soon")}
        </p>
        <ul class="checks">
          {checks
            .filter(([, check]) => check !== "absent")
            .map(([name, check]) => (
              <li key={name} class={`check check-${check}`} data-testid={`check-${name}`} data-check={check}>
                <Icon name={ICONS[check]} />
                <span>{t(`check-${name}-${check}`)}</span>
              </li>
            ))}
        </ul>
        <p class="small-print">
          {id}
          {judged.index !== null && judged.size !== null && ` · ${t("receipt-place", { index: judged.index + 1, size: judged.size })}`}
        </p>
      </section>
    </Screen>
  );
}
