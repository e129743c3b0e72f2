// The history: everything that happened, newest first, in the pages in which the person loads it.

import type { Entry, HistoryPage, Withdrawn } from "../protocol/api";
import { api, app } from "./app";

export interface HistoryPages {
  /** The newest page first. The last entry of a page never changes, so it names the page. */
  pages: Entry[][];
  /** With what the next page is fetched; `null` after the first thing that happened. */
  next: string | null;
}

export const idOf = (entry: Entry): string => (entry.entry === "action" ? entry.id : entry.receipt);

/** When it happened; of a request, when it was made. The history has this order. */
export const timeOf = (entry: Entry): number => (entry.entry === "action" ? entry.created : entry.time);

const endsWith = (page: Entry[]): string => (page.length > 0 ? idOf(page[page.length - 1] as Entry) : "");

/** Puts the latest page before the known ones. Drops the known ones if entries between them may be missing. */
export function mergeLatest(latest: HistoryPage, known: HistoryPages): HistoryPages {
  const fresh = { pages: [latest.entries], next: latest.next };
  const last = endsWith(latest.entries);
  if (latest.next === null) return fresh;
  for (const [at, page] of known.pages.entries()) {
    const found = page.findIndex((entry) => idOf(entry) === last);
    if (found < 0) continue;
    return { pages: [[...latest.entries, ...page.slice(found + 1)], ...known.pages.slice(at + 1)], next: known.next };
  }
  return fresh;
}

/** Loads the latest page. What the person loaded before stays. */
export async function loadHistory(): Promise<void> {
  const latest = await api.history();
  app.set({ history: mergeLatest(latest, app.get().history ?? { pages: [], next: null }) });
}

/** Loads the page before the oldest one. */
export async function loadEarlier(): Promise<void> {
  const { history } = app.get();
  if (!history?.next) return;
  const { next } = history;
  const { entries, next: then } = await api.history(next);
  const now = app.get().history;
  // Drop the page if the known ones have changed meanwhile: it may leave a gap.
  if (now?.next === next) app.set({ history: { pages: [...now.pages, entries], next: then } });
}

/** How many pages are fetched at most to find earlier entries of a partner. */
const PAGES = 10;

export const entriesOf = (partner: string): Entry[] => (app.get().history?.pages ?? []).flat().filter(({ partner_id: id }) => id === partner);

/** Loads earlier pages until there is another entry of a partner. */
export async function loadEarlierOf(partner: string): Promise<void> {
  const before = entriesOf(partner).length;
  for (let page = 0; page < PAGES && app.get().history?.next && entriesOf(partner).length === before; page += 1) await loadEarlier();
}

/** Whether the partner got an answer. */
export const isApproved = ({ status }: { status: string }): boolean => ["approved", "delivered"].includes(status);

/** Marks what a withdrawal took back, also in pages that are not loaded again. */
export function markWithdrawn(partner: string, withdrawn: Withdrawn): void {
  const { history } = app.get();
  if (!history) return;
  const mark = (entry: Entry): Entry =>
    entry.entry === "action" && entry.partner_id === partner && isApproved(entry) && !entry.withdrawn ? { ...entry, withdrawn } : entry;
  app.set({ history: { ...history, pages: history.pages.map((page) => page.map(mark)) } });
}
