// Measures the history of a person with many requests in Chromium: `npm run build && node dev/history.mjs [--count 10000]`.

import { parseArgs } from "node:util";
import { launch } from "./browser.mjs";
import { startFake } from "./fake.mjs";

const { values } = parseArgs({ options: { count: { type: "string", default: "10000" } } });
const fake = await startFake();
const browser = await launch();
const page = await browser.newPage({ viewport: { width: 360, height: 640 }, locale: "nl-BE" });
const cdp = await page.context().newCDPSession(page);
const at = (testid) => page.getByTestId(testid);
const type = async (code) => {
  await at("code-pad").waitFor();
  for (const digit of code) await page.keyboard.press(digit);
};

async function enrol() {
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
}

const measure = async (what) => {
  await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = await cdp.send("Runtime.getHeapUsage");
  const [elements, rows] = await page.evaluate(() => [document.querySelectorAll("*").length, document.querySelectorAll("[data-testid=entries] .row").length]);
  console.log(`${what.padEnd(28)} ${(usedSize / 1e6).toFixed(1).padStart(6)} MB heap ${String(elements).padStart(6)} elements ${String(rows).padStart(5)} rows drawn`);
};

await enrol();
const first = fake.fill(Number(values.count));
await page.goto("about:blank");
await page.goto(`${fake.origin}/app/#`);
await at("status").waitFor();
await measure("home");
const start = performance.now();
await at("tab-history").click();
await page.locator("[data-testid=past-actions] a").first().waitFor();
console.log(`first page shown in ${(performance.now() - start).toFixed(0)} ms`);
await measure("history, first page");
const loading = performance.now();
// As a person does it: scroll to the end, press the button. In the page, so that the driver costs nothing.
const pages = await page.evaluate(async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const scroller = document.querySelector(".screen-scroll");
  const entries = document.querySelector("[data-testid=entries]");
  for (let button; (button = document.querySelector("[data-testid=history-more]")); ) {
    const before = entries.children.length;
    scroller.scrollTop = scroller.scrollHeight;
    button.click();
    while (entries.children.length === before) await frame();
  }
  await frame();
  return entries.children.length;
});
console.log(`${pages} pages loaded in ${((performance.now() - loading) / 1000).toFixed(1)} s`);
await page.locator(".screen-scroll").evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight));
await at(`action-${first}`).waitFor();
await measure("history, all pages, at the end");
const frames = await page.evaluate(async () => {
  const scroller = document.querySelector(".screen-scroll");
  const times = [];
  let last = performance.now();
  let empty = 0;
  while (scroller.scrollTop > 0) {
    scroller.scrollTop -= 480;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const now = performance.now();
    times.push(now - last);
    last = now;
    const middle = document.elementFromPoint(180, 320);
    if (!middle?.closest(".row, .day, h1, h2, p")) empty += 1;
  }
  times.sort((a, b) => a - b);
  return { count: times.length, median: times[times.length >> 1], late: times[Math.floor(times.length * 0.99)], most: times.at(-1), empty };
});
console.log(`scrolled back to the top in ${frames.count} frames: median ${frames.median.toFixed(1)} ms, 99 % ${frames.late.toFixed(1)} ms, slowest ${frames.most.toFixed(1)} ms; ${frames.empty} frames were empty in the middle`);
await measure("history, all pages, at the top");
await browser.close();
fake.close();
