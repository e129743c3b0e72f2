// A hostile site in a real browser. Another site (127.0.0.2) frames pages, posts forms and lures people.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, before, describe, test } from "node:test";
import { closePage, launch, open, visit } from "../lib/chrome.mjs";
import { Demo } from "../lib/demo.mjs";
import { FILE_PATIENCE, until } from "../lib/until.mjs";
import { Visitor } from "../lib/visitor.mjs";

describe("a hostile site", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let browser;
  let context;
  let site;
  let origin;
  let an;
  let html = "";

  before(async () => {
    [demo, browser] = await Promise.all([Demo.start(), launch()]);
    an = demo.person("An Peeters");
    context = await open(browser, { size: "desktop" });
    site = http.createServer((request, response) => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end(`<!doctype html><title>Hostile</title>${request.url === "/" ? html : ""}`);
    });
    site.listen(0, "127.0.0.2");
    await once(site, "listening");
    origin = `http://127.0.0.2:${site.address().port}`;
  });
  after(async () => {
    await browser?.close();
    await new Promise((resolve) => {
      site.close(resolve);
      site.closeAllConnections();
    });
    await demo?.stop();
  });

  const lure = async (body) => {
    html = body;
    const page = await context.newPage();
    await visit(page, origin);
    return page;
  };

  /** Puts an address into a frame. Returns the address that the frame shows, or the browser's error. */
  const framed = async (address) => {
    let refused;
    const note = (request) => request.isNavigationRequest() && (refused = request.failure().errorText);
    context.on("requestfailed", note);
    const page = await lure(`<iframe src="${address.replaceAll("&", "&amp;")}"></iframe>`);
    const shown = () => page.frames().find((one) => one.url() === address)?.url();
    const result = await until("the frame", () => refused ?? shown());
    context.off("requestfailed", note);
    await closePage(page);
    return result;
  };

  test("t18_no_page_can_be_framed", async () => {
    const started = await context.newPage();
    await visit(started, `${demo.shop}/login`);
    await started.locator("#qr").waitFor();
    for (const address of [started.url(), `${demo.app}/app/`, demo.shop, demo.ready.banks[0].issuer, `${demo.issuer}/authorize?client_id=nobody`]) {
      assert.equal(await framed(address), "net::ERR_BLOCKED_BY_RESPONSE", address);
    }
    await closePage(started);
    // Check the check: a page that allows frames is shown.
    assert.equal(await framed(`${origin}/harmless`), `${origin}/harmless`);
  });

  test("t18_another_site_cannot_cancel_a_login", async () => {
    const started = await context.newPage();
    await visit(started, `${demo.shop}/login`);
    await started.locator("#qr").waitFor();
    const action = await started.locator("#sign-in").getAttribute("data-action");
    // The hostile site may know the action, but not the token of the form.
    for (const token of ["", "AAAAAAAAAAAAAAAAAAAAAA"]) {
      const page = await lure(
        `<form method="post" action="${demo.issuer}/sign-in/cancel"><input name="action" value="${action}"><input name="token" value="${token}"><button id="go" name="reason" value="cancel">Win</button></form>`,
      );
      await page.locator("#go").click();
      await page.waitForURL((url) => url.origin === demo.issuer, { waitUntil: "commit" });
      await closePage(page);
    }
    const { out } = await demo.phoneDoes(an, "link", await started.locator("#qr").getAttribute("data-text"), "--json");
    await demo.phoneDoes(an, "approve", out.id, "--code", an.code);
    await started.locator("#greeting").waitFor();
    await visit(started, demo.shop);
    await started.locator("form[action='/logout'] button").click();
    await started.locator("#log-in").waitFor();
    await closePage(started);
  });

  test("t01_a_lured_approval_logs_nobody_in", async () => {
    // The attacker begins a login and sends the link to the victim, who approves.
    const attacker = new Visitor();
    const page = await attacker.open(`${demo.shop}/login`);
    const { out: offer } = await demo.phoneDoes(an, "link", page.openApp, "--json");
    const { out } = await demo.phoneDoes(an, "approve", offer.id, "--code", an.code, "--json");
    // The return address opens in the victim's browser, which did not begin the login.
    const victim = await context.newPage();
    await visit(victim, out.return_url);
    await victim.locator("[data-code=wrong_browser]").waitFor();
    assert.equal(new URL(victim.url()).origin, demo.issuer);
    // The attacker's browser gets no return address.
    const later = await attacker.open(page.url, { stop: (url) => url.startsWith(demo.shop) });
    assert.ok(!later.url.includes("code="), later.url);
    await closePage(victim);
  });

  test("t18_a_planted_callback_logs_nobody_in", async () => {
    // The victim's browser opens the attacker's callback. The shop refuses it: the state belongs to another browser.
    const attacker = new Visitor();
    const page = await attacker.open(`${demo.shop}/login`);
    const { out: offer } = await demo.phoneDoes(an, "link", page.openApp, "--json");
    const { out } = await demo.phoneDoes(an, "approve", offer.id, "--code", an.code, "--json");
    const planted = await attacker.open(out.return_url, { stop: (url) => url.startsWith(demo.shop) });
    assert.ok(planted.url.includes("code="), planted.url);
    const victim = await lure(`<a id="go" href="${planted.url.replaceAll("&", "&amp;")}">Prize</a>`);
    await victim.locator("#go").click();
    await victim.locator("#problem[data-code=login_stale]").waitFor();
    await closePage(victim);
  });

  test("t18_cookies_are_http_only_and_same_site", async () => {
    for (const cookie of await context.cookies()) {
      assert.match(cookie.name, /^(ipse_scheme|shop_hoek|bank_|ipse_bank|ipse_operator)/, cookie.name);
      if (!/language/.test(cookie.name)) assert.equal(cookie.httpOnly, true, cookie.name);
      assert.match(cookie.sameSite, /Lax|Strict/, cookie.name);
    }
  });
});
