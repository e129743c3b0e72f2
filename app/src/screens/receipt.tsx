// A receipt, and the checks that this phone makes of it.

import { useEffect, useState } from "preact/hooks";
import { app } from "../model/app";
import { dayAndTime, has, shortDay, t } from "../model/language";
import { fetchReceipt } from "../model/receipts";
import { replace } from "../model/route";
import { arrange } from "../model/shared";
import { useStore } from "../model/store";
import type { LogEvidence } from "../protocol/log-head";
import { asProblem, Problem } from "../protocol/problem";
import type { Check, CheckedReceipt } from "../protocol/receipt";
import { ON } from "../protocol/view";
import type { Chosen, ShownView } from "../protocol/view";
import { Icon } from "../ui/icons";
import { Button, Facts, Note, ProblemScreen, Screen, Waiting } from "../ui/parts";
import { ShownRows } from "../ui/shared-rows";
import { LogFaultScreen } from "./log-fault";

const ICONS = { yes: "tick", no: "cross", pending: "clock", absent: "info", other: "info", first: "info", overdue: "cross" } as const;

/** A choice in words: the label of the choice, and that of the value. */
function chosenFact({ choices }: ShownView, { key, value }: Chosen) {
  const choice = choices.find((one) => one.key === key);
  const option = choice?.options.find((one) => one.value === value);
  return { label: choice?.label ?? key, value: option?.label ?? t(value === ON ? "choice-on" : "choice-off") };
}

const reasonText = (reason: string): string => `reason-${reason.replaceAll("_", "-")}`;

export function ReceiptScreen({ id }: { id: string }) {
  const [receipt, setReceipt] = useState<CheckedReceipt | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  const [shown, setShown] = useState<LogEvidence | null>(null);
  const earlier = useStore(app).record?.logEvidence ?? null;
  const back = () => (history.length > 1 ? history.back() : replace(""));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async () => {
      const found = await fetchReceipt(id);
      setReceipt(found);
      if (found.evidence) setShown(found.evidence);
      // The receipt enters the log within ten seconds.
      if (found.logged === "pending" && round < 5) timer = setTimeout(() => setRound(round + 1), 3000);
    };
    load().catch((thrown: unknown) => {
      const found = asProblem(thrown);
      // A receipt without an approval, such as that of a withdrawal, is written a moment after it was promised.
      if (found.code === "not_found" && round < 10) return void (timer = setTimeout(() => setRound(round + 1), 500));
      setProblem(found.code === "unexpected" ? new Problem("answer_unreadable", 0, {}, found) : found);
    });
    return () => clearTimeout(timer);
  }, [id, round]);

  if (problem) return <ProblemScreen problem={problem} back={back} actions={<Button look="plain" onClick={() => replace("")}>{t("go-home")}</Button>} />;
  if (!receipt) {
    return (
      <Screen id="receipt-loading" title={t("receipt-title")} back={back}>
        <Waiting text={t("receipt-checking")} />
      </Screen>
    );
  }
  if (shown) return <LogFaultScreen evidence={shown} back={back} go={() => setShown(null)} />;
  const checks: [string, Check][] = [
    ["committed", receipt.committed],
    ["mine", receipt.mine],
    ["promised", receipt.promised],
    ["logged", receipt.logged],
    ["continues", receipt.continues],
  ];
  const correct = checks.every(([, check]) => check !== "no" && check !== "overdue");
  const evidence = receipt.evidence ?? earlier;
  const { view } = receipt;
  // A view with headings is shown as the request was, with what the person kept.
  const grouped = view?.fields.some(({ kind }) => kind === "group") ?? false;
  const rows = view && !grouped ? [...view.attributes, ...view.fields.filter(({ kind }) => kind !== "image")] : [];
  const left = view && grouped ? arrange(view).choices.map(({ key }) => key) : null;
  const chosen = receipt.choices.filter(({ key }) => left === null || left.includes(key));
  return (
    <Screen
      id="receipt"
      title={t(receipt.kind === "device" && receipt.bank ? "receipt-moved" : `receipt-kind-${receipt.kind}`)}
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
          { label: t("past-when"), value: dayAndTime(receipt.time) },
          ...(view
            ? [
                { label: t("receipt-requester"), value: `${view.partner.name} (${view.partner.domain})` },
                { label: t("receipt-what"), value: view.title },
              ]
            : []),
          ...(receipt.partner ? [{ label: t("receipt-requester"), value: `${receipt.partner.name} (${receipt.partner.domain})` }] : []),
          ...(receipt.browser ? [{ label: t("receipt-browser"), value: receipt.browser }] : []),
          ...(receipt.bank ? [{ label: t("receipt-bank"), value: receipt.bank }] : []),
          ...(receipt.terms ? [{ label: t("about-terms"), value: receipt.terms }] : []),
          ...(receipt.reason && has(reasonText(receipt.reason)) ? [{ label: t("receipt-why"), value: t(reasonText(receipt.reason)) }] : []),
          ...(receipt.factor && receipt.factor !== "none" ? [{ label: t("receipt-factor"), value: t(`factor-${receipt.factor}`) }] : []),
        ]}
      />
      {view && grouped && (
        <section>
          <h2>{t("receipt-shown")}</h2>
          <ShownRows view={view} chosen={receipt.choices} />
        </section>
      )}
      {view && rows.length > 0 && (
        <section>
          <h2>{t("receipt-shown")}</h2>
          <Facts facts={rows} />
        </section>
      )}
      {view && chosen.length > 0 && (
        <section>
          <h2>{t("receipt-chosen")}</h2>
          <Facts facts={chosen.map((one) => chosenFact(view, one))} />
        </section>
      )}
      <section>
        <h2>{t("receipt-checks")}</h2>
        <p data-testid="receipt-verdict" data-sound={correct} data-logged={receipt.logged} role="status">
          {t(!correct ? "receipt-incorrect" : receipt.logged !== "yes" ? "receipt-pending" : receipt.mine === "other" ? "receipt-other" : "receipt-correct")}
        </p>
        <ul class="checks">
          {checks
            .filter(([, check]) => check !== "absent")
            .map(([name, check]) => (
              <li key={name} class={`check check-${check}`} data-testid={`check-${name}`} data-check={check}>
                <Icon name={ICONS[check]} />
                <span>{t(name === "logged" && check === "yes" && receipt.continues === "no" ? "check-logged-now" : `check-${name}-${check}`, { before: receipt.remembered ?? 0, size: receipt.size ?? 0 })}</span>
              </li>
            ))}
        </ul>
        {evidence && (
          <Note kind="stop" testid="log-evidence">
            <p>{t("log-earlier", { day: shortDay(evidence.time) })}</p>
            <Button look="plain" onClick={() => setShown(evidence)} testid="log-show">
              {t("log-show")}
            </Button>
          </Note>
        )}
        <p class="small-print">
          {id}
          {receipt.index !== null && receipt.size !== null && ` · ${t("receipt-place", { index: receipt.index + 1, size: receipt.size })}`}
        </p>
      </section>
    </Screen>
  );
}
