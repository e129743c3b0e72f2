// Whole approvals against the stand-in scheme, which checks signatures, sequence, transcript and proof.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFake } from "../dev/fake.mjs";
import { Api } from "../src/protocol/api";
import { Approval } from "../src/protocol/approval";
import { createDevice, DeviceClient } from "../src/protocol/device";
import { openOffer } from "../src/protocol/offer";
import { startRegistration, TypedCode } from "../src/protocol/opaque";
import { judgeReceipt } from "../src/protocol/receipt";
import { importPublic, jwkShape } from "../src/protocol/jws";
import { MemoryStore } from "./support";

const typed = (code: string) => new TypedCode([...code].map(Number));

describe("approval", () => {
  let fake: Awaited<ReturnType<typeof startFake>>;
  const store = new MemoryStore();
  let api: Api;

  beforeAll(async () => {
    fake = await startFake();
    const config = (await (await fetch(`${fake.origin}/phone/v1/config`)).json()) as {
      issuer: string;
      log_key: Record<string, string>;
    };
    const logKey = jwkShape(config.log_key, "log_key");
    await importPublic(logKey);
    const client = new DeviceClient(store, {
      fetch: (path, init) => fetch(fake.origin + path, init),
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
    const registration = await startRegistration(typed("58204"));
    const { registration_response } = await api.registerCode(begun.enrolment, registration.request);
    const done = await api.complete(begun.enrolment, registration.finish(registration_response), "2026-11", null);
    await store.update((kept) => {
      kept.identity = done.identity;
    });
  });
  afterAll(() => fake.close());

  const claim = async (over: Record<string, unknown> = {}) => {
    const { link, action } = fake.ask(over);
    const opened = await openOffer(await api.claim(link), Date.now());
    const { record } = store;
    if (!record) throw new Error("no device");
    return { approval: new Approval(api, record, opened), action };
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
    await api.me();
    const outcome = await approval.refuse("person");
    expect(outcome.status).toBe("refused");
    expect(outcome.return_url).toContain("/dev/returned");
  });

  it("t08_misleading_view: is not even opened", async () => {
    await expect(claim({ view: { title: "Winkel \u202eHoek" } })).rejects.toMatchObject({ code: "view_unreadable" });
    await expect(claim({ raw: (view: object) => JSON.stringify(view).replace('"version":1', '"version":1,"version":1') })).rejects.toMatchObject({
      code: "view_unreadable",
    });
  });
});
