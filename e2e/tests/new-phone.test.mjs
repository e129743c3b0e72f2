// A person loses phone and SIM, gets a new SIM from the operator and a new phone through the bank, and stays the same person
// for the shop. The old phone can still block.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { App } from "../lib/app.mjs";
import { launch, open, readQr, visit } from "../lib/chrome.mjs";
import { Demo, PATIENT } from "../lib/demo.mjs";
import { succeed } from "../lib/processes.mjs";
import { FILE_PATIENCE, until } from "../lib/until.mjs";

const CODE = "58204";
const NEW_CODE = "40917";
const LAST_CODE = "72058";

describe("a new phone", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let browser;
  let person;
  /** One browser profile for each phone, and one for the shop. */
  let profiles;
  let old;
  let fresh;
  let shop;
  /** The name under which the shop knows the person. */
  let sub;

  before(async () => {
    [demo, browser] = await Promise.all([Demo.start({ lifetimes: PATIENT }), launch()]);
    person = demo.person("Emma Janssens");
    profiles = [await open(browser), await open(browser), await open(browser, { size: "desktop" })];
    shop = await profiles[2].newPage();
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  const status = (app, expected) => app.page.locator(`[data-testid=status][data-status=${expected}]`).waitFor();
  const operator = async (command) => succeed("operator", "--home", await demo.operatorOf(person), "sim", command, person.phone_number);
  /** Begins a login at the shop. Returns a function that reads the text of the QR code, as a camera does. */
  const begin = async () => {
    await visit(shop, `${demo.shop}/login`);
    await shop.locator("#qr").waitFor();
    return () => until("the QR to be readable", () => readQr(shop));
  };
  /** Logs in at the shop. Returns the name under which it knows the person. */
  const logIn = async (app, code) => {
    await app.paste(await begin());
    await app.request();
    await app.approveWithCode(code);
    await app.outcome("approved");
    await shop.locator("#greeting").waitFor();
    assert.match(await shop.locator("#greeting").innerText(), /Emma/);
    const known = await shop.locator("#known code").innerText();
    await shop.locator("form[action='/logout'] button").click();
    await shop.locator("#log-in").waitFor();
    return known;
  };
  /** Opens a receipt, which must be correct. Returns whether this phone signed it. */
  const checkReceipt = async (app, receipt) => {
    await app.goto(`/app/${receipt}`);
    await app.page.locator("[data-testid=receipt-verdict][data-sound=true]").waitFor();
    return app.at("check-mine").getAttribute("data-check");
  };
  const refusedAsBlocked = async (app) => {
    await app.paste(await begin());
    await app.page.locator("[data-code=identity_blocked]").first().waitFor();
    assert.equal(await shop.locator("#greeting").isVisible(), false);
    await app.goto("/app/#/");
  };

  test("a person enrols, and the shop knows them", async () => {
    old = await App.open(demo, profiles[0]);
    await old.enrol(person, CODE);
    sub = await logIn(old, CODE);
    assert.match(sub, /\S{16,}/);
    await old.goto("/app/#/");
    await status(old, "active");
  });

  test("phone and SIM are lost: the operator blocks the SIM, and the Ipse with it", async () => {
    await operator("lose");
    await status(old, "suspended");
    await old.at("reason-sim_lost").waitFor();
    await refusedAsBlocked(old);
  });

  test("with the new SIM and the bank, the Ipse moves to the new phone; the old one shows it at once", async () => {
    await operator("swap");
    fresh = await App.open(demo, profiles[1]);
    await fresh.connectSim(person);
    await fresh.atBank(person);
    await fresh.at("replaces").waitFor();
    let receipt;
    const seen = async (name) => {
      if (name === "ready") receipt = await fresh.at("receipt").getAttribute("href");
    };
    await fresh.finish(NEW_CODE, { unlock: false, seen });
    await status(fresh, "active");
    assert.equal(await checkReceipt(fresh, receipt), "yes");
    // The open app of the old phone hears of it.
    await old.screen("replaced");
    await old.at("contest-until").waitFor();
  });

  test("the new phone shows the login of the old one, and checks all of its receipt but the signature", async () => {
    await fresh.goto("/app/#/history");
    await fresh.page.locator("[data-testid=past-actions] a[href^=\"#/action/\"]").last().click();
    await fresh.screen("past");
    assert.equal(await checkReceipt(fresh, await fresh.at("receipt").getAttribute("href")), "other");
  });

  test("the shop knows the person of the new phone under the same name", async () => {
    assert.equal(await logIn(fresh, NEW_CODE), sub);
  });

  test("the old phone says that this was not its owner: everything is blocked at once, also the login that is open", async () => {
    await fresh.paste(await begin());
    await fresh.request();
    await shop.locator("#match-code").waitFor();
    await old.press("not-me");
    await old.screen("contested");
    await until("the waiting page to close", async () => !(await shop.locator("#match-code").isVisible()));
    assert.equal(await shop.locator("#greeting").isVisible(), false);
    await fresh.goto("/app/#/");
    await status(fresh, "suspended");
    await fresh.at("reason-contested").waitFor();
    await refusedAsBlocked(fresh);
  });

  test("code and SIM do not lift this block; the bank does, and the shop still knows the same person", async () => {
    await fresh.goto("/app/#/block");
    await fresh.screen("blocked");
    assert.equal(await fresh.at("unblock").isVisible(), false);
    await fresh.press("way-recover");
    await fresh.atBank(person);
    await fresh.screen("code");
    await fresh.type(LAST_CODE);
    await fresh.screen("code-again");
    await fresh.type(LAST_CODE);
    await status(fresh, "active");
    assert.equal(await logIn(fresh, LAST_CODE), sub);
  });

  test("the old phone becomes the new one through the bank", async () => {
    await old.press("start-over");
    await old.enrol(person, CODE, { unlock: false });
    await fresh.screen("replaced");
    assert.equal(await logIn(old, CODE), sub);
  });

  test("the log verifies, and there was no script error", async () => {
    await until("the log to verify", () => succeed("log", "verify", "--home", demo.schemeHome()));
    assert.deepEqual(profiles.flatMap(({ complaints }) => complaints), []);
  });
});
