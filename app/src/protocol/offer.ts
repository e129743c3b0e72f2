// Opens an offer: reads the view in it and checks that both describe the same action.

import type { Offer } from "./api";
import * as b64u from "./b64u";
import { sha256 } from "./bytes";
import type { Bytes } from "./bytes";
import { Problem } from "./problem";
import { parseView, UnsupportedView } from "./view";
import type { View } from "./view";

export interface OpenedOffer {
  offer: Offer;
  view: View;
  viewHash: Bytes;
  nonce: Bytes;
  browserBinding: Bytes;
  /** The server's time minus this phone's. It corrects a wrong clock on this phone. */
  clockSkew: number;
}

/** Throws a Problem for a view that the app cannot show exactly as it will be signed. */
export async function openOffer(offer: Offer, now: number): Promise<OpenedOffer> {
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
    throw new Problem(cause instanceof UnsupportedView ? "app_outdated" : "view_unreadable", 0, {}, cause);
  }
}
