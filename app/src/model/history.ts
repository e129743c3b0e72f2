// What is known of a person's actions: the latest page, and what was loaded before it.

import type { Summary } from "../protocol/api";

export interface Past {
  past: Summary[];
  /** Whether the scheme has earlier ones. */
  more: boolean;
}

/** The latest page in front of what is known already; what is known is let go when something between them may be missing. */
export function withLatest(latest: Past, known: Past): Past {
  const last = latest.past.at(-1);
  const at = last === undefined ? -1 : known.past.findIndex((action) => action.id === last.id);
  if (!latest.more || at < 0) return { past: latest.past, more: latest.more };
  return { past: [...latest.past, ...known.past.slice(at + 1)], more: known.more };
}

/** An earlier page behind what is known. */
export function withEarlier(known: Past, earlier: Past): Past {
  const ids = new Set(known.past.map((action) => action.id));
  return { past: [...known.past, ...earlier.past.filter((action) => !ids.has(action.id))], more: earlier.more };
}

/** The earliest that is known: what comes before it is still to be loaded. */
export function earliest(...lists: Summary[][]): Summary | undefined {
  const last = lists.flatMap((list) => list.slice(-1));
  return last.reduce<Summary | undefined>((first, action) => (first && first.created <= action.created ? first : action), undefined);
}
