// Enrolment, first half: the phone number, the state of its SIM, and the secret that connects it.

import { useState } from "preact/hooks";
import { api, app, beginEnrolment, deleteDevice, enrolmentId, simConnected } from "../model/app";
import { t } from "../model/language";
import { go, replace } from "../model/route";
import { useStore } from "../model/store";
import { Button, Facts, Field, Note, Screen, ProblemNote, useTask } from "../ui/parts";
import { normalisePhoneNumber, showPhoneNumber } from "../model/phone-number";
import { SecretField } from "../ui/secret-field";

export const STEPS = 5;
export const stepText = (at: number): string => t("enrol-step", { at, of: STEPS });

export function EnrolNumber() {
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  const task = useTask();
  // The scheme knows which numbers exist.
  const refused = task.problem?.members["member"] === "phone_number" ? task.problem.members["reason"] : null;
  const error = wrong ? "number-wrong" : refused === "landline" ? "number-landline" : refused ? "number-wrong" : null;
  const submit = () => {
    const number = normalisePhoneNumber(typed);
    setWrong(number === null);
    if (number === null) return;
    void task.run(async () => {
      await beginEnrolment(number);
      go("enrol/sim");
    });
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Screen
        id="number"
        over={stepText(1)}
        title={t("number-title")}
        back={() => go("")}
        actions={
          <Button submit busy={task.busy} testid="number-next">
            {t("next")}
          </Button>
        }
      >
        <p>{t("number-why")}</p>
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
        <ProblemNote problem={refused ? null : task.problem} />
      </Screen>
    </form>
  );
}

export function EnrolSim() {
  const { enrolment, record } = useStore(app);
  const task = useTask();
  if (!enrolment || !record) return null;
  const { state, operator } = enrolment.sim;
  const text = () =>
    task.run(async () => {
      await api.sendSecret(enrolmentId());
      go("enrol/secret");
    });
  const actions = {
    ready: (
      <Button busy={task.busy} onClick={() => void text()} testid="sim-connect">
        {t("sim-connect")}
      </Button>
    ),
    upgradable: <Button onClick={() => go("enrol/bank")} testid="sim-skip">{t("sim-without")}</Button>,
    incompatible: <Button onClick={() => go("enrol/bank")} testid="sim-skip">{t("sim-without")}</Button>,
    unknown: <Button onClick={() => void deleteDevice().then(() => go("enrol/number"))} testid="sim-other">{t("sim-other-number")}</Button>,
  }[state];
  return (
    <Screen
      id="sim"
      over={stepText(2)}
      title={t(`sim-${state}-title`)}
      back={() => void deleteDevice().then(() => go("enrol/number"))}
      actions={actions}
    >
      <Facts
        facts={[
          { label: t("number-label"), value: showPhoneNumber(record.phoneNumber) },
          ...(operator ? [{ label: t("sim-operator"), value: operator }] : []),
        ]}
      />
      {/* What the operator just refused takes the place of what it could do. */}
      {!task.problem && (
        <div data-testid="sim-state" data-state={state}>
          <Note kind={state === "ready" ? "good" : "caution"} icon="sim">
            <p>{t(`sim-${state}`, { operator: operator ?? "" })}</p>
            <p>{t(`sim-${state}.do`, { operator: operator ?? "" })}</p>
          </Note>
        </div>
      )}
      <ProblemNote problem={task.problem} />
    </Screen>
  );
}

export function EnrolSecret() {
  const { record } = useStore(app);
  const task = useTask();
  const again = useTask();
  const [sentAgain, setSentAgain] = useState(false);
  const answer = (secret: string) =>
    task.run(async () => {
      await api.answerSecret(enrolmentId(), secret);
      await simConnected();
      replace("enrol/bank");
    });
  const resend = () =>
    again.run(async () => {
      task.clear();
      await api.sendSecret(enrolmentId());
      setSentAgain(true);
    });
  return (
    <Screen
      id="secret"
      over={stepText(2)}
      title={t("secret-title")}
      back={() => go("enrol/sim")}
    >
      <p>{t("secret-why", { number: showPhoneNumber(record?.phoneNumber ?? "") })}</p>
      <SecretField busy={task.busy} onSecret={(secret) => void answer(secret)} />
      <ProblemNote problem={task.problem ?? again.problem} />
      <Button look="plain" busy={again.busy} onClick={() => void resend()} testid="secret-again">
        {t("secret-again")}
      </Button>
      <p class="hint" role="status">
        {sentAgain && t("secret-sent-again")}
      </p>
    </Screen>
  );
}
