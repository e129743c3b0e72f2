// What each screen is checked for, and what was found.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What is wrong, and where. */
export const found = new Map();

export function note(what, where) {
  found.set(what, [...(found.get(what) ?? []), where]);
}

export async function check(page, where) {
  // Load axe once for each page.
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }),
  );
  for (const { id, nodes } of violations) note(`axe ${id}: ${nodes[0].target} ${nodes[0].failureSummary?.split("\n").at(-1)?.trim()}`, where);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  if (wide) note("wider than the screen", where);
}

/** Nothing is cut: no text is outside the screen, or outside a box that hides what does not fit. */
export async function checkUncut(page, where) {
  const cut = await page.evaluate(() => {
    const out = [];
    const name = (element) => `${element.tagName.toLowerCase()}.${element.className} "${element.textContent.trim().slice(0, 40)}"`;
    const hidden = (element) => element.closest(".visually-hidden, .skip, [hidden]") !== null || !element.checkVisibility();
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text; (text = words.nextNode()); ) {
      const element = text.parentElement;
      if (!text.data.trim() || hidden(element) || element.closest("select, textarea")) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      for (const box of range.getClientRects()) if (box.left < -0.5 || box.right > innerWidth + 0.5) out.push(`outside the screen: ${name(element)}`);
    }
    for (const element of document.body.querySelectorAll("*")) {
      if (hidden(element) || element.matches("textarea, svg, svg *")) continue;
      const { overflowX, overflowY } = getComputedStyle(element);
      if (overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1) out.push(`cut at the side: ${name(element)}`);
      if (["hidden", "clip"].includes(overflowY) && element.scrollHeight > element.clientHeight + 1) out.push(`cut below: ${name(element)}`);
    }
    return [...new Set(out)];
  });
  for (const one of cut) note(one, where);
}

/** What the person decides with is on the screen, in its lower half, and leaves most of it to what they read. */
export async function checkReach(page, where, testids) {
  const { height } = page.viewportSize();
  for (const testid of testids) {
    const box = await page.getByTestId(testid).boundingBox();
    if (!box || box.y < height / 2 || box.y + box.height > height + 0.5) note(`${testid} is not in reach of the thumb`, where);
  }
  const actions = await page.locator(".screen-actions").boundingBox();
  if (actions && actions.height > height * 0.45) note("the buttons leave too little space", where);
}
