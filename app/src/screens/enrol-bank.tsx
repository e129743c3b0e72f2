// Enrolment, second half: the bank confirms the person, the person chooses a code and perhaps a fingerprint.

import { useEffect, useState } from "preact/hooks";
import {
  api,
  app,
  chooseCode,
  codeIsChosen,
  alreadyCompleted,
  completeEnrolment,
  enrolmentId,
  deleteDevice,
  goToBank,
  isFresh,
  reloadEnrolment,
} from "../model/app";
import { day, t } from "../model/language";
import { go, replace } from "../model/route";
import type { EnrolStep } from "../model/route";
import { useStore } from "../model/store";
import { registerBiometric, biometricAvailable } from "../protocol/biometric";
import type { Problem } from "../protocol/problem";
import { Icon, Mark } from "../ui/icons";
import { Button, Facts, Note, ProblemScreen, Row, Screen, ProblemNote, useTask, Waiting } from "../ui/parts";
import { ChooseCode } from "./choose-code";
import { stepText } from "./enrol-sim";
import { Limited } from "./home";

/** The list of banks, for an enrolment or a recovery. */
export function BankList({ onBank, busy }: { onBank: (bank: string) => void; busy: boolean }) {
  const { config } = useStore(app);
  return (
    <ul class="rows" aria-busy={busy}>
      {(config?.banks ?? []).map(({ name }) => (
        <li key={name}>
          <Row icon="bank" title={name} note={t("bank-own-site")} onClick={() => onBank(name)} testid={`bank-${name}`} />
        </li>
      ))}
    </ul>
  );
}

export function EnrolBank() {
  const { bankProblem } = useStore(app);
  const task = useTask();
  return (
    <Screen id="bank" over={stepText(3)} title={t("bank-title")}>
      <p>{t("bank-why")}</p>
      <ProblemNote problem={task.problem ?? bankProblem} />
      <BankList busy={task.busy} onBank={(bank) => void task.run(() => goToBank(bank))} />
      <p class="hint">{t("bank-note")}</p>
    </Screen>
  );
}

export function EnrolVouched() {
  const { enrolment } = useStore(app);
  const vouched = enrolment?.vouched;
  if (!vouched) return null;
  return (
    <Screen
      id="vouched"
      over={stepText(3)}
      title={t("vouched-title", { name: vouched.given_name })}
      actions={
        <>
          <Button onClick={() => go("enrol/code")} testid="vouched-next">
            {t("vouched-yes")}
          </Button>
          <Button look="plain" onClick={() => replace("enrol/bank")} testid="vouched-no">
            {t("vouched-no")}
          </Button>
        </>
      }
    >
      {enrolment.replaces && (
        <Note kind="caution" icon="phone" testid="replaces">
          {t("vouched-replaces")}
        </Note>
      )}
      <p>{t("vouched-why", { bank: vouched.bank })}</p>
      <Facts
        facts={[
          { label: t("given-name"), value: vouched.given_name },
          { label: t("family-name"), value: vouched.family_name },
          { label: t("birthdate"), value: day(vouched.birthdate) },
          { label: t("nationality"), value: country(vouched.nationality) },
          ...(vouched.document_number ? [{ label: t("document-number"), value: vouched.document_number }] : []),
          ...(vouched.gender ? [{ label: t("gender"), value: gender(vouched.gender) }] : []),
          ...(vouched.place_of_birth ? [{ label: t("place-of-birth"), value: vouched.place_of_birth }] : []),
          ...(vouched.address ? [{ label: t("address"), value: vouched.address }] : []),
          ...(vouched.photo ? [{ label: t("photo"), value: t("photo-given") }] : []),
        ]}
      />
      <Note kind="calm">{t("vouched-note")}</Note>
    </Screen>
  );
}

