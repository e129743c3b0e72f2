// Actions: claims them, loads them and keeps their approvals.

import { findKind } from "../kinds";
import type { Summary } from "../protocol/api";
import { Approval } from "../protocol/approval";
import type { Obtained } from "../protocol/link";
import { openOffer } from "../protocol/offer";
import type { OpenedOffer } from "../protocol/offer";
import { Problem } from "../protocol/problem";
import { missingRows } from "../protocol/view";
import { api, app, openUrl, refresh, refreshSoon } from "./app";
import { keepWaiting } from "./waiting";

/** The approvals of this window. They outlive their screens, so a run continues after the person leaves. */
const approvals = new Map<string, Approval>();

/** Claims the action behind a link and returns its id. */
export async function claim(link: string, obtained: Obtained): Promise<string> {
  const opened = await openOffer(await api.claim(link, obtained), Date.now());
  // The person scanned the page of a request that they had opened by a link. The earlier offer is void.
  remember(opened);
  refreshSoon();
  return opened.offer.action;
}

function newApproval(opened: OpenedOffer): Approval {
  const { record } = app.get();
  if (!record) throw new Problem("not_enrolled");
  return new Approval(api, record, opened, findKind(opened.view.kind));
}

/** An action that this phone can decide, or only the summary of one that it cannot. */
export type LoadedAction = { approval: Approval } | { summary: Summary };

export async function loadAction(id: string): Promise<LoadedAction> {
  const known = approvals.get(id);
  if (known) return { approval: known };
  const action = await api.action(id);
  if (!action.offer) return { summary: action };
  const opened = await openOffer(action.offer, Date.now());
  return { approval: canComplete(opened) ? await renew(id) : remember(opened) };
}

/** Has a request offered again for which the person adds what was missing. The earlier offer is void. */
export async function renew(id: string): Promise<Approval> {
  return remember(await openOffer(await api.renew(id), Date.now()));
}

/** The person leaves a request to add what it asks and they do not have. It waits, and they come back to it. */
export async function wait({ opened }: Approval): Promise<void> {
  await renew(opened.offer.action);
  app.set({ waitingAction: { id: opened.offer.action, partner: opened.view.partner.name } });
}

/** The person fetches it from a bank. The page comes back with the answer. */
export async function fetchAtBank(bank: string): Promise<void> {
  const { waitingAction } = app.get();
  app.set({ bankProblem: null });
  const { authorization_url } = await api.fetchAttributes(bank);
  if (waitingAction) keepWaiting(waitingAction);
  openUrl(authorization_url);
}

/** The person comes back to the request that waits. */
export async function goBackToWaiting(): Promise<string | null> {
  const { waitingAction } = app.get();
  app.set({ waitingAction: null });
  if (waitingAction) approvals.delete(waitingAction.id);
  await refresh();
  return waitingAction?.id ?? null;
}

/** Whether the person may have by now what was missing when the request was offered. A bank that gives something raises the epoch. */
function canComplete({ view, offer }: OpenedOffer): boolean {
  const { me } = app.get();
  const missing = missingRows(view);
  if (!me || missing.length === 0) return false;
  return me.epoch !== offer.epoch || (me.email != null && missing.some(({ claims }) => claims.includes("email")));
}

function remember(opened: OpenedOffer): Approval {
  const { action } = opened.offer;
  approvals.get(action)?.abandon();
  const approval = newApproval(opened);
  approvals.set(action, approval);
  return approval;
}

/** Removes a decided or closed action from memory. */
export function dropAction(id: string): void {
  approvals.get(id)?.abandon();
  approvals.delete(id);
  refreshSoon();
}
