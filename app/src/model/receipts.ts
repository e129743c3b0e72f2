// Receipts, checked with what this phone remembers of the log.

import { Problem } from "../protocol/problem";
import { keep } from "../protocol/log-head";
import { checkReceipt } from "../protocol/receipt";
import type { CheckedReceipt } from "../protocol/receipt";
import { api, app, devices } from "./app";

/** Fetches a receipt and checks it. Remembers the head of the log that came with it, or the evidence against the log. */
export async function fetchReceipt(id: string): Promise<CheckedReceipt> {
  const record = await devices.load();
  if (!record) throw new Problem("not_enrolled");
  const found = await checkReceipt(await api.receipt(id, record.head?.size ?? null), record);
  const saved = await devices.update((stored) => {
    // Another enrolment may have begun meanwhile.
    if (stored.thumbprint === record.thumbprint) keep(stored, found);
  });
  app.set({ record: saved });
  return found;
}
