// A visit to the bank for what a request asks and the person does not have. The request waits meanwhile.

import { fetchAtBank } from "../model/actions";
import { app } from "../model/app";
import { t } from "../model/language";
import { go } from "../model/route";
import { useStore } from "../model/store";
import { ProblemNote, Screen, useTask } from "../ui/parts";
import { BankList } from "./enrol-bank";

export function FetchAtBank() {
  const { bankProblem, waitingAction } = useStore(app);
  const task = useTask();
  const back = () => {
    app.set({ bankProblem: null });
    go(waitingAction ? `action/${waitingAction.id}` : "");
  };
  return (
    <Screen id="fetch-bank" title={t("fetch-bank-title")} back={back}>
      <p>{t("fetch-bank-why")}</p>
      <ProblemNote problem={task.problem ?? bankProblem} />
      <BankList busy={task.busy} onBank={(bank) => void task.run(() => fetchAtBank(bank))} />
      <p class="hint">{t("fetch-bank-note")}</p>
    </Screen>
  );
}
