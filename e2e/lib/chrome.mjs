// Debian's Chromium: phones and desktops, a fingerprint reader, screenshots, and axe on each page.

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import jsQR from "jsqr";
import { chromium } from "playwright-core";
import { PNG } from "pngjs";
import { PATIENCE, until } from "./until.mjs";

export const LANGUAGES = { nl: "nl-BE", fr: "fr-BE", de: "de-BE", en: "en-IE" };
export const SIZES = { phone: { width: 360, height: 640 }, desktop: { width: 1280, height: 860 } };

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

const PROGRAM = { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true };

/** Starts Chromium with an empty profile, and further flags. */
export function launch(flags = []) {
  return chromium.launch({ ...PROGRAM, args: [...FLAGS.split(" "), ...flags] });
}

/** Starts Chromium with a profile in a folder. Only such a profile can install apps. */
export function launchWithProfile(folder) {
  return chromium.launchPersistentContext(folder, { ...PROGRAM, args: FLAGS.split(" "), viewport: SIZES.phone });
}

/** Opens a browser context with its own cookies. */
export async function open(browser, { language = "en", theme = "light", size = "phone", script = true } = {}) {
  const context = await browser.newContext({
    viewport: SIZES[size],
    locale: LANGUAGES[language],
    timezoneId: "Europe/Brussels",
    colorScheme: theme,
    javaScriptEnabled: script,
  });
  context.setDefaultTimeout(PATIENCE);
  context.complaints = [];
  context.on("weberror", (error) => context.complaints.push(error.error().message));
  context.on("console", (message) => {
    if (/Content Security Policy|TrustedHTML|TrustedScript/i.test(message.text())) context.complaints.push(message.text());
  });
  return context;
}

/**
 * Opens an address without waiting for the load event: a page may go to another one by script before it has loaded, which
 * aborts the wait (net::ERR_ABORTED). The caller waits for what the last page shows. The blank page comes first, because
 * the script of the page before may start a navigation too, which would abort this one.
 */
export async function visit(page, address) {
  await until("a blank page", async () => (await page.goto("about:blank", { waitUntil: "commit" }), true));
  await page.goto(address, { waitUntil: "commit" });
}

/**
 * Goes this many pages forward in the history, or back if negative; 0 reloads the page. Waits until the other page has loaded.
 * The page does it by script, because the browser refuses the commands of Playwright's goBack, goForward and reload while one
 * page replaces another ("Not attached to an active page"), which takes long on a busy machine.
 */
export async function travel(page, steps) {
  await page.waitForLoadState();
  await page.evaluate((count) => {
    globalThis.isLeft = true;
    setTimeout(() => history.go(count));
  }, steps);
  await until("another page to load", () => page.evaluate(() => !globalThis.isLeft && document.readyState === "complete"));
}

/** Reloads a page. */
export const reload = (page) => travel(page, 0);

/**
 * Closes a page after its load event. Chromium may never answer a close that begins between a navigation's commit and its
 * load. Such a page stays open until the browser ends.
 */
export async function closePage(page) {
  await page.waitForLoadState();
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, 10_000)));
  await Promise.race([page.close(), late]);
  clearTimeout(timer);
}

/** Adds a fingerprint reader to a page. */
export async function withFingerprint(page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  return { setVerified: (isUserVerified) => cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified }) };
}

/** Returns the text of the QR code on the screen, or null. */
export async function readQr(page) {
  const { data, width, height } = PNG.sync.read(await page.screenshot());
  return jsQR(new Uint8ClampedArray(data), width, height)?.data ?? null;
}

/** Runs axe on a page; returns one line for each violation. */
export async function accessibility(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: "tag", values } }), RULES);
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary?.split("\n").at(-1)?.trim()}`));
}

export const shots = process.env.IPSE_E2E_SCREENSHOTS ?? path.resolve(import.meta.dirname, "../screenshots");

/**
 * Takes pictures of a whole page, light and dark, on a phone and on a desktop. Returns one line for each defect. Afterwards
 * the page is light and on a phone again.
 */
export async function look(page, folder, name) {
  const found = [];
  // Styles and scripts must be loaded. The page stays, so this wait is safe.
  await page.waitForLoadState();
  for (const size of Object.keys(SIZES)) {
    await page.setViewportSize(SIZES[size]);
    for (const theme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme: theme });
      const directory = path.join(shots, folder, `${size}-${theme}`);
      mkdirSync(directory, { recursive: true });
      await settle(page);
      await page.screenshot({ path: path.join(directory, `${name}.png`), fullPage: true });
      for (const line of await accessibility(page)) found.push(`${folder}/${size}-${theme}/${name}: ${line}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1);
      if (wide) found.push(`${folder}/${size}-${theme}/${name}: wider than the screen`);
      for (const words of await page.evaluate(overflowing)) found.push(`${folder}/${size}-${theme}/${name}: out of its box: ${words}`);
    }
  }
  await page.setViewportSize(SIZES.phone);
  await page.emulateMedia({ colorScheme: "light" });
  return found;
}

/** Runs in the page: finds words that are wider than their box, and so cover the next one or are cut off. */
function overflowing() {
  const hidden = (one) => one.clientWidth <= 1 || ["auto", "scroll"].includes(getComputedStyle(one).overflowX);
  const ownWords = (one) => [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && !hidden(one) && ownWords(one))
    .map((one) => one.textContent.trim().slice(0, 40));
}

/** Waits until fonts are loaded and finite animations have ended. */
async function settle(page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    const ending = document.getAnimations().filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime));
    await Promise.all(ending.map((one) => one.finished.catch(() => undefined)));
  });
}
