// The rows of a request to share: under which heading each is, why it is asked, and the switch that it has.

import { OFF } from "../protocol/view";
import type { Choice, Chosen, Field, View } from "../protocol/view";
import { t } from "./language";

export interface SharedRow {
  row: Field;
  /** Why it is asked, and what else the person must know of it. */
  reasons: Field[];
  /** Absent for what is needed. */
  choice: Choice | null;
}

export interface SharedGroup {
  title: string;
  rows: SharedRow[];
}

export interface Shared {
  groups: SharedGroup[];
  /** What the person does not have. */
  missing: SharedRow[];
  /** What belongs to no row. */
  rest: Field[];
  /** The choices that belong to no row. */
  choices: Choice[];
}

/** Puts the fields and choices of a view in order. A view without headings has one group without a title. */
export function arrange({ fields, choices }: Pick<View, "fields" | "choices">): Shared {
  const out: Shared = { groups: [], missing: [], rest: [], choices: [...choices] };
  let last: SharedRow | null = null;
  for (const field of fields) {
    if (field.kind === "group") {
      out.groups.push({ title: field.label, rows: [] });
      last = null;
    } else if (field.kind === "reason") {
      // A reason that follows nothing is shown all the same.
      if (last) last.reasons.push(field);
      else out.rest.push(field);
    } else if (field.claims.length === 0) {
      out.rest.push(field);
      last = null;
    } else {
      const at = out.choices.findIndex(({ key, kind }) => key === field.claims[0] && kind === "switch");
      const choice = at < 0 ? null : (out.choices.splice(at, 1)[0] ?? null);
      last = { row: field, reasons: [], choice };
      if (field.kind === "missing") out.missing.push(last);
      else {
        if (out.groups.length === 0) out.groups.push({ title: "", rows: [] });
        out.groups.at(-1)?.rows.push(last);
      }
    }
  }
  out.groups = out.groups.filter(({ rows }) => rows.length > 0);
  return out;
}

/** What a partner got. */
export interface Given {
  facts: { label: string; value: string }[];
  /** The rows with a second reason, which says what else becomes of them: it may be that they are not given after all. */
  remarks: { label: string; value: string; remark: string }[];
}

/** What the partner got: the rows that the person did not keep. */
export function givenRows(view: Pick<View, "attributes" | "fields" | "choices">, chosen: readonly Chosen[]): Given {
  const kept = (key: string | undefined) => chosen.some((one) => one.key === key && one.value === OFF);
  const out: Given = { facts: [...view.attributes], remarks: [] };
  for (const { row, reasons } of arrange(view).groups.flatMap((group) => group.rows)) {
    if (kept(row.claims[0])) continue;
    const [, remark] = reasons;
    const fact = { label: row.label, value: row.kind === "image" ? t("outcome-picture") : row.value };
    if (remark) out.remarks.push({ ...fact, remark: remark.value });
    else out.facts.push(fact);
  }
  return out;
}
