// The partners that got something of the person: what, when and why.

import type { Entry, Partner } from "../protocol/api";
import { checkReceipt } from "../protocol/receipt";
import type { ShownView } from "../protocol/view";
import { api, app, refreshSoon } from "./app";
import { has, t } from "./language";
import { isApproved, markWithdrawn } from "./history";
import { arrange } from "./shared";

/** How many receipts are read at most to find why details were asked. */
const RECEIPTS = 5;

export async function loadPartners(): Promise<void> {
  app.set({ partners: await api.partners() });
}

/** Takes back what the person consented to. Once it is done, nothing of it fails any more. */
export async function withdraw(id: string): Promise<void> {
  const withdrawn = await api.withdraw(id);
  const partners = app.get().partners ?? [];
  app.set({ partners: partners.map((partner) => (partner.partner === id ? { ...partner, withdrawn } : partner)) });
  markWithdrawn(id, withdrawn);
  refreshSoon();
}

export interface Detail {
  claim: string;
  /** When it was last given. */
  last: number;
}

/** Names that say nothing beside another one that was given at the same time or later. */
const CONTAINED: Record<string, string> = {
  given_name: "name",
  family_name: "name",
  email_verified: "email",
  phone_number_verified: "phone_number",
};

/** What a partner got, without what another row says already. */
export function detailsOf({ shared }: Pick<Partner, "shared">): Detail[] {
  const last = new Map(shared.map((one) => [one.attribute, one.last]));
  const says = (claim: string, time: number) => (last.get(CONTAINED[claim] ?? "") ?? -1) >= time;
  return shared.filter(({ attribute, last: time }) => !says(attribute, time)).map(({ attribute: claim, last: time }) => ({ claim, last: time }));
}

/** The name of a claim in words. A claim that this app does not know yet has its own name. */
export function claimName(claim: string): string {
  const name = claim.slice(claim.lastIndexOf("/") + 1);
  const id = `attribute-${name.replaceAll("_", "-")}`;
  return has(id) ? t(id) : t("attribute-other", { name });
}

export const detailNames = (partner: Partner): string[] => detailsOf(partner).map(({ claim }) => claimName(claim));

/** The first names of what a partner got, in one line. */
export function detailsInBrief(partner: Partner, most: number): string {
  const names = detailNames(partner);
  const left = names.length - most;
  return (left > 1 ? [...names.slice(0, most), t("partner-more", { count: left })] : names).join(" · ");
}

/** Why a partner asked, in the words that the person was shown. */
export interface Why {
  purpose: string | null;
  reasons: ReadonlyMap<string, string>;
  language: string | null;
}

export const NO_REASONS: Why = { purpose: null, reasons: new Map(), language: null };

/** Adds what an earlier view says to what later ones said. */
export function addReasons(why: Why, view: Pick<ShownView, "purpose" | "fields" | "choices" | "language">): Why {
  const reasons = new Map(why.reasons);
  for (const { row, reasons: [first] } of arrange(view).groups.flatMap(({ rows }) => rows)) {
    if (first) for (const claim of row.claims) if (!reasons.has(claim)) reasons.set(claim, first.value);
  }
  return { purpose: why.purpose ?? view.purpose, reasons, language: why.language ?? view.language };
}

/** Reads the receipts of the latest approvals, until each detail has its reason. */
export async function loadWhy(partner: Partner, entries: readonly Entry[]): Promise<Why> {
  const { record } = app.get();
  const claims = detailsOf(partner).map(({ claim }) => claim);
  let why = NO_REASONS;
  if (!record) return why;
  const receipts = entries.flatMap((one) => (one.entry === "action" && one.receipt && !one.returned && isApproved(one) ? [one.receipt] : []));
  for (const id of receipts.slice(0, RECEIPTS)) {
    const receipt = await checkReceipt(await api.receipt(id), record);
    if (receipt.committed === "yes" && receipt.view) why = addReasons(why, receipt.view);
    if (claims.every((claim) => why.reasons.has(claim))) break;
  }
  return why;
}
