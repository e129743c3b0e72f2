// Whole approvals against the stand-in scheme, which checks signatures, sequence, transcript and proof.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startFake } from "../dev/fake.mjs";
import { Api } from "../src/protocol/api";
import { Abandoned, Approval } from "../src/protocol/approval";
import { createDevice, DeviceClient } from "../src/protocol/device";
import type { DeviceRecord } from "../src/protocol/device";
import { openOffer } from "../src/protocol/offer";
import { startRegistration, TypedCode } from "../src/protocol/opaque";
import { judgeReceipt } from "../src/protocol/receipt";
import { importPublic, jwkShape } from "../src/protocol/jws";
import { MemoryStore, sequenceOf } from "./support";

const typed = (code: string) => new TypedCode([...code].map(Number));

describe("approval", () => {
  let fake: Awaited<ReturnType<typeof startFake>>;
  const store = new MemoryStore();
  let api: Api;
  /** Stands between phone and scheme: `go` passes the request on. */
  type Way = (path: string, go: () => Promise<Response>) => Promise<Response>;
  const open: Way = (_path, go) => go();
  let way = open;
  const sent: number[] = [];
  afterEach(() => {
    way = open;
  });

  beforeAll(async () => {
    fake = await startFake();
    const config = (await (await fetch(`${fake.origin}/phone/v1/config`)).json()) as {
      issuer: string;
      log_key: Record<string, string>;
    };
    const logKey = jwkShape(config.log_key, "log_key");
    await importPublic(logKey);
    const client = new DeviceClient(store, {
      fetch: (path, init) => {
        sent.push(sequenceOf(init));
        return way(path, () => fetch(fake.origin + path, init));
      },
      pause: async () => undefined,
    });
    api = new Api(client);
    const pins = { audience: fake.origin, issuer: config.issuer, rpId: "localhost", logKey };
    const record = await createDevice(store, pins, "+32470000001");
    const begun = await api.enrol({
      phone_number: "+32470000001",
      device_key: record.jwk,
      device_name: "test",
      key_kind: "software",
      language: "nl",
    });
    await store.update((kept) => {
      kept.device = begun.device;
      kept.enrolment = begun.enrolment;
    });
    await fetch(`${fake.origin}/dev/bank?enrolment=${begun.enrolment}&bank=Bank%20Anker`, { redirect: "manual" });
    const registration = await startRegistration(typed("58204"));
    const { registration_response } = await api.registerCode(begun.enrolment, registration.request);
    const done = await api.complete(begun.enrolment, registration.finish(registration_response), "2026-11", null);
    await store.update((kept) => {
      kept.identity = done.identity;
    });
  });
  afterAll(() => fake.close());

  const device = (): DeviceRecord => {
    if (!store.record) throw new Error("no device");
    return store.record;
  };
  const cut: Way = async () => {
    throw new TypeError("connection lost");
  };
  /** What the scheme answered about this action, such as `attempt 202`. */
  const answers = (action: { id: string }) =>
    fake.state.log.filter((line) => line.includes(`${action.id}/`)).map((line) => line.split("/").at(-1));

  const claim = async (over: Record<string, unknown> = {}) => {
    const { link, action } = fake.ask(over);
    const opened = await openOffer(await api.claim(link), Date.now());
    return { approval: new Approval(api, device(), opened), action };
  };

  it("is taken, and its receipt holds", async () => {
    const { approval } = await claim();
    const outcome = await approval.withCode(typed("58204"));
    expect(outcome.status).toBe("approved");
    expect(approval.resumable).toBe(false);
    const { record } = store;
    if (!record) throw new Error("no device");
    const receipt = await api.receipt(outcome.receipt);
    expect(await judgeReceipt(receipt, record)).toMatchObject({ committed: "yes", logged: "yes", promised: "yes", mine: "yes" });
    // Every part of it counts.
    const evidence = JSON.parse(Buffer.from(receipt.evidence, "base64url").toString());
    evidence.view = Buffer.from('{"other":1}').toString("base64url");
    const changed = { ...receipt, evidence: Buffer.from(JSON.stringify(evidence)).toString("base64url") };
    expect(await judgeReceipt(changed, record)).toMatchObject({ committed: "no", mine: "no" });
    const elsewhere = { ...receipt, proof: [Buffer.alloc(32).toString("base64url")] };
    expect(await judgeReceipt(elsewhere, record)).toMatchObject({ logged: "no" });
  });

  it("t12_lost_answers: is one approval, however often its answer gets lost", async () => {
    const { approval, action } = await claim();
    // Attempt and approval: the first two answers of each are lost on the way back.
    fake.state.lose = 2;
    expect((await approval.withCode(typed("58204"))).status).toBe("approved");
    expect(action.status).toBe("approved");
  });

  it("t12_lost_connection: goes on with the same first message, which costs no try", async () => {
    const { approval, action } = await claim();
    fake.state.lose = 3;
    await expect(approval.withCode(typed("58204"))).rejects.toMatchObject({ code: "offline" });
    expect(approval.resumable).toBe(true);
    const first = action.attempt?.id;
    expect((await approval.resume()).status).toBe("approved");
    expect(action.attempt?.id).toBe(first);
    expect(action.person.wrong).toBe(0);
  });

  it("waits for the SIM, and says so", async () => {
    const { approval } = await claim({ simDelay: 1500 });
    let contacting = false;
    await approval.withCode(typed("58204"), { contactingSim: () => (contacting = true) });
    expect(contacting).toBe(true);
  });

  it("tells a wrong code, and keeps nothing of it", async () => {
    const { approval, action } = await claim();
    await expect(approval.withCode(typed("58205"))).rejects.toMatchObject({ code: "code_wrong", members: { wrong_codes_left: 2 } });
    expect(approval.resumable).toBe(false);
    expect(action.person.wrong).toBe(1);
    expect((await approval.withCode(typed("58204"))).status).toBe("approved");
    expect(action.person.wrong).toBe(0);
  });

  it("refuses, also when the answer gets lost", async () => {
    const { approval, action } = await claim();
    fake.state.lose = 1;
    expect((await approval.refuse("not_me")).status).toBe("refused");
    expect(action.reason).toBe("not_me");
  });

  it("t12_lost_refusal: refusing again after a lost connection is the same refusal", async () => {
    const { approval, action } = await claim({ flow: "app" });
    fake.state.lose = 3;
    await expect(approval.refuse("person")).rejects.toMatchObject({ code: "offline" });
    expect(action.status).toBe("refused");
    const outcome = await approval.refuse("person");
    expect(outcome.status).toBe("refused");
    expect(outcome.return_url).toContain("/dev/returned");
    expect(new Set(sent.slice(-4)).size).toBe(1);
  });

  it("t05_late_refusal: once others went out, it is signed anew, and never an old sequence sent", async () => {
    const { approval, action } = await claim();
    way = cut;
    await expect(approval.refuse("person")).rejects.toMatchObject({ code: "offline" });
    way = open;
    for (let more = 0; more < 20; more += 1) await api.me();
    const last = device().sequence;
    expect((await approval.refuse("person")).status).toBe("refused");
    expect(action.status).toBe("refused");
    expect(sent.at(-1)).toBe(last + 1);
  });

  it("t05_late_refusal: one that had arrived is told to be over, so that its outcome is shown", async () => {
    const { approval, action } = await claim();
    fake.state.lose = 3;
    await expect(approval.refuse("person")).rejects.toMatchObject({ code: "offline" });
    for (let more = 0; more < 20; more += 1) await api.me();
    await expect(approval.refuse("person")).rejects.toMatchObject({ code: "action_closed" });
    expect(await api.action(action.id)).toMatchObject({ status: "refused" });
  });

  it("t05_late_approval: gets the same answer under a new sequence", async () => {
    const { approval, action } = await claim();
    way = (path, go) => (path.endsWith("/approve") ? go().then(() => cut(path, go)) : go());
    await expect(approval.withCode(typed("58204"))).rejects.toMatchObject({ code: "offline" });
    expect(action.status).toBe("approved");
    way = open;
    for (let more = 0; more < 20; more += 1) await api.me();
    expect((await approval.resume()).status).toBe("approved");
  });

  describe("t03_left_midway", () => {
    it("sends no more once the screen is left while the SIM is waited for", async () => {
      const { approval, action } = await claim({ simDelay: 60_000 });
      const code = typed("58204");
      way = async (_path, go) => {
        const response = await go();
        // While the answer `wait` is on its way back, the second time.
        if (answers(action).length === 2) approval.forget();
        return response;
      };
      await expect(approval.withCode(code)).rejects.toBeInstanceOf(Abandoned);
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(answers(action)).toEqual(["attempt 202", "attempt 202"]);
      expect(code.text()).toBe("\0".repeat(5));
      expect(approval.deciding || approval.resumable).toBe(false);
      expect(action.person.wrong).toBe(0);
    });

    it("carries a guess through that is spent, with the code as it was typed", async () => {
      const { approval, action } = await claim();
      const code = typed("58204");
      way = async (path, go) => {
        const response = await go();
        if (path.endsWith("/attempt")) approval.forget();
        return response;
      };
      expect((await approval.withCode(code)).status).toBe("approved");
      expect(answers(action)).toEqual(["attempt 200", "approve 200"]);
      expect(code.text()).toBe("\0".repeat(5));
    });

    it("opens no second attempt beside the first when somebody comes back", async () => {
      const { approval, action } = await claim();
      let second: Promise<{ status: string }> | null = null;
      way = async (path, go) => {
        if (path.endsWith("/attempt") && !second) {
          approval.forget();
          second = approval.withCode(typed("58204"));
        }
        return go();
      };
      expect((await approval.withCode(typed("58204"))).status).toBe("approved");
      expect((await (second as unknown as Promise<{ status: string }>)).status).toBe("approved");
      expect(answers(action)).toEqual(["attempt 200", "approve 200"]);
    });

    it("keeps no code for somebody who left a dead connection", async () => {
      const { approval } = await claim();
      const code = typed("58204");
      way = async (path, go) => {
        approval.forget();
        return cut(path, go);
      };
      await expect(approval.withCode(code)).rejects.toMatchObject({ code: "offline" });
      expect(code.text()).toBe("\0".repeat(5));
      expect(approval.resumable).toBe(false);
    });

    it("keeps the proof of a spent guess, not the code, until its answer is there", async () => {
      const { approval, action } = await claim();
      const code = typed("58204");
      way = (path, go) => (path.endsWith("/approve") ? cut(path, go) : go());
      await expect(approval.withCode(code)).rejects.toMatchObject({ code: "offline" });
      approval.forget();
      expect(code.text()).toBe("\0".repeat(5));
      expect(approval.resumable).toBe(true);
      way = open;
      expect((await approval.resume()).status).toBe("approved");
      expect(action.person.wrong).toBe(0);
    });
  });

  it("t08_misleading_view: is not even opened", async () => {
    await expect(claim({ view: { title: "Winkel \u202eHoek" } })).rejects.toMatchObject({ code: "view_unreadable" });
    await expect(claim({ raw: (view: object) => JSON.stringify(view).replace('"version":1', '"version":1,"version":1') })).rejects.toMatchObject({
      code: "view_unreadable",
    });
  });

  it("has a receipt for what was decided about no view", async () => {
    await api.block();
    const kinds = [];
    for (const id of fake.state.receipts.keys()) kinds.push(await judgeReceipt(await api.receipt(id), device()));
    expect(kinds.find(({ kind }) => kind === "enrolment")).toMatchObject({
      committed: "yes", logged: "yes", promised: "yes", mine: "yes", view: null, bank: "Bank Anker", terms: "2026-11",
    });
    expect(kinds.find(({ kind }) => kind === "block")).toMatchObject({
      committed: "yes", logged: "yes", promised: "yes", mine: "absent", view: null, reason: "person",
    });
    // Another phone's signature is none of this one's.
    const [first] = fake.state.receipts.keys();
    const { audience, issuer, rpId, logKey } = device();
    const { key } = await createDevice(new MemoryStore(), { audience, issuer, rpId, logKey }, "+32470000002");
    expect(await judgeReceipt(await api.receipt(first ?? ""), { ...device(), key })).toMatchObject({ kind: "enrolment", mine: "no" });
  });
});
