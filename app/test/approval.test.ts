// Complete approvals with the fake scheme, which checks signatures, sequence, transcript and proof.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startFake } from "../dev/fake.mjs";
import { findKind, KINDS } from "../src/kinds";
import { Api } from "../src/protocol/api";
import { Abandoned, Approval } from "../src/protocol/approval";
import { createDevice, DeviceClient } from "../src/protocol/device";
import type { DeviceRecord } from "../src/protocol/device";
import { openOffer } from "../src/protocol/offer";
import { startRegistration, TypedCode } from "../src/protocol/opaque";
import { checkReceipt } from "../src/protocol/receipt";
import { importPublic, jwkShape } from "../src/protocol/jws";
import { MemoryStore, sequenceOf } from "./support";

const typed = (code: string) => new TypedCode([...code].map(Number));

const UNSUPPORTED = Object.entries(KINDS).flatMap(([name, kind]) => (kind ? [] : [name]));

describe("approval", () => {
  let fake: Awaited<ReturnType<typeof startFake>>;
  const store = new MemoryStore();
  let api: Api;
  /** The network between phone and scheme. `send` passes the request on. */
  type Network = (path: string, send: () => Promise<Response>) => Promise<Response>;
  const online: Network = (_path, send) => send();
  let network = online;
  const sent: number[] = [];
  afterEach(() => {
    network = online;
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
        return network(path, () => fetch(fake.origin + path, init));
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
    await store.update((record) => {
      record.device = begun.device;
      record.enrolment = begun.enrolment;
    });
    await fetch(`${fake.origin}/dev/bank?enrolment=${begun.enrolment}&bank=Bank%20Anker`, { redirect: "manual" });
    const registration = await startRegistration(typed("58204"));
    const { registration_response } = await api.registerCode(begun.enrolment, registration.request);
    const done = await api.complete(begun.enrolment, registration.finish(registration_response), "2026-11", null);
    await store.update((record) => {
      record.identity = done.identity;
    });
  });
  afterAll(() => fake.close());

  const device = (): DeviceRecord => {
    if (!store.record) throw new Error("no device");
    return store.record;
  };
  const offline: Network = async () => {
    throw new TypeError("connection lost");
  };
  /** The answers of the scheme about this action, such as `attempt 202`. */
  const answers = (action: { id: string }) =>
    fake.state.log.filter((line) => line.includes(`${action.id}/`)).map((line) => line.split("/").at(-1));

  const claim = async (over: Record<string, unknown> = {}) => {
    const { link, action } = fake.createRequest(over);
    const opened = await openOffer(await api.claim(link, "navigation"), Date.now());
    return { approval: new Approval(api, device(), opened, findKind(opened.view.kind)), action };
  };

  it("a right code approves, and the receipt is correct", async () => {
    const { approval } = await claim();
    const outcome = await approval.approveWithCode(typed("58204"));
    expect(outcome.status).toBe("approved");
    expect(approval.resumable).toBe(false);
    const { record } = store;
    if (!record) throw new Error("no device");
    const receipt = await api.receipt(outcome.receipt);
    expect(await checkReceipt(receipt, record)).toMatchObject({ committed: "yes", logged: "yes", promised: "yes", mine: "yes" });
    // A change of any part is found.
    const evidence = JSON.parse(Buffer.from(receipt.evidence, "base64url").toString());
    evidence.view = Buffer.from('{"other":1}').toString("base64url");
    const changed = { ...receipt, evidence: Buffer.from(JSON.stringify(evidence)).toString("base64url") };
    expect(await checkReceipt(changed, record)).toMatchObject({ committed: "no", mine: "no" });
    const elsewhere = { ...receipt, proof: [Buffer.alloc(32).toString("base64url")] };
    expect(await checkReceipt(elsewhere, record)).toMatchObject({ logged: "no" });
  });

  it("t12_lost_answers: an approval whose answers are lost happens exactly one time", async () => {
    const { approval, action } = await claim();
    // The first two answers are lost on their way back.
    fake.state.lose = 2;
    expect((await approval.approveWithCode(typed("58204"))).status).toBe("approved");
    expect(action.status).toBe("approved");
  });

  it("t12_lost_connection: a resumed approval sends the same first message and costs no try", async () => {
    const { approval, action } = await claim();
    fake.state.lose = 3;
    await expect(approval.approveWithCode(typed("58204"))).rejects.toMatchObject({ code: "offline" });
    expect(approval.resumable).toBe(true);
    const first = action.attempt?.id;
    expect((await approval.resume()).status).toBe("approved");
    expect(action.attempt?.id).toBe(first);
    expect(action.person.wrong).toBe(0);
  });

  it("a slow SIM is reported as being contacted", async () => {
    const { approval } = await claim({ simDelay: 1500 });
    let contacting = false;
    await approval.approveWithCode(typed("58204"), { contactingSim: () => (contacting = true) });
    expect(contacting).toBe(true);
  });

  it("a wrong code counts, and cannot be resumed", async () => {
    const { approval, action } = await claim();
    await expect(approval.approveWithCode(typed("58205"))).rejects.toMatchObject({ code: "code_wrong", members: { wrong_codes_left: 2 } });
    expect(approval.resumable).toBe(false);
    expect(action.person.wrong).toBe(1);
    expect((await approval.approveWithCode(typed("58204"))).status).toBe("approved");
    expect(action.person.wrong).toBe(0);
  });

  it("a refusal arrives although its answer is lost", async () => {
    const { approval, action } = await claim();
    fake.state.lose = 1;
    expect((await approval.refuse("not_me")).status).toBe("refused");
    expect(action.reason).toBe("not_me");
  });

  it("t12_lost_refusal: a repeated refusal sends the same request and gets the same answer", async () => {
    const { approval, action } = await claim({ flow: "app" });
    fake.state.lose = 3;
    await expect(approval.refuse("person")).rejects.toMatchObject({ code: "offline" });
    expect(action.status).toBe("refused");
    const outcome = await approval.refuse("person");
    expect(outcome.status).toBe("refused");
    expect(outcome.return_url).toContain("/dev/returned");
    expect(new Set(sent.slice(-4)).size).toBe(1);
  });

  it("t05_late_refusal: after other requests, a repeated refusal has a new sequence", async () => {
    const { approval, action } = await claim();
    network = offline;
    await expect(approval.refuse("person")).rejects.toMatchObject({ code: "offline" });
    network = online;
    for (let more = 0; more < 20; more += 1) await api.me();
    const last = device().sequence;
    expect((await approval.refuse("person")).status).toBe("refused");
    expect(action.status).toBe("refused");
    expect(sent.at(-1)).toBe(last + 1);
  });

  it("t05_late_refusal: if the first refusal arrived, a later one is told that the action is closed", async () => {
    const { approval, action } = await claim();
    fake.state.lose = 3;
    await expect(approval.refuse("person")).rejects.toMatchObject({ code: "offline" });
    for (let more = 0; more < 20; more += 1) await api.me();
    await expect(approval.refuse("person")).rejects.toMatchObject({ code: "action_closed" });
    expect(await api.action(action.id)).toMatchObject({ status: "refused" });
  });

  it("t05_late_approval: a repeated approval gets the same answer under a new sequence", async () => {
    const { approval, action } = await claim();
    network = (path, send) => (path.endsWith("/approve") ? send().then(() => offline(path, send)) : send());
    await expect(approval.approveWithCode(typed("58204"))).rejects.toMatchObject({ code: "offline" });
    expect(action.status).toBe("approved");
    network = online;
    for (let more = 0; more < 20; more += 1) await api.me();
    expect((await approval.resume()).status).toBe("approved");
  });

  describe("t03_left_midway: a person who leaves the code screen", () => {
    it("while the SIM is contacted, stops the approval and spends no try", async () => {
      const { approval, action } = await claim({ simDelay: 60_000 });
      const code = typed("58204");
      network = async (_path, send) => {
        const response = await send();
        // Leave while the second answer `wait` is on its way back.
        if (answers(action).length === 2) approval.abandon();
        return response;
      };
      await expect(approval.approveWithCode(code)).rejects.toBeInstanceOf(Abandoned);
      await new Promise((resolve) => setTimeout(resolve, 400));
      expect(answers(action)).toEqual(["attempt 202", "attempt 202"]);
      expect(code.text()).toBe("\0".repeat(5));
      expect(approval.deciding || approval.resumable).toBe(false);
      expect(action.person.wrong).toBe(0);
    });

    it("after the try is spent, does not stop the approval", async () => {
      const { approval, action } = await claim();
      const code = typed("58204");
      network = async (path, send) => {
        const response = await send();
        if (path.endsWith("/attempt")) approval.abandon();
        return response;
      };
      expect((await approval.approveWithCode(code)).status).toBe("approved");
      expect(answers(action)).toEqual(["attempt 200", "approve 200"]);
      expect(code.text()).toBe("\0".repeat(5));
    });

    it("and comes back, does not open a second attempt", async () => {
      const { approval, action } = await claim();
      let second: Promise<{ status: string }> | null = null;
      network = async (path, send) => {
        if (path.endsWith("/attempt") && !second) {
          approval.abandon();
          second = approval.approveWithCode(typed("58204"));
        }
        return send();
      };
      expect((await approval.approveWithCode(typed("58204"))).status).toBe("approved");
      expect((await (second as unknown as Promise<{ status: string }>)).status).toBe("approved");
      expect(answers(action)).toEqual(["attempt 200", "approve 200"]);
    });

    it("without a connection, has the code wiped", async () => {
      const { approval } = await claim();
      const code = typed("58204");
      network = async (path, send) => {
        approval.abandon();
        return offline(path, send);
      };
      await expect(approval.approveWithCode(code)).rejects.toMatchObject({ code: "offline" });
      expect(code.text()).toBe("\0".repeat(5));
      expect(approval.resumable).toBe(false);
    });

    it("before the answer arrives, can resume with the proof, while the code is wiped", async () => {
      const { approval, action } = await claim();
      const code = typed("58204");
      network = (path, send) => (path.endsWith("/approve") ? offline(path, send) : send());
      await expect(approval.approveWithCode(code)).rejects.toMatchObject({ code: "offline" });
      approval.abandon();
      expect(code.text()).toBe("\0".repeat(5));
      expect(approval.resumable).toBe(true);
      network = online;
      expect((await approval.resume()).status).toBe("approved");
      expect(action.person.wrong).toBe(0);
    });
  });

  it("t08_misleading_view: a view with misleading or ambiguous text is not opened", async () => {
    await expect(claim({ view: { title: "Winkel \u202eHoek" } })).rejects.toMatchObject({ code: "view_unreadable" });
    await expect(claim({ raw: (view: object) => JSON.stringify(view).replace('"version":2', '"version":2,"version":2') })).rejects.toMatchObject({
      code: "view_unreadable",
    });
  });

  it.each(UNSUPPORTED)("an action of the unsupported kind %s can be refused, and not approved", async (kind) => {
    const { approval, action } = await claim({ view: { kind } });
    const code = typed("58204");
    await expect(approval.approveWithCode(code)).rejects.toMatchObject({ code: "app_outdated" });
    await expect(approval.approveWithBiometric()).rejects.toMatchObject({ code: "app_outdated" });
    expect(code.text()).toBe("\0".repeat(5));
    expect(answers(action)).toEqual([]);
    expect((await approval.refuse("person")).status).toBe("refused");
  });

  it("a kind that the protocol does not have is not opened", async () => {
    await expect(claim({ view: { kind: "transfer" } })).rejects.toMatchObject({ code: "app_outdated" });
    await expect(claim({ view: { version: 3 } })).rejects.toMatchObject({ code: "app_outdated" });
    await expect(claim({ view: { warnings: ["full_moon"] } })).rejects.toMatchObject({ code: "app_outdated" });
  });

  it("an approval covers what the person chose, and the receipt shows it", async () => {
    const choices = [
      { kind: "switch", key: "remember", label: "Onthoud mij", options: [], default: "off" },
      { kind: "one_of", key: "account", label: "Rekening", options: [{ value: "a1", label: "Zicht" }, { value: "a2", label: "Spaar" }], default: "a1" },
    ];
    const { approval } = await claim({ view: { choices } });
    expect([approval.valueOf("remember"), approval.valueOf("account")]).toEqual(["off", "a1"]);
    approval.choose("account", "a2");
    approval.choose("account", "a3");
    approval.choose("remember", "maybe");
    approval.choose("unknown", "on");
    const { receipt } = await approval.approveWithCode(typed("58204"));
    const checked = await checkReceipt(await api.receipt(receipt), device());
    expect(checked.choices).toEqual([{ key: "remember", value: "off" }, { key: "account", value: "a2" }]);
    expect(checked).toMatchObject({ committed: "yes", mine: "yes" });
    // Nor does a refusal choose anything.
    const { approval: other } = await claim({ view: { choices } });
    expect((await other.refuse("person")).status).toBe("refused");
  });

  it("a choice that is changed after its approval began changes nothing", async () => {
    const choices = [{ kind: "switch", key: "remember", label: "Onthoud mij", options: [], default: "off" }];
    const { approval } = await claim({ view: { choices } });
    const approving = approval.approveWithCode(typed("58204"));
    approval.choose("remember", "on");
    const { receipt } = await approving;
    expect((await checkReceipt(await api.receipt(receipt), device())).choices).toEqual([{ key: "remember", value: "off" }]);
  });

  it("an unblock is approved with the code only", async () => {
    const { approval, action } = await claim({ view: { kind: "unblock" }, factors: ["code", "unlock"] });
    expect(approval.factors).toEqual(["code"]);
    await expect(approval.approveWithBiometric()).rejects.toMatchObject({ code: "unlock_unavailable" });
    expect(answers(action)).toEqual([]);
    expect((await approval.approveWithCode(typed("58204"))).status).toBe("approved");
  });

  it("a decision of the person's earlier phone is checked as far as another phone can", async () => {
    const { approval } = await claim();
    const { receipt: id } = await approval.approveWithCode(typed("58204"));
    const receipt = await api.receipt(id);
    const { audience, issuer, rpId, logKey } = device();
    const { key } = await createDevice(new MemoryStore(), { audience, issuer, rpId, logKey }, "+32470000002");
    const later = { ...device(), key, device: "dev_AAAAAAAAAAAAAAAAAAAAAA" };
    expect(await checkReceipt(receipt, later)).toMatchObject({ committed: "yes", logged: "yes", promised: "yes", mine: "other" });
    // The signature is for another view than that of the evidence.
    const evidence = JSON.parse(Buffer.from(receipt.evidence, "base64url").toString());
    evidence.view = Buffer.from("{}").toString("base64url");
    const changed = { ...receipt, evidence: Buffer.from(JSON.stringify(evidence)).toString("base64url") };
    expect((await checkReceipt(changed, later)).mine).toBe("no");
  });

  it("enrolments and blocks have correct receipts without a view", async () => {
    await api.block();
    const kinds = [];
    for (const id of fake.state.receipts.keys()) kinds.push(await checkReceipt(await api.receipt(id), device()));
    expect(kinds.find(({ kind }) => kind === "enrolment")).toMatchObject({
      committed: "yes", logged: "yes", promised: "yes", mine: "yes", view: null, bank: "Bank Anker", terms: "2026-11",
    });
    expect(kinds.find(({ kind }) => kind === "block")).toMatchObject({
      committed: "yes", logged: "yes", promised: "yes", mine: "absent", view: null, reason: "person",
    });
    // The signature of another phone does not count.
    const [first] = fake.state.receipts.keys();
    const { audience, issuer, rpId, logKey } = device();
    const { key } = await createDevice(new MemoryStore(), { audience, issuer, rpId, logKey }, "+32470000002");
    expect(await checkReceipt(await api.receipt(first ?? ""), { ...device(), key })).toMatchObject({ kind: "enrolment", mine: "no" });
  });
});
