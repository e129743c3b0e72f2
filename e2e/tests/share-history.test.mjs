// A person becomes a customer of the shop, looks back on what they shared, and takes it back.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { App } from "../lib/app.mjs";
import { accessibility, launch, open, readQr, reload, visit } from "../lib/chrome.mjs";
import { Demo, PATIENT } from "../lib/demo.mjs";
import { FILE_PATIENCE, until } from "../lib/until.mjs";

const CODE = "58204";

describe("what a person shared", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let browser;
  let app;
  let shop;

  before(async () => {
    [demo, browser] = await Promise.all([Demo.start({ lifetimes: PATIENT }), launch()]);
    app = await App.open(demo, await open(browser));
    shop = await (await open(browser, { size: "desktop" })).newPage();
    await app.enrol(demo.person("Lotte Claes"), CODE);
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  const text = (testid) => app.at(testid).innerText();
  const verified = async () => {
    await app.at("receipt-verdict").waitFor();
    assert.equal(await app.at("receipt-verdict").getAttribute("data-sound"), "true");
  };
  const toPartner = async () => {
    await app.goto("/app/#/history");
    await app.press("to-partners");
    await app.at("partners").locator("a").first().click();
    await app.screen("partner");
  };

  test("the shop gets what the person did not switch off, and the app says what it got", async () => {
    await visit(shop, `${demo.shop}/customer`);
    await shop.locator("#qr").waitFor();
    await app.paste(() => until("the QR to be readable", () => readQr(shop)));
    await app.request();
    const asked = await text("attributes");
    for (const shown of ["Lotte Claes", "Parijsstraat 52", "To deliver your order", "17 January 2004"]) assert.ok(asked.includes(shown), `${shown} in ${asked}`);
    await app.at("choice-birthdate").uncheck();
    await app.approveWithCode(CODE);
    await app.outcome("approved");
    const given = await text("screen-outcome");
    assert.ok(given.includes("Parijsstraat 52") && !given.includes("17 January 2004"), given);
    await shop.locator("#customer-card").waitFor();
    const card = await shop.locator("#customer-card").innerText();
    assert.ok(card.includes("Parijsstraat 52") && !card.includes("2004"), card);

    await app.press("to-partner");
    await app.screen("partner");
    await app.at("details").getByText("To deliver your order").waitFor();
    const details = await text("details");
    for (const name of ["Name", "Address", "Whether you are 18 or older"]) assert.ok(details.includes(name), `${name} in ${details}`);
    assert.ok(!/date of birth|Family name/i.test(details), details);
    assert.match(await text("screen-partner"), /Become a customer/);
    assert.deepEqual(await accessibility(app.page), []);
  });

  test("the history has the request and the creation, each with a receipt that the phone verifies", async () => {
    await app.goto("/app/#/history");
    await app.at("entries").getByText("Details · Approved").click();
    await app.screen("past");
    await app.press("receipt");
    await verified();
    assert.match(await text("screen-receipt"), /Parijsstraat 52/);
    await app.goto("/app/#/history");
    await app.press("event-enrolment");
    await verified();
  });

  test("a withdrawal is one screen, the partner is told, and history, receipt and shop say so", async () => {
    await toPartner();
    await app.press("withdraw");
    await app.screen("withdraw");
    const said = await text("screen-withdraw");
    for (const sentence of ["Winkel Hoek is told", "Ipse cannot take that back", "This stops at once"]) assert.ok(said.includes(sentence), `${sentence} in ${said}`);
    assert.deepEqual(await accessibility(app.page), []);
    await app.press("withdraw-now");
    await app.screen("withdrawn");
    const letter = await app.at("letter").inputValue();
    assert.ok(letter.startsWith("To Winkel Hoek (winkelhoek.example)") && letter.includes("- Address") && letter.trim().endsWith("Lotte Claes"), letter);
    assert.ok(!letter.includes("@"), "an address that nobody gave");
    await app.press("withdraw-receipt");
    await verified();

    await app.goto("/app/#/history");
    await app.at("event-withdrawal").waitFor();
    await app.at("entries").getByText("Details · Consent withdrawn").waitFor();
    await until("the history to say that the shop was told", async () => {
      await reload(app.page);
      await app.at("event-withdrawal").waitFor();
      return /Winkel Hoek was told$/m.test(await text("event-withdrawal"));
    });
    await toPartner();
    await app.at("to-withdrawn").waitFor();
    assert.equal(await app.at("withdraw").count(), 0);

    await reload(shop);
    await shop.locator("#withdrawn").waitFor();
    assert.equal(await shop.locator("#customer-card").count(), 0);
  });
});
