// The history: every request and everything else that happened, by day. Only what is near the screen is drawn.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { findKind, kindName } from "../kinds";
import { app } from "../model/app";
import { idOf, loadEarlier, loadHistory, timeOf } from "../model/history";
import { clock, has, isToday, shortDay, t } from "../model/language";
import { useStore } from "../model/store";
import type { Entry, HistoryEvent, Summary } from "../protocol/api";
import { Button, ProblemNote, Row, Screen, Waiting, useTask } from "../ui/parts";
import type { IconName } from "../ui/icons";

const STATUS_ICONS: Record<string, IconName> = {
  approved: "tick",
  delivered: "tick",
  refused: "cross",
  expired: "clock",
  cancelled: "cross",
};

/** How a request ended that nobody approved. The other reasons are those of a block. */
const ENDED = ["not_me", "wrong_details", "superseded", "browser", "level", "new_phone"];

const statusName = ({ status, reason }: Summary): string => {
  if (reason && ENDED.includes(reason)) return t(`ended-${reason.replaceAll("_", "-")}`);
  if (reason && status === "cancelled") return t("ended-blocked");
  return has(`outcome-${status}`) ? t(`outcome-${status}`) : status;
};

/** What came of a request. A return is none that the person answered. */
export const outcomeName = (action: Summary): string =>
  action.withdrawn ? t("outcome-withdrawn") : action.returned ? t("outcome-returned") : statusName(action);

export const isOpen = ({ status }: Summary): boolean => status === "created" || status === "linked";

const icon = (action: Summary): IconName =>
  isOpen(action) ? (findKind(action.kind)?.icon ?? "info") : action.returned ? "again" : (STATUS_ICONS[action.status] ?? "clock");

export const when = (time: number): string => (isToday(time) ? clock(time) : shortDay(time));

/** `own`: on a screen of the partner, whose name then is not repeated. */
export function ActionRow({ action, own, time = when }: { action: Summary; own?: boolean; time?: (ms: number) => string }) {
  const named = !own && action.partner !== null;
  return (
    <li>
      <Row
        icon={icon(action)}
        href={`#/action/${action.id}`}
        title={<bdi>{named ? action.partner : kindName(action.kind)}</bdi>}
        note={`${named ? `${kindName(action.kind)} · ` : ""}${outcomeName(action)}`}
        end={time(action.created)}
        testid={`action-${action.id}`}
      />
    </li>
  );
}

const EVENT_ICONS: Record<string, IconName> = {
  block: "shield",
  unblock: "shield",
  enrolment: "ready",
  recovery: "key",
  device: "phone",
  sim: "sim",
  attributes: "bank",
  withdrawal: "cross",
};

function eventName({ kind, bank }: HistoryEvent): string {
  // A device changes without a bank when its owner was told of it.
  if (kind === "device") return t(bank ? "receipt-moved" : "event-notice");
  return has(`receipt-kind-${kind}`) ? t(`receipt-kind-${kind}`) : t("event-other");
}

function eventNote({ kind, reason, action, bank, partner, told }: HistoryEvent): string {
  const why = `reason-${(reason ?? "").replaceAll("_", "-")}`;
  const notes = [
    partner && told && has(`told-${told}`) ? t(`told-${told}`, { partner }) : partner,
    bank ? t("event-bank", { bank }) : null,
    action ? t("event-reported") : (kind === "block" || kind === "unblock") && has(why) ? t(why) : null,
  ];
  return notes.filter((note) => note !== null).join(" · ");
}

function EventRow({ event, time = when }: { event: HistoryEvent; time?: (ms: number) => string }) {
  return (
    <li>
      <Row
        icon={EVENT_ICONS[event.kind] ?? "info"}
        href={`#/receipt/${event.receipt}`}
        title={eventName(event)}
        note={<bdi>{eventNote(event)}</bdi>}
        end={time(event.time)}
        testid={`event-${event.kind}`}
      />
    </li>
  );
}

export const EntryRow = ({ entry, ...rest }: { entry: Entry; own?: boolean; time?: (ms: number) => string }) =>
  entry.entry === "action" ? <ActionRow action={entry} {...rest} /> : <EventRow event={entry} {...rest} />;

/** The way to what each partner got. */
export function PartnersLink() {
  return (
    <ul class="rows">
      <li>
        <Row icon="globe" href="#/partners" title={t("partners-title")} note={t("partners-note")} testid="to-partners" />
      </li>
    </ul>
  );
}

/** Loads the latest page, and again when there is news. */
export function useHistory() {
  const { history, past } = useStore(app);
  const task = useTask();
  const load = () => void task.run(loadHistory);
  useEffect(load, [past]);
  return { history, task, load };
}

