// The sender of a request: the name and the domain that the scheme verified.

import { findKind } from "../kinds";
import { t } from "../model/language";
import type { View } from "../protocol/view";
import { Icon, Mark } from "./icons";

/** Shows Ipse's mark instead of the partner's first letter if the person started the request in this app. */
export function Requester({ view }: { view: View }) {
  const own = findKind(view.kind)?.startedBy === "person";
  return (
    <span class="requester" data-testid="requester">
      <span class="requester-mark" aria-hidden="true">
        {own ? <Mark size={28} /> : [...view.partner.name][0]}
      </span>
      <span class="requester-text">
        <bdi class="requester-name" data-testid="partner-name">
          {view.partner.name}
        </bdi>
        <span class="requester-domain" data-testid="partner-domain">
          <Icon name="tick" size={16} />
          <span class="visually-hidden">{t("verified")} </span>
          {view.partner.domain}
        </span>
      </span>
    </span>
  );
}
