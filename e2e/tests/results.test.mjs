// The results of a login that end on a page of the scheme, and the pages before them: in four languages, light and dark, on
// a phone and on a desktop. Not here: `busy` and `internal`, which need a server with a fault.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { LANGUAGES, launch, look, open, reload, visit } from "../lib/chrome.mjs";
import { Demo, PATIENT } from "../lib/demo.mjs";
import { Partner } from "../lib/partner.mjs";
import { shareService } from "../lib/share.mjs";
import { FILE_PATIENCE } from "../lib/until.mjs";
import { Visitor } from "../lib/visitor.mjs";

// One person for each language, because a person has at most one open request of a partner.
const PEOPLE = { nl: "An Peeters", fr: "Fatima El Amrani", de: "Tom Vermeulen", en: "Hugo Lambert" };
// Long enough to claim a login before it expires, also on a busy machine.
const EXPIRY_SECONDS = 20;

describe("the pages of a login's results", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let browser;

  before(async () => {
    [demo, browser] = await Promise.all([Demo.start({ lifetimes: PATIENT }), launch()]);
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  /** A browser in this language. `close` fails if a page that `see` looked at had a defect. */
  const visitor = async (language) => {
    const context = await open(browser, { language });
    const page = await context.newPage();
    const found = [];
    const see = async (what) => {
      assert.equal(await page.locator("html").getAttribute("lang"), language, what);
      found.push(...(await look(page, language, `result-${what}`)));
    };
    /** Waits for the page of a result and looks at it. */
    const result = async (code, what = code) => {
      await page.locator(`#outcome[data-code=${code}]`).waitFor();
      await see(what);
    };
    const close = async () => {
      found.push(...context.complaints);
      await context.close();
      assert.deepEqual(found, []);
    };
    return { page, see, result, close };
  };
  /** Checks the button back to the partner: its address says that there is no login, and not why. */
  const checkBack = async (page, partner, flow) => {
    const href = await page.locator("#back").getAttribute("href");
    assert.ok(partner.stop(href), href);
    const query = new URL(href).searchParams;
    assert.deepEqual([query.get("error"), query.get("state"), query.get("iss")], ["access_denied", flow.state, demo.issuer]);
  };

  describe("before a login expires", { concurrency: 2 }, () => {
    for (const [language, name] of Object.entries(PEOPLE)) {
      test(language, async () => {
        const person = demo.person(name);
        // A separate partner for each language: `expire@sandbox` has at most one open request of a partner.
        const registered = await demo.register(`Proef ${language}`, `http://localhost:${demo.base + 12}/callback`, "--sandbox-people");
        const partner = await Partner.discover(demo, registered);
        const { page, see, result, close } = await visitor(language);
        const begin = async (parameters) => {
          const flow = await partner.begin(parameters);
          await visit(page, flow.url.href);
          await page.locator("#sign-in, #outcome").waitFor();
          // The script gives the waiting page its own address.
          if (await page.locator("#sign-in").isVisible()) await page.waitForURL((url) => url.pathname === "/sign-in", { waitUntil: "commit" });
          return flow;
        };
        const claim = async (selector, attribute) => (await demo.phoneDoes(person, "link", await page.locator(selector).getAttribute(attribute))).stdout.trim();
        const scan = () => claim("#qr", "data-text");

        // A pushed request works once. Used again in the same browser, it leads to the same login; without the cookie it has expired.
        const first = await begin();
        await page.locator("#qr").waitFor();
        const waiting = page.url();
        await reload(page);
        await page.locator("#qr").waitFor();
        await visit(page, first.url.href);
        await page.locator("#qr").waitFor();
        await page.waitForURL(waiting, { waitUntil: "commit" });
        await page.context().clearCookies();
        await visit(page, first.url.href);
        await result("request_expired");

        // The phone of another person claims the login.
        const lured = await begin();
        await scan();
        await page.locator("#not-my-phone").click();
        await result("not_my_phone");
        await checkBack(page, partner, lured);

        // A newer request of the same partner replaces the older one.
        const older = await begin();
        const olderPage = page.url();
        await scan();
        await page.locator("#match-code").waitFor();
        await begin();
        await scan();
        await page.locator("#match-code").waitFor();
        const newerPage = page.url();
        await visit(page, olderPage);
        await result("action_closed");
        await checkBack(page, partner, older);

        // The person blocks the identity; the waiting page shows it without a click.
        await visit(page, newerPage);
        await page.locator("#match-code").waitFor();
        await demo.phoneDoes(person, "block");
        await result("identity_blocked");
        assert.ok(partner.stop(await page.locator("#back").getAttribute("href")));
        await demo.phoneDoes(person, "unblock", "--code", person.code);

        // The person cancels on a page that does not show yet that the login was approved.
        await begin();
        const id = await scan();
        await page.locator("#match-code").waitFor();
        // Without answers, the script of the page does not notice the approval.
        await page.route("**/sign-in/state?*", (route) => route.abort());
        await reload(page);
        await page.locator("#match-code").waitFor();
        await demo.phoneDoes(person, "approve", id, "--code", person.code);
        await page.locator("#cancel").click();
        await result("action_closed", "action_closed-too-late");
        assert.ok(await page.locator("#retry").isVisible());
        await page.unroute("**/sign-in/state?*");

        // The same device: the app opens the return address in this browser.
        await begin();
        const sameDevice = await claim("#open-app", "href");
        await page.locator("#match-code").waitFor();
        await see("same-device-match");
        await demo.phoneDoes(person, "approve", sameDevice, "--code", person.code);
        await page.locator("#sign-in[data-status=returning]").waitFor();
        await see("same-device-returning");

        // A test person who never answers. A second request of the same partner is refused.
        await begin({ login_hint: "expire@sandbox" });
        await page.locator("#sign-in").waitFor();
        assert.equal(await page.locator("#qr, #open-app").count(), 0, "the page has no QR code and no link");
        await see("request-sent");
        await begin({ login_hint: "expire@sandbox" });
        await result("prompt_open");
        await begin({ login_hint: "nobody@sandbox" });
        await result("login_hint_unknown");
        await close();
      });
    }
  });

  describe("after a login has expired", { concurrency: 2 }, () => {
    let partner;
    before(async () => {
      await demo.restart({ action_seconds: EXPIRY_SECONDS }, { except: ["bank-anker", "bank-linde", "shop"] });
      partner = await Partner.of(demo, "Proefpartner");
    });

    for (const language of Object.keys(LANGUAGES)) {
      test(`${language}: a login without a decision expires`, async () => {
        const { page, result, close } = await visitor(language);
        const flow = await partner.begin();
        await visit(page, flow.url.href);
        // The page shows it without a click.
        await result("action_expired");
        await checkBack(page, partner, flow);
        await close();
      });
    }

    test("an approval after the expiry is refused", async () => {
      const person = demo.person("Tom Vermeulen");
      const flow = await partner.begin();
      const browser = new Visitor();
      const page = await browser.open(flow.url);
      const claimed = await demo.phoneDoes(person, "link", page.qr, "--scanned");
      const over = await browser.wait(page.url, (now) => now.attribute("outcome", "data-code"));
      assert.equal(over.attribute("outcome", "data-code"), "action_expired");
      const { code, problem } = await demo.phone(person, "approve", claimed.stdout.trim(), "--code", person.code, "--json");
      assert.notEqual(code, 0);
      assert.ok(problem.code === "action_expired" || problem.action_status === "expired", JSON.stringify(problem));
    });

    test("expire@sandbox: a login and a request for details expire, and the partner gets access_denied", async () => {
      const registered = await demo.registerServices("Proefkaart", `http://localhost:${demo.base + 13}/callback`, [shareService("KAART", ["name"])], "--sandbox-people");
      const card = await Partner.discover(demo, registered);
      for (const [partner, scope] of [[await Partner.of(demo, "Proefpartner"), "openid profile"], [card, "openid profile service:KAART"]]) {
        const flow = await partner.begin({ scope, login_hint: "expire@sandbox" });
        const browser = new Visitor();
        const page = await browser.open(flow.url, { stop: partner.stop });
        assert.equal(page.status, 200, page.body);
        const over = await browser.wait(page.url, (now) => now.attribute("outcome", "data-code"), { stop: partner.stop });
        assert.equal(over.status, 410);
        assert.equal(over.attribute("outcome", "data-code"), "action_expired");
        const back = new URL(over.attribute("back", "href"));
        assert.ok(partner.stop(back.href), back.href);
        assert.deepEqual([back.searchParams.get("error"), back.searchParams.get("state"), back.searchParams.get("iss")], ["access_denied", flow.state, demo.issuer]);
        // A new request is possible.
        const again = await partner.begin({ scope, login_hint: "expire@sandbox" });
        assert.equal((await new Visitor().open(again.url)).status, 200);
      }
    });
  });
});