export function History() {
  const { open } = useStore(app);
  const { history, task, load } = useHistory();
  const earlier = useTask();
  const pages = history?.pages ?? [];
  useEffect(goBackToPlace, []);
  return (
    <Screen id="history" title={t("history-title")}>
      <p>{t("history-why")}</p>
      <PartnersLink />
      <ProblemNote problem={task.problem} />
      {!history && (task.problem ? <Button onClick={load} testid="try-again">{t("try-again")}</Button> : <Waiting text={t("loading-note")} />)}
      {open.length > 0 && (
        <section>
          <h2>{t("open-title")}</h2>
          <ul class="rows">
            {open.map((action) => (
              <ActionRow key={action.id} action={action} />
            ))}
          </ul>
        </section>
      )}
      <div class="history" data-testid="entries" onClickCapture={keepPlace}>
        {pages.map((entries, at) => (
          <Page key={pageKey(entries)} name={pageKey(entries)} entries={entries} before={pages[at - 1]?.at(-1)} drawn={at < 2 || at === pages.length - 1} />
        ))}
      </div>
      {history?.next && (
        <Button look="plain" busy={earlier.busy} onClick={() => void earlier.run(loadEarlier)} testid="history-more">
          {t("history-more")}
        </Button>
      )}
      <ProblemNote problem={earlier.problem} />
    </Screen>
  );
}

const pageKey = (entries: Entry[]): string => {
  const last = entries.at(-1);
  return last ? idOf(last) : "";
};

const scrollers = () => [document.scrollingElement, document.querySelector(".screen-scroll")].filter((one) => one !== null);

/** Remembers where the person leaves the list, with this entry of the browser's history: going back leads to the same place. */
function keepPlace(): void {
  history.replaceState({ top: Math.max(...scrollers().map(({ scrollTop }) => scrollTop)) }, "");
}

function goBackToPlace(): void {
  const { top } = (history.state ?? {}) as { top?: unknown };
  if (typeof top === "number") for (const scroller of scrollers()) scroller.scrollTop = top;
}

const dayOf = (entry: Entry): string => (isToday(timeOf(entry)) ? t("today") : shortDay(timeOf(entry)));

/** How far from the screen a page is drawn, in pixels. */
const NEAR = 1500;

/** The heights of pages when they were drawn last. */
const heights = new Map<string, number>();
/** About that of a row, in pixels. */
const ROW = 65;

/** One page. Far from the screen it is an empty space of the same height. */
function Page({ name, entries, before, drawn }: { name: string; entries: Entry[]; before: Entry | undefined; drawn: boolean }) {
  const place = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(drawn);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const scroller = element.closest(".screen-scroll");
    const scrolls = scroller !== null && getComputedStyle(scroller).overflowY === "auto";
    const watch = new IntersectionObserver(
      ([seen]) => {
        // What has the focus stays.
        if (!seen || (!seen.isIntersecting && element.contains(document.activeElement))) return;
        if (!seen.isIntersecting && element.firstChild) heights.set(name, element.offsetHeight);
        setNear(seen.isIntersecting);
      },
      { root: scrolls ? scroller : null, rootMargin: `${NEAR}px 0px` },
    );
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (place.current) place.current.style.minHeight = near ? "" : `${heights.get(name) ?? entries.length * ROW}px`;
  }, [near]);
  return (
    <div class="history-page" ref={place} data-near={near}>
      {near && byDay(entries).map(([day, ofDay], at) => <Day key={day} day={at === 0 && before && dayOf(before) === day ? null : day} entries={ofDay} />)}
    </div>
  );
}

/** A day, or the rest of a day that the page before began. */
function Day({ day, entries }: { day: string | null; entries: Entry[] }) {
  return (
    <section class={day === null ? "day day-rest" : "day"}>
      {day !== null && <h2>{day}</h2>}
      <ul class="rows" data-testid="past-actions">
        {entries.map((entry) => (
          <EntryRow key={idOf(entry)} entry={entry} time={clock} />
        ))}
      </ul>
    </section>
  );
}

/** The entries that are not open, by day. Their order is that of their times, so each day comes once. */
function byDay(entries: Entry[]): [string, Entry[]][] {
  const days = new Map<string, Entry[]>();
  for (const entry of entries) {
    if (entry.entry === "action" && isOpen(entry)) continue;
    const day = dayOf(entry);
    const known = days.get(day);
    if (known) known.push(entry);
    else days.set(day, [entry]);
  }
  return [...days];
}
