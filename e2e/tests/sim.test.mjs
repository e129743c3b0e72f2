// A SIM that changes hands in the middle of an approval.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Demo } from "../lib/demo.mjs";
import { Partner } from "../lib/partner.mjs";
import { succeed } from "../lib/processes.mjs";
import { until } from "../lib/until.mjs";
import { Visitor } from "../lib/visitor.mjs";

describe("a SIM swap", { timeout: 300_000 }, () => {
  let demo;
  before(async () => {
    demo = await Demo.start();
  });
  after(() => demo?.stop());

  // `silent`: no answer ever comes, and the scheme's own patience ends it; `error`: one comes at once.
  for (const fault of ["silent", "error"]) {
    test(`an operator's fault, ${fault}: refused, retryable, and no try is spent`, async () => {
      const person = demo.person("An Peeters");
      const home = await demo.operatorOf(person);
      const partner = await Partner.of(demo, "Proefpartner");
      const flow = await partner.begin({ acr_values: "advanced" });
      const page = await new Visitor().open(flow.url);
      await succeed("operator", "--home", home, "fault", fault);
      try {
        const id = (await demo.phoneDoes(person, "link", page.qr)).stdout.trim();
        const refused = await demo.phone(person, "approve", id, "--code", person.code, "--json");
        // A statement of the last hours may stand in for a login, if the deployer allows it; the demo asks for a live one.
        assert.notEqual(refused.code, 0, refused.stdout);
        assert.equal(refused.problem?.code, "sim_unavailable", refused.stdout + refused.stderr);
        const { out: me } = await demo.phoneDoes(person, "me", "--json");
        assert.equal(me.wrong_codes_left, 3);
        assert.equal(me.status, "active");
        await succeed("operator", "--home", home, "fault", "none");
        await until("the operator to answer again", async () => (await demo.phone(person, "approve", id, "--code", person.code, "--json")).code === 0);
      } finally {
        await succeed("operator", "--home", home, "fault", "none");
      }
    });
  }

  for (const [name, what] of [["An Peeters", "swap"], ["Tom Vermeulen", "lose"], ["Fatima El Amrani", "port"]]) {
    test(`${what}: during an approval blocks it, before anyone asks`, async () => {
      const person = demo.person(name);
      const visitor = new Visitor();
      const page = await visitor.open(`${demo.shop}/login`);
      const id = (await demo.phoneDoes(person, "link", page.qr)).stdout.trim();
      await succeed("operator", "--home", await demo.operatorOf(person), "sim", what, person.phone_number);
      // The waiting page leaves for the shop (or says so) as soon as the action is over.
      const over = await visitor.wait(page.url, (now) => now.url.startsWith(demo.shop) || now.attribute("outcome", "data-code"), { every: 20 });
      assert.ok(!/id="greeting"/.test(over.body));
      const { code, problem } = await demo.phone(person, "approve", id, "--code", person.code, "--json");
      assert.notEqual(code, 0);
      assert.match(problem.code, /identity_blocked|action_closed|epoch_changed|sim_mismatch/);
      const next = await new Visitor().open(`${demo.shop}/login`);
      const refused = await demo.phone(person, "link", next.qr);
      assert.equal(refused.problem?.code, "identity_blocked", refused.stdout + refused.stderr);
    });
  }

  test("nothing of it reached the shop, and the log is whole", async () => {
    await until("the log to be whole", () => succeed("log", "verify", "--home", demo.schemeHome()));
  });
});
