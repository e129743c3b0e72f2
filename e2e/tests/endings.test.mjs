// How a login can end on a page of Ipse's own, and what stands between: every page that the front door reaches, in four
// languages, light and dark, on a phone and on a desktop. `busy` and `internal` want a server in trouble: not here.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { LANGUAGES, launch, look, open } from "../lib/chrome.mjs";
import { Demo } from "../lib/demo.mjs";
import { Parties } from "../lib/parties.mjs";
import { Partner } from "../lib/partner.mjs";
import { Visitor } from "../lib/visitor.mjs";

// One person a language: each may have one request of a partner's at a time.
const PEOPLE = { nl: "An Peeters", fr: "Fatima El Amrani", de: "Tom Vermeulen", en: "Hugo Lambert" };
const ACTION_SECONDS = 5;

describe("the pages at which a login ends", { timeout: 600_000 }, () => {
  let demo;
  let browser;
  let parties;

  before(async () => {
    [demo, browser] = await Promise.all([Demo.start(), launch()]);
  });
  after(async () => {
    await browser?.close();
    await parties?.stop();
    await demo?.stop();
  });

  /** A browser in this language, and what was wrong with the pages it was shown. */
  const visitor = async (language) => {
    const context = await open(browser, { language });
    const page = await context.newPage();
    const found = [];
    const see = async (what) => {
      assert.equal(await page.locator("html").getAttribute("lang"), language, what);
      found.push(...(await look(page, language, `ending-${what}`)));
    };
    /** The page with this code. */
    const ending = async (code, what = code) => {
      await page.locator(`#outcome[data-code=${code}]`).waitFor();
      await see(what);
    };
    const close = async () => {
      found.push(...context.complaints);
      await context.close();
      assert.deepEqual(found, []);
    };
    return { page, see, ending, close };
  };
  /** The button that leads back to the partner, with an answer that says no more than that there is no login. */
  const leadsBack = async (page, partner, flow) => {
    const href = await page.locator("#back").getAttribute("href");
    assert.ok(partner.stop(href), href);
    const query = new URL(href).searchParams;
    assert.deepEqual([query.get("error"), query.get("state"), query.get("iss")], ["access_denied", flow.state, demo.issuer]);
  };

  describe("while a login lives three minutes", { concurrency: 2 }, () => {
    for (const [language, name] of Object.entries(PEOPLE)) {
      test(language, async () => {
        const person = demo.person(name);
        // A partner of its own: a test person's open request is one a partner.
        const registered = await demo.register(`Proef ${language}`, `http://localhost:${demo.base + 12}/callback`, "--sandbox-people");
        const partner = await Partner.discover(demo, registered);
        const { page, see, ending, close } = await visitor(language);
        const begin = async (parameters) => {
          const flow = await partner.begin(parameters);
          await page.goto(flow.url.href);
          return flow;
        };
        const claim = async (selector, attribute) => (await demo.phoneDoes(person, "link", await page.locator(selector).getAttribute(attribute))).stdout.trim();
        const scan = () => claim("#qr", "data-text");

        // The reference serves once: reload and back button lead to the login that this browser began; without its cookie it is any other.
        const first = await begin();
        await page.locator("#qr").waitFor();
        const waiting = page.url();
        assert.equal(new URL(waiting).pathname, "/sign-in");
        await page.reload();
        await page.locator("#qr").waitFor();
        await page.goto(first.url.href);
        await page.locator("#qr").waitFor();
        assert.equal(page.url(), waiting);
        await page.context().clearCookies();
        await page.goto(first.url.href);
        await ending("request_expired");

        // Somebody else's phone.
        const lured = await begin();
        await scan();
        await page.locator("#not-my-phone").click();
        await ending("not_my_phone");
        await leadsBack(page, partner, lured);

        // A newer request of the same partner takes the older one's place.
        const older = await begin();
        const there = page.url();
        await scan();
        await page.locator("#match-code").waitFor();
        await begin();
        await scan();
        await page.locator("#match-code").waitFor();
        const newer = page.url();
        await page.goto(there);
        await ending("action_closed");
        await leadsBack(page, partner, older);

        // Blocked while the page waits: it says so by itself.
        await page.goto(newer);
        await page.locator("#match-code").waitFor();
        await demo.phoneDoes(person, "block");
        await ending("identity_blocked");
        assert.ok(partner.stop(await page.locator("#back").getAttribute("href")));
        await demo.phoneDoes(person, "unblock", "--code", person.code);

        // Cancelled at a page that was open a second time and knows nothing of it.
        await begin();
        const id = await scan();
        await page.locator("#match-code").waitFor();
        // The script would notice: here is a browser that comes too late.
        await page.route("**/sign-in/state?*", (route) => route.abort());
        await page.reload();
        await page.locator("#match-code").waitFor();
        await demo.phoneDoes(person, "approve", id, "--code", person.code);
        await page.locator("#cancel").click();
        await ending("action_closed", "action_closed-too-late");
        assert.ok(await page.locator("#retry").isVisible());
        await page.unroute("**/sign-in/state?*");

        // The same device: the phone's app is in this very browser, and brings it back.
        await begin();
        const here = await claim("#open-app", "href");
        await page.locator("#match-code").waitFor();
        await see("here-match");
        await demo.phoneDoes(person, "approve", here, "--code", person.code);
        await page.locator("#sign-in[data-status=returning]").waitFor();
        await see("here-returning");

        // A test person who never answers: asked once, not twice.
        await begin({ login_hint: "expire@sandbox" });
        await page.locator("#sign-in").waitFor();
        assert.equal(await page.locator("#qr, #open-app").count(), 0, "there is nothing to scan");
        await see("asked");
        await begin({ login_hint: "expire@sandbox" });
        await ending("prompt_open");
        await begin({ login_hint: "nobody@sandbox" });
        await ending("login_hint_unknown");
        await close();
      });
    }
  });

  describe("while a login lives five seconds", { concurrency: 2 }, () => {
    let partner;
    before(async () => {
      await demo.close();
      parties = new Parties(demo);
      await parties.change("scheme/scheme.toml", (text) => `${text}\n[lifetimes]\naction_seconds = ${ACTION_SECONDS}\n`);
      await parties.startAll({ except: ["bank-anker", "bank-linde", "shop"] });
      partner = await Partner.of(demo, "Proefpartner");
    });

    for (const language of Object.keys(LANGUAGES)) {
      test(`${language}: nobody decides`, async () => {
        const { page, ending, close } = await visitor(language);
        const flow = await partner.begin();
        await page.goto(flow.url.href);
        // The page notices by itself.
        await ending("action_expired");
        await leadsBack(page, partner, flow);
        await close();
      });
    }

    test("a phone that comes too late is told so", async () => {
      const person = demo.person("Tom Vermeulen");
      const flow = await partner.begin();
      const browser = new Visitor();
      const page = await browser.open(flow.url);
      const claimed = await demo.phoneDoes(person, "link", page.qr);
      const over = await browser.wait(page.url, (now) => now.attribute("outcome", "data-code"));
      assert.equal(over.attribute("outcome", "data-code"), "action_expired");
      const { code, problem } = await demo.phone(person, "approve", claimed.stdout.trim(), "--code", person.code, "--json");
      assert.notEqual(code, 0);
      assert.ok(problem.code === "action_expired" || problem.action_status === "expired", JSON.stringify(problem));
    });

    test("expire@sandbox: nobody answers, and the way back carries access_denied", async () => {
      const flow = await partner.begin({ login_hint: "expire@sandbox" });
      const browser = new Visitor();
      const page = await browser.open(flow.url, { stop: partner.stop });
      assert.equal(page.status, 200, page.body);
      const over = await browser.wait(page.url, (now) => now.attribute("outcome", "data-code"), { stop: partner.stop });
      assert.equal(over.status, 410);
      assert.equal(over.attribute("outcome", "data-code"), "action_expired");
      const back = new URL(over.attribute("back", "href"));
      assert.ok(partner.stop(back.href), back.href);
      assert.deepEqual([back.searchParams.get("error"), back.searchParams.get("state"), back.searchParams.get("iss")], ["access_denied", flow.state, demo.issuer]);
      // And the person may be asked again.
      const again = await partner.begin({ login_hint: "expire@sandbox" });
      assert.equal((await new Visitor().open(again.url)).status, 200);
    });
  });
});
