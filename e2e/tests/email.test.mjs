// The e-mail address: added while a request waits for it, changed, removed, and left out. The mails arrive in the demo's mailbox.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { App } from "../lib/app.mjs";
import { launch, open, visit } from "../lib/chrome.mjs";
import { Demo, PATIENT } from "../lib/demo.mjs";
import { Partner } from "../lib/partner.mjs";
import { FILE_PATIENCE, until } from "../lib/until.mjs";
import { Visitor } from "../lib/visitor.mjs";

const CODE = "58204";
const SCOPES = "openid profile email";

describe("the e-mail address", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let browser;
  let app;
  let partner;

  before(async () => {
    demo = await Demo.start({ lifetimes: PATIENT });
    browser = await launch();
    partner = await Partner.of(demo, "Proefpartner");
    app = await App.open(demo, await open(browser));
    await app.enrol(demo.person("Lotte Claes"), CODE, { unlock: false });
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  const mails = async (to) => (await (await fetch(`${demo.ready.mailbox.url}/messages?to=${encodeURIComponent(to)}`)).json()).messages;

  /** The code of a mail that is not among `before`. */
  const codeAfter = async (to, before) => {
    const mail = await until("a mail", async () => (await mails(to))[before]);
    return mail.text.match(/^\s+(\d{6})$/m)[1];
  };

  /** Types an address and the code of its mail, up to the request that sets it. */
  const typeAddress = async (address) => {
    await app.screen("email-address");
    const before = (await mails(address)).length;
    await app.at("email-field").fill(address);
    await app.press("email-next");
    await app.screen("email-code");
    const digits = await codeAfter(address, before);
    // In the demo the app shows the mail beside it.
    await app.at("handset-message").filter({ hasText: digits }).first().waitFor();
    await app.at("sim-secret").fill(digits);
    await app.ownRequest();
    assert.match(await app.at("screen-read").innerText(), new RegExp(address.replaceAll(".", "\\.")));
  };

  /** Begins a login of the test partner and opens it in the app. Returns what finishes it. */
  const login = async () => {
    const flow = await partner.begin({ scope: SCOPES });
    const visitor = new Visitor();
    const page = await visitor.open(flow.url);
    await app.paste(async () => (await visitor.open(page.url)).qr);
    await app.request();
    return async () => {
      const back = await visitor.wait(page.url, ({ url }) => partner.stop(url), { stop: partner.stop });
      return (await partner.finish(flow, back.url)).person;
    };
  };

  test("a request asks for an address that the person does not have: they add it, and it is released", async () => {
    const finish = await login();
    await app.at("missing").waitFor();
    await app.press("add-email");
    await typeAddress("lotte@mail.example");
    await app.approveWithCode(CODE);
    await app.outcome("approved");
    await app.press("to-waiting");
    await app.request();
    await app.at("attributes").filter({ hasText: "lotte@mail.example" }).waitFor();
    assert.equal(await app.at("missing").count(), 0);
    await app.approveWithCode(CODE);
    await app.outcome("approved");
    const { email, email_verified, given_name } = await finish();
    assert.deepEqual({ email, email_verified, given_name }, { email: "lotte@mail.example", email_verified: true, given_name: "Lotte" });
  });

  test("the person uses another address, and the earlier one gets a notice", async () => {
    const before = (await mails("lotte@mail.example")).length;
    await app.goto("/app/#/settings");
    await app.press("to-email");
    await app.press("email-change");
    await typeAddress("claes@mail.example");
    await app.approveWithCode(CODE);
    await app.outcome("approved");
    const notice = await until("the notice", async () => (await mails("lotte@mail.example"))[before]);
    assert.ok(!notice.raw.includes("claes"), notice.raw);
    const finish = await login();
    await app.approveWithCode(CODE);
    await app.outcome("approved");
    assert.equal((await finish()).email, "claes@mail.example");
  });

  test("the person removes the address and goes on without", async () => {
    await app.goto("/app/#/email");
    await app.press("email-remove");
    await app.ownRequest();
    await app.approveWithCode(CODE);
    await app.outcome("approved");
    const finish = await login();
    await app.at("missing").waitFor();
    await app.approveWithCode(CODE);
    await app.outcome("approved");
    const person = await finish();
    assert.equal(person.given_name, "Lotte");
    assert.ok(!("email" in person) && !("email_verified" in person), JSON.stringify(person));
  });

  test("an address that is none, and one that the mail server does not know, get no code", async () => {
    await app.goto("/app/#/email");
    await app.screen("email-address");
    for (const address of ["lotte", "unknown@mail.example"]) {
      await app.at("email-field").fill(address);
      await app.press("email-next");
      await app.page.locator(".field-error").filter({ hasText: /./ }).waitFor();
    }
  });

  test("the scripted phone adds, changes and removes an address, and a request waits for it", async () => {
    const person = demo.person("An Peeters");
    const code = ["--code", person.code, "--json"];
    const flow = await partner.begin({ scope: SCOPES });
    const visitor = new Visitor();
    const page = await visitor.open(flow.url);
    const id = (await demo.phoneDoes(person, "link", page.qr, "--scanned")).stdout.trim();
    await demo.phoneDoes(person, "renew", id);
    assert.equal((await demo.phoneDoes(person, "email", "add", "an@mail.example", ...code)).out.status, "approved");
    await demo.phoneDoes(person, "renew", id);
    await demo.phoneDoes(person, "approve", id, ...code);
    const back = await visitor.wait(page.url, ({ url }) => partner.stop(url), { stop: partner.stop });
    assert.equal((await partner.finish(flow, back.url)).person.email, "an@mail.example");
    await demo.phoneDoes(person, "email", "change", "peeters@mail.example", ...code);
    assert.equal((await demo.phoneDoes(person, "me", "--json")).out.email, "peeters@mail.example");
    await demo.phoneDoes(person, "email", "remove", ...code);
    assert.equal((await demo.phoneDoes(person, "me", "--json")).out.email, undefined);
    const missing = await demo.phone(person, "email", "remove", ...code);
    assert.equal(missing.problem.code, "email_missing");
  });

  test("the page of the mailbox lists the mails", async () => {
    const reader = await (await open(browser)).newPage();
    // A notice may arrive between the two.
    await until("a page with each mail", async () => {
      await visit(reader, demo.ready.mailbox.url);
      await reader.getByText("lotte@mail.example").first().waitFor();
      const { messages } = await (await fetch(`${demo.ready.mailbox.url}/messages`)).json();
      return (await reader.locator("li").count()) === messages.length;
    });
  });
});
