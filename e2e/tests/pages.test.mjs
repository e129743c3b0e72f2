// Every page, light and dark, in four languages, on a phone and on a desktop: a picture to look at, and axe.
// The pages at which a login ends otherwise than well stand in endings.test.mjs.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { App } from "../lib/app.mjs";
import { launch, look, open } from "../lib/chrome.mjs";
import { Demo } from "../lib/demo.mjs";

const CODE = "58204";
// One person a language: nobody enrols twice.
const PEOPLE = { nl: "Lotte Claes", fr: "Karel De Smet", de: "Noah Weber", en: "Sofia Rossi" };
// These stop before they enrol, so every language meets both.
const WITHOUT_SIM = ["Marie Dubois", "Jan Mertens"];

describe("every page", { timeout: 1_200_000, concurrency: 2 }, () => {
  let demo;
  let browser;
  before(async () => {
    [demo, browser] = await Promise.all([Demo.start(), launch()]);
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  for (const [language, name] of Object.entries(PEOPLE)) {
    test(language, async (context) => {
      const found = [];
      let count = 0;
      const person = demo.person(name);
      const phone = await open(browser, { language });
      const desktop = await open(browser, { language });
      const shop = await desktop.newPage();
      const picture = (page) => async (what) => {
        count += 1;
        const wrong = await look(page, language, `${String(count).padStart(2, "0")}-${what}`);
        for (const line of wrong) context.diagnostic(line);
        found.push(...wrong);
      };
      const seen = picture(shop);

      // The app: enrolment.
      const app = await App.open(demo, phone);
      const inApp = picture(app.page);
      await app.enrol(person, CODE, { seen: inApp });

      // The shop and the waiting page.
      await shop.goto(demo.shop);
      await seen("shop");
      const begin = async () => {
        await shop.goto(`${demo.shop}/login`);
        await shop.locator("#qr").waitFor();
      };
      const text = () => shop.locator("#qr").getAttribute("data-text");
      await begin();
      await seen("sign-in");
      await app.paste(await text());
      await app.asked();
      await shop.locator("#match-code").waitFor();
      await seen("sign-in-match");
      await inApp("read");
      await app.press("continue");
      await app.screen("confirm");
      await inApp("confirm-fingerprint");
      await app.press("other-factor");
      await app.at("code-pad").waitFor();
      await inApp("confirm-code");
      await app.type("11122");
      await app.page.locator("[data-testid=trouble][data-code=code_wrong]").waitFor();
      await inApp("code-wrong");
      await app.type(CODE);
      await app.outcome("approved");
      await inApp("approved");
      await shop.locator("#greeting").waitFor();
      await seen("shop-greeting");
      await app.press("receipt");
      await app.at("receipt-verdict").waitFor();
      await inApp("receipt");

      // Refused, cancelled, gone.
      await begin();
      await app.paste(await text());
      await app.asked();
      await app.press("refuse");
      await app.outcome("refused");
      await inApp("refused");
      await shop.locator("#problem").waitFor();
      await seen("shop-denied");
      await begin();
      const gone = shop.url();
      await shop.locator("#cancel").click();
      await shop.locator("#problem").waitFor();
      await shop.goto(gone);
      await seen("sign-in-over");
      await shop.goto(`${demo.issuer}/sign-in?action=act_AAAAAAAAAAAAAAAAAAAAAA`);
      await seen("sign-in-unknown");
      await shop.goto(`${demo.issuer}/authorize?client_id=nobody`);
      await seen("authorize-unknown-client");
      const krant = demo.partner("Oude Krant");
      await shop.goto(`${demo.issuer}/authorize?client_id=${krant.client_id}&redirect_uri=https%3A%2F%2Felsewhere.example%2F`);
      await seen("authorize-wrong-redirect");
      await shop.goto(`${demo.issuer}/nowhere`);
      await seen("scheme-nowhere");
      await shop.goto(`${demo.shop}/callback?code=x&state=y`);
      await seen("shop-stale");
      await shop.goto(`${demo.shop}/nowhere`);
      await seen("shop-nowhere");
      await shop.goto(`${demo.ready.operators[0].url}/handset?number=${encodeURIComponent(person.phone_number)}`);
      await seen("handset");
      for (const { issuer } of demo.ready.banks) {
        await shop.goto(issuer);
        await seen(`bank-${new URL(issuer).port - demo.base}`);
      }

      // The rest of the app.
      await app.goto("/app/#/");
      await app.at("status").waitFor();
      await inApp("home");
      await app.goto("/app/#/scan");
      await app.at("qr-text").fill("hello");
      await app.page.locator("[data-code=link_invalid]").waitFor();
      await inApp("scan");
      await app.press("tab-history");
      await app.screen("history");
      await inApp("history");
      await app.page.locator("[data-testid=past-actions] a").first().click();
      await app.screen("past");
      await inApp("past");
      await app.goto("/app/#/settings");
      await app.screen("settings");
      await inApp("settings");
      await app.press("to-devices");
      await app.at("device").first().waitFor();
      await inApp("devices");
      await app.press("back");
      await app.press("to-about");
      await app.screen("about");
      await inApp("about");
      await app.goto("/app/#/block");
      await app.at("block-now").waitFor();
      await inApp("block");
      await app.press("block-now");
      await app.at("unblock").waitFor();
      await inApp("blocked");
      await app.goto("/app/#/");
      await app.page.locator("[data-testid=status][data-status=suspended]").waitFor();
      await inApp("home-blocked");
      await begin();
      await app.paste(await text());
      await app.page.locator("[data-code=identity_blocked]").first().waitFor();
      await inApp("refused-blocked");

      // A SIM that must be updated or replaced, and an unknown customer at the bank.
      for (const poor of WITHOUT_SIM.map((one) => demo.person(one))) {
        const other = await open(browser, { language });
        const second = await App.open(demo, other);
        const inSecond = picture(second.page);
        await second.press("begin");
        await second.at("phone-number").fill(poor.phone_number);
        await second.press("number-next");
        await second.screen("sim");
        await inSecond(`sim-${poor.sim}`);
        await second.press("sim-skip");
        await second.press(`bank-${poor.bank}`);
        await second.page.locator("#customer").fill("nobody");
        await second.page.locator("#sign-in button").click();
        await second.page.locator("#unknown").waitFor();
        await inSecond(`bank-unknown-${poor.sim}`);
        await second.page.locator("#customer").fill(poor.customer);
        await second.page.locator("#sign-in button").click();
        await second.page.locator("#refuse button").click();
        await second.page.waitForURL((url) => url.origin === demo.app);
        await second.screen("bank");
        await second.page.locator("[data-code=bank_declined]").waitFor();
        await inSecond(`bank-refused-${poor.sim}`);
        found.push(...other.complaints);
        await other.close();
      }

      assert.ok(count > 50, `${count} pages`);
      const complaints = [...phone.complaints, ...desktop.complaints];
      await phone.close();
      await desktop.close();
      assert.deepEqual([...found, ...complaints], []);
    });
  }
});
