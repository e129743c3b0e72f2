// The person takes back what they consented to towards a partner: what that does and what it does not, on one screen.

import { app } from "../model/app";
import { dayAndTime, longDay, t } from "../model/language";
import { detailNames, withdraw } from "../model/partners";
import { go, replace } from "../model/route";
import { useStore } from "../model/store";
import type { Partner, Withdrawn } from "../protocol/api";
import { Letter } from "../ui/letter";
import { Button, ProblemNote, Row, Screen, useTask } from "../ui/parts";
import { Party } from "../ui/requester";
import { NoPartner, usePartners } from "./partners";

export function Withdraw({ id }: { id: string }) {
  const loaded = usePartners();
  const partner = loaded.partners?.find((one) => one.partner === id);
  if (!partner) return <NoPartner {...loaded} />;
  return partner.withdrawn ? <Done partner={partner} withdrawn={partner.withdrawn} /> : <Confirm partner={partner} />;
}

function Confirm({ partner }: { partner: Partner }) {
  const task = useTask();
  const { partner: id, name, domain, told } = partner;
  const points = ["ends", told ? "told" : "untold", "stays", "again"];
  const leave = () => (history.length > 1 ? history.back() : replace(`partner/${id}`));
  return (
    <Screen
      id="withdraw"
      over={<Party {...partner} />}
      title={t("withdraw-title")}
      back={task.busy ? undefined : leave}
      actions={
        <>
          <ProblemNote problem={task.problem} />
          <div class="pair">
            <Button look="equal" disabled={task.busy} onClick={leave} testid="withdraw-cancel">
              {t("cancel")}
            </Button>
            <Button look="equal" busy={task.busy} onClick={() => void task.run(() => withdraw(id))} testid="withdraw-now">
              {t("withdraw-now")}
            </Button>
          </div>
        </>
      }
    >
      <p class="lead">{t("withdraw-why", { partner: name })}</p>
      <ul class="points">
        {points.map((point) => (
          <li key={point}>
            <strong>{t(`withdraw-${point}`, { partner: name })}</strong> {t(`withdraw-${point}.what`, { partner: name, domain })}
          </li>
        ))}
      </ul>
      <details>
        <summary>{t("erase-how")}</summary>
        <Erase partner={partner} time={Date.now()} />
      </details>
    </Screen>
  );
}

function Done({ partner, withdrawn }: { partner: Partner; withdrawn: Withdrawn }) {
  const { partner: id, name } = partner;
  return (
    <Screen
      id="withdrawn"
      over={<Party {...partner} />}
      title={t("withdrawn-title")}
      back={() => (history.length > 1 ? history.back() : go(`partner/${id}`))}
      actions={
        <Button look="plain" onClick={() => replace("")} testid="go-home">
          {t("go-home")}
        </Button>
      }
    >
      <p class="lead" role="status" data-testid="withdrawn">
        {t("withdrawn", { partner: name, time: dayAndTime(withdrawn.time) })}
      </p>
      <ul class="rows">
        <li>
          <Row icon="receipt" title={t("withdraw-receipt")} href={`#/receipt/${withdrawn.receipt}`} testid="withdraw-receipt" />
        </li>
      </ul>
      <section>
        <h2>{t("erase-title", { partner: name })}</h2>
        <Erase partner={partner} time={withdrawn.time} />
      </section>
    </Screen>
  );
}

/** How to have the partner erase what it has. The scheme knows no address of it, only its domain. */
function Erase({ partner, time }: { partner: Partner; time: number }) {
  const { me } = useStore(app);
  const { name, domain } = partner;
  const details = detailNames(partner).map((one) => `- ${one}`);
  const letter = t("erase-letter", {
    partner: name,
    domain,
    day: longDay(time),
    details: details.length === 0 ? `- ${t("erase-everything")}` : details.join("\n"),
    name: me ? `${me.given_name} ${me.family_name}` : "",
  });
  return (
    <>
      <p>{t("erase-right", { partner: name, domain })}</p>
      <Letter label={t("erase-label")} text={letter} />
    </>
  );
}
