// Every page, light and dark, in four languages, on a phone and on a desktop: a picture and the rules of axe.
// results.test.mjs has the pages of logins that do not succeed.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { App } from "../lib/app.mjs";
import { launch, look, open, visit } from "../lib/chrome.mjs";
import { Demo, PATIENT } from "../lib/demo.mjs";
import { FILE_PATIENCE } from "../lib/until.mjs";

const CODE = "58204";
// One person for each language, because a person enrols once.
const PEOPLE = { nl: "Lotte Claes", fr: "Karel De Smet", de: "Noah Weber", en: "Sofia Rossi" };
// These do not complete the enrolment, so all languages use both.
const WITHOUT_SIM = ["Marie Dubois", "Jan Mertens"];

describe("every page", { timeout: FILE_PATIENCE, concurrency: 2 }, () => {
  let demo;
  let browser;
  before(async () => {
    [demo, browser] = await Promise.all([Demo.start({ lifetimes: PATIENT }), launch()]);
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
      /** Opens a page that stays. */
      const show = async (address) => {
        await visit(shop, address);
        await shop.locator("main").first().waitFor();
      };

      // The app: enrolment.
      const app = await App.open(demo, phone);
      const inApp = picture(app.page);
      await app.enrol(person, CODE, { seen: inApp });

      // The shop and the waiting page.
      await show(demo.shop);
      await seen("shop");
      const begin = async () => {
        await visit(shop, `${demo.shop}/login`);
        await shop.locator("#qr").waitFor();
      };
      const text = () => shop.locator("#qr").getAttribute("data-text");
      await begin();
      await seen("sign-in");
      await app.paste(text);
      await app.request();
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

      // A login that was refused, one that was cancelled, and one that is over.
      await begin();
      await app.paste(text);
      await app.request();
      await app.press("refuse");
      await app.outcome("refused");
      await inApp("refused");
      await shop.locator("#problem").waitFor();
      await seen("shop-denied");
      await begin();
      const closed = await shop.locator("#sign-in").getAttribute("data-action");
      await shop.locator("#cancel").click();
      await shop.locator("#problem").waitFor();
      await show(`${demo.issuer}/sign-in?action=${closed}`);
      await seen("sign-in-over");
      await show(`${demo.issuer}/sign-in?action=act_AAAAAAAAAAAAAAAAAAAAAA`);
      await seen("sign-in-unknown");
      await show(`${demo.issuer}/authorize?client_id=nobody`);
      await seen("authorize-unknown-client");
      const krant = demo.partner("Oude Krant");
      await show(`${demo.issuer}/authorize?client_id=${krant.client_id}&redirect_uri=https%3A%2F%2Felsewhere.example%2F`);
      await seen("authorize-wrong-redirect");
      await show(`${demo.issuer}/nowhere`);
      await seen("scheme-nowhere");
      await show(`${demo.shop}/callback?code=x&state=y`);
      await seen("shop-stale");
      await show(`${demo.shop}/nowhere`);
      await seen("shop-nowhere");
      await show(`${demo.ready.operators[0].url}/handset?number=${encodeURIComponent(person.phone_number)}`);
      await seen("handset");
      for (const { issuer } of demo.ready.banks) {
        await show(issuer);
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
      await app.page.locator("[data-testid=past-actions] a[href^=\"#/action/\"]").first().click();
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
      await app.paste(text);
      await app.page.locator("[data-code=identity_blocked]").first().waitFor();
      await inApp("refused-blocked");

      // The Ipse moves to another phone, and the old phone objects.
      const newPhone = await open(browser, { language });
      const fresh = await App.open(demo, newPhone);
      const inFresh = picture(fresh.page);
      const onWay = async (what) => (["vouched", "ready", "home"].includes(what) ? inFresh(`new-phone-${what}`) : undefined);
      await fresh.connectSim(person);
      await fresh.atBank(person);
      await fresh.finish(CODE, { unlock: false, seen: onWay });
      await app.screen("replaced");
      await inApp("replaced");
      await fresh.goto("/app/#/devices");
      await fresh.at("device").nth(1).waitFor();
      await inFresh("new-phone-devices");
      await fresh.goto("/app/#/history");
      await fresh.page.locator("[data-testid=past-actions] a[href^=\"#/action/\"]").last().click();
      await fresh.at("receipt").click();
      await fresh.at("receipt-verdict").waitFor();
      await inFresh("receipt-of-the-old-phone");
      await app.press("not-me");
      await app.screen("contested");
      await inApp("contested");
      await fresh.goto("/app/#/");
      await fresh.at("reason-contested").waitFor();
      await inFresh("home-contested");
      await fresh.press("way-recover");
      await fresh.screen("recover");
      await inFresh("recover");

      // A SIM card that must be updated or replaced, and a customer that the bank does not know.
      for (const person of WITHOUT_SIM.map((one) => demo.person(one))) {
        const other = await open(browser, { language });
        const second = await App.open(demo, other);
        const inSecond = picture(second.page);
        await second.press("begin");
        await second.at("phone-number").fill(person.phone_number);
        await second.press("number-next");
        await second.screen("sim");
        await inSecond(`sim-${person.sim}`);
        await second.press("sim-skip");
        await second.press(`bank-${person.bank}`);
        await second.page.locator("#customer").fill("nobody");
        await second.page.locator("#sign-in button").click();
        await second.page.locator("#unknown").waitFor();
        await inSecond(`bank-unknown-${person.sim}`);
        await second.page.locator("#customer").fill(person.customer);
        await second.page.locator("#sign-in button").click();
        await second.page.locator("#refuse button").click();
        await second.page.waitForURL((url) => url.origin === demo.app, { waitUntil: "commit" });
        await second.screen("bank");
        await second.page.locator("[data-code=bank_declined]").waitFor();
        await inSecond(`bank-refused-${person.sim}`);
        found.push(...other.complaints);
        await other.close();
      }

      assert.ok(count > 50, `${count} pages`);
      const complaints = [...phone.complaints, ...newPhone.complaints, ...desktop.complaints];
      await phone.close();
      await newPhone.close();
      await desktop.close();
      assert.deepEqual([...found, ...complaints], []);
    });
  }
});
