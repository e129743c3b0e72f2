// A partner as the scheme verified it: its name and its domain.

import { findKind } from "../kinds";
import { t } from "../model/language";
import { IPSE } from "../protocol/view";
import type { View } from "../protocol/view";
import { Icon, Mark } from "./icons";

/** `own`: Ipse itself asks, or the person in this app, so Ipse's mark replaces the first letter of a partner. */
export function Party({ name, domain, own = false }: { name: string; domain: string; own?: boolean }) {
  return (
    <span class="requester" data-testid="requester">
      <span class="requester-mark" aria-hidden="true">
        {own ? <Mark size={28} /> : [...name][0]}
      </span>
      <span class="requester-text">
        <bdi class="requester-name" data-testid="partner-name">
          {name}
        </bdi>
        <span class="requester-domain" data-testid="partner-domain">
          <Icon name="tick" size={16} />
          <span class="visually-hidden">{t("verified")} </span>
          {domain}
        </span>
      </span>
    </span>
  );
}

/** The sender of a request. */
export function Requester({ view }: { view: View }) {
  const own = view.partner.id === IPSE || findKind(view.kind)?.startedBy(view) === "person";
  return <Party {...view.partner} own={own} />;
}
