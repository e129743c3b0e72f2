// The person's e-mail address: added, changed or removed. The person confirms each with the code.

import { useState } from "preact/hooks";
import { api, app } from "../model/app";
import { t } from "../model/language";
import { go, replace } from "../model/route";
import { useStore } from "../model/store";
import { Icon } from "../ui/icons";
import { Button, Facts, Field, Note, ProblemNote, Screen, useTask } from "../ui/parts";
import { SecretField } from "../ui/secret-field";

export function Email() {
  const { me, config, waitingAction } = useStore(app);
  const [changing, setChanging] = useState(false);
  const [sentTo, setSentTo] = useState<string | null>(null);
  if (!me) return null;
  if (sentTo !== null) return <EmailCode address={sentTo} back={() => setSentTo(null)} />;
  const back = () => (changing ? setChanging(false) : waitingAction ? go(`action/${waitingAction.id}`) : go("settings"));
  if (config?.email && (changing || me.email === null)) return <EmailAddress back={back} onSent={setSentTo} />;
  return <CurrentEmail back={back} onChange={config?.email ? () => setChanging(true) : null} />;
}

/** The address, and what can be done with it. */
function CurrentEmail({ back, onChange }: { back: () => void; onChange: (() => void) | null }) {
  const { me } = useStore(app);
  const task = useTask();
  const remove = () =>
    task.run(async () => {
      const { action } = await api.removeEmail();
      replace(`action/${action}`);
    });
  const address = me?.email ?? null;
  return (
    <Screen
      id="email"
      title={t("settings-email")}
      back={back}
      actions={
        address !== null && (
          <>
            {onChange && (
              <Button icon="mail" disabled={task.busy} onClick={onChange} testid="email-change">
                {t("email-change")}
              </Button>
            )}
            <Button look="plain" busy={task.busy} onClick={() => void remove()} testid="email-remove">
              {t("email-remove")}
            </Button>
          </>
        )
      }
    >
      <div class="figure" aria-hidden="true">
        <Icon name="mail" size={48} />
      </div>
      {address === null ? (
        <Note kind="calm">{t("email-unavailable")}</Note>
      ) : (
        <>
          <Facts facts={[{ label: t("settings-email"), value: address }]} />
          <p>{t("email-have")}</p>
          <p class="hint">{t("fingerprint-next")}</p>
        </>
      )}
      <ProblemNote problem={task.problem} />
    </Screen>
  );
}

/** Asks for the address. */
function EmailAddress({ back, onSent }: { back: () => void; onSent: (address: string) => void }) {
  const [typed, setTyped] = useState("");
  const task = useTask();
  const invalid = task.problem?.code === "email_invalid";
  const submit = () => {
    const address = typed.trim();
    if (address === "") return;
    void task.run(async () => {
      await api.sendEmailCode(address);
      app.set({ mailedTo: address });
      onSent(address);
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
        id="email-address"
        title={t("email-title")}
        back={back}
        actions={
          <Button submit busy={task.busy} testid="email-next">
            {t("email-send")}
          </Button>
        }
      >
        <p>{t("email-why")}</p>
        <Field
          label={t("email-label")}
          error={invalid ? t("problem-email_invalid") : null}
          inputMode="email"
          autocomplete="email"
          maxLength={254}
          value={typed}
          onInput={(value) => {
            setTyped(value);
            task.clear();
          }}
          testid="email-field"
        />
        <ProblemNote problem={invalid ? null : task.problem} />
      </Screen>
    </form>
  );
}

/** Asks for the digits of the mail. */
function EmailCode({ address, back }: { address: string; back: () => void }) {
  const { config } = useStore(app);
  const task = useTask();
  const answer = (secret: string) =>
    task.run(async () => {
      const { action } = await api.answerEmail(secret);
      replace(`action/${action}`);
    });
  return (
    <Screen id="email-code" over={t("settings-email")} title={t("email-code-title")} back={back}>
      <p class="lead email-address">
        <bdi>{address}</bdi>
      </p>
      <p>{t("email-code-why")}</p>
      <SecretField busy={task.busy} onSecret={(secret) => void answer(secret)} />
      <ProblemNote problem={task.problem} />
      {config?.mailbox && (
        <p>
          <a href={config.mailbox} target="_blank" rel="noopener noreferrer" data-testid="mailbox">
            {t("email-mailbox")}
          </a>
        </p>
      )}
      <p class="hint">{t("email-late")}</p>
    </Screen>
  );
}
