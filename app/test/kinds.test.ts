// The table of kinds: each kind of the protocol has an entry, and the app never takes one kind for another.

import { describe, expect, it } from "vitest";
import { findKind, kindName, KINDS } from "../src/kinds";
import type { KindTable } from "../src/kinds";
import { login } from "../src/kinds/login";
import type { View } from "../src/protocol/view";

const SUPPORTED = Object.entries(KINDS).flatMap(([name, kind]) => (kind ? [name] : []));
const UNSUPPORTED = Object.keys(KINDS).filter((name) => !SUPPORTED.includes(name));

describe("kinds of action", () => {
  it("the table has exactly the kinds of the protocol", () => {
    expect(Object.keys(KINDS).sort()).toEqual(["code", "confirm", "device", "email", "export", "fingerprint", "login", "share", "sign", "sim", "unblock"]);
  });

  it("a table that lacks a kind does not compile", () => {
    const { unblock: _, ...rest } = KINDS;
    // @ts-expect-error -- `unblock` is missing
    const incomplete: KindTable = rest;
    // @ts-expect-error -- the protocol has no kind `transfer`
    const unknown: KindTable = { ...KINDS, transfer: login };
    expect([incomplete, unknown]).toHaveLength(2);
  });

  it.each([...UNSUPPORTED, "transfer", "", "Login", "toString", "__proto__"])(
    "the app cannot show %j, and does not take it for a login",
    (name) => {
      expect(findKind(name)).toBeNull();
      expect(kindName(name)).toBe("kind-unknown");
    },
  );

  it("each kind has its own name", () => {
    const names = SUPPORTED.map(kindName);
    expect(new Set([...names, kindName("transfer")]).size).toBe(SUPPORTED.length + 1);
  });

  it("an approved change of the fingerprint says whether it was added or removed", () => {
    const result = (service: string) => KINDS.fingerprint?.result({ service } as View, "approved");
    expect(result("FINGERPRINT_ADD")).toBe("outcome-fingerprint-added");
    expect(result("FINGERPRINT_REMOVE")).toBe("outcome-fingerprint-removed");
  });

  it("an approved change of the e-mail address says whether it was set or removed, and leads back to a request that waits", () => {
    const result = (service: string) => KINDS.email?.result({ service } as View, "approved");
    expect(result("EMAIL_SET")).toBe("outcome-email-set");
    expect(result("EMAIL_REMOVE")).toBe("outcome-email-removed");
    expect(SUPPORTED.filter((name) => KINDS[name as keyof KindTable]?.completesRequests)).toEqual(["email"]);
  });

  it("t01_an_export_that_a_browser_began_is_compared_like_a_request_of_a_partner", () => {
    const startedBy = (flow: string) => KINDS.export?.startedBy({ started: { flow } } as View);
    expect(["qr", "app", "link"].map(startedBy)).toEqual(["partner", "partner", "person"]);
  });

  it("a kind that is allowed while suspended needs the code", () => {
    for (const kind of Object.values(KINDS)) {
      if (kind?.allowedWhileSuspended) expect(kind).toMatchObject({ factors: ["code"], simStatement: "required" });
    }
  });
});
