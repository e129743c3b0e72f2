// The partners that got something of the person, and for each of them: what, when, why, and what came of its requests.

import { useEffect, useState } from "preact/hooks";
import { app } from "../model/app";
import { entriesOf, idOf, loadEarlierOf } from "../model/history";
import { dayAndTime, shortDay, t } from "../model/language";
import { claimName, detailsInBrief, detailsOf, loadPartners, loadWhy, NO_REASONS } from "../model/partners";
import type { Why } from "../model/partners";
import { go, replace } from "../model/route";
import { useStore } from "../model/store";
import type { Entry, Partner } from "../protocol/api";
import { Problem } from "../protocol/problem";
import { Button, Facts, Note, ProblemActions, ProblemNote, ProblemScreen, Row, Screen, Waiting, useTask } from "../ui/parts";
import { Party } from "../ui/requester";
import { EntryRow, useHistory, when } from "./history";

/** How many requests of a partner are shown at first, and how many more each time. */
const FIRST = 5;
const MORE = 20;

/** The partners, loaded again when there is news. */
export function usePartners() {
  const { partners, past } = useStore(app);
  const task = useTask();
  const load = () => void task.run(loadPartners);
  useEffect(load, [past]);
  return { partners, task, load };
}

const back = () => (history.length > 1 ? history.back() : replace("history"));

export function Partners() {
  const { partners, task, load } = usePartners();
  return (
    <Screen id="partners" title={t("partners-title")} back={back}>
      {partners && partners.length > 0 && <p>{t("partners-why")}</p>}
      <ProblemNote problem={task.problem} />
      {partners === null && (task.problem ? <Button onClick={load} testid="try-again">{t("try-again")}</Button> : <Waiting text={t("loading-note")} />)}
      {partners?.length === 0 && <p class="empty">{t("partners-none")}</p>}
      {partners && partners.length > 0 && (
        <ul class="rows" data-testid="partners">
          {partners.map((partner) => (
            <li key={partner.partner}>
              <Row
                icon={partner.withdrawn ? "cross" : "globe"}
                href={`#/partner/${partner.partner}`}
                title={<bdi>{partner.name}</bdi>}
                note={
                  <>
                    {partner.domain}
                    <br />
                    {partner.withdrawn ? t("outcome-withdrawn") : detailsInBrief(partner, 3) || t("partner-no-details")}
                  </>
                }
                end={when(partner.last)}
                testid={`partner-${partner.partner}`}
              />
            </li>
          ))}
        </ul>
      )}
    </Screen>
  );
}

/** The screen of a partner, before it is loaded or when there is none. */
export function NoPartner({ task, load, partners }: ReturnType<typeof usePartners>) {
  const problem = task.problem ?? (partners ? new Problem("not_found") : null);
  if (problem) return <ProblemScreen problem={problem} back={back} actions={<ProblemActions problem={problem} retry={load} home={() => replace("")} />} />;
  return (
    <Screen id="loading" title={t("loading")} back={back}>
      <Waiting text={t("loading-note")} />
    </Screen>
  );
}

export function PartnerScreen({ id }: { id: string }) {
  const loaded = usePartners();
  const { history: known } = useHistory();
  const partner = loaded.partners?.find((one) => one.partner === id);
  if (!partner) return <NoPartner {...loaded} />;
  const { withdrawn } = partner;
  const entries = entriesOf(id);
  return (
    <Screen
      id="partner"
      over={<Party {...partner} />}
      title={t("partner-got", { partner: partner.name })}
      back={back}
      actions={
        !withdrawn && (
          <Button look="equal" onClick={() => go(`partner/${id}/withdraw`)} testid="withdraw">
            {t("withdraw")}
          </Button>
        )
      }
    >
      {withdrawn && (
        <ul class="rows" data-testid="withdrawn">
          <li>
            <Row icon="cross" href={`#/partner/${id}/withdraw`} title={t("outcome-withdrawn")} note={dayAndTime(withdrawn.time)} testid="to-withdrawn" />
          </li>
        </ul>
      )}
      <Details partner={partner} entries={entries} />
      <Requests partner={partner} entries={entries} more={known?.next != null} />
      <ProblemNote problem={loaded.task.problem} />
    </Screen>
  );
}

/** What it got, when, and why. The reasons come from the receipts, and may be missing. */
function Details({ partner, entries }: { partner: Partner; entries: readonly Entry[] }) {
  const [why, setWhy] = useState<Why>(NO_REASONS);
  const newest = entries[0] && idOf(entries[0]);
  useEffect(() => {
    let left = false;
    loadWhy(partner, entries).then(
      (found) => left || setWhy(found),
      () => undefined,
    );
    return () => void (left = true);
  }, [partner.last, newest]);
  const details = detailsOf(partner);
  const differ = new Set(details.map(({ last }) => shortDay(last))).size > 1;
  return (
    <>
      {details.length === 0 ? (
        <Note kind="calm">{t("partner-nothing", { partner: partner.name })}</Note>
      ) : (
        <ul class="rows" data-testid="details">
          {details.map(({ claim, last }) => (
            <li key={claim} class="detail">
              <span class="row-line">
                <span class="row-title">{claimName(claim)}</span>
                {differ && <span class="row-end">{shortDay(last)}</span>}
              </span>
              {why.reasons.has(claim) && (
                <span class="row-note" lang={why.language ?? undefined}>
                  {why.reasons.get(claim)}
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      <Facts
        beside
        facts={[
          ...(why.purpose === null ? [] : [{ label: t("partner-purpose"), value: why.purpose }]),
          ...(partner.answers > 1 ? [{ label: t("partner-first"), value: dayAndTime(partner.first) }] : []),
          { label: t(partner.answers > 1 ? "partner-last" : "past-when"), value: dayAndTime(partner.last) },
          ...(partner.answers > 1 ? [{ label: t("partner-answers"), value: t("partner-times", { count: partner.answers }) }] : []),
        ]}
      />
    </>
  );
}

function Requests({ partner, entries, more }: { partner: Partner; entries: Entry[]; more: boolean }) {
  const [count, setCount] = useState(FIRST);
  const task = useTask();
  const showMore = () => {
    setCount(count + MORE);
    if (more && entries.length <= count) void task.run(() => loadEarlierOf(partner.partner));
  };
  return (
    <section>
      <h2>{t("partner-requests", { partner: partner.name })}</h2>
      <p class="hint">{t("partner-receipts")}</p>
      {entries.length > 0 && (
        <ul class="rows" data-testid="partner-requests">
          {entries.slice(0, count).map((entry) => (
            <EntryRow key={idOf(entry)} entry={entry} own />
          ))}
        </ul>
      )}
      {(more || entries.length > count) && (
        <Button look="plain" busy={task.busy} onClick={showMore} testid="requests-more">
          {t("history-more")}
        </Button>
      )}
      <ProblemNote problem={task.problem} />
    </section>
  );
}
