// Opens every screen of the built app with the fake scheme, takes a screenshot of each, and runs axe on it.
//
//   npm run build && npm run screens [-- --lang nl,fr,de,en --theme light,dark --size phone,desktop,large --out DIR --jobs 2]
//
// The size `large` has the screens of sharing only, with text of 200 % on the phone.
//
// Exits with 1 if axe finds anything.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { launch } from "./browser.mjs";
import { check, found, note } from "./checks.mjs";
import { startFake } from "./fake.mjs";
import { walkLarge } from "./large.mjs";
import { confirmView } from "./confirm.mjs";
import { shareTexts, shareView } from "./share.mjs";

const { values } = parseArgs({
  options: {
    lang: { type: "string", default: "nl,fr,de,en" },
    theme: { type: "string", default: "light,dark" },
    size: { type: "string", default: "phone,desktop,large" },
    out: { type: "string", default: "/tmp/ipse-screens" },
    zoom: { type: "string", default: "1" },
    forced: { type: "boolean", default: false },
    // How many walks run at the same time.
    jobs: { type: "string", default: "2" },
  },
});
const SIZES = { phone: { width: 360, height: 640 }, desktop: { width: 1200, height: 860 }, narrow: { width: 320, height: 640 } };
const LOCALES = { nl: "nl-BE", fr: "fr-BE", de: "de-BE", en: "en-IE" };

