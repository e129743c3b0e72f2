// A person enrols with the app in Chromium and logs in at the shop.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { App } from "../lib/app.mjs";
import { closePage, launch, open, readQr, reload, travel, visit } from "../lib/chrome.mjs";
import { Demo, PATIENT } from "../lib/demo.mjs";
import { succeed } from "../lib/processes.mjs";
import { FILE_PATIENCE, until } from "../lib/until.mjs";

const CODE = "58204";
const NEW_CODE = "40917";

describe("the phone app", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let browser;
  let phone;
  let app;
  let desktop;
  let shop;
  let person;

  before(async () => {
    [demo, browser] = await Promise.all([Demo.start({ lifetimes: PATIENT }), launch()]);
    person = demo.person("Lotte Claes");
    phone = await open(browser);
    desktop = await open(browser, { size: "desktop" });
    shop = await desktop.newPage();
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  const greeting = async (page) => {
    await page.locator("#greeting").waitFor();
    return page.locator("#greeting").innerText();
  };
  /** Starts a login at the shop. Returns a function that reads the text of the QR code, as a camera does. */
  const scan = async () => {
    await visit(shop, demo.shop);
    await shop.locator("#log-in, form[action='/logout'] button").first().waitFor();
    if (await shop.locator("form[action='/logout'] button").isVisible()) await shop.locator("form[action='/logout'] button").click();
    await shop.locator("#log-in").click();
    await shop.locator("#qr").waitFor();
    return () => until("the QR to be readable", () => readQr(shop));
  };

  test("enrols with phone, SIM, bank, code and fingerprint", async () => {
    app = await App.open(demo, phone);
    await app.enrol(person, CODE);
    assert.equal(await app.at("status").getAttribute("data-status"), "active");
    assert.equal(await app.at("status").getAttribute("data-level"), "advanced");
  });

  test("another device: the app reads the QR from the screen, both sides show the same match code, the shop shows the name", async () => {
    const read = await scan();
    const text = await read();
    assert.ok(text.startsWith(`${demo.app}/app/#q.`), text);
    await app.paste(read);
    const match = await app.request();
    await shop.locator("#match-code").waitFor();
    assert.equal((await shop.locator("#match-code").innerText()).trim(), match);
    assert.match(await app.at("partner-name").innerText(), /Winkel Hoek/);
    assert.match(await app.at("attributes").innerText(), /Lotte/);
    await app.approveWithCode(CODE);
    await app.outcome("approved");
    assert.match(await greeting(shop), /Lotte/);
  });

  test("the phone verifies the receipt of that login", async () => {
    await until("the receipt to be in the log", async () => {
      await app.goto("/app/#/history");
      await reload(app.page);
      await app.page.locator("[data-testid=past-actions] a[href^=\"#/action/\"]").first().click();
      await app.screen("past");
      await app.press("receipt");
      await app.at("receipt-verdict").waitFor();
      const verdict = app.at("receipt-verdict");
      assert.equal(await verdict.getAttribute("data-sound"), "true");
      return (await verdict.getAttribute("data-logged")) === "yes";
    });
  });

  test("a picture of the QR works, and the fingerprint approves", async () => {
    await scan();
    await app.goto("/app/#/scan");
    await app.screen("scan");
    await app.at("qr-file").setInputFiles({ name: "screen.png", mimeType: "image/png", buffer: await shop.screenshot() });
    await app.request();
    await app.approveWithFingerprint();
    await app.outcome("approved");
    assert.match(await greeting(shop), /Lotte/);
  });

  test("a fingerprint that does not match approves nothing; the code still works", async () => {
    await app.paste(await scan());
    await app.request();
    await app.fingerprint.setVerified(false);
    await app.approveWithFingerprint();
    await app.page.locator("[data-testid=trouble][data-code=unlock_cancelled]").waitFor();
    await app.fingerprint.setVerified(true);
    await app.press("other-factor");
    await app.type(CODE);
    await app.outcome("approved");
    assert.match(await greeting(shop), /Lotte/);
  });

  test("the person removes the fingerprint and adds it again, each with the code", async () => {
    const change = async (what) => {
      await app.goto("/app/#/settings");
      await app.press("to-fingerprint");
      await app.press(`fingerprint-${what}`);
      await app.ownRequest();
      await app.press("continue");
      await app.screen("confirm");
      // Only the code is offered.
      assert.equal(await app.at("use-unlock").count(), 0);
      await app.type(CODE);
      await app.outcome("approved");
    };
    await change("remove");
    await app.paste(await scan());
    await app.request();
    await app.press("continue");
    await app.screen("confirm");
    assert.equal(await app.at("use-unlock").count(), 0);
    await app.type(CODE);
    await app.outcome("approved");
    assert.match(await greeting(shop), /Lotte/);
    // A finger that is not recognised begins nothing.
    await app.goto("/app/#/fingerprint");
    await app.fingerprint.setVerified(false);
    await app.press("fingerprint-add");
    await app.page.locator("[data-code=unlock_cancelled]").waitFor();
    await app.fingerprint.setVerified(true);
    await change("add");
    await app.paste(await scan());
    await app.request();
    await app.approveWithFingerprint();
    await app.outcome("approved");
    assert.match(await greeting(shop), /Lotte/);
  });

  test("same device: the link opens the app, and the same browser gets the login", async () => {
    const page = await phone.newPage();
    await visit(page, demo.shop);
    await page.locator("#log-in").click();
    await page.locator("#open-app").click();
    const appHere = new App(demo, page);
    await appHere.request();
    await appHere.approveWithCode(CODE);
    assert.match(await greeting(page), /Lotte/);
    await closePage(page);
  });

  test("a refusal returns access_denied, and the shop shows a page about it", async () => {
    await app.paste(await scan());
    await app.request();
    await app.press("refuse");
    await app.outcome("refused");
    await shop.locator("#problem[data-code=access_denied]").waitFor();
    assert.ok(await shop.locator("#problem a.button").isVisible());
  });

  test("'not my phone' on the waiting page also ends the request on the phone", async () => {
    await app.paste(await scan());
    await app.request();
    await shop.locator("#not-my-phone").click();
    // The open app receives an event.
    await app.page.locator("[data-testid=problem][data-code=action_closed], [data-testid=outcome][data-status=cancelled]").waitFor();
  });

  test("cancel on the waiting page returns access_denied", async () => {
    await scan();
    await shop.locator("#cancel").click();
    await shop.locator("#problem[data-code=access_denied]").waitFor();
  });

  test("an app that was closed shows the open request again", async () => {
    await app.paste(await scan());
    await app.request();
    await closePage(app.page);
    app = await App.open(demo, phone);
    await app.at("open-actions").locator("a").first().click();
    await app.request();
    await app.approveWithCode(CODE);
    await app.outcome("approved");
    assert.match(await greeting(shop), /Lotte/);
  });

  test("reload and back keep the shop logged in", async () => {
    await reload(shop);
    assert.match(await greeting(shop), /Lotte/);
    for (const steps of [-1, 1]) {
      await travel(shop, steps);
      assert.match(await greeting(shop), /Lotte/);
    }
    await visit(shop, demo.shop);
    assert.match(await greeting(shop), /Lotte/);
  });

  test("a block ends the open login and refuses new ones; the code lifts it", async () => {
    await app.paste(await scan());
    await app.request();
    await app.goto("/app/#/block");
    await app.press("block-now");
    await app.at("unblock").waitFor();
    await until("the waiting page to close", async () => !(await shop.locator("#match-code").isVisible()));
    assert.equal(await shop.locator("#greeting").isVisible(), false);
    await app.paste(await scan());
    await app.page.locator("[data-code=identity_blocked]").first().waitFor();
    await app.goto("/app/#/block");
    await app.press("unblock");
    await app.ownRequest();
    await app.approveWithCode(CODE);
    await app.outcome("approved");
    await app.goto("/app/#/");
    await app.page.locator("[data-testid=status][data-status=active]").waitFor();
  });

  test("three wrong codes block; after a visit to the bank, a new code unblocks", async () => {
    await app.paste(await scan());
    await app.request();
    await app.approveWithCode("11122");
    await app.page.locator("[data-testid=trouble][data-code=code_wrong]").waitFor();
    await app.type("11133");
    await app.at("trouble").filter({ hasText: "One try left" }).waitFor();
    await app.type("11144");
    await app.page.locator("[data-testid=problem][data-code=code_wrong]").waitFor();
    await app.goto("/app/#/");
    await app.page.locator("[data-testid=status][data-status=suspended]").waitFor();
    await app.press("way-recover");
    await app.atBank(person);
    await app.screen("code");
    await app.type(NEW_CODE);
    await app.screen("code-again");
    await app.type(NEW_CODE);
    await app.page.locator("[data-testid=status][data-status=active]").waitFor();
    await app.paste(await scan());
    await app.request();
    await app.approveWithCode(NEW_CODE);
    await app.outcome("approved");
    assert.match(await greeting(shop), /Lotte/);
  });

  test("a swapped SIM blocks at once; the new SIM and the code unblock", async () => {
    await succeed("operator", "--home", await demo.operatorOf(person), "sim", "swap", person.phone_number);
    // The open app receives an event.
    await app.goto("/app/#/");
    await app.page.locator("[data-testid=status][data-status=suspended]").waitFor();
    await app.press("way-new-sim");
    await app.screen("new-sim");
    const before = await app.texts(person);
    await app.press("new-sim-send");
    await app.screen("new-sim-secret");
    await app.at("sim-secret").fill(await app.secret(person, before));
    await app.ownRequest();
    await app.approveWithCode(NEW_CODE);
    await app.outcome("approved");
    await app.goto("/app/#/");
    await app.page.locator("[data-testid=status][data-status=active]").waitFor();
    await app.paste(await scan());
    await app.request();
    await app.approveWithCode(NEW_CODE);
    await app.outcome("approved");
    assert.match(await greeting(shop), /Lotte/);
  });

  test("a person who enrols on another phone is told that it replaces this one, and this one can object", async () => {
    const other = await open(browser);
    const second = await App.open(demo, other);
    await second.connectSim(person);
    await second.atBank(person);
    await second.at("replaces").waitFor();
    await second.finish(CODE, { unlock: false });
    await second.at("limited").waitFor();
    // The open app of the old phone hears of it.
    await app.screen("replaced");
    await app.press("not-me");
    await app.screen("contested");
    await second.at("reason-contested").waitFor();
    // The owner proves at the bank who they are, on the phone that they have.
    await second.press("way-recover");
    await second.atBank(person);
    await second.screen("code");
    await second.type(CODE);
    await second.screen("code-again");
    await second.type(CODE);
    await second.page.locator("[data-testid=status][data-status=active]").waitFor();
    await other.close();
  });

  test("a person who declines at the bank sees that nothing was shared, and can choose a bank again", async () => {
    const other = await open(browser);
    const second = await App.open(demo, other);
    const marie = demo.person("Marie Dubois");
    await second.connectSim(marie);
    await second.press(`bank-${marie.bank}`);
    await second.page.locator("#customer").fill(marie.customer);
    await second.page.locator("#sign-in button").click();
    await second.page.locator("#refuse button").click();
    await second.page.locator("[data-code=bank_declined]").waitFor();
    await second.atBank(marie);
    await second.finish(CODE, { unlock: false });
    assert.equal(await second.at("status").getAttribute("data-level"), "basic");
    await other.close();
  });

  test("a fingerprint that fails or is refused during the enrolment leads on with the code", async () => {
    const other = await open(browser);
    const second = await App.open(demo, other);
    const luc = demo.person("Luc Wouters");
    await second.connectSim(luc);
    await second.atBank(luc);
    await second.press("vouched-next");
    await second.type(CODE);
    await second.screen("code-again");
    await second.type(CODE);
    await second.screen("unlock");
    await second.fingerprint.setVerified(false);
    await second.press("unlock-yes");
    await second.page.locator("[data-code=unlock_cancelled]").waitFor();
    await second.at("unlock-later").waitFor();
    await second.fingerprint.setVerified(true);
    // The scheme refuses to help, and then the credential.
    await second.page.route("**/unlock", (route) => route.fulfill({ status: 404, contentType: "application/problem+json", body: '{"code":"not_found"}' }), { times: 1 });
    await second.press("unlock-yes");
    await second.page.locator("[data-code=not_found]").waitFor();
    await second.page.route("**/complete", (route) => route.fulfill({ status: 401, contentType: "application/problem+json", body: '{"code":"proof_invalid"}' }), { times: 1 });
    await second.press("unlock-yes");
    await second.page.locator("[data-code=proof_invalid]").waitFor();
    await second.press("unlock-no");
    await second.screen("ready");
    await second.press("ready-home");
    await second.at("status").waitFor();
    await other.close();
  });

  test("an app that was restored from a backup without its key begins as a new phone", async () => {
    const other = await open(browser);
    const second = await App.open(demo, other);
    await second.at("begin").waitFor();
    await second.page.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const opened = indexedDB.open("ipse", 1);
          opened.onerror = () => reject(opened.error);
          opened.onsuccess = () => {
            const restored = { identity: "idn_AAAAAAAAAAAAAAAAAAAAAA", device: "dev_AAAAAAAAAAAAAAAAAAAAAA", sequence: 7 };
            const put = opened.result.transaction("device", "readwrite").objectStore("device").put(restored, "this");
            put.onsuccess = () => resolve();
            put.onerror = () => reject(put.error);
          };
        }),
    );
    await reload(second.page);
    await second.at("begin").waitFor();
    await other.close();
  });

  test("trivial codes are refused with the reason", async () => {
    const other = await open(browser);
    const second = await App.open(demo, other);
    const emma = demo.person("Emma Janssens");
    await second.connectSim(emma);
    await second.atBank(emma);
    await second.press("vouched-next");
    await second.screen("code");
    for (const [code, reason] of [["77777", "same_digits"], ["34567", "sequence"], ["12121", "pattern"], ["00007", "phone_number"], ["19920", "birth_date"]]) {
      await second.type(code);
      await second.page.locator(`[data-testid=code-refused][data-reason=${reason}]`).waitFor();
    }
    await other.close();
  });

  test("there was no script error and no violation of the content security policy", () => {
    assert.deepEqual([...phone.complaints, ...desktop.complaints], []);
  });
});
