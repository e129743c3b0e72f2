// Blocking the identity, and clearing the reasons: lift the block, choose a new code with the bank, connect a new SIM.

import { useState } from "preact/hooks";
import { api, app, recoverAtBank, recoverCode, refresh, sendNewSimSecret } from "../model/app";
import { t } from "../model/language";
import { normalisePhoneNumber, showPhoneNumber } from "../model/phone-number";
import { go, replace } from "../model/route";
import { useStore } from "../model/store";
import { Button, Field, Note, Screen, ProblemNote, useTask } from "../ui/parts";
import { Icon } from "../ui/icons";
import { SecretField } from "../ui/secret-field";
import { ChooseCode } from "./choose-code";
import { BankList } from "./enrol-bank";
import { NextStep, Reason } from "./home";

export function Block() {
  const { me } = useStore(app);
  const task = useTask();
  if (!me) return null;
  const block = () =>
    task.run(async () => {
      await api.block();
      await refresh();
    });
  const unblock = () =>
    task.run(async () => {
      const { action } = await api.unblock();
      go(`action/${action}`);
    });
  if (me.status === "active") {
    return (
      <Screen
        id="block"
        title={t("block-title")}
        back={() => go("settings")}
        actions={
          <Button look="stop" icon="shield" busy={task.busy} onClick={() => void block()} testid="block-now">
            {t("block-now")}
          </Button>
        }
      >
        <p class="lead">{t("block-why")}</p>
        <ul class="points">
          <li>{t("block-what-1")}</li>
          <li>{t("block-what-2")}</li>
          <li>{t("block-what-3")}</li>
        </ul>
        <ProblemNote problem={task.problem} />
      </Screen>
    );
  }
  const mine = me.next === "unblock";
  const others = me.reasons.filter(({ reason }) => reason !== "person");
  return (
    <Screen
      id="blocked"
      title={t("block-blocked-title")}
      back={() => go("")}
      actions={
        mine && (
          <Button busy={task.busy} onClick={() => void unblock()} testid="unblock">
            {t("unblock")}
          </Button>
        )
      }
    >
      <div class="figure" aria-hidden="true">
        <Icon name="shield" size={48} />
      </div>
      <p class="lead">{t("status-blocked-note")}</p>
      {mine && <p>{t("unblock-how")}</p>}
      {others.map(({ reason }) => (
        <Reason key={reason} reason={reason} />
      ))}
      {!mine && <NextStep />}
      <ProblemNote problem={task.problem} />
    </Screen>
  );
}

/** A code that is used up or forgotten: the person signs in at the bank again, and chooses a new code. */
export function Recover() {
  const { recovery, bankProblem, record } = useStore(app);
  const task = useTask();
  if (recovery !== null) {
    return (
      <ChooseCode
        hints={{ phoneNumber: record?.phoneNumber, birthdate: record?.birthdate }}
        busy={task.busy}
        problem={task.problem}
        back={() => replace("")}
        onChosen={(code) =>
          void task.run(async () => {
            try {
              await recoverCode(recovery, code);
            } finally {
              code.wipe();
            }
            replace("");
          })
        }
      />
    );
  }
  return (
    <Screen
      id="recover"
      title={t("recover-title")}
      back={() => {
        app.set({ bankProblem: null });
        go("");
      }}
    >
      <p>{t("recover-why")}</p>
      <ProblemNote problem={bankProblem ?? task.problem} />
      <BankList busy={task.busy} onBank={(bank) => void task.run(() => recoverAtBank(bank))} />
      <p class="hint">{t("bank-note")}</p>
    </Screen>
  );
}

/** Connects the SIM that the person's number has now, or another number with its SIM. */
export function NewSim() {
  const { me } = useStore(app);
  const moved = me?.sim.state === "moved";
  const [other, setOther] = useState(moved);
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const task = useTask();
  const own = me?.phone_number ?? "";
  const send = () => {
    const number = other ? normalisePhoneNumber(typed) : own;
    setWrong(number === null);
    if (number === null) return;
    void task.run(async () => {
      await sendNewSimSecret(other ? number : null);
      setSentTo(number);
    });
  };
  const answer = (secret: string) =>
    task.run(async () => {
      const { action } = await api.answerNewSim(secret);
      replace(`action/${action}`);
    });
  if (sentTo !== null) {
    return (
      <Screen
        id="new-sim-secret"
        title={t("secret-title")}
        back={() => setSentTo(null)}
      >
        <p>{t("secret-why", { number: showPhoneNumber(sentTo) })}</p>
        <SecretField busy={task.busy} onSecret={(secret) => void answer(secret)} />
        <ProblemNote problem={task.problem} />
        <Button look="plain" disabled={task.busy} onClick={send} testid="secret-again">
          {t("secret-again")}
        </Button>
      </Screen>
    );
  }
  const refused = task.problem?.members["member"] === "phone_number" ? task.problem.members["reason"] : null;
  const error = wrong ? "number-wrong" : refused === "landline" ? "number-landline" : refused ? "number-wrong" : null;
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Screen
        id="new-sim"
        title={t("new-sim-title")}
        back={() => go("settings")}
        actions={
          <Button submit busy={task.busy} testid="new-sim-send">
            {t("sim-connect")}
          </Button>
        }
      >
        <p class="lead">{t(moved ? "new-sim-moved" : "new-sim-why", { number: showPhoneNumber(own) })}</p>
        {other && (
          <Field
            label={t("number-label")}
            hint={t("number-hint")}
            error={error && t(error)}
            type="tel"
            inputMode="tel"
            autocomplete="tel"
            large
            value={typed}
            onInput={setTyped}
            testid="phone-number"
          />
        )}
        <Note kind="calm" icon="sim">
          {t("new-sim-how")}
        </Note>
        <ProblemNote problem={refused ? null : task.problem} />
        {!moved && (
          <Button look="plain" disabled={task.busy} onClick={() => setOther(!other)} testid="new-sim-other">
            {t(other ? "new-sim-same" : "new-sim-other")}
          </Button>
        )}
      </Screen>
    </form>
  );
}
