// A hostile site in a real browser: another site (127.0.0.2) frames, posts and lures.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { after, before, describe, test } from "node:test";
import { launch, leave, open } from "../lib/chrome.mjs";
import { Demo } from "../lib/demo.mjs";
import { until } from "../lib/until.mjs";
import { Visitor } from "../lib/visitor.mjs";

describe("a hostile site", { timeout: 300_000 }, () => {
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

  const visit = async (body) => {
    html = body;
    const page = await context.newPage();
    await page.goto(origin);
    return page;
  };

  /** What becomes of a frame that is to show an address: the address that it shows, or why the browser refused it. */
  const framed = async (address) => {
    let refused;
    const note = (request) => request.isNavigationRequest() && (refused = request.failure().errorText);
    context.on("requestfailed", note);
    const page = await visit(`<iframe src="${address.replaceAll("&", "&amp;")}"></iframe>`);
    const shown = () => page.frames().find((one) => one.url() === address)?.url();
    const became = await until("the frame", () => refused ?? shown());
    context.off("requestfailed", note);
    await leave(page);
    return became;
  };

  test("t18_no_page_can_be_framed", async () => {
    const started = await context.newPage();
    await started.goto(`${demo.shop}/login`);
    await started.locator("#qr").waitFor();
    for (const address of [started.url(), `${demo.app}/app/`, demo.shop, demo.ready.banks[0].issuer, `${demo.issuer}/authorize?client_id=nobody`]) {
      assert.equal(await framed(address), "net::ERR_BLOCKED_BY_RESPONSE", address);
    }
    await leave(started);
    // A page that lets itself be framed: the check above can tell.
    assert.equal(await framed(`${origin}/harmless`), `${origin}/harmless`);
  });

  test("t18_another_site_cannot_cancel_a_login", async () => {
    const started = await context.newPage();
    await started.goto(`${demo.shop}/login`);
    await started.locator("#qr").waitFor();
    const action = await started.locator("#sign-in").getAttribute("data-action");
    // Everything that the hostile site can know; the form's own token it cannot.
    for (const token of ["", "AAAAAAAAAAAAAAAAAAAAAA"]) {
      const page = await visit(
        `<form method="post" action="${demo.issuer}/sign-in/cancel"><input name="action" value="${action}"><input name="token" value="${token}"><button id="go" name="reason" value="cancel">Win</button></form>`,
      );
      await page.locator("#go").click();
      await page.waitForURL((url) => url.origin === demo.issuer);
      await leave(page);
    }
    const { out } = await demo.phoneDoes(an, "link", await started.locator("#qr").getAttribute("data-text"), "--json");
    await demo.phoneDoes(an, "approve", out.id, "--code", an.code);
    await started.locator("#greeting").waitFor();
    await started.goto(`${demo.shop}`);
    await started.locator("form[action='/logout'] button").click();
    await started.locator("#log-in").waitFor();
    await leave(started);
  });

  test("t01_a_lured_approval_logs_nobody_in", async () => {
    // The attacker begins a login in their own browser and sends the link to the victim, who approves.
    const attacker = new Visitor();
    const page = await attacker.open(`${demo.shop}/login`);
    const { out: offer } = await demo.phoneDoes(an, "link", page.openApp, "--json");
    const { out } = await demo.phoneDoes(an, "approve", offer.id, "--code", an.code, "--json");
    // The way back leads through the victim's browser, which did not begin.
    const victim = await context.newPage();
    await victim.goto(out.return_url);
    await victim.locator("[data-code=wrong_browser]").waitFor();
    assert.equal(new URL(victim.url()).origin, demo.issuer);
    // And the attacker's waits in vain: it has no such address.
    const later = await attacker.open(page.url, { stop: (url) => url.startsWith(demo.shop) });
    assert.ok(!later.url.includes("code="), later.url);
    await leave(victim);
  });

  test("t18_a_planted_callback_logs_nobody_in", async () => {
    // The attacker's own code, planted in the victim's browser: the shop wants the state that it gave this browser.
    const attacker = new Visitor();
    const page = await attacker.open(`${demo.shop}/login`);
    const { out: offer } = await demo.phoneDoes(an, "link", page.openApp, "--json");
    const { out } = await demo.phoneDoes(an, "approve", offer.id, "--code", an.code, "--json");
    const planted = await attacker.open(out.return_url, { stop: (url) => url.startsWith(demo.shop) });
    assert.ok(planted.url.includes("code="), planted.url);
    const victim = await visit(`<a id="go" href="${planted.url.replaceAll("&", "&amp;")}">Prize</a>`);
    await victim.locator("#go").click();
    await victim.locator("#problem[data-code=login_stale]").waitFor();
    await leave(victim);
  });

  test("t18_cookies_are_for_the_server_and_for_the_own_site", async () => {
    for (const cookie of await context.cookies()) {
      assert.match(cookie.name, /^(ipse_scheme|shop_hoek|bank_|ipse_bank|ipse_operator)/, cookie.name);
      if (!/language/.test(cookie.name)) assert.equal(cookie.httpOnly, true, cookie.name);
      assert.match(cookie.sameSite, /Lax|Strict/, cookie.name);
    }
  });
});
