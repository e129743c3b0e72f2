// A library logs a person in at a running scheme: twice as the same person, and once refused.

import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import path from "node:path";
import { launch, open, visit } from "../lib/chrome.mjs";
import { Demo } from "../lib/demo.mjs";
import { stop as end, succeed } from "../lib/processes.mjs";
import { PATIENCE, until } from "../lib/until.mjs";
import { Visitor } from "../lib/visitor.mjs";

/** The address of the person who logs in. */
export const EMAIL = "an.peeters@mail.example";

const nowhere = () => false;

async function whoByPage(visitor, origin) {
  const { status, body } = await visitor.open(`${origin}/me`);
  return { status, person: status === 200 ? JSON.parse(body) : undefined };
}

/** The phone decides about the login of a sign-in page. Returns the address that brings the browser back. */
async function decide(demo, an, link, decision) {
  const id = (await demo.phoneDoes(an, "link", link)).stdout.trim();
  const code = decision === "approve" ? ["--code", an.code] : [];
  const { out } = await demo.phoneDoes(an, decision, id, ...code, "--json");
  return out.return_url;
}

/** Logs in, or refuses. Returns who is logged in then, and the last page. */
async function once(demo, an, library, origin, decision) {
  if (library.inChromium) return inChromium(demo, an, origin, decision);
  const visitor = new Visitor();
  const begin = library.begin ?? ((browser, from) => browser.open(`${from}/login`));
  const page = await begin(visitor, origin, nowhere);
  assert.ok(page.openApp, `no sign-in page but ${page.status} ${page.url}\n${page.body.slice(0, 3000)}`);
  const back = await decide(demo, an, page.openApp, decision);
  const last = await visitor.open(back).catch((error) => {
    // Debian's mod_auth_openidc sends two pages in one answer.
    if (decision === "refuse" && error.code === "HPE_CLOSED_CONNECTION") return { url: back, body: String(error.rawPacket) };
    throw error;
  });
  return { ...(await (library.who ?? whoByPage)(visitor, origin, last)), last };
}

async function inChromium(demo, an, origin, decision) {
  const browser = await launch();
  try {
    const page = await (await open(browser, { size: "desktop" })).newPage();
    await visit(page, `${origin}/`);
    await page.click("#login");
    const link = await page.locator("#open-app").getAttribute("href");
    await visit(page, await decide(demo, an, link, decision));
    const text = await until("the page of the site", async () => (await page.url()).startsWith(origin) && page.locator("#person").textContent());
    const person = JSON.parse(text);
    return { status: person.error ? 401 : 200, person, last: { url: page.url(), body: text } };
  } finally {
    await browser.close();
  }
}

/** Starts a demo with a person who has an e-mail address. */
export async function startWithPerson() {
  const demo = await Demo.start();
  const an = demo.person("An Peeters");
  await demo.phoneDoes(an, "email", "add", EMAIL, "--code", an.code);
  return { demo, an };
}

/** Registers a library as a partner. */
export async function registered(demo, library, name, options) {
  const origin = `http://localhost:${demo.base + 14}`;
  const where = library.callback ? ["--redirect-uri", `${origin}${library.callback}`] : ["--site", origin];
  const short = name.replace(/ *\(.*/, "").replaceAll("`", "").slice(0, 60);
  const words = options.map((word) => word.replace("ORIGIN", origin));
  return (await succeed("admin", "partner", "add", "--home", demo.schemeHome(), "--name", short, ...where, ...words, "--json")).out;
}

/** Starts the program of a library, and stops it when `use` is done. `more` is what the program is also given. */
export async function site(demo, library, partner, folder, more, use) {
  const port = demo.base + 14;
  const origin = `http://localhost:${port}`;
  const started = await library.start({ issuer: demo.issuer, partner, port, origin, folder, ...more });
  const child = started.child ?? started;
  try {
    const answers = async () => child.exitCode !== null || (await fetch(`${origin}${library.ready ?? "/"}`, { redirect: "manual" })).status;
    await until(`${library.name} to answer`, answers, { within: 2 * PATIENCE, every: 300 });
    assert.equal(child.exitCode, null, `${library.name} ended by itself: ${child.said}`);
    return await use(origin, child);
  } finally {
    if (started.stop) await started.stop();
    else await end(child);
  }
}

/** Registers a library with its options, starts it and uses it. Returns the registration. */
export async function tryLibrary(demo, an, library) {
  const partner = await registered(demo, library, `Klant ${library.name}`, library.options);
  const folder = await mkdtemp(path.join(demo.folder, "client-"));
  return site(demo, library, partner, folder, {}, async (origin, child) => {
    const said = () => `\n${child.said}`;
    const first = await once(demo, an, library, origin, "approve");
    assert.equal(first.status, 200, `${first.last.url}\n${first.last.body}${said()}`);
    assert.ok(first.person.sub);
    if (library.email) assert.equal(first.person.email, EMAIL);
    if (!library.nameless) assert.match(first.person.name, /^An Peeters$/, JSON.stringify(first.person));
    const second = await once(demo, an, library, origin, "approve");
    assert.equal(second.status, 200, `the second login: ${second.last.url}\n${second.last.body}${said()}`);
    assert.deepEqual(second.person, first.person, "the second login is another person");
    const refused = await once(demo, an, library, origin, "refuse");
    assert.notEqual(refused.status, 200, `a refusal logs in: ${JSON.stringify(refused.person)}`);
    return partner;
  });
}
