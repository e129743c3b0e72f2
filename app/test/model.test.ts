// What the app remembers and where it leads, without a browser: the model over the stand-in scheme.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startFake } from "../dev/fake.mjs";
import { TypedCode } from "../src/protocol/opaque";
import type { WaitingLink } from "../src/protocol/store";
import { MemoryStore } from "./support";

class TestStore extends MemoryStore {
  link: WaitingLink | null = null;
  heldLink = async () => this.link;
  holdLink = async (link: WaitingLink | null) => void (this.link = link);
}

const kept = vi.hoisted(() => ({ store: null as unknown }));
vi.mock("../src/protocol/store", () => ({
  BrowserStore: class {
    constructor() {
      return kept.store as object;
    }
  },
}));

const typed = (code: string) => new TypedCode([...code].map(Number));
const LINK = `a.${"A".repeat(22)}.${"A".repeat(22)}`;

describe("model", () => {
  let fake: Awaited<ReturnType<typeof startFake>>;
  let store: TestStore;
  const through = globalThis.fetch;

  beforeAll(async () => {
    fake = await startFake();
  });
  afterAll(() => fake.close());

  beforeEach(() => {
    store = new TestStore();
    kept.store = store;
    const place = { hash: "", search: "", protocol: "http:", origin: fake.origin };
    vi.stubGlobal("location", { ...place, assign: () => undefined });
    vi.stubGlobal("history", {
      replaceState: (_state: unknown, _title: string, path: string) => {
        const url = new URL(path, fake.origin);
        Object.assign(location, { hash: url.hash, search: url.search });
      },
    });
    const bus = new EventTarget();
    vi.stubGlobal("addEventListener", bus.addEventListener.bind(bus));
    vi.stubGlobal("dispatchEvent", bus.dispatchEvent.bind(bus));
    vi.stubGlobal("HashChangeEvent", Event);
    vi.stubGlobal("document", { documentElement: {}, addEventListener: () => undefined });
    vi.stubGlobal("localStorage", { getItem: () => null });
    vi.stubGlobal("navigator", { languages: ["en"], userAgent: "", locks: { request: async () => undefined } });
    vi.stubGlobal("BroadcastChannel", undefined);
    vi.stubGlobal("fetch", (path: string, init: RequestInit) => through(fake.origin + path, init));
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  /** As after a reload, or the return from a bank: only what was stored is left. */
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
    await through(`${fake.origin}/dev/bank?enrolment=${model.enrolmentId()}&bank=Bank%20Anker`, { redirect: "manual" });
    await model.chooseCode(typed("58204"));
    await model.completeEnrolment(null);
    return model;
  };

  describe("a link that came before there was an identity", () => {
    it("is still there after the visit to the bank, and no longer in the address", async () => {
      const before = await start(`#${LINK}`);
      expect(before.app.get().waitingLink?.text).toContain(LINK);
      expect(location.hash).toBe("");
      await before.beginEnrolment("+32470000001");
      const after = await start("", `?enrolment=${before.enrolmentId()}`);
      expect(after.app.get().waitingLink?.text).toContain(LINK);
      expect(after.isFresh(after.app.get().waitingLink)).toBe(true);
    });

    it("is not lost to an enrolment that had begun", async () => {
      await (await start()).beginEnrolment("+32470000001");
      const model = await start(`#${LINK}`);
      expect(model.app.get().waitingLink?.text).toContain(LINK);
      expect(model.app.get().route).toMatchObject({ at: "enrol" });
    });

    it("is dropped once its action cannot live any more", async () => {
      await start(`#${LINK}`);
      vi.useFakeTimers({ toFake: ["Date"] });
      vi.setSystemTime(Date.now() + 180_000);
      const model = await start();
      expect(model.app.get()).toMatchObject({ waitingLink: null, problem: null, phase: "ready" });
      expect(store.link).toBeNull();
    });
  });

  it("gives the receipt of an enrolment that was completed", async () => {
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
    ])("after %d %s goes back to the banks, and says why", async (status, code) => {
      const { app, recoverCode, recovery } = await recovering();
      fail(status, code);
      await expect(recoverCode(recovery, typed("68204"))).rejects.toMatchObject({ code });
      expect(app.get().recovery).toBeNull();
      expect(app.get().returned).toMatchObject({ code });
    });

    it("stays where it is when that passes", async () => {
      const { app, recoverCode, recovery } = await recovering();
      fail(503, "busy");
      await expect(recoverCode(recovery, typed("68204"))).rejects.toMatchObject({ code: "busy" });
      expect(app.get()).toMatchObject({ recovery, returned: null });
      await recoverCode(recovery, typed("68204"));
      expect(app.get().recovery).toBeNull();
    });
  });

  describe("what happened", () => {
    const ids = (list: { id: string }[]) => list.map(({ id }) => id);
    afterEach(() => void (fake.state.page = 50));

    it("is loaded a page at a time, to its very beginning", async () => {
      const first = await enrolled();
      const claimed: string[] = [];
      const happen = async (api: typeof first.api) => {
        const { link, action } = fake.ask();
        await api.claim(link);
        action.status = "refused";
        claimed.unshift(action.id);
      };
      for (let n = 0; n < 5; n += 1) await happen(first.api);
      fake.state.page = 2;
      const { app, api, refresh, loadEarlier } = await start();
      expect(ids(app.get().past)).toEqual(claimed.slice(0, 2));
      await loadEarlier();
      expect(app.get().more).toBe(true);
      await happen(api);
      await refresh();
      expect(ids(app.get().past)).toEqual(claimed.slice(0, 5));
      await loadEarlier();
      expect(ids(app.get().past)).toEqual(claimed);
      expect(app.get().more).toBe(false);
    });

    it("has no gap, however much happened since it was loaded", async () => {
      const { withLatest } = await import("../src/model/history");
      const list = (...names: string[]) => names.map((id) => ({ id }) as never);
      const known = { past: list("c", "b", "a"), more: false };
      expect(ids(withLatest({ past: list("f", "e"), more: true }, known).past)).toEqual(["f", "e"]);
      expect(withLatest({ past: list("d", "c"), more: true }, known)).toMatchObject({ past: list("d", "c", "b", "a"), more: false });
      expect(withLatest({ past: list("d", "c"), more: false }, known).past).toEqual(list("d", "c"));
    });
  });

  it("t05_copied: says so wherever one is, instead of standing still", async () => {
    const { app, refreshSoon } = await enrolled();
    fake.state.failures.push({ route: "GET /me", status: 409, code: "device_copied" });
    refreshSoon();
    await vi.waitFor(() => expect(app.get()).toMatchObject({ phase: "failed", problem: { code: "device_copied" } }));
  });
});
