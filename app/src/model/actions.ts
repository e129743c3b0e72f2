// Actions: claims them, loads them and keeps their approvals.

import { findKind } from "../kinds";
import type { Summary } from "../protocol/api";
import { Approval } from "../protocol/approval";
import type { Obtained } from "../protocol/link";
import { openOffer } from "../protocol/offer";
import type { OpenedOffer } from "../protocol/offer";
import { Problem } from "../protocol/problem";
import { api, app, refreshSoon } from "./app";

/** The approvals of this window. They outlive their screens, so a run continues after the person leaves. */
const approvals = new Map<string, Approval>();

/** Claims the action behind a link and returns its id. */
export async function claim(link: string, obtained: Obtained): Promise<string> {
  const opened = await openOffer(await api.claim(link, obtained), Date.now());
  // The person scanned the page of a request that they had opened by a link. The earlier offer is void.
  approvals.get(opened.offer.action)?.abandon();
  approvals.set(opened.offer.action, newApproval(opened));
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
  const approval = newApproval(await openOffer(action.offer, Date.now()));
  approvals.set(id, approval);
  return { approval };
}

/** Removes a decided or closed action from memory. */
export function dropAction(id: string): void {
  approvals.get(id)?.abandon();
  approvals.delete(id);
  refreshSoon();
}