async function walk(browser, lang, theme, size) {
  const folder = `${values.out}/${lang}-${theme}-${size}`;
  mkdirSync(folder, { recursive: true });
  const fake = await startFake();
  const context = await browser.newContext({
    viewport: SIZES[size],
    locale: LOCALES[lang],
    timezoneId: "Europe/Brussels",
    colorScheme: theme,
    forcedColors: values.forced ? "active" : "none",
    deviceScaleFactor: 1,
    bypassCSP: false,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on("pageerror", (error) => note(`${lang}: page error ${error.message}`, "page"));
  page.on("console", (message) => {
    if (/Content Security Policy|TrustedHTML|TrustedScript/i.test(message.text())) note(`CSP: ${message.text()}`, "page");
  });
  const cdp = await context.newCDPSession(page);
  if (values.zoom !== "1") await cdp.send("Emulation.setPageScaleFactor", { pageScaleFactor: 1 });
  await cdp.send("WebAuthn.enable");
  const options = { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
  const at = (testid) => page.getByTestId(testid);
  const type = async (code) => {
    await at("code-pad").waitFor();
    for (const digit of code) await page.keyboard.press(digit);
  };
  let count = 0;
  const shot = async (name) => {
    count += 1;
    await page.evaluate(() => document.fonts.ready);
    await page.waitForTimeout(180);
    const file = `${folder}/${String(count).padStart(2, "0")}-${name}`;
    await page.screenshot({ path: `${file}.png` });
    // A second screenshot shows the end of a long screen.
    const more = await page.evaluate(() => {
      const scroller = document.querySelector(".screen-scroll");
      if (!scroller || scroller.scrollHeight <= scroller.clientHeight + 8) return false;
      scroller.scrollTop = scroller.scrollHeight;
      return true;
    });
    if (more) await page.screenshot({ path: `${file}-end.png` });
    await page.evaluate(() => document.querySelector(".screen-scroll")?.scrollTo(0, 0));
    await check(page, `${lang}-${theme}-${size} ${name}`);
  };

  /** The element is above the buttons at the bottom, without scrolling. */
  const inView = async (testid, bar = ".screen-actions") => {
    const [box, actions] = [await at(testid).boundingBox(), await page.locator(bar).boundingBox()];
    if (size !== "narrow" && (box.y < 0 || box.y + box.height > actions.y + 1)) note(`${testid} is below the screen`, `${lang}-${theme}-${size}`);
  };

  const enrol = async (number) => {
    await page.goto(`${fake.origin}/app/`);
    await at("begin").click();
    await at("phone-number").fill(number);
    await at("number-next").click();
    await at("screen-sim").waitFor();
  };

  try {
    if (values.zoom !== "1") await page.addInitScript(`document.addEventListener("DOMContentLoaded",()=>{document.documentElement.style.fontSize="${17 * Number(values.zoom)}px"})`);
    await page.goto(`${fake.origin}/app/`);
    await at("begin").waitFor();
    await shot("welcome");
    await at("begin").click();
    await at("phone-number").fill("12");
    await at("number-next").click();
    await shot("number-wrong");
    for (const [last, name] of [["2", "upgradable"], ["3", "incompatible"], ["4", "unknown"]]) {
      await enrol(`0470 00 00 0${last}`);
      await shot(`sim-${name}`);
      await page.evaluate(() => indexedDB.deleteDatabase("ipse"));
      await at("back").click();
    }
    // A link waits until the enrolment is complete. If it is then too old, the app drops it without a message.
    await page.goto("about:blank");
    await page.goto(`${fake.origin}/app/#a.${"A".repeat(22)}.${"A".repeat(22)}`);
    await at("begin").waitFor();
    await shot("welcome-link");
    await enrol("0470 00 00 01");
    await shot("sim-ready");
    await at("sim-connect").click();
    await at("handset-message").waitFor();
    await at("sim-secret").fill("111111");
    await page.locator("[data-code=sim_secret_wrong]").waitFor();
    await shot("secret-wrong");
    await at("sim-secret").fill("482913");
    await at("screen-bank").waitFor();
    await shot("bank");
    await page.goto(`${fake.origin}/app/?problem=registrar_failed`);
    await at("screen-bank").waitFor();
    await shot("bank-problem");
    await at("bank-Bank Anker").click();
    await at("screen-vouched").waitFor();
    await shot("vouched");
    await at("vouched-next").click();
    await at("screen-code").waitFor();
    await shot("code");
    await type("12345");
    await page.locator("[data-reason=sequence]").waitFor();
    await shot("code-refused");
    await type("58204");
    await at("screen-code-again").waitFor();
    await type("58204");
    await at("unlock-yes").waitFor();
    await shot("unlock");
    await at("unlock-yes").click();
    await at("ready-home").waitFor();
    await shot("ready");
    await at("receipt").click();
    await at("receipt-verdict").waitFor();
    await shot("receipt-enrolment");
    await at("back").click();
    // The link is opened now. A problem that is not its age is shown.
    fake.state.failures.push({ route: "POST /actions/claim", status: 403, code: "level_not_allowed" });
    await at("ready-home").click();
    await page.locator("[data-testid=problem][data-code=level_not_allowed]").waitFor();
    await shot("link-refused");
    await page.goto("about:blank");
    await page.goto(`${fake.origin}/app/`);
    while (!fake.state.log.includes("POST /phone/v1/actions/claim 410")) await page.waitForTimeout(50);
    await at("status").waitFor();
    await shot("home-empty");
    await page.goto(`${fake.origin}/app/#/partners`);
    await page.locator(".empty").waitFor();
    await shot("partners-empty");
    await page.goto(`${fake.origin}/app/#`);
    await at("scan").click();
    await at("screen-scan").waitFor();
    await at("qr-text").fill("hello");
    await page.locator("[data-code=link_invalid]").waitFor();
    await shot("scan");

    const texts = {
      nl: ["Winkel Hoek wil weten wie je bent", "Aanmelden", "Voornaam", "Familienaam"],
      fr: ["Winkel Hoek souhaite savoir qui vous êtes", "Se connecter", "Prénom", "Nom de famille"],
      de: ["Winkel Hoek möchte wissen, wer Sie sind", "Anmelden", "Vorname", "Familienname"],
      en: ["Winkel Hoek wants to know who you are", "Log in", "First name", "Family name"],
    }[lang];
    const view = { title: texts[0], purpose: texts[1], attributes: [{ key: "given_name", label: texts[2], value: "An" }, { key: "family_name", label: texts[3], value: "Peeters" }] };
    const open = async (over = {}) => {
      const made = fake.createRequest({ ...over, view: { ...view, ...over.view } });
      await page.goto("about:blank");
      await page.goto(made.link);
      await at("continue").waitFor();
      return made;
    };
    await open();
    await shot("read");
    await at("continue").click();
    await at("use-unlock").waitFor();
    await shot("confirm-unlock");
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await at("use-unlock").click();
    await page.locator("[data-code=unlock_cancelled]").waitFor();
    await shot("unlock-cancelled");
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
    await at("other-factor").click();
    await at("code-pad").waitFor();
    await shot("confirm-code");
    await type("11122");
    await page.locator("[data-code=code_wrong]").waitFor();
    await shot("code-wrong");
    await type("58204");
    await page.locator("[data-testid=outcome][data-status=approved]").waitFor();
    await shot("approved");
    await at("receipt").click();
    await at("receipt-verdict").waitFor();
    await shot("receipt");

    const silent = await open({ flow: "app", factors: ["code"], simDelay: 3_600_000, view: { warnings: ["started_elsewhere"] } });
    await shot("read-warning");
    await at("continue").click();
    await type("58204");
    await at("confirming").waitFor();
    await at("back").waitFor();
    await shot("contacting-sim");
    // The person left meanwhile. That spent no try, so only the second code counts.
    await page.evaluate(() => history.back());
    await at("continue").click();
    await type("58204");
    silent.action.simReady = 0;
    await page.waitForURL(/returned/);
    const spent = fake.state.log.filter((line) => line.includes(silent.action.id) && /attempt 200|wrong/.test(line));
    if (spent.length !== 1) note("leaving the code screen costs a try", "page");

    // What no kind shows yet: rows that cover claims, an image, choices, and no browser.
    const picture = readFileSync(new URL("../dist/icon-192.png", import.meta.url));
    const digest = createHash("sha256").update(picture).digest("base64url");
    fake.state.images.set(digest, picture);
    const rich = {
      fields: [
        { kind: "text", label: "Adres", value: "Kerkstraat 1, 9000 Gent", claims: ["street_address", "postal_code", "locality"] },
        { kind: "image", label: "Foto", value: digest, claims: ["picture"] },
        { kind: "amount", label: "Bedrag", value: "12,50 EUR", claims: [] },
      ],
      choices: [
        { kind: "switch", key: "remember", label: "Onthoud mij hier tien minuten", options: [], default: "off" },
        { kind: "one_of", key: "account", label: "Rekening", options: [{ value: "a1", label: "Zichtrekening" }, { value: "a2", label: "Spaarrekening" }], default: "a1" },
      ],
      started: { flow: "backchannel", browser: null, device: "Kassa 4", place: "Winkel Hoek, Gent", time: Date.now() - 4000 },
    };
    await open({ flow: "backchannel", factors: ["code"], view: rich });
    await page.locator("[data-testid=view-image] img").waitFor();
    await at("choice-remember").focus();
    await page.keyboard.press("Space");
    await at("choice-account-a2").check();
    await shot("read-rich");
    await at("continue").click();
    await type("58204");
    await page.locator("[data-testid=outcome][data-status=approved]").waitFor();
    await at("receipt").click();
    await at("receipt-verdict").waitFor();
    if ((await at("receipt-verdict").getAttribute("data-sound")) !== "true") note("a receipt with choices is not correct", "page");
    await shot("receipt-rich");
    // Other bytes than those of the digest are not shown, and nothing can be approved.
    fake.state.images.set(digest, Buffer.concat([picture, Buffer.from("x")]));
    const forged = fake.createRequest({ flow: "backchannel", view: { ...view, ...rich } });
    await page.goto("about:blank");
    await page.goto(forged.link);
    await page.locator("[data-code=view_unreadable]").waitFor();

    // A partner asks for details: needed ones, ones that the person may keep, a picture, one that is missing.
    const { born, delivery } = shareTexts(lang);
    await open({ flow: "qr", factors: ["code"], view: shareView(lang, fake) });
    await page.locator("[data-testid=view-image] img").waitFor();
    await inView("match-code");
    await shot("read-share");
    await at("choice-birthdate").focus();
    await page.keyboard.press("Space");
    await shot("read-share-kept");
    await at("continue").click();
    await type("58204");
    await page.locator("[data-testid=outcome][data-status=approved]").waitFor();
    if ((await at("screen-outcome").innerText()).includes(born)) note("a detail that the person kept is listed as given", "page");
    await shot("shared");
    await at("receipt").click();
    await at("receipt-verdict").waitFor();
    if ((await at("receipt-verdict").getAttribute("data-sound")) !== "true") note("a receipt of shared details is not correct", "page");
    if (!(await at("screen-receipt").innerText()).includes(born)) note("a receipt does not show what the person kept", "page");
    await shot("receipt-share");
    if ((await at("check-continues").getAttribute("data-check")) !== "yes") note("the log does not continue", "page");
    for (const fault of ["overdue", "forgot", "forked"]) {
      fake.state.logFault = fault;
      await at("back").click();
      await at("receipt").click();
      await at("log-fault").waitFor();
      await shot(`log-${fault}`);
      await at("log-receipt").click();
      await shot(`receipt-log-${fault}`);
    }
    fake.state.logFault = null;
    await page.evaluate(() => void (location.hash = ""));
    await at("home-log").waitFor();
    await shot("home-log");
    await page.goBack();
    await at("log-evidence").waitFor();
    await page.evaluate(() => new Promise((done) => {
      // The evidence stays on a real phone. Here the other screens go on without it.
      indexedDB.open("ipse").onsuccess = ({ target }) => {
        const store = target.result.transaction("device", "readwrite").objectStore("device");
        store.get("this").onsuccess = ({ target: { result } }) => {
          delete result.logEvidence;
          store.put(result, "this").onsuccess = done;
        };
      };
    }));

    // A partner asks to confirm a payment.
    await open({ flow: "qr", factors: ["code"], view: confirmView(lang) });
    await at("sum").waitFor();
    await shot("read-confirm");
    await at("continue").click();
    await type("58204");
    await page.locator("[data-testid=outcome][data-status=approved]").waitFor();
    if (!(await at("screen-outcome").innerText()).includes("250")) note("the outcome does not say what was confirmed", "page");
    await shot("confirmed");

    // A browser that may come back, comes back, and may not any more.
    const label = { nl: "Deze browser mag 45 minuten lang terugkomen zonder het mij te vragen", fr: "Ce navigateur peut revenir pendant 45 minutes sans me le demander", de: "Dieser Browser darf 45 Minuten lang wiederkommen, ohne mich zu fragen", en: "This browser may come back for 45 minutes without asking me" }[lang];
    const { action: allowed } = await open({ flow: "qr", factors: ["code"], view: { choices: [{ kind: "switch", key: "return", label, options: [], default: "off" }] } });
    await at("choice-return").check();
    await shot("read-return");
    await at("continue").click();
    await type("58204");
    await page.locator("[data-testid=outcome][data-status=approved]").waitFor();
    const back = fake.comeBack(allowed);
    await page.goto("about:blank");
    await page.goto(`${fake.origin}/app/`);
    await at("returning").waitFor();
    await shot("home-returning");
    await page.goto(`${fake.origin}/app/#/action/${back.id}`);
    await at("screen-past").waitFor();
    await shot("past-returned");
    await at("receipt").click();
    await at("receipt-verdict").waitFor();
    if ((await at("receipt-verdict").getAttribute("data-sound")) !== "true") note("a receipt of a return is not correct", "page");
    await shot("receipt-return");
    await page.goto(`${fake.origin}/app/#`);
    await at(`stop-${allowed.id}`).click();
    await at("returning").waitFor({ state: "detached" });
    await page.goto(`${fake.origin}/app/#/action/${allowed.id}`);
    await at("screen-past").waitFor();
    await shot("past-approved");
    await at("to-partner").click();
    await at("details").waitFor();
    await page.getByText(delivery).waitFor();
    await shot("partner");
    // Without a connection the screen says so, and what it has stays.
    fake.state.told = false;
    fake.state.failures.push({ route: "GET /partners", status: 503, code: "busy" });
    await page.goto(`${fake.origin}/app/#/partners`);
    await page.locator("[data-testid=trouble][data-code=busy]").waitFor();
    await shot("partners-busy");
    await page.reload();
    await at("partners").waitFor();
    await shot("partners");
    await at("partners").locator("a").first().click();
    await at("withdraw").click();
    await at("withdraw-now").waitFor();
    await shot("withdraw");
    await page.locator("details summary").click();
    await at("letter").scrollIntoViewIfNeeded();
    await shot("withdraw-letter");
    fake.state.told = true;
    fake.state.failures.push({ route: "POST /partners/:id/withdraw", status: 503, code: "busy" });
    await at("withdraw-now").click();
    await page.locator("[data-testid=trouble][data-code=busy]").waitFor();
    await shot("withdraw-busy");
    await at("withdraw-now").dblclick();
    await at("screen-withdrawn").waitFor();
    await at("copy").click();
    await at("copied").filter({ hasText: /./ }).waitFor();
    await shot("withdrawn");
    const sent = fake.state.log.filter((line) => /withdraw 200/.test(line));
    if (sent.length !== 1) note("a double tap withdraws twice", "page");
    await at("withdraw-receipt").click();
    await at("receipt-verdict").waitFor();
    if ((await at("receipt-verdict").getAttribute("data-sound")) !== "true") note("a receipt of a withdrawal is not correct", "page");
    await shot("receipt-withdrawal");
    await page.goto(`${fake.origin}/app/#/partner/${fake.state.shop}`);
    await at("to-withdrawn").waitFor();
    if (await at("withdraw").count()) note("a consent can be withdrawn twice", "page");
    await shot("partner-withdrawn");
    await page.goto(`${fake.origin}/app/#`);

    await open({ flow: "link" });
    await inView("match-code");
    await shot("read-link");
    await at("refuse").click();
    await page.locator("[data-testid=outcome][data-status=refused]").waitFor();
    await shot("refused");
    await at("wasnt-me").click();
    await inView("wasnt-me-cancel");
    await shot("wasnt-me");

    await open({ factors: ["code"] });
    await at("continue").click();
    fake.state.failures.push({ route: "POST /actions/:id/attempt", status: 503, code: "sim_unavailable" });
    await type("58204");
    await at("try-again").waitFor();
    await shot("sim-unavailable");
    await at("try-again").click();
    await page.locator("[data-testid=outcome][data-status=approved]").waitFor();

    await open({ lifetime: 6000 });
    await page.locator("[data-testid=problem][data-code=action_expired]").waitFor();
    await shot("expired");
    const misleading = fake.createRequest({ view: { title: "Winkel \u202eevil" } });
    await page.goto("about:blank");
    await page.goto(misleading.link);
    await page.locator("[data-code=view_unreadable]").waitFor();
    await shot("view-unreadable");
    // Kinds that this app cannot show: one of the protocol's list, and one that the list does not have.
    const unsupported = fake.createRequest({ view: { ...view, kind: "device" } });
    await page.goto("about:blank");
    await page.goto(unsupported.link);
    await at("screen-unsupported").waitFor();
    await shot("unsupported");
    await at("update").click();
    await at("screen-unsupported").waitFor();
    await at("refuse").click();
    await page.locator("[data-testid=outcome][data-status=refused]").waitFor();
    if (unsupported.action.status !== "refused") note("an unsupported request cannot be refused", "page");
    const newer = fake.createRequest({ view: { ...view, kind: "transfer" } });
    await page.goto("about:blank");
    await page.goto(newer.link);
    await page.locator("[data-code=app_outdated]").waitFor();
    await shot("outdated");
    await page.goto("about:blank");
    await page.goto(`${fake.origin}/app/#q.${"A".repeat(22)}.3.${"A".repeat(22)}`);
    await page.locator("[data-code=link_stale]").waitFor();
    await shot("link-stale");
    await at("scan").click();
    await at("screen-scan").waitFor();

    await page.goto("about:blank");
    const waiting = fake.createRequest({ view });
    await page.goto(waiting.link);
    await at("continue").waitFor();
    await page.goto(`${fake.origin}/app/#`);
    fake.state.page = 6;
    await page.reload();
    await page.locator("[data-testid=open-actions]").waitFor();
    await shot("home");
    await at("tab-history").click();
    await at("history-more").waitFor();
    await shot("history");
    const rows = page.locator("[data-testid^=action-]");
    const shown = await rows.count();
    await at("history-more").click();
    await rows.nth(shown).waitFor();
    fake.state.page = 50;
    await page.locator("[data-testid=past-actions] a[href^=\"#/action/\"]").first().click();
    await at("screen-past").waitFor();
    await shot("past");
    await at("back").click();
    await at("tab-settings").click();
    await at("screen-settings").waitFor();
    await shot("settings");
    await at("to-devices").click();
    await at("device").first().waitFor();
    await shot("devices");
    await at("back").click();
    await at("to-about").click();
    await at("screen-about").waitFor();
    await shot("about");
    await at("back").click();
    await at("to-new-sim").click();
    await shot("new-sim");
    await at("new-sim-send").click();
    await at("screen-new-sim-secret").waitFor();
    await shot("new-sim-secret");
    await page.goto(`${fake.origin}/app/#/export`);
    await at("export-begin").waitFor();
    await shot("export");
    await at("export-begin").click();
    await at("continue").waitFor();
    await shot("read-export");
    await at("continue").click();
    await type("58204");
    await page.locator("[data-testid=outcome][data-status=approved]").waitFor();
    await at("export-save").click();
    await at("export-saved").waitFor();
    await shot("export-saved");
    await page.goto(`${fake.origin}/app/#/fingerprint`);
    await at("fingerprint-remove").waitFor();
    await shot("fingerprint-on");
    await at("fingerprint-remove").click();
    await at("continue").waitFor();
    await shot("read-fingerprint-remove");
    await at("continue").click();
    await type("58204");
    await page.locator("[data-testid=outcome][data-status=approved]").waitFor();
    await shot("fingerprint-removed");
    await page.goto(`${fake.origin}/app/#/fingerprint`);
    await at("fingerprint-add").waitFor();
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await at("fingerprint-add").click();
    await page.locator("[data-code=unlock_cancelled]").waitFor();
    await shot("fingerprint-cancelled");
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
    await at("fingerprint-add").click();
    await at("continue").waitFor();
    await shot("read-fingerprint-add");
    await at("continue").click();
    await type("58204");
    await page.locator("[data-testid=outcome][data-status=approved]").waitFor();
    await shot("fingerprint-added");
    // A site asks for the address of a person who has none. They add it, and the request waits.
    const address = { nl: ["E-mailadres", "Je hebt er geen toegevoegd"], fr: ["Adresse e-mail", "Vous n’en avez pas ajouté"], de: ["E-Mail-Adresse", "Sie haben keine hinzugefügt"], en: ["E-mail address", "You have not added one"] }[lang];
    const asked = await open({ factors: ["code"], view: { fields: [{ kind: "missing", label: address[0], value: address[1], claims: ["email", "email_verified"] }] } });
    await inView("add-email");
    await shot("read-missing");
    await at("add-email").click();
    await at("screen-email-address").waitFor();
    await shot("email-address");
    await at("email-field").fill("an");
    await at("email-next").click();
    await page.getByRole("alert").filter({ hasText: /./ }).first().waitFor();
    await shot("email-invalid");
    await at("email-field").fill("an.peeters@mail.example");
    await at("email-next").click();
    await at("screen-email-code").waitFor();
    await shot("email-code");
    await at("sim-secret").fill("111111");
    await page.locator("[data-code=email_code_wrong]").waitFor();
    await shot("email-code-wrong");
    await at("sim-secret").fill("482913");
    await at("continue").waitFor();
    await shot("read-email-set");
    await at("continue").click();
    await type("58204");
    await at("to-waiting").waitFor();
    await shot("email-set");
    await at("to-waiting").click();
    await page.getByText("an.peeters@mail.example").waitFor();
    await shot("read-completed");
    await at("continue").click();
    await type("58204");
    await page.locator("[data-testid=outcome][data-status=approved]").waitFor();
    if (asked.action.status !== "approved") note("a request that waited cannot be approved", "page");
    await shot("approved-email");
    await page.goto(`${fake.origin}/app/#/email`);
    await at("email-remove").waitFor();
    await shot("email");
    await at("email-remove").click();
    await at("continue").waitFor();
    await shot("read-email-remove");
    await at("continue").click();
    await type("58204");
    await page.locator("[data-testid=outcome][data-status=approved]").waitFor();
    await shot("email-removed");
    // What a bank has: the person signs in there, and comes back to the request that waits.
    const home = { nl: ["Adres", "Je bank gaf het nog niet"], fr: ["Adresse", "Votre banque ne l’a pas encore donnée"], de: ["Adresse", "Ihre Bank hat sie noch nicht gegeben"], en: ["Address", "Your bank has not given it yet"] }[lang];
    const fetches = await open({ factors: ["code"], view: { fields: [{ kind: "missing", label: home[0], value: home[1], claims: ["address"] }] } });
    await inView("fetch-bank");
    await shot("read-missing-bank");
    await at("fetch-bank").click();
    await at("screen-fetch-bank").waitFor();
    await shot("fetch-bank");
    await at("bank-Bank Anker").click();
    await page.getByText("Sint-Amandstraat 14").waitFor();
    await shot("read-fetched");
    await at("continue").click();
    await type("58204");
    await page.locator("[data-testid=outcome][data-status=approved]").waitFor();
    if (fetches.action.status !== "approved") note("a request that waited for a bank cannot be approved", "page");
    // Without it, the request goes on all the same. Where the scheme sends no mail, nothing is offered.
    fake.state.email = false;
    await open({ factors: ["code"], view: { fields: [{ kind: "missing", label: address[0], value: address[1], claims: ["email", "email_verified"] }] } });
    await at("missing").waitFor();
    if (await at("add-email").count()) note("an address is offered where no mail is sent", "page");
    await shot("read-missing-only");
    fake.state.email = true;
    await at("continue").click();
    await type("58204");
    await page.locator("[data-testid=outcome][data-status=approved]").waitFor();
    await page.goto("about:blank");
    await page.goto(`${fake.origin}/app/#/change-code`);
    await at("screen-code").waitFor();
    await shot("change-code");
    await type("73519");
    await at("screen-code-again").waitFor();
    await type("73519");
    await at("screen-change-code-secret").waitFor();
    await shot("change-code-secret");
    await at("sim-secret").fill("482913");
    await at("continue").waitFor();
    await shot("read-change-code");
    await at("continue").click();
    await type("58204");
    await page.locator("[data-testid=outcome][data-status=approved]").waitFor();
    await shot("code-changed");
    fake.state.limited = { until: Date.now() + 60_000 };
    await page.goto(`${fake.origin}/app/#/`);
    await page.reload();
    await at("limited").waitFor();
    await shot("home-limited");
    fake.state.limited = null;
    await page.goto(`${fake.origin}/app/#/block`);
    await at("block-now").waitFor();
    await shot("block");
    await at("block-now").click();
    await at("unblock").waitFor();
    await shot("blocked");
    await page.goto(`${fake.origin}/app/#`);
    await page.locator("[data-status=suspended]").waitFor();
    await shot("home-blocked");
    await at("way-block").click();
    await at("unblock").click();
    await at("continue").waitFor();
    await shot("read-unblock");
    await at("continue").click();
    await type("73519");
    await page.locator("[data-testid=outcome][data-status=approved]").waitFor();
    await shot("unblocked");

    // The identity is blocked while a request is on the screen.
    await open();
    fake.state.person.reasons.push({ reason: "fraud", since: Date.now() });
    fake.push("identity", { status: "suspended" });
    await at("blocked").waitFor();
    await shot("read-blocked");
    fake.state.person.reasons = [];
    fake.push("identity", { status: "active" });
    await at("blocked").waitFor({ state: "detached" });

    // Everything that happened, and much of it: what is far from the screen is not drawn.
    const first = fake.fill(300);
    await page.goto(`${fake.origin}/app/#/history`);
    await at("event-unblock").first().waitFor();
    await shot("history-events");
    for (const entries = at("entries"); await at("history-more").count(); ) {
      const pages = await entries.locator("> *").count();
      await at("history-more").click();
      await entries.locator("> *").nth(pages).waitFor();
    }
    await page.locator(".screen-scroll").evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight));
    await at(`action-${first}`).waitFor();
    await page.waitForFunction(() => document.querySelectorAll("[data-testid=entries] .row").length < 200);
    await shot("history-beginning");
    // Who comes back from an entry is where they left.
    await page.locator(".screen-scroll").evaluate((scroller) => scroller.scrollTo(0, scroller.scrollHeight));
    await at(`action-${first}`).click();
    await at("screen-past").waitFor();
    await at("back").click();
    await at(`action-${first}`).waitFor();
    await inView(`action-${first}`, ".tabs");
    await page.locator(".screen-scroll").evaluate((scroller) => scroller.scrollTo(0, 0));
    await at("event-unblock").first().waitFor();

    await open({ factors: ["code"] });
    await at("continue").click();
    for (let round = 1; round <= 3; round += 1) {
      await type("11122");
      while (fake.state.person.wrong < round) await page.waitForTimeout(50);
      await page.locator(`[data-testid=${round < 3 ? "trouble" : "problem"}][data-code=code_wrong]`).waitFor();
    }
    await shot("code-exhausted");
    await at("go-home").click();
    await at("way-recover").waitFor();
    await shot("home-exhausted");
    await at("way-recover").click();
    await shot("recover");
    await at("bank-Bank Anker").click();
    await at("screen-code").waitFor();
    await shot("recover-code");
    fake.state.failures.push({ route: "POST /recoveries/:id/code", status: 409, code: "epoch_changed" });
    await type("68204");
    await at("screen-code-again").waitFor();
    await type("68204");
    await at("screen-recover").waitFor();
    await page.locator("[data-testid=trouble][data-code=epoch_changed]").waitFor();
    await shot("recover-refused");
    await at("bank-Bank Anker").click();
    await at("screen-code").waitFor();
    await type("68204");
    await at("screen-code-again").waitFor();
    await type("68204");
    await page.locator("[data-testid=status][data-status=active]").waitFor();
    await context.setOffline(true);
    await page.reload();
    await page.locator("[data-code=offline]").waitFor();
    await shot("offline");
    await context.setOffline(false);
    fake.state.failures.push({ route: "GET /me", status: 409, code: "device_copied" });
    await at("try-again").click();
    await page.locator("[data-code=device_copied]").waitFor();
    await shot("copied");
    fake.state.failures.push({ route: "GET /me", status: 401, code: "device_replaced", members: { contest_until: null } });
    await page.reload();
    await at("screen-replaced").waitFor();
    await shot("replaced-late");
    fake.state.failures.push({ route: "GET /me", status: 401, code: "device_replaced", members: { contest_until: Date.now() + 3_600_000 } });
    await page.reload();
    await at("not-me").waitFor();
    await shot("replaced");
    await at("not-me").click();
    await at("screen-contested").waitFor();
    await shot("contested");
    fake.state.enrolledBefore = true;
    await at("start-over").click();
    await at("begin").click();
    await at("phone-number").fill("0470 00 00 01");
    await at("number-next").click();
    await at("sim-connect").click();
    await at("sim-secret").fill("482913");
    await at("bank-Bank Anker").click();
    await at("replaces").waitFor();
    await shot("vouched-replaces");
  } catch (error) {
    await page.screenshot({ path: `${folder}/99-stuck.png` });
    note(`${lang}-${theme}-${size}: stuck after ${count} screens: ${error.message.split("\n").slice(0, 3).join(" ")}`, "page");
  }
  await context.close();
  fake.close();
  console.log(`${folder}: ${count} screens`);
}

const [browser, large] = await Promise.all([launch(), launch({ text: 200 })]);
const walks = values.lang
  .split(",")
  .flatMap((lang) => values.theme.split(",").flatMap((theme) => values.size.split(",").map((size) => [lang, theme, size])));
const worker = async () => {
  for (let next = walks.shift(); next; next = walks.shift()) await (next[2] === "large" ? walkLarge(large, next[0], next[1], values.out) : walk(browser, ...next));
};
await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
await Promise.all([browser.close(), large.close()]);
for (const [what, where] of found) console.error(`${what}\n    ${where.slice(0, 4).join("; ")}${where.length > 4 ? ` and ${where.length - 4} more` : ""}`);
process.exitCode = found.size === 0 ? 0 : 1;
