// An offer, opened: the view that came with it, and the certainty that both speak of the same thing.

import type { Offer } from "./api";
import * as b64u from "./b64u";
import { sha256 } from "./bytes";
import type { Bytes } from "./bytes";
import { Problem } from "./problem";
import { parseView } from "./view";
import type { View } from "./view";

export interface Opened {
  offer: Offer;
  view: View;
  viewHash: Bytes;
  nonce: Bytes;
  browserBinding: Bytes;
  /** Server time minus this phone's, so that a wrong clock here neither hurts nor misleads. */
  clockSkew: number;
}

/** Throws `view_unreadable` rather than show something other than what will be signed. */
export async function openOffer(offer: Offer, now: number): Promise<Opened> {
  try {
    const bytes = b64u.decode(offer.view);
    const view = parseView(bytes);
    const pairs = [
      [view.action, offer.action],
      [view.partner.id, offer.partner],
      [view.partner.domain, offer.domain],
      [view.level, offer.level],
      [view.expires, offer.expires],
      [view.started.flow, offer.flow],
    ];
    if (pairs.some(([shown, signed]) => shown !== signed)) throw new Error("view and offer differ");
    return {
      offer,
      view,
      viewHash: await sha256(bytes),
      nonce: b64u.decodeExactly(offer.nonce, 32),
      browserBinding: b64u.decodeExactly(offer.browser_binding, 32),
      clockSkew: offer.server_time - now,
    };
  } catch (cause) {
    throw new Problem("view_unreadable", 0, {}, cause);
  }
}
