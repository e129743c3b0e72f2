// The model with the fake scheme, without a browser: what the app stores, and which screen it opens.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startFake } from "../dev/fake.mjs";
import { TypedCode } from "../src/protocol/opaque";
import type { Entry } from "../src/protocol/api";
import type { WaitingLink } from "../src/protocol/store";
import { MemoryStore } from "./support";

class TestStore extends MemoryStore {
  link: WaitingLink | null = null;
  storedLink = async () => this.link;
  storeLink = async (link: WaitingLink | null) => void (this.link = link);
}

const current = vi.hoisted(() => ({ store: null as unknown }));
vi.mock("../src/protocol/store", () => ({
  BrowserStore: class {
    constructor() {
      return current.store as object;
    }
  },
}));

const typed = (code: string) => new TypedCode([...code].map(Number));
const LINK = `a.${"A".repeat(22)}.${"A".repeat(22)}`;

describe("model", () => {
  let fake: Awaited<ReturnType<typeof startFake>>;
  let store: TestStore;
  const realFetch = globalThis.fetch;

  beforeAll(async () => {
    fake = await startFake();
  });
  afterAll(() => fake.close());

  beforeEach(() => {
    store = new TestStore();
    current.store = store;
    const page = { hash: "", search: "", protocol: "http:", origin: fake.origin };
    vi.stubGlobal("location", { ...page, assign: () => undefined });
    vi.stubGlobal("history", {
      replaceState: (_state: unknown, _title: string, path: string) => {
        const url = new URL(path, fake.origin);
        Object.assign(location, { hash: url.hash, search: url.search });
      },
    });
    const events = new EventTarget();
    vi.stubGlobal("addEventListener", events.addEventListener.bind(events));
    vi.stubGlobal("dispatchEvent", events.dispatchEvent.bind(events));
    vi.stubGlobal("HashChangeEvent", Event);
    vi.stubGlobal("document", { documentElement: {}, addEventListener: () => undefined });
    vi.stubGlobal("localStorage", { getItem: () => null });
    vi.stubGlobal("navigator", { languages: ["en"], userAgent: "", locks: { request: async () => undefined } });
    vi.stubGlobal("BroadcastChannel", undefined);
    vi.stubGlobal("fetch", (path: string, init: RequestInit) => realFetch(fake.origin + path, init));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  /** Starts the app as after a reload or the return from a bank: only stored data is left. */
  const start = async (hash = "", search = "") => {
    vi.resetModules();
    const model = await import("../src/model/app");
    Object.assign(location, { hash, search });
    await model.open();
    return model;
  };

  const enrolled = async () => {
    const model = await start();
    await model.beginEnrolment("+32470000001");
    await realFetch(`${fake.origin}/dev/bank?enrolment=${model.enrolmentId()}&bank=Bank%20Anker`, { redirect: "manual" });
    await model.chooseCode(typed("58204"));
    await model.completeEnrolment(null);
    return model;
  };

  describe("a link that arrives before there is an identity", () => {
    it("survives the visit to the bank, and is removed from the address", async () => {
      const before = await start(`#${LINK}`);
      expect(before.app.get().waitingLink?.text).toContain(LINK);
      expect(location.hash).toBe("");
      await before.beginEnrolment("+32470000001");
      const after = await start("", `?enrolment=${before.enrolmentId()}`);
      expect(after.app.get().waitingLink?.text).toContain(LINK);
      expect(after.isFresh(after.app.get().waitingLink)).toBe(true);
    });

    it("survives an enrolment that has begun", async () => {
      await (await start()).beginEnrolment("+32470000001");
      const model = await start(`#${LINK}`);
      expect(model.app.get().waitingLink?.text).toContain(LINK);
      expect(model.app.get().route).toMatchObject({ at: "enrol" });
    });

    it("is dropped when its action has expired", async () => {
      await start(`#${LINK}`);
      vi.useFakeTimers({ toFake: ["Date"] });
      vi.setSystemTime(Date.now() + 180_000);
      const model = await start();
      expect(model.app.get()).toMatchObject({ waitingLink: null, problem: null, phase: "ready" });
      expect(store.link).toBeNull();
    });
  });

  it("a completed enrolment has a receipt", async () => {
    const { app } = await enrolled();
    expect(app.get().enrolmentReceipt).toMatch(/^rec_/);
  });

  it("t32_memory: the phone remembers the log from one start to the next, and evidence against it", async () => {
    const { app } = await enrolled();
    const receipt = app.get().enrolmentReceipt ?? "";
    const look = async () => (await import("../src/model/receipts")).fetchReceipt(receipt);
    expect(await look()).toMatchObject({ continues: "first", logged: "yes" });
    const { head } = store.record ?? {};
    await start();
    fake.state.tree.push(new Uint8Array(32));
    expect(await look()).toMatchObject({ continues: "yes", remembered: head?.size, size: (head?.size ?? 0) + 1 });
    const later = store.record?.head;
    for (const [fault, code] of [["forked", "log_forked"], ["forgot", "log_forgot"]] as const) {
      await start();
      fake.state.logFault = fault;
      expect(await look()).toMatchObject({ continues: "no", evidence: { code } });
      expect(store.record?.head).toEqual(later);
      // The first evidence stays.
      expect(store.record?.logEvidence).toMatchObject({ code: "log_forked", remembered: later?.jws });
    }
    fake.state.logFault = null;
  });

  describe("a new code with the bank", () => {
    const recovering = async () => {
      const model = await enrolled();
      const { recovery } = await model.api.recover("Bank Anker");
      model.app.set({ recovery });
      return { ...model, recovery };
    };
    const fail = (status: number, code: string) => fake.state.failures.push({ route: "POST /recoveries/:id/code", status, code });

    it.each([
      [409, "epoch_changed"],
      [404, "not_found"],
    ])("after %d %s returns to the banks and shows the problem", async (status, code) => {
      const { app, recoverCode, recovery } = await recovering();
      fail(status, code);
      await expect(recoverCode(recovery, typed("68204"))).rejects.toMatchObject({ code });
      expect(app.get().recovery).toBeNull();
      expect(app.get().bankProblem).toMatchObject({ code });
    });

    it("after a temporary problem can be tried again", async () => {
      const { app, recoverCode, recovery } = await recovering();
      fail(503, "busy");
      await expect(recoverCode(recovery, typed("68204"))).rejects.toMatchObject({ code: "busy" });
      expect(app.get()).toMatchObject({ recovery, bankProblem: null });
      await recoverCode(recovery, typed("68204"));
      expect(app.get().recovery).toBeNull();
    });
  });

  describe("the history", () => {
    const model = () => import("../src/model/history");
    const ids = (history: { pages: Entry[][] } | null) => history?.pages.map((page) => page.map((entry) => (entry.entry === "action" ? entry.id : entry.kind)));
    afterEach(() => void (fake.state.page = 50));

    it("is loaded page by page to its beginning, and what is new comes before it", async () => {
      const first = await enrolled();
      const claimed: string[] = [];
      const addAction = async (api: typeof first.api) => {
        const { link, action } = fake.createRequest();
        await api.claim(link, "navigation");
        action.status = "refused";
        claimed.unshift(action.id);
      };
      for (let n = 0; n < 5; n += 1) await addAction(first.api);
      fake.state.page = 2;
      const { app, api } = await start();
      const { loadHistory, loadEarlier } = await model();
      await loadHistory();
      expect(ids(app.get().history)).toEqual([claimed.slice(0, 2)]);
      await loadEarlier();
      await addAction(api);
      await loadHistory();
      expect(ids(app.get().history)).toEqual([claimed.slice(0, 3), claimed.slice(3, 5)]);
      await loadEarlier();
      expect(ids(app.get().history)).toEqual([claimed.slice(0, 3), claimed.slice(3, 5), [claimed[5], "enrolment"]]);
      expect(app.get().history?.next).toBeNull();
      await loadEarlier();
      expect(app.get().history?.pages).toHaveLength(3);
    });

    it("has no gap after many new entries", async () => {
      const { mergeLatest } = await model();
      const list = (...names: string[]) => names.map((id) => ({ entry: "action", id }) as Entry);
      const known = { pages: [list("e", "d"), list("c", "b")], next: "b" };
      const merged = (next: string | null, ...names: string[]) => ids(mergeLatest({ entries: list(...names), next }, known));
      expect(merged("g", "h", "g")).toEqual([["h", "g"]]);
      expect(merged("e", "f", "e")).toEqual([["f", "e", "d"], ["c", "b"]]);
      // A page that grew reaches into the next known one.
      expect(merged("c", "f", "e", "d", "c")).toEqual([["f", "e", "d", "c", "b"]]);
      // Nothing is earlier: an entry that the known pages have beside it does not exist.
      expect(merged(null, "f", "e")).toEqual([["f", "e"]]);
    });

    it("marks what a withdrawal took back, and finds the earlier entries of a partner", async () => {
      const { app } = await start();
      const { entriesOf, markWithdrawn } = await model();
      const one = (id: string, partner_id: string | null, status: string, withdrawn: object | null = null) => ({ entry: "action", id, partner_id, status, withdrawn }) as Entry;
      const before = { time: 1, receipt: "rec_A" };
      app.set({ history: { pages: [[one("a", "p", "delivered"), one("b", "q", "approved")], [one("c", "p", "refused"), one("d", "p", "approved", before)]], next: null } });
      markWithdrawn("p", { time: 2, receipt: "rec_B" });
      expect(entriesOf("p").map((entry) => entry.entry === "action" && entry.withdrawn)).toEqual([{ time: 2, receipt: "rec_B" }, null, before]);
      expect(entriesOf("q")).toMatchObject([{ withdrawn: null }]);
    });
  });

  describe("the partners that got something", () => {
    const shop = { partner: "par_AAAAAAAAAAAAAAAAAAAAAA", name: "Winkel Hoek", domain: "shop.example", first: 1, last: 5, answers: 2, told: true, withdrawn: null };
    const partners = () => import("../src/model/partners");
    const given = (...names: [string, number][]) => ({ ...shop, shared: names.map(([attribute, last]) => ({ attribute, last })) });
    const approved = async (api: Awaited<ReturnType<typeof enrolled>>["api"], partner: string) => {
      fake.state.shop = partner;
      const { link, action } = fake.createRequest();
      await api.claim(link, "navigation");
      Object.assign(action, { status: "approved", decided: Date.now() });
    };

    it("are shown without what another row says already, and in words", async () => {
      await start();
      const { detailsOf, detailNames, detailsInBrief } = await partners();
      const names = given(["email", 5], ["email_verified", 5], ["family_name", 3], ["given_name", 5], ["https://ipse.example/claims/document_number", 5], ["name", 4], ["shoe_size", 5]);
      // The given name was given again after the full name.
      expect(detailsOf(names).map(({ claim }) => claim)).toEqual(["email", "given_name", "https://ipse.example/claims/document_number", "name", "shoe_size"]);
      expect(detailNames(names)).toEqual(["E-mail address", "First name", "Number of your document", "Name", "Another detail (shoe_size)"]);
      expect(detailsInBrief(names, 3)).toBe("E-mail address · First name · Number of your document · 2 more");
      expect(detailsInBrief(given(["name", 1]), 3)).toBe("Name");
    });

    it("have the reasons of the latest request first", async () => {
      const { addReasons, NO_REASONS } = await partners();
      const row = (claim: string) => ({ kind: "text", label: claim, value: "", claims: [claim] }) as const;
      const reason = (value: string) => ({ kind: "reason", label: "Why", value, claims: [] }) as { kind: "reason"; label: string; value: string; claims: string[] };
      const view = (purpose: string, ...fields: object[]) => ({ purpose, language: "en", fields, choices: [] }) as never;
      const why = addReasons(addReasons(NO_REASONS, view("Second", row("name"), reason("new"))), view("First", row("name"), reason("old"), row("address"), reason("delivery"), reason("more"), row("picture")));
      expect(why.purpose).toBe("Second");
      expect([...why.reasons]).toEqual([["name", "new"], ["address", "delivery"]]);
    });

    it("say that a consent was withdrawn, also when nothing can be loaded after it", async () => {
      const { app, api } = await enrolled();
      await approved(api, shop.partner);
      const { loadPartners, withdraw } = await partners();
      await loadPartners();
      expect(app.get().partners).toMatchObject([{ partner: shop.partner, answers: 1, withdrawn: null }]);
      fake.state.failures.push({ route: "GET /me", status: 503, code: "busy" });
      await withdraw(shop.partner);
      expect(app.get().partners).toMatchObject([{ withdrawn: { receipt: expect.stringMatching(/^rec_/) } }]);
      await expect(withdraw("par_BBBBBBBBBBBBBBBBBBBBBB")).rejects.toMatchObject({ code: "not_found" });
    });

    it("are not taken from an answer of another shape", async () => {
      const { partnersShape } = await import("../src/protocol/api");
      const good = { partners: [{ ...given(["name", 1]) }] };
      expect(partnersShape(good as never, "").partners).toHaveLength(1);
      for (const bad of [{ told: "yes" }, { last: -1 }, { shared: [{ attribute: "name" }] }, { name: null }]) {
        expect(() => partnersShape({ partners: [{ ...good.partners[0], ...bad }] } as never, "")).toThrow();
      }
    });
  });

  it("t05_copied: a copied device ends on the problem screen", async () => {
    const { app, refreshSoon } = await enrolled();
    fake.state.failures.push({ route: "GET /me", status: 409, code: "device_copied" });
    refreshSoon();
    await vi.waitFor(() => expect(app.get()).toMatchObject({ phase: "failed", problem: { code: "device_copied" } }));
  });
});
