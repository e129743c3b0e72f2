// The model with the fake scheme, without a browser: what the app stores, and which screen it opens.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startFake } from "../dev/fake.mjs";
import { TypedCode } from "../src/protocol/opaque";
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
    const ids = (list: { id: string }[]) => list.map(({ id }) => id);
    afterEach(() => void (fake.state.page = 50));

    it("is loaded page by page to its beginning", async () => {
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
      const { app, api, refresh, loadEarlier } = await start();
      expect(ids(app.get().past)).toEqual(claimed.slice(0, 2));
      await loadEarlier();
      expect(app.get().more).toBe(true);
      await addAction(api);
      await refresh();
      expect(ids(app.get().past)).toEqual(claimed.slice(0, 5));
      await loadEarlier();
      expect(ids(app.get().past)).toEqual(claimed);
      expect(app.get().more).toBe(false);
    });

    it("has no gap after many new actions", async () => {
      const { mergeLatest } = await import("../src/model/history");
      const list = (...names: string[]) => names.map((id) => ({ id }) as never);
      const known = { past: list("c", "b", "a"), more: false };
      expect(ids(mergeLatest({ past: list("f", "e"), more: true }, known).past)).toEqual(["f", "e"]);
      expect(mergeLatest({ past: list("d", "c"), more: true }, known)).toMatchObject({ past: list("d", "c", "b", "a"), more: false });
      expect(mergeLatest({ past: list("d", "c"), more: false }, known).past).toEqual(list("d", "c"));
    });
  });

  it("t05_copied: a copied device ends on the problem screen", async () => {
    const { app, refreshSoon } = await enrolled();
    fake.state.failures.push({ route: "GET /me", status: 409, code: "device_copied" });
    refreshSoon();
    await vi.waitFor(() => expect(app.get()).toMatchObject({ phase: "failed", problem: { code: "device_copied" } }));
  });
});
