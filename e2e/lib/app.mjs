// Drives the phone app as a person does.

import { visit, withFingerprint } from "./chrome.mjs";
import { until } from "./until.mjs";

export class App {
  constructor(demo, page, fingerprint) {
    Object.assign(this, { demo, page, fingerprint });
  }

  /** Opens the app on a new page of a browser context. */
  static async open(demo, context) {
    const page = await context.newPage();
    const fingerprint = await withFingerprint(page);
    const app = new App(demo, page, fingerprint);
    await visit(page, new URL("/app/", demo.app).href);
    return app;
  }

  at(testid) {
    return this.page.getByTestId(testid);
  }

  /** Goes to an address of the app, usually one that differs in the fragment only. */
  goto(address) {
    return this.page.goto(new URL(address, this.demo.app).href, { waitUntil: "commit" });
  }

  async press(testid) {
    await this.at(testid).click();
  }

  async screen(name) {
    await this.at(`screen-${name}`).waitFor();
  }

  async type(code) {
    await this.at("code-pad").waitFor();
    for (const digit of code) await this.page.keyboard.press(digit);
  }

  /** Goes from the first screen to the choice of a bank. Calls `seen` on each screen. */
  async connectSim(person, seen = async () => undefined) {
    await this.at("begin").waitFor();
    await seen("welcome");
    await this.press("begin");
    await this.screen("number");
    await seen("number");
    await this.at("phone-number").fill(person.phone_number);
    await this.press("number-next");
    await this.screen("sim");
    await seen("sim");
    if (person.sim !== "ready") {
      await this.press("sim-skip");
    } else {
      const before = await this.texts(person);
      await this.press("sim-connect");
      await this.screen("secret");
      const secret = await this.secret(person, before);
      await seen("secret");
      await this.at("sim-secret").fill(secret);
    }
    await this.screen("bank");
    await seen("bank");
  }

  /** Returns the text messages on this person's handset. */
  async texts({ phone_number: number }) {
    const answers = this.demo.ready.operators.map(({ url }) => fetch(`${url}/handset/messages?number=${encodeURIComponent(number)}`));
    const found = await Promise.all(answers.map(async (answer) => ((await answer).ok ? (await (await answer).json()).messages : [])));
    return found.flat().map(({ text }) => text);
  }

  /** Waits until a new text message has arrived and the app shows it; returns its six digits. */
  async secret(person, before) {
    const text = await until("a text message", async () => (await this.texts(person)).find((one) => !before.includes(one)));
    const digits = text.match(/\b(\d{3})\s?(\d{3})\b/);
    await this.at("handset-message").filter({ hasText: digits[0] }).first().waitFor();
    return digits[1] + digits[2];
  }

  /** Signs in at a demo bank and agrees. */
  async atBank(person, seen = async () => undefined) {
    await this.press(`bank-${person.bank}`);
    await this.page.waitForURL((url) => url.origin !== this.demo.app, { waitUntil: "commit" });
    await this.page.locator("#customer").waitFor();
    await seen("bank-sign-in");
    await this.page.locator("#customer").fill(person.customer);
    await this.page.locator("#sign-in button").click();
    await this.page.locator("#agree").waitFor();
    await seen("bank-agree");
    await this.page.locator("#agree button").click();
    await this.page.waitForURL((url) => url.origin === this.demo.app, { waitUntil: "commit" });
  }

  /** Enrols a person. */
  async enrol(person, code, { unlock = true, seen = async () => undefined } = {}) {
    await this.connectSim(person, seen);
    await this.atBank(person, seen);
    await this.finish(code, { unlock, seen });
  }

  /** Goes from the data that the bank vouched for to the home screen. */
  async finish(code, { unlock = true, seen = async () => undefined } = {}) {
    await this.screen("vouched");
    await seen("vouched");
    await this.press("vouched-next");
    await this.screen("code");
    await seen("code");
    await this.type(code);
    await this.screen("code-again");
    await seen("code-again");
    await this.type(code);
    await this.screen("unlock");
    await seen("unlock");
    await this.press(unlock ? "unlock-yes" : "unlock-no");
    await this.screen("ready");
    await seen("ready");
    await this.press("ready-home");
    await this.at("status").waitFor();
    await seen("home");
  }

  /** Pastes the text of a QR code. `read` returns it; it is valid for ten seconds, so it is read last. */
  async paste(read) {
    await this.goto("/app/#/scan");
    await this.at("qr-text").waitFor();
    await this.at("qr-text").fill(await read());
  }

  /** Waits for a request that the person started in the app. It has no match code. */
  async ownRequest() {
    await this.screen("read");
  }

  /** Waits for a request of a partner and returns its match code. */
  async request() {
    await this.screen("read");
    return (await this.at("match-code").innerText()).trim();
  }

  async approveWithCode(code) {
    await this.press("continue");
    await this.screen("confirm");
    const other = this.at("other-factor");
    if (await this.at("use-unlock").isVisible()) await other.click();
    await this.type(code);
  }

  async approveWithFingerprint() {
    await this.press("continue");
    await this.screen("confirm");
    await this.press("use-unlock");
  }

  outcome(status) {
    return this.page.locator(`[data-testid=outcome][data-status=${status}]`).waitFor();
  }
}
