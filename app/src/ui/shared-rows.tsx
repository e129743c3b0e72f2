// What a partner asks for, group by group: the value, why, and a switch where the person may keep it.

import { useId, useState } from "preact/hooks";
import { arrange } from "../model/shared";
import type { SharedGroup, SharedRow } from "../model/shared";
import { t } from "../model/language";
import type { Approval } from "../protocol/approval";
import type { Problem } from "../protocol/problem";
import { OFF, ON } from "../protocol/view";
import type { Chosen, Field, View } from "../protocol/view";
import { Image } from "./image";
import { Facts } from "./parts";

interface SharedProps {
  approval: Approval;
  groups: SharedGroup[];
  disabled: boolean;
  onShown: () => void;
  onFailed: (problem: Problem) => void;
}

export function SharedRows({ approval, groups, ...props }: SharedProps) {
  const partner = approval.opened.view.partner.name;
  return (
    <section class="shared" data-testid="attributes">
      {groups.map((group, at) => (
        <section key={at}>
          <h2>{group.title || t("they-get", { partner })}</h2>
          <ul class="rows">
            {group.rows.map((row) => (
              <li key={row.row.claims[0]}>
                <Shared approval={approval} shared={row} {...props} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

function Reasons({ reasons }: { reasons: readonly Field[] }) {
  return (
    <>
      {reasons.map(({ label, value }) => (
        <span class="shared-reason" key={label + value}>
          <strong>{label}</strong> {value}
        </span>
      ))}
    </>
  );
}

/** The rows of a request that was decided, with what the person kept. */
export function ShownRows({ view, chosen }: { view: Pick<View, "fields" | "choices">; chosen: readonly Chosen[] }) {
  const { groups, missing, rest } = arrange(view);
  const kept = (key: string | undefined) => chosen.some((one) => one.key === key && one.value === OFF);
  return (
    <div class="shared">
      {groups.map((group, at) => (
        <section key={at}>
          {group.title && <h3>{group.title}</h3>}
          <ul class="rows">
            {group.rows.map(({ row, reasons }) => (
              <li key={row.claims[0]} class={kept(row.claims[0]) ? "shared-row shared-off" : "shared-row"}>
                <div class="shared-text">
                  <span class="shared-label">{row.label}</span>
                  <bdi class="shared-value">{row.kind === "image" ? t("outcome-picture") : row.value}</bdi>
                  {kept(row.claims[0]) && <span class="shared-kept">{t("share-was-kept")}</span>}
                  <Reasons reasons={reasons} />
                </div>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {missing.length > 0 && (
        <section>
          <h3>{t("share-was-missing")}</h3>
          <MissingRows rows={missing} />
        </section>
      )}
      {rest.length > 0 && (
        <section>
          <Facts facts={rest} />
        </section>
      )}
    </div>
  );
}

/** What the person does not have, and why it is asked. */
export function MissingRows({ rows }: { rows: readonly SharedRow[] }) {
  return (
    <ul class="rows">
      {rows.map(({ row, reasons }) => (
        <li key={row.claims[0]} class="shared-row">
          <div class="shared-text">
            <span class="shared-label">{row.label}</span>
            <span>{row.value}</span>
            <Reasons reasons={reasons} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Shared({ approval, shared, disabled, onShown, onFailed }: Omit<SharedProps, "groups"> & { shared: SharedRow }) {
  const { row, reasons, choice } = shared;
  const id = useId();
  const [value, setValue] = useState(choice ? (approval.valueOf(choice.key) ?? choice.default) : ON);
  const choose = (on: boolean) => {
    if (!choice) return;
    approval.choose(choice.key, on ? ON : OFF);
    setValue(on ? ON : OFF);
  };
  const off = value === OFF;
  return (
    <div class={off ? "shared-row shared-off" : "shared-row"} data-testid={`shared-${row.claims[0]}`}>
      <div class="shared-text">
        <span class="shared-label" id={id}>
          {row.label}
        </span>
        {row.kind === "image" ? (
          <Image action={approval.opened.offer.action} field={row} labelled onShown={onShown} onFailed={onFailed} />
        ) : (
          <bdi class="shared-value">{row.value}</bdi>
        )}
        {off && <span class="shared-kept">{t("share-kept")}</span>}
        <Reasons reasons={reasons} />
      </div>
      {choice && (
        <label class="shared-switch">
          <input
            type="checkbox"
            role="switch"
            aria-labelledby={id}
            checked={!off}
            disabled={disabled}
            onChange={(event) => choose(event.currentTarget.checked)}
            data-testid={`choice-${choice.key}`}
          />
        </label>
      )}
    </div>
  );
}
