// The rows of a request to share: where each is shown, and what of them is given.

import { describe, expect, it } from "vitest";
import { arrange, givenRows } from "../src/model/shared";
import type { Choice, Field } from "../src/protocol/view";

const row = (label: string, claims: string[], kind: Field["kind"] = "text"): Field => ({ kind, label, value: `${label} value`, claims });
const reason = (value: string): Field => ({ kind: "reason", label: "Why", value, claims: [] });
const group = (label: string): Field => ({ kind: "group", label, value: "", claims: [] });
const on = (key: string): Choice => ({ kind: "switch", key, label: key, options: [], default: "on" });

const view = {
  attributes: [],
  fields: [
    group("Who"), row("Name", ["name"]), reason("card"), row("Adult", ["age_gte_18"]), reason("wine"), reason("Not what they expect. You do not give it."),
    row("Photo", ["picture"], "image"), reason("counter"), group("Nothing"), group("Where"), row("Address", ["address"]), reason("delivery"),
    row("E-mail", ["email"], "missing"), reason("invoice"), { ...row("After", []), value: "once" },
  ],
  choices: [on("age_gte_18"), on("picture"), on("return")],
};

describe("a request to share", () => {
  it("has each row under its heading, with its reasons and its switch; empty headings are left out", () => {
    const { groups, missing, rest, choices } = arrange(view);
    expect(groups.map(({ title, rows }) => [title, rows.map(({ row: { label }, reasons, choice }) => [label, reasons.length, choice?.key ?? null])])).toEqual([
      ["Who", [["Name", 1, null], ["Adult", 2, "age_gte_18"], ["Photo", 1, "picture"]]],
      ["Where", [["Address", 1, null]]],
    ]);
    expect(missing.map(({ row: { label }, reasons }) => [label, reasons.length])).toEqual([["E-mail", 1]]);
    expect(rest.map(({ label }) => label)).toEqual(["After"]);
    expect(choices.map(({ key }) => key)).toEqual(["return"]);
  });

  it("gives what was not kept; a row with a second reason, which may take it back, is apart", () => {
    const labels = (chosen: { key: string; value: string }[]) => {
      const { facts, remarks } = givenRows(view, chosen);
      return [facts.map(({ label }) => label), remarks.map(({ label, value, remark }) => [label, value, remark])];
    };
    const remark = ["Adult", "Adult value", "Not what they expect. You do not give it."];
    expect(labels([{ key: "picture", value: "on" }])).toEqual([["Name", "Photo", "Address"], [remark]]);
    expect(labels([{ key: "picture", value: "off" }, { key: "return", value: "off" }])).toEqual([["Name", "Address"], [remark]]);
    expect(labels([{ key: "age_gte_18", value: "off" }])).toEqual([["Name", "Photo", "Address"], []]);
  });

  it("without headings is one list", () => {
    expect(arrange({ fields: [row("Name", ["name"])], choices: [] }).groups).toMatchObject([{ title: "", rows: [{ choice: null }] }]);
  });
});
