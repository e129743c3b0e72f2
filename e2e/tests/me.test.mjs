// `/me` in a browser: a person looks back on who got what, has their data opened by the phone, downloads them and signs out. The
// command line downloads the same.

import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { LANGUAGES, launch, look, open, travel, visit } from "../lib/chrome.mjs";
import { Demo, PATIENT } from "../lib/demo.mjs";
import { FILE_PATIENCE, until } from "../lib/until.mjs";
import { Visitor } from "../lib/visitor.mjs";

describe("/me", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let browser;
  let an;
  before(async () => {
    demo = await Demo.start({ lifetimes: PATIENT });
    an = demo.person("An Peeters");
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  /** The phone's camera reads the QR code of a page, and the person approves. */
  const approve = async (page) => {
    const id = await until("a QR code that is still good", async () => {
      const text = await page.locator("#qr").getAttribute("data-text");
      const { code, stdout } = await demo.phone(an, "link", text, "--scanned");
      return code === 0 && stdout.trim();
    });
    const { out } = await demo.phoneDoes(an, "approve", id, "--code", an.code, "--json");
    assert.equal(out.status, "approved");
    return id;
  };

  const loginAtShop = async () => {
    const visitor = new Visitor();
    await visitor.open(demo.shop);
    const page = await visitor.open(`${demo.shop}/login`);
    const { stdout } = await demo.phoneDoes(an, "link", page.qr, "--scanned");
    await demo.phoneDoes(an, "approve", stdout.trim(), "--code", an.code);
    await visitor.wait(page.url, ({ url }) => url.startsWith(demo.shop));
  };

  test("a person looks back, opens their data with the phone, downloads them and signs out", async () => {
    const defects = [];
    const seen = async (page, name) => defects.push(...(await look(page, "me", name)));
    await loginAtShop();
    const context = await open(browser);
    const page = await context.newPage();
    await visit(page, `${demo.issuer}/me`);
    await page.locator("#me-login").waitFor();
    await seen(page, "start");
    await page.locator("#me-login").click();
    await page.locator("#qr").waitFor();
    await seen(page, "login");
    const login = await approve(page);
    await page.locator("#partners").waitFor();
    assert.match(await page.locator("#partners").innerText(), /Winkel Hoek/);
    assert.doesNotMatch(await page.locator("main").innerText(), /Peeters/);
    const { out: history } = await demo.phoneDoes(an, "actions", "--all", "--json");
    const visitRow = history.find(({ id }) => id === login);
    assert.equal(visitRow.partner, "Ipse");

    const { out: partners } = await demo.phoneDoes(an, "partners", "--json");
    await demo.phoneDoes(an, "withdraw", partners[0].partner, "--json");
    await visit(page, `${demo.issuer}/me`);
    await page.locator(".withdrawn").waitFor();
    await seen(page, "list");
    for (const language of Object.keys(LANGUAGES)) {
      await visit(page, `${demo.issuer}/me?lang=${language}`);
      await page.locator(`html[lang=${language}] #me`).waitFor();
      await seen(page, `list-${language}`);
    }
    await visit(page, `${demo.issuer}/me`);
    await page.locator("#me-export").click();
    await page.locator("#qr").waitFor();
    await seen(page, "export");
    await approve(page);
    await page.locator("#me-all").waitFor();
    assert.match(await page.locator("#known").innerText(), /Peeters/);
    await seen(page, "data");
    for (const language of Object.keys(LANGUAGES)) {
      await visit(page, `${demo.issuer}/me/data?lang=${language}`);
      await page.locator(`html[lang=${language}] #me-all`).waitFor();
      await seen(page, `data-${language}`);
    }
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator("#known").isVisible());
    assert.ok(!(await page.locator("#download").isVisible()));
    await page.emulateMedia({ media: "screen" });

    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#download").click()]);
    assert.match(download.suggestedFilename(), /^ipse-\d{4}-\d\d-\d\d\.json$/);
    const all = JSON.parse(await readFile(await download.path(), "utf8"));
    assert.equal(all.attributes[0].family_name, "Peeters");
    assert.equal(all.withdrawals.length, 1);

    await page.locator("#me-sign-out").click();
    await page.locator("#me-start").waitFor();
    // Back to the page with the data, as the next person at this computer might.
    await travel(page, -1);
    await page.locator("#me-start").waitFor();
    await visit(page, `${demo.issuer}/me/data`);
    await page.locator("#me-start").waitFor();
    assert.deepEqual(context.complaints, []);
    await context.close();
    assert.deepEqual(defects, []);
  });

  test("without script", async () => {
    const context = await open(browser, { script: false });
    const page = await context.newPage();
    await visit(page, `${demo.issuer}/me`);
    await page.locator("#me-login").click();
    await approve(page);
    await page.locator("#me").waitFor();
    await page.locator("#me-export").click();
    await approve(page);
    await page.locator("#me-all").waitFor();
    await page.locator("#me-sign-out").click();
    await page.locator("#me-start").waitFor();
    await context.close();
  });

  test("the command line downloads the same into a file of its owner, and replaces none unless it is told to", async () => {
    const out = path.join(demo.folder, "an.json");
    const write = (...more) => demo.phone(an, "export", "--out", out, "--code", an.code, "--json", ...more);
    const first = await write();
    assert.equal(first.code, 0, first.stderr);
    assert.equal((await stat(out)).mode & 0o777, 0o600);
    const all = JSON.parse(await readFile(out, "utf8"));
    assert.equal(all.version, 1);
    assert.equal(all.identity.status, "active");
    assert.equal(all.actions[0].kind, "export");
    const again = await write();
    assert.equal(again.problem?.code, "file_exists");
    assert.equal((await write("--force")).code, 0);
  });
});
