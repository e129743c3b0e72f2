// The history of actions: the latest page, and the older pages that the person loaded.

import type { Summary } from "../protocol/api";

export interface ActionPages {
  past: Summary[];
  /** Whether the scheme has older actions. */
  more: boolean;
}

/** Puts the latest page before the known ones. Drops the known ones if actions between them may be missing. */
export function mergeLatest(latest: ActionPages, known: ActionPages): ActionPages {
  const last = latest.past.at(-1);
  const at = last === undefined ? -1 : known.past.findIndex((action) => action.id === last.id);
  if (!latest.more || at < 0) return { past: latest.past, more: latest.more };
  return { past: [...latest.past, ...known.past.slice(at + 1)], more: known.more };
}

/** Puts an older page after the known ones. */
export function mergeEarlier(known: ActionPages, earlier: ActionPages): ActionPages {
  const ids = new Set(known.past.map((action) => action.id));
  return { past: [...known.past, ...earlier.past.filter((action) => !ids.has(action.id))], more: earlier.more };
}

/** The oldest known action. The next page starts before it. */
export function earliest(...lists: Summary[][]): Summary | undefined {
  const last = lists.flatMap((list) => list.slice(-1));
  return last.reduce<Summary | undefined>((first, action) => (first && first.created <= action.created ? first : action), undefined);
}
