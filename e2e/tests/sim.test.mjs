// A SIM that is swapped, lost or ported during an approval.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Demo } from "../lib/demo.mjs";
import { Partner } from "../lib/partner.mjs";
import { succeed } from "../lib/processes.mjs";
import { FILE_PATIENCE, until } from "../lib/until.mjs";
import { Visitor } from "../lib/visitor.mjs";

describe("a SIM swap", { timeout: FILE_PATIENCE }, () => {
  let demo;
  before(async () => {
    demo = await Demo.start();
  });
  after(() => demo?.stop());

  // `silent`: no answer comes, and the scheme's timeout ends the call. `error`: an error comes at once.
  for (const fault of ["silent", "error"]) {
    test(`an operator with the fault ${fault}: the approval is refused, may be repeated, and spends no try`, async () => {
      const person = demo.person("An Peeters");
      const home = await demo.operatorOf(person);
      const partner = await Partner.of(demo, "Proefpartner");
      const flow = await partner.begin({ acr_values: "advanced" });
      const page = await new Visitor().open(flow.url);
      await succeed("operator", "--home", home, "fault", fault);
      try {
        const id = (await demo.phoneDoes(person, "link", page.qr, "--scanned")).stdout.trim();
        const refused = await demo.phone(person, "approve", id, "--code", person.code, "--json");
        // A deployer may allow logins with a statement of the last hours. The demo does not.
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
    test(`${what} during an approval blocks the identity at once`, async () => {
      const person = demo.person(name);
      const visitor = new Visitor();
      const page = await visitor.open(`${demo.shop}/login`);
      const id = (await demo.phoneDoes(person, "link", page.qr, "--scanned")).stdout.trim();
      await succeed("operator", "--home", await demo.operatorOf(person), "sim", what, person.phone_number);
      // The waiting page goes to the shop, or shows the result, when the action is over.
      const over = await visitor.wait(page.url, (now) => now.url.startsWith(demo.shop) || now.attribute("outcome", "data-code"), { every: 20 });
      assert.ok(!/id="greeting"/.test(over.body));
      const { code, problem } = await demo.phone(person, "approve", id, "--code", person.code, "--json");
      assert.notEqual(code, 0);
      assert.match(problem.code, /identity_blocked|action_closed|epoch_changed|sim_mismatch/);
      const next = await new Visitor().open(`${demo.shop}/login`);
      const refused = await demo.phone(person, "link", next.qr, "--scanned");
      assert.equal(refused.problem?.code, "identity_blocked", refused.stdout + refused.stderr);
    });
  }

  test("the log verifies", async () => {
    await until("the log to verify", () => succeed("log", "verify", "--home", demo.schemeHome()));
  });
});
