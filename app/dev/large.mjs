// The screens of sharing with the largest text (200 %) on a small phone: nothing is cut, the decision is in reach of the thumb.

import { mkdirSync } from "node:fs";
import { check, checkReach, checkUncut, note } from "./checks.mjs";
import { startFake } from "./fake.mjs";
import { shareTexts, shareView } from "./share.mjs";

const LOCALES = { nl: "nl-BE", fr: "fr-BE", de: "de-BE", en: "en-IE" };

/** `browser` has the large text. */
export async function walkLarge(browser, lang, theme, out) {
  const folder = `${out}/${lang}-${theme}-large`;
  mkdirSync(folder, { recursive: true });
  const fake = await startFake();
  const context = await browser.newContext({ viewport: { width: 360, height: 640 }, locale: LOCALES[lang], timezoneId: "Europe/Brussels", colorScheme: theme });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const at = (testid) => page.getByTestId(testid);
  const type = async (code) => {
    await at("code-pad").waitFor();
    for (const digit of code) await page.keyboard.press(digit);
  };
  const scroll = (where) =>
    page.evaluate((end) => {
      for (const scroller of [document.scrollingElement, document.querySelector(".screen-scroll")]) scroller?.scrollTo(0, end ? scroller.scrollHeight : 0);
    }, where === "end");
  let count = 0;
  /** Looks at a screen from its beginning to its end. */
  const look = async (name, decision = []) => {
    count += 1;
    const where = `${lang}-${theme}-large ${name}`;
    await page.evaluate(() => document.fonts.ready);
    const file = `${folder}/${String(count).padStart(2, "0")}-${name}`;
    await scroll("start");
    if (decision.length > 0) await checkReach(page, where, decision);
    await page.screenshot({ path: `${file}.png` });
    await checkUncut(page, where);
    await scroll("end");
    if (decision.length > 0) await checkReach(page, where, decision);
    await page.screenshot({ path: `${file}-all.png`, fullPage: true });
    await scroll("start");
    await check(page, where);
  };

  try {
    await page.goto(`${fake.origin}/app/`);
    await at("begin").click();
    await at("phone-number").fill("0470 00 00 01");
    await at("number-next").click();
    await at("sim-connect").click();
    await at("sim-secret").fill("482913");
    await at("bank-Bank Anker").click();
    await at("vouched-next").click();
    await type("58204");
    await at("screen-code-again").waitFor();
    await type("58204");
    await at("ready-home").click();
    await at("status").waitFor();

    const { born, delivery, address } = shareTexts(lang);
    const { link } = fake.createRequest({ factors: ["code"], view: shareView(lang, fake) });
    await page.goto("about:blank");
    await page.goto(link);
    await page.locator("[data-testid=view-image] img").waitFor();
    await look("read-share", ["refuse", "continue"]);
    await at("choice-birthdate").uncheck();
    await look("read-share-kept", ["refuse", "continue"]);
    // The keyboard reaches each switch, and the bar at the bottom covers none.
    for (const choice of await page.getByRole("switch").all()) {
      await choice.blur();
      await choice.focus();
      const [box, bar] = [await choice.boundingBox(), await page.locator(".screen-actions").boundingBox()];
      if (box.y + box.height > bar.y) note("the buttons cover a switch that has the focus", `${lang}-${theme}-large`);
    }
    await at("continue").click();
    await at("code-pad").waitFor();
    await look("confirm");
    await type("58204");
    await page.locator("[data-testid=outcome][data-status=approved]").waitFor();
    const said = await at("screen-outcome").innerText();
    if (said.includes(born) || !said.includes(address)) note("the outcome does not say what was given", `${lang}-large`);
    await look("outcome");
    await at("receipt").click();
    await at("receipt-verdict").waitFor();
    await look("receipt");
    await page.goto(`${fake.origin}/app/#/history`);
    await at("entries").locator("a").first().waitFor();
    await look("history");
    await at("to-partners").click();
    await at("partners").waitFor();
    await look("partners");
    await at("partners").locator("a").first().click();
    await page.getByText(delivery).waitFor();
    await look("partner", ["withdraw"]);
    await at("withdraw").click();
    await at("withdraw-now").waitFor();
    await look("withdraw", ["withdraw-cancel", "withdraw-now"]);
    await at("withdraw-now").click();
    await at("screen-withdrawn").waitFor();
    await look("withdrawn");
  } catch (error) {
    await page.screenshot({ path: `${folder}/99-stuck.png` });
    note(`${lang}-${theme}-large: stuck after ${count} screens: ${error.message.split("\n").slice(0, 3).join(" ")}`, "page");
  }
  await context.close();
  fake.close();
  console.log(`${folder}: ${count} screens`);
}