function country(code: string): string {
  try {
    return new Intl.DisplayNames([document.documentElement.lang], { type: "region" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** Banks may have other words than these two. */
const gender = (word: string): string => (word === "female" || word === "male" ? t(`gender-${word}`) : word);

export function EnrolCode() {
  const { enrolment, record } = useStore(app);
  const task = useTask();
  const hints = { phoneNumber: record?.phoneNumber, birthdate: enrolment?.vouched?.birthdate };
  return (
    <ChooseCode
      over={stepText(4)}
      hints={hints}
      busy={task.busy}
      problem={task.problem}
      back={() => go("enrol/vouched")}
      onChosen={(code) =>
        void task.run(async () => {
          try {
            await chooseCode(code);
          } finally {
            code.wipe();
          }
          replace("enrol/biometric");
        })
      }
    />
  );
}

export function EnrolBiometric() {
  const [available, setAvailable] = useState<boolean | null>(null);
  const [tried, setTried] = useState(false);
  const task = useTask();
  const finish = (withBiometric: boolean) => {
    setTried(withBiometric);
    return task.run(async () => {
      if (task.problem && (await alreadyCompleted())) {
        replace("enrol/ready");
        return;
      }
      const biometric = withBiometric ? await registerBiometric(await api.prepareBiometric(enrolmentId())) : null;
      await completeEnrolment(biometric);
      replace("enrol/ready");
    });
  };
  useEffect(() => {
    if (!codeIsChosen()) {
      // The page was reloaded. The chosen code was in memory only, so the person chooses again.
      replace("enrol/code");
      return;
    }
    void biometricAvailable().then((can) => {
      setAvailable(can);
      if (!can) void finish(false);
    });
  }, []);
  if (available === null) return null;
  // A fingerprint that is refused or fails never costs the enrolment: the person goes on without it, whatever the problem was.
  const failed = task.problem !== null && tried && !GO_BACK.includes(task.problem.code);
  if (task.problem && !task.problem.temporary && !failed) {
    return <ProblemScreen problem={task.problem} actions={<WayOn problem={task.problem} />} />;
  }
  return (
    <Screen
      id="unlock"
      over={stepText(5)}
      title={available ? t("biometric-title") : t("finishing-title")}
      actions={
        available ? (
          <>
            <Button icon="finger" busy={task.busy} onClick={() => void finish(true)} testid="unlock-yes">
              {t("biometric-yes")}
            </Button>
            <Button look="plain" disabled={task.busy} onClick={() => void finish(false)} testid="unlock-no">
              {t("biometric-no")}
            </Button>
          </>
        ) : (
          task.problem && (
            <Button busy={task.busy} onClick={() => void finish(false)} testid="finish-again">
              {t("try-again")}
            </Button>
          )
        )
      }
    >
      {available && (
        <>
          <div class="figure" aria-hidden="true">
            <Icon name="finger" size={48} />
          </div>
          <p>{t("biometric-why")}</p>
          <p class="hint">{t("biometric-note")}</p>
        </>
      )}
      {!available && task.busy && <Waiting text={t("code-locking")} />}
      <ProblemNote problem={task.problem} />
      {failed && (
        <p class="hint" data-testid="unlock-later">
          {t("biometric-later")}
        </p>
      )}
    </Screen>
  );
}

/** Problems after which the person must repeat an earlier step. */
const GO_BACK: readonly string[] = ["epoch_changed", "proofing_stale"];

/** The step to which a person goes back when the last step was refused. Only where no step helps, they start over. */
function WayOn({ problem }: { problem: Problem }) {
  const task = useTask();
  const back = (step: EnrolStep) => void task.run(() => reloadEnrolment().then(() => replace(`enrol/${step}`)));
  if (problem.code === "epoch_changed") {
    return (
      <Button busy={task.busy} onClick={() => back("vouched")} testid="choose-again">
        {t("enrol-again-code")}
      </Button>
    );
  }
  if (problem.code === "proofing_stale") {
    return (
      <Button busy={task.busy} onClick={() => back("bank")} testid="bank-again">
        {t("enrol-again-bank")}
      </Button>
    );
  }
  return (
    <Button onClick={() => void deleteDevice()} testid="start-over">
      {t("start-over")}
    </Button>
  );
}

export function EnrolReady() {
  const { me, waitingLink, enrolmentReceipt, replaced } = useStore(app);
  return (
    <Screen
      id="ready"
      title={t("ready-title", { name: me?.given_name ?? "" })}
      over={
        <span class="hero" aria-hidden="true">
          <Mark size={104} />
        </span>
      }
      actions={
        <Button onClick={() => replace("")} testid="ready-home">
          {t(isFresh(waitingLink) ? "ready-continue" : "ready-home")}
        </Button>
      }
    >
      <p class="lead">{t(replaced ? "ready-replaced" : me?.sim.state === "connected" ? "ready-advanced" : "ready-basic")}</p>
      {me?.limited && <Limited until={me.limited.until} />}
      <p>{t("ready-how")}</p>
      {enrolmentReceipt && (
        <a class="more" href={`#/receipt/${enrolmentReceipt}`} data-testid="receipt">
          {t("receipt-see")}
        </a>
      )}
    </Screen>
  );
}
