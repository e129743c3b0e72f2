// Enrolment through a third-party OpenID provider. The scheme is an ordinary client of it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { App } from "../lib/app.mjs";
import { launch, open } from "../lib/chrome.mjs";
import { Demo } from "../lib/demo.mjs";
import { startIndependentBank } from "../lib/independent-bank.mjs";
import { Parties, readToml } from "../lib/parties.mjs";
import { FILE_PATIENCE } from "../lib/until.mjs";

const BANK = "Bank Onafhankelijk";

describe("an independent bank", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let parties;
  let bank;
  let browser;
  const customer = {
    id: "emma",
    given_name: "Emma",
    family_name: "Janssens",
    birthdate: "1992-08-08",
    nationalities: ["BE"],
    // Month 71 and day 51 belong to no person. The check digits are right.
    national_number: `927151106${String(97 - (927151106 % 97)).padStart(2, "0")}`,
    verification: {},
  };

  before(async () => {
    demo = await Demo.start();
    await demo.close();
    parties = new Parties(demo);
    const anker = await readToml(`${demo.home}/bank-anker/bank.toml`);
    bank = await startIndependentBank({
      port: demo.base + 14,
      client: { client_id: "ipse", redirect_uris: anker.client.redirect_uris, jwks: anker.client.jwks },
      customer,
    });
    const { kty, crv, x, y, use, alg, kid } = bank.jwk;
    await parties.change(
      "scheme/scheme.toml",
      (text) => `${text}
[[bank]]
name = "${BANK}"
issuer = "${bank.issuer}"
client_id = "ipse"
trust_frameworks = ["be_eid_demo"]
levels = ["high"]
acr_values = ["urn:example:strong"]

[[bank.jwks.keys]]
kty = "${kty}"
crv = "${crv}"
x = "${x}"
y = "${y}"
use = "${use}"
alg = "${alg}"
kid = "${kid}"
`,
    );
    [browser] = await Promise.all([launch(), parties.startAll({ except: ["bank-anker", "bank-linde", "shop"] })]);
  });
  after(async () => {
    await browser?.close();
    await parties?.stop();
    await bank?.stop();
    await demo?.stop();
  });

  const signIn = async (app) => {
    await app.press(`bank-${BANK}`);
    await app.page.waitForURL((url) => url.origin !== demo.app || url.search !== "", { waitUntil: "commit" });
    // A customer who is already signed in sees no page.
    for (;;) {
      await app.page.waitForURL((url) => url.origin === demo.app || url.pathname.startsWith("/interaction/"), { waitUntil: "commit" });
      if (new URL(app.page.url()).origin === demo.app) return;
      const address = app.page.url();
      await app.page.locator("form button").click();
      await app.page.waitForURL((url) => url.href !== address, { waitUntil: "commit" });
    }
  };

  test("weak or unknown proofing makes no identity", async () => {
    const context = await open(browser);
    const app = await App.open(demo, context);
    await app.connectSim(demo.person("Emma Janssens"));
    for (const [verification, problem] of [
      [{ assurance_level: "low" }, "assurance_insufficient"],
      [{ trust_framework: "unknown_framework" }, "assurance_insufficient"],
      [{ evidence: [] }, "assurance_insufficient"],
    ]) {
      customer.verification = verification;
      await signIn(app);
      await app.page.locator(`[data-code=${problem}]`).first().waitFor();
      assert.equal(await app.at("screen-vouched").isVisible(), false);
    }
    customer.verification = {};
    await context.close();
  });

  test("a person enrols through it", async (context) => {
    const phone = await open(browser);
    const app = await App.open(demo, phone);
    await app.connectSim(demo.person("Emma Janssens"));
    try {
      await signIn(app);
      await app.screen("vouched");
    } catch (error) {
      context.diagnostic(bank.errors.join("\n"));
      context.diagnostic(parties.said("scheme").slice(-3000));
      throw error;
    }
    assert.match(await app.at("screen-vouched").innerText(), /Emma[\s\S]*Janssens/);
    await app.finish("58204", { unlock: false });
    assert.equal(await app.at("status").getAttribute("data-level"), "advanced");
    assert.deepEqual(bank.errors, []);
    await phone.close();
  });
});
