// The rows of a request to share: under which heading each is, why it is asked, and the switch that it has.

import type { Choice, Field, View } from "../protocol/view";

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
