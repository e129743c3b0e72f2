// The history of a person, as the scheme sends it.

import { describe, expect, it } from "vitest";
import { historyShape } from "../src/protocol/api";
import type { Json } from "../src/protocol/json";

const action = {
  entry: "action", id: "act_AAAAAAAAAAAAAAAAAAAAAA", kind: "share", partner_id: "par_AAAAAAAAAAAAAAAAAAAAAA", partner: "Winkel Hoek", domain: "shop.example",
  status: "refused", created: 5, expires: 9, decided: 6, receipt: "rec_AAAAAAAAAAAAAAAAAAAAAA", reason: "not_me",
};
const block = { entry: "event", receipt: "rec_BBBBBBBBBBBBBBBBBBBBBQ", kind: "block", time: 4, reason: "person", action: action.id };
const enrolment = { entry: "event", receipt: "rec_CCCCCCCCCCCCCCCCCCCCCA", kind: "enrolment", time: 3, bank: "Bank Anker" };
const withdrawal = {
  entry: "event", receipt: "rec_DDDDDDDDDDDDDDDDDDDDDA", kind: "withdrawal", time: 2, reason: "partner", partner_id: action.partner_id, partner: "Winkel Hoek",
  domain: "shop.example", told: "waiting",
};
const read = (value: unknown) => historyShape(value as Json, "");

describe("history", () => {
  it("has actions and events, and says where it goes on", () => {
    const page = read({ entries: [action, block, enrolment, withdrawal], next: withdrawal.receipt });
    expect(page).toMatchObject({ entries: [action, block, enrolment, withdrawal], next: withdrawal.receipt });
    const [first, second] = page.entries;
    expect(first?.entry === "action" && first.reason).toBe("not_me");
    expect(second?.entry === "event" && [second.bank, second.partner]).toEqual([null, null]);
  });
  it("ends with a page that names no next one", () => {
    expect(read({ entries: [] })).toEqual({ entries: [], next: null });
  });
  it("shows an event of a kind that only a newer app knows", () => {
    expect(read({ entries: [{ ...block, kind: "delegation", more: 1 }] }).entries[0]).toMatchObject({ kind: "delegation" });
  });
  it.each([
    ["an entry of another form", { ...block, entry: "message" }],
    ["an event without a receipt", { ...block, receipt: null }],
    ["an event without a time", { ...block, time: "4" }],
    ["an action without a status", { ...action, status: undefined }],
    ["an action that calls itself an event", { ...action, entry: "event" }],
  ])("refuses %s", (_, entry) => {
    expect(() => read({ entries: [entry] })).toThrow();
  });
});
