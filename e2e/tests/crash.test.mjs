// kill -9 of the scheme at each step of a login: no acknowledged result is lost, no effect happens twice.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Demo } from "../lib/demo.mjs";
import { Parties } from "../lib/parties.mjs";
import { Partner } from "../lib/partner.mjs";
import { ipse } from "../lib/processes.mjs";
import { startProxy } from "../lib/proxy.mjs";
import { FILE_PATIENCE, until } from "../lib/until.mjs";
import { Visitor } from "../lib/visitor.mjs";

const STEPS = {
  "pushing the request": /^POST \/par$/,
  "opening the sign-in page": /^GET \/authorize\?/,
  claiming: /^POST \/phone\/v1\/actions\/claim$/,
  "the attempt": /^POST \/phone\/v1\/actions\/\w{3}_[\w-]+\/attempt$/,
  "the approval": /^POST \/phone\/v1\/actions\/\w{3}_[\w-]+\/approve$/,
  "returning to the partner": /^GET \/return\//,
  "redeeming the code": /^POST \/token$/,
  "fetching userinfo": /^GET \/userinfo$/,
};

describe("kill -9", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let parties;
  let proxies;
  let an;
  let partner;
  /** At which request to cut the power, and when; null afterwards. */
  let plan = null;
  let running = Promise.resolve();

  before(async () => {
    demo = await Demo.start();
    an = demo.person("An Peeters");
    await demo.close();
    parties = new Parties(demo);
    // The proxy listens on the public ports, the scheme on others.
    const [issuerPort, appPort] = [demo.base + 14, demo.base + 15];
    await parties.change("scheme/scheme.toml", (text) =>
      text
        .replace(/^listen_issuer = .*$/m, `listen_issuer = "127.0.0.1:${issuerPort}"`)
        .replace(/^listen_app = .*$/m, `listen_app = "127.0.0.1:${appPort}"`),
    );
    const behind = [issuerPort, appPort].map((port) => `http://localhost:${port}`);
    const moment = (request) => {
      if (!plan || !plan.step.test(`${request.method} ${request.url}`)) return null;
      const { when } = plan;
      plan = null;
      return when;
    };
    const cut = async () => {
      const dead = parties.kill9("scheme");
      running = dead.then(() => parties.start("scheme", ...behind));
      await dead;
    };
    const up = () => running;
    proxies = await Promise.all([
      startProxy({ port: demo.base, to: issuerPort, moment, cut, up }),
      startProxy({ port: demo.base + 1, to: appPort, moment, cut, up }),
    ]);
    await parties.startAll({ scheme: behind, except: ["bank-anker", "bank-linde", "shop"] });
    partner = await Partner.of(demo, "Proefpartner");
  });
  after(async () => {
    await running.catch(() => undefined);
    await Promise.all((proxies ?? []).map((proxy) => proxy.stop()));
    await parties?.stop();
    await demo?.stop();
  });

  /** The number of decisions in the log, which must verify. */
  const logged = async () => {
    const { code, stdout, stderr } = await ipse("log", "verify", "--home", demo.schemeHome(), "--json");
    assert.equal(code, 0, stdout + stderr);
    return JSON.parse(stdout).entries;
  };
  /** The number of decisions when the sequencer has added those that were queued. */
  const settled = (atLeast) => until(`a log of ${atLeast}`, async () => (await logged()) >= atLeast, { every: 300 }).then(logged);
  const again = (what, act) => until(what, act, { every: 50 });

  /** Logs in, whatever fails on the way. Returns the number of decisions that it needed. */
  const login = async () => {
    let decisions = 0;
    for (let round = 0; round < 3; round += 1) {
      const flow = await again("the pushed request", () => partner.begin({ acr_values: "advanced" }));
      const visitor = new Visitor();
      let page = await again("the sign-in page", () => visitor.open(flow.url, { stop: partner.stop }));
      // A pushed request works once. If the page was lost, begin again.
      if (page.status !== 200) continue;
      const id = await again("the claim", async () => {
        const { code, stdout } = await demo.phone(an, "link", page.openApp);
        return code === 0 && stdout.trim();
      });
      const returnUrl = await again("the approval", async () => {
        const { code, out, problem, stdout, stderr } = await demo.phone(an, "approve", id, "--code", an.code, "--json");
        if (code === 0) return out.return_url;
        // The approval was decided, but the answer with the return address was lost.
        assert.ok(!["code_wrong", "identity_blocked"].includes(problem?.code), stdout + stderr);
        if (problem?.code === "action_closed" && ["approved", "delivered"].includes(problem.action_status)) return "lost";
        return null;
      });
      decisions += 1;
      if (returnUrl === "lost") continue;
      let back = await again("the way back", async () => visitor.open(returnUrl, { stop: partner.stop }));
      if (!partner.stop(back.url)) back = await visitor.open(page.url, { stop: partner.stop });
      if (!partner.stop(back.url)) continue;
      try {
        const { claims, tokens } = await partner.finish(flow, back.url).catch(async (error) => {
          if (error.error) throw error;
          return partner.finish(flow, back.url);
        });
        assert.equal(claims.acr, "advanced");
        const person = await again("the person", () => partner.userinfo(tokens.access_token, claims.sub));
        assert.equal(person.given_name, "An");
        return decisions;
      } catch (error) {
        // The code was redeemed, but the tokens were lost. A second use is refused, so begin again.
        if (error.error !== "invalid_grant") throw error;
      }
    }
    return assert.fail("three rounds and no login");
  };

  test("without a crash: one login, one decision", async () => {
    const before = await logged();
    const decisions = await login();
    assert.equal(decisions, 1);
    assert.equal(await settled(before + decisions), before + decisions);
  });

  for (const [what, step] of Object.entries(STEPS)) {
    for (const when of ["before", "during", "after"]) {
      test(`${what}: ${when}`, async () => {
        const before = await logged();
        plan = { step, when };
        const decisions = await login();
        assert.equal(plan, null, "the power was cut");
        assert.equal(await settled(before + decisions), before + decisions);
      });
    }
  }

  test("no code was counted wrong, and every action was decided once", async () => {
    const { out: me } = await demo.phoneDoes(an, "me", "--json");
    assert.equal(me.wrong_codes_left, 3);
    assert.equal(me.status, "active");
    const { out: all } = await demo.phoneDoes(an, "actions", "--all", "--json");
    const ids = all.map((action) => action.id);
    assert.equal(new Set(ids).size, ids.length);
  });
});
