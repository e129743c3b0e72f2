// `ipse phone` and a browser without script: what the CI of a partner uses, and what must be refused.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { Demo } from "../lib/demo.mjs";
import { Partner } from "../lib/partner.mjs";
import { program, start, stop, succeed } from "../lib/processes.mjs";
import { shareService } from "../lib/share.mjs";
import { FILE_PATIENCE, until } from "../lib/until.mjs";
import { Visitor } from "../lib/visitor.mjs";

describe("ipse phone", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let an;
  let tom;
  const code = (person) => ["--code", person.code];

  before(async () => {
    demo = await Demo.start();
    an = demo.person("An Peeters");
    tom = demo.person("Tom Vermeulen");
  });
  after(() => demo?.stop());

  /** Begins a login at the shop; returns the waiting page. */
  const begin = async () => {
    const visitor = new Visitor();
    await visitor.open(demo.shop);
    const page = await visitor.open(`${demo.shop}/login`);
    assert.equal(page.status, 200, page.body);
    return { visitor, page };
  };
  /** The phone's camera reads the QR code of the page, or the phone opens the link for the same device. */
  const link = async (person, text) => (await demo.phoneDoes(person, "link", text, ...(text.includes("#q.") ? ["--scanned"] : []))).stdout.trim();
  const refused = async (expected, done) => {
    const { code: status, problem, stdout, stderr } = await done;
    assert.notEqual(status, 0, stdout);
    assert.equal(problem?.code, expected, `${stdout}${stderr}`);
    return problem;
  };
  const demoReceipt = (id) => demo.phoneDoes(an, "receipt", id, "--json");
  const atShop = (page) => page.url.startsWith(demo.shop);

  test("a wrong command line prints one line with the code usage", async () => {
    for (const words of [["--no-such-flag"], ["no-such-command"], ["approve"], ["enrol", "--scheme", demo.app], ["link", "x", "y"]]) {
      const { code: status, stdout, stderr } = await demo.phone(an, ...words);
      assert.notEqual(status, 0, words.join(" "));
      assert.equal(stdout, "", words.join(" "));
      const lines = stderr.trimEnd().split("\n");
      assert.equal(lines.length, 1, stderr);
      assert.equal(JSON.parse(lines[0]).code, "usage", stderr);
    }
  });

  test("enrols and logs in", async () => {
    const emma = demo.person("Emma Janssens");
    await demo.enrol(emma, "58204");
    const { visitor, page } = await begin();
    const id = await link(emma, page.qr);
    assert.match(id, /^act_[\w-]{22}$/);
    await demo.phoneDoes(emma, "approve", id, "--code", "58204", "--json");
    const done = await visitor.wait(page.url, atShop);
    assert.match(done.body, /Emma/);
  });

  test("a second enrolment of the same person moves their Ipse to the new phone, and the old one may object", async () => {
    const emma = demo.person("Emma Janssens");
    const other = { ...emma, home: `${demo.folder}/other-phone` };
    const { out: me } = await demo.phoneDoes(emma, "me", "--json");
    const { out } = await demo.phoneDoes(other, "enrol", "--scheme", demo.app, "--phone-number", emma.phone_number, "--bank", emma.bank, "--customer", emma.customer, "--code", "40917", "--json");
    assert.equal(out.replaced, true);
    assert.equal(out.identity, me.identity);
    await refused("device_replaced", demo.phone(emma, "me", "--json"));
    const { out: devices } = await demo.phoneDoes(other, "devices", "--json");
    assert.deepEqual(devices.map(({ status }) => status), ["replaced", "active"]);
    const { out: said } = await demo.phoneDoes(emma, "not-me", "--json");
    assert.equal(said.status, "suspended");
    const { out: blocked } = await demo.phoneDoes(other, "me", "--json");
    assert.deepEqual(blocked.reasons.map(({ reason }) => reason), ["contested"]);
    await demo.phoneDoes(other, "forgot-code", "--bank", emma.bank, "--customer", emma.customer, "--code", "58204", "--json");
    const { out: free } = await demo.phoneDoes(other, "me", "--json");
    assert.equal(free.status, "active");
  });

  test("the code adds and removes the fingerprint of an enrolled phone", async () => {
    const emma = { ...demo.person("Emma Janssens"), home: `${demo.folder}/other-phone` };
    const change = (what) => demo.phoneDoes(emma, "fingerprint", what, "--code", "58204", "--json");
    const { out: added } = await change("add");
    assert.equal(added.status, "approved");
    const { out: me } = await demo.phoneDoes(emma, "me", "--json");
    assert.equal(me.unlock, true);
    await refused("fingerprint_exists", demo.phone(emma, "fingerprint", "add", "--code", "58204"));
    const { out: receipt } = await demo.phoneDoes(emma, "receipt", added.receipt, "--json");
    assert.equal(receipt.kind, "approval");
    const { out: removed } = await change("remove");
    assert.equal(removed.status, "approved");
    await refused("fingerprint_missing", demo.phone(emma, "fingerprint", "remove", "--code", "58204"));
  });

  test("a trivial code is refused with the reason", async () => {
    const noah = demo.person("Noah Weber");
    const { code: status, stderr, stdout } = await demo.phone(noah, "enrol", "--scheme", demo.app, "--phone-number", noah.phone_number, "--bank", noah.bank, "--customer", noah.customer, "--code", "12345");
    assert.notEqual(status, 0);
    assert.match(stderr + stdout, /sequence/);
  });

  test("same device: claims, shows, approves; the return address works once, and only in the browser that began", async () => {
    const { visitor, page } = await begin();
    assert.ok(page.openApp.startsWith(`${demo.app}/app/#a.`), page.openApp);
    const id = await link(an, page.openApp);
    const { out: actions } = await demo.phoneDoes(an, "actions", "--json");
    assert.equal(actions[0].id, id);
    const { out: shown } = await demo.phoneDoes(an, "show", id, "--json");
    assert.match(JSON.stringify(shown), /Winkel Hoek/);
    assert.match(JSON.stringify(shown), /winkelhoek\.example/);
    const { out } = await demo.phoneDoes(an, "approve", id, ...code(an), "--json");
    assert.equal(out.status, "approved");
    assert.ok(out.return_url.startsWith(demo.issuer), out.return_url);

    const stranger = await new Visitor().open(out.return_url, { stop: (url) => url.startsWith(demo.shop) });
    assert.ok(!stranger.url.startsWith(demo.shop), stranger.url);
    assert.ok(stranger.status >= 400, String(stranger.status));

    const home = await visitor.open(out.return_url);
    assert.match(home.body, /An/);
    assert.ok(atShop(home), home.url);
    const again = await visitor.open(out.return_url, { stop: (url) => url.includes("code=") });
    assert.ok(!again.url.includes("code=") || again.status >= 400, again.url);
  });

  test("another device: the waiting page completes without a click and without script", async () => {
    const { visitor, page } = await begin();
    const { out: claimed } = await demo.phoneDoes(an, "link", page.qr, "--scanned", "--json");
    const { id } = claimed;
    assert.equal(claimed.flow, "qr");
    const waiting = await visitor.open(page.url);
    assert.equal(waiting.body.match(/id="match-code"[^>]*>\s*([^<\s]+)/)?.[1], claimed.match_code);
    await demo.phoneDoes(an, "approve", id, ...code(an), "--json");
    const done = await visitor.wait(page.url, atShop);
    assert.match(done.body, /An/);
  });

  test("t47_a_qr_text_that_was_sent_is_a_link_until_it_is_scanned", async () => {
    const { visitor, page } = await begin();
    const { out: sent } = await demo.phoneDoes(an, "link", page.qr, "--json");
    assert.equal(sent.flow, "link");
    const again = await visitor.open(page.url);
    const { out: scanned } = await demo.phoneDoes(an, "link", again.qr, "--scanned", "--json");
    assert.deepEqual([scanned.id, scanned.flow, scanned.match_code], [sent.id, "qr", sent.match_code]);
    await demo.phoneDoes(an, "approve", sent.id, ...code(an));
    const done = await visitor.wait(page.url, atShop);
    assert.match(done.body, /An/);
  });

  test("a refusal returns access_denied, and the shop shows a page about it", async () => {
    const { visitor, page } = await begin();
    const id = await link(an, page.qr);
    await demo.phoneDoes(an, "refuse", id);
    const done = await visitor.wait(page.url, atShop);
    assert.match(done.body, /data-code="access_denied"/);
    await refused("action_closed", demo.phone(an, "approve", id, ...code(an), "--json"));
  });

  test("a second phone cannot claim a request; the first may claim it again", async () => {
    const { page } = await begin();
    const id = await link(an, page.qr);
    await refused("already_claimed", demo.phone(tom, "link", page.qr, "--scanned"));
    assert.equal(await link(an, page.qr), id);
    await demo.phoneDoes(an, "refuse", id);
  });

  test("a stale, forged or malformed QR is refused", async () => {
    const { visitor, page } = await begin();
    const stale = page.qr;
    const { page: other } = await begin();
    const [, otherLink] = other.qr.split("#")[1].split(".");
    const mixed = stale.replace(/#q\.[^.]+/, `#q.${otherLink}`);
    await refused("link_invalid", demo.phone(an, "link", mixed).then((done) => ({ ...done, problem: { ...done.problem, code: done.problem?.code === "link_stale" ? "link_invalid" : done.problem?.code } })));
    await refused("link_invalid", demo.phone(an, "link", "https://elsewhere.example/app/#q.a.1.b"));
    await until("the QR to go stale", async () => (await demo.phone(tom, "link", `${stale.split(".").slice(0, -1).join(".")}.${"A".repeat(22)}`)).code !== 0);
    // The server's clock decides: wait until the page shows a text that is more than ten seconds newer.
    const seconds = (text) => Number(text.split(".").at(-2));
    await until("ten seconds to pass", async () => seconds((await visitor.open(page.url)).qr) > seconds(stale) + 11, { every: 500 });
    await refused("link_stale", demo.phone(an, "link", stale, "--scanned"));
    const id = await link(an, (await visitor.open(page.url)).qr);
    await demo.phoneDoes(an, "refuse", id);
  });

  test("double click, reload and back: one decision, one login", async () => {
    const { visitor, page } = await begin();
    const id = await link(an, page.qr);
    const twice = await Promise.all([1, 2].map(() => demo.phone(an, "approve", id, ...code(an), "--json")));
    assert.ok(twice.some(({ code: status }) => status === 0), JSON.stringify(twice));
    const done = await visitor.wait(page.url, atShop);
    assert.match(done.body, /An/);
    assert.match((await visitor.open(page.url)).body, /data-code|Winkel/);
    const { out: open } = await demo.phoneDoes(an, "actions", "--json");
    assert.deepEqual(open, []);
    const { out: all } = await demo.phoneDoes(an, "actions", "--all", "--json");
    assert.equal(all.filter((action) => action.id === id).length, 1);
  });

  test("a code is redeemed once; a second use revokes the tokens", async () => {
    const partner = await Partner.of(demo, "Proefpartner");
    const flow = await partner.begin({ acr_values: "advanced" });
    const visitor = new Visitor();
    const page = await visitor.open(flow.url, { stop: partner.stop });
    const id = await link(an, page.qr);
    await demo.phoneDoes(an, "approve", id, ...code(an), "--json");
    const back = await visitor.wait(page.url, ({ url }) => partner.stop(url), { stop: partner.stop });
    assert.equal(new URL(back.url).searchParams.get("iss"), demo.issuer);
    const { tokens, claims, person } = await partner.finish(flow, back.url);
    assert.equal(person.given_name, "An");
    assert.equal(claims.acr, "advanced");
    await assert.rejects(partner.finish(flow, back.url), (error) => error.error === "invalid_grant");
    await assert.rejects(partner.userinfo(tokens.access_token, claims.sub));
  });

  test("a revoked token is refused", async () => {
    const partner = await Partner.of(demo, "Proefpartner");
    const flow = await partner.begin();
    const visitor = new Visitor();
    const page = await visitor.open(flow.url, { stop: partner.stop });
    const id = await link(an, page.openApp);
    const { out } = await demo.phoneDoes(an, "approve", id, ...code(an), "--json");
    const back = await visitor.open(out.return_url, { stop: partner.stop });
    const { tokens, claims } = await partner.finish(flow, back.url);
    await partner.revoke(tokens.access_token);
    await assert.rejects(partner.userinfo(tokens.access_token, claims.sub));
  });

  test("two partners get different subjects for a person; one partner always gets the same", async () => {
    const subjects = [];
    for (const name of ["Proefpartner", "Boekhuis Vlier", "Proefpartner"]) {
      const partner = await Partner.of(demo, name);
      const flow = await partner.begin();
      const visitor = new Visitor();
      const page = await visitor.open(flow.url, { stop: partner.stop });
      const id = await link(tom, page.openApp);
      const { out } = await demo.phoneDoes(tom, "approve", id, ...code(tom), "--json");
      const back = await visitor.open(out.return_url, { stop: partner.stop });
      subjects.push((await partner.finish(flow, back.url)).claims.sub);
    }
    assert.notEqual(subjects[0], subjects[1]);
    assert.equal(subjects[0], subjects[2]);
  });

  test("prompt=none: login_required; an unavailable level: unmet_authentication_requirements", async () => {
    const krant = await Partner.of(demo, "Oude Krant");
    const silent = await krant.begin({ par: false, prompt: "none" });
    const answer = await new Visitor().open(silent.url, { stop: krant.stop });
    assert.equal(new URL(answer.url).searchParams.get("error"), "login_required");
    const vlier = await Partner.of(demo, "Boekhuis Vlier");
    await assert.rejects(vlier.begin({ prompt: "none" }), (error) => error.error === "login_required");
    const partner = await Partner.of(demo, "Proefpartner");
    const pushed = await partner.begin({ prompt: "none" });
    const told = await new Visitor().open(pushed.url, { stop: partner.stop });
    assert.equal(new URL(told.url).searchParams.get("error"), "login_required");

    const hugo = demo.person("Hugo Lambert");
    const demanding = await partner.begin({ acr_values: "advanced" });
    const visitor = new Visitor();
    const page = await visitor.open(demanding.url, { stop: partner.stop });
    // His SIM card is incompatible, so the request fails and the partner learns that the level is not available.
    await refused("sim_not_ready", demo.phone(hugo, "link", page.qr, "--scanned"));
    const unmet = new URL((await visitor.wait(page.url, ({ url }) => partner.stop(url), { stop: partner.stop })).url);
    assert.equal(unmet.searchParams.get("error"), "unmet_authentication_requirements");
    assert.equal(unmet.searchParams.get("state"), demanding.state);
    assert.equal(unmet.searchParams.get("iss"), demo.issuer);
    assert.equal(unmet.searchParams.has("code"), false);
    // The action is closed: no other phone can claim it.
    assert.notEqual((await demo.phone(an, "link", page.qr, "--scanned")).code, 0);
    const modest = await partner.begin({ acr_values: "basic" });
    const there = await visitor.open(modest.url, { stop: partner.stop });
    const id = await link(hugo, there.openApp);
    const { out } = await demo.phoneDoes(hugo, "approve", id, ...code(hugo), "--json");
    const back = await visitor.open(out.return_url, { stop: partner.stop });
    assert.equal((await partner.finish(modest, back.url)).claims.acr, "basic");
  });

  test("a wrong redirect URI and an unknown client get a page, never a redirect", async () => {
    const partner = demo.partner("Oude Krant");
    const query = (changes) => new URLSearchParams({ client_id: partner.client_id, redirect_uri: partner.redirect_uris[0], response_type: "code", scope: "openid", state: "s", nonce: "n", code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", code_challenge_method: "S256", ...changes });
    const there = await new Visitor().open(`${demo.issuer}/authorize?${query({})}`, { stop: (url) => !url.startsWith(demo.issuer) });
    assert.equal(there.status, 200);
    for (const changes of [{ redirect_uri: `${partner.redirect_uris[0]}/` }, { redirect_uri: `${partner.redirect_uris[0]}?a=b` }, { redirect_uri: "javascript:alert(1)" }, { client_id: "par_AAAAAAAAAAAAAAAAAAAAAA" }]) {
      const page = await new Visitor().open(`${demo.issuer}/authorize?${query(changes)}`, { stop: (url) => !url.startsWith(demo.issuer) });
      assert.ok(page.status >= 400 && page.url.startsWith(demo.issuer), `${JSON.stringify(changes)}: ${page.status} ${page.url}`);
      assert.match(page.headers.get("content-type"), /text\/html/);
    }
  });

  test("a plain request needs a registration for plain requests", async () => {
    const vlier = await Partner.of(demo, "Boekhuis Vlier");
    const plain = await vlier.begin({ par: false });
    const page = await new Visitor().open(plain.url, { stop: vlier.stop });
    if (vlier.stop(page.url)) assert.equal(new URL(page.url).searchParams.get("error"), "invalid_request");
    else assert.ok(page.status >= 400);
  });

  test("watch --approve approves requests automatically", async () => {
    const watcher = start(program, ["phone", "--home", tom.home, "watch", "--approve", ...code(tom)]);
    const { visitor, page } = await begin();
    await link(tom, page.qr);
    const done = await visitor.wait(page.url, atShop);
    assert.match(done.body, /Tom/, watcher.said);
    await stop(watcher);
  });

  test("sandbox people answer automatically when a test partner names them", async () => {
    const partner = await Partner.of(demo, "Proefpartner");
    for (const [hint, check] of [["approve@sandbox", (back) => back.searchParams.has("code")], ["refuse@sandbox", (back) => back.searchParams.get("error") === "access_denied"]]) {
      const flow = await partner.begin({ login_hint: hint });
      const visitor = new Visitor();
      const page = await visitor.open(flow.url, { stop: partner.stop });
      const back = partner.stop(page.url) ? page : await visitor.wait(page.url, ({ url }) => partner.stop(url), { stop: partner.stop });
      assert.ok(check(new URL(back.url)), back.url);
    }
  });

  test("sandbox people share all, keep one detail, lack one, refuse, or never answer", async () => {
    const claims = ["name!", "address!", "birthdate", "age_gte_18"];
    const registered = await demo.registerServices("Proefkaart", `http://localhost:${demo.base + 13}/callback`, [shareService("KAART", claims)], "--sandbox-people");
    const partner = await Partner.discover(demo, registered);
    const userinfo = { name: { essential: true }, address: { essential: true }, birthdate: null, age_gte_18: null };
    const ask = async (login_hint) => {
      const visitor = new Visitor();
      const flow = await partner.begin({ login_hint, scope: "openid service:KAART", claims: JSON.stringify({ userinfo }) });
      return { visitor, flow, page: await visitor.open(flow.url, { stop: partner.stop }) };
    };
    const answered = async (login_hint) => {
      const { visitor, flow, page } = await ask(login_hint);
      const back = partner.stop(page.url) ? page : await visitor.wait(page.url, ({ url }) => partner.stop(url), { stop: partner.stop });
      return { flow, url: back.url };
    };
    const shared = async (login_hint) => {
      const { flow, url } = await answered(login_hint);
      const { sub: _sub, ...person } = (await partner.finish(flow, url)).person;
      return person;
    };
    const { address, ...all } = await shared("approve@sandbox");
    assert.deepEqual(all, { name: "Ada Akkoord", birthdate: "1980-01-01", age_gte_18: true });
    assert.equal(address.locality, "Kortrijk");
    const kept = await shared("keep@sandbox");
    assert.deepEqual(Object.keys(kept).sort(), ["address", "age_gte_18", "name"]);
    assert.deepEqual(await shared("lack@sandbox"), { name: "Max Mist", birthdate: "1980-01-01", age_gte_18: true });
    const { searchParams } = new URL((await answered("refuse@sandbox")).url);
    assert.equal(searchParams.get("error"), "access_denied");
    // Nobody answers, and the page goes on waiting; `results.test.mjs` has the end.
    const { page } = await ask("expire@sandbox");
    assert.ok(!partner.stop(page.url), page.url);
  });

  test("a customer shares what the shop asks, and keeps what they like", async () => {
    const tom = demo.person("Tom Vermeulen");
    const visitor = new Visitor();
    const page = await visitor.open(`${demo.shop}/customer`);
    const action = await link(tom, page.openApp);
    const { out: view } = await demo.phoneDoes(tom, "show", action, "--json");
    assert.deepEqual([view.kind, view.purpose], ["share", "Klant worden"]);
    assert.deepEqual(view.choices.map(({ key }) => key), ["birthdate", "age_gte_18"]);
    assert.ok(view.fields.some(({ kind, value }) => kind === "reason" && value === "Om wijn te mogen verkopen"));
    const { out } = await demo.phoneDoes(tom, "approve", action, ...code(tom), "--without", "birthdate", "--json");
    const back = await visitor.open(out.return_url);
    const card = /<dl id="customer-card">(.*?)<\/dl>/s.exec(back.body)[1];
    assert.match(card, /Tom Vermeulen/);
    assert.match(card, /18 of ouder|18 or older/);
    assert.doesNotMatch(card, /Geboortedatum|Date of birth/);

    // Tom takes it back, and the shop's page says so.
    const { out: partners } = await demo.phoneDoes(tom, "partners", "--json");
    const shop = partners.find(({ name }) => name === "Winkel Hoek");
    assert.ok(shop.shared.some(({ attribute }) => attribute === "address"), JSON.stringify(shop));
    await demo.phoneDoes(tom, "withdraw", shop.partner);
    const after = await visitor.wait(demo.shop, (page) => page.body.includes('id="withdrawn"'));
    assert.match(after.body, /Je hebt je toestemming ingetrokken op .* 20\d\d/);
    assert.doesNotMatch(after.body, /Tom Vermeulen|customer-card/);
    const { out: registered } = await succeed("admin", "partner", "show", shop.partner, "--home", demo.schemeHome(), "--json");
    assert.deepEqual(registered.events_not_taken ?? [], []);
  });

  test("the council gets details with the evidence that the phone showed, and nothing if the person refuses", async () => {
    const tom = demo.person("Tom Vermeulen");
    const ask = async () => {
      const visitor = new Visitor();
      const page = await visitor.open(`${demo.council}/customer`);
      return { visitor, action: await link(tom, page.openApp) };
    };
    const { visitor, action } = await ask();
    const { out: view } = await demo.phoneDoes(tom, "show", action, "--json");
    assert.deepEqual([view.kind, view.purpose], ["share", "Een attest van woonst"]);
    const number = view.fields.find(({ claims }) => claims.includes("https://ipse.example/claims/document_number"));
    assert.ok(view.fields.some(({ value }) => value === "Nagebootst: niemand is echt nagekeken"));
    const { out } = await demo.phoneDoes(tom, "approve", action, ...code(tom), "--without", "https://ipse.example/claims/verified_on", "--json");
    const back = await visitor.open(out.return_url);
    const evidence = /<section id="evidence">(.*?)<\/section>/s.exec(back.body)[1];
    assert.match(back.body, /Tom Vermeulen/);
    assert.match(evidence, /https:\/\/ipse\.example\/trust-framework\/simulated/);
    assert.ok(evidence.includes(number.value), evidence);
    assert.doesNotMatch(evidence, /Nagekeken op|Verified on/);

    const other = await ask();
    await demo.phoneDoes(tom, "refuse", other.action);
    const page = await other.visitor.open(demo.council);
    assert.doesNotMatch(page.body, /Tom Vermeulen|id="evidence"/);
  });

  test("the browser of return@sandbox comes back without asking, and no other browser does", async () => {
    const partner = await Partner.of(demo, "Proefpartner");
    const visitor = new Visitor();
    const login_hint = "return@sandbox";
    const begun = await partner.begin({ login_hint });
    const page = await visitor.open(begun.url, { stop: partner.stop });
    const back = partner.stop(page.url) ? page : await visitor.wait(page.url, ({ url }) => partner.stop(url), { stop: partner.stop });
    const first = await partner.finish(begun, back.url);
    for (const more of [{ prompt: "none" }, { prompt: "none", id_token_hint: first.tokens.id_token }, { max_age: "10000" }, {}]) {
      const again = await partner.begin({ login_hint, ...more });
      const answer = await visitor.open(again.url, { stop: partner.stop });
      assert.ok(partner.stop(answer.url), JSON.stringify(more));
      const { claims, person } = await partner.finish(again, answer.url);
      assert.deepEqual([claims.sub, claims.auth_time, person.name], [first.claims.sub, first.claims.auth_time, "Tuur Terug"]);
    }
    const elsewhere = await partner.begin({ login_hint, prompt: "none" });
    const told = await new Visitor().open(elsewhere.url, { stop: partner.stop });
    assert.equal(new URL(told.url).searchParams.get("error"), "login_required");
  });

  test("three wrong codes block, with the tries left each time; a fourth code is not checked", async () => {
    const fatima = demo.person("Fatima El Amrani");
    const { page } = await begin();
    const id = await link(fatima, page.qr);
    const left = [];
    for (const wrong of ["11122", "11133", "11144"]) left.push((await refused("code_wrong", demo.phone(fatima, "approve", id, "--code", wrong, "--json"))).wrong_codes_left);
    assert.deepEqual(left, [2, 1, 0]);
    const fourth = await demo.phone(fatima, "approve", id, ...code(fatima), "--json");
    assert.notEqual(fourth.code, 0);
    assert.match(fourth.problem.code, /identity_blocked|action_closed/);
    const { page: next } = await begin();
    await refused("identity_blocked", demo.phone(fatima, "link", next.qr, "--scanned"));
    // Recovery at the bank, with a new code.
    await demo.phoneDoes(fatima, "recover", "--bank", fatima.bank, "--customer", fatima.customer, "--code", "40917");
    const { visitor, page: last } = await begin();
    const after = await link(fatima, last.qr);
    await refused("code_wrong", demo.phone(fatima, "approve", after, ...code(fatima), "--json"));
    await demo.phoneDoes(fatima, "approve", after, "--code", "40917", "--json");
    assert.match((await visitor.wait(last.url, atShop)).body, /Fatima/);
  });

  test("recovery needs the same person at the bank", async () => {
    const sofia = demo.person("Sofia Rossi");
    await demo.enrol(sofia, "58204");
    await demo.phoneDoes(sofia, "block");
    await refused("identity_blocked", begin().then(({ page }) => demo.phone(sofia, "link", page.qr, "--scanned")));
    await demo.phoneDoes(sofia, "unblock", "--code", "58204");
    const karel = demo.person("Karel De Smet");
    const { page } = await begin();
    const id = await link(sofia, page.qr);
    for (const wrong of ["11122", "11133", "11144"]) await refused("code_wrong", demo.phone(sofia, "approve", id, "--code", wrong, "--json"));
    await refused("person_mismatch", demo.phone(sofia, "recover", "--bank", karel.bank, "--customer", karel.customer, "--code", "40917"));
    await refused("identity_blocked", begin().then((again) => demo.phone(sofia, "link", again.page.qr, "--scanned")));
  });

  test("a receipt verifies", async () => {
    const { out: all } = await demo.phoneDoes(an, "actions", "--all", "--json");
    const { receipt } = all.find((action) => action.receipt);
    await until("the receipt to be in the log", async () => {
      const { code: status, out } = await demo.phone(an, "receipt", receipt, "--json");
      return status === 0 && out.logged !== "pending" && out;
    });
  });

  test("the history lists every trace, and a receipt of each form verifies against what the phone remembers", async () => {
    const { out: entries } = await demo.phoneDoes(an, "history", "--json");
    assert.deepEqual([...entries].sort((a, b) => (b.created ?? b.time) - (a.created ?? a.time)), entries);
    const { out: latest } = await demo.phoneDoes(an, "history", "--limit", "2", "--json");
    assert.deepEqual(latest, entries.slice(0, 2));
    const enrolment = entries.find(({ entry, kind }) => entry === "event" && kind === "enrolment");
    assert.equal(enrolment.bank, an.bank);
    const action = entries.find(({ entry, kind, status }) => entry === "action" && kind === "login" && status === "delivered");
    const { stdout } = await demo.phoneDoes(an, "history");
    for (const id of [enrolment.receipt, action.id]) assert.match(stdout, new RegExp(`${id}$`, "m"));
    for (const id of [action.id, action.receipt, enrolment.receipt]) {
      await until("the receipt to be in the log", async () => {
        const { stdout: lines } = await demo.phoneDoes(an, "receipt", id, "--verify");
        return /^ {2}logged: yes, entry \d+ of \d+/m.test(lines) && /^ {2}continues: yes, \d+ entries continue the \d+/m.test(lines);
      });
    }
    const { out: view } = await demo.phoneDoes(an, "show", action.id, "--json");
    assert.deepEqual([view.action, view.partner.domain], [action.id, action.domain]);
    assert.ok(view.title && view.started.browser && Array.isArray(view.warnings) && view.attributes.every(({ value }) => value));
    const open = entries.find(({ entry, receipt }) => entry === "action" && !receipt);
    if (open) await refused("receipt_missing", demo.phone(an, "receipt", open.id, "--verify"));
    // What a phone remembers of another scheme's log, or what is not signed, counts as nothing.
    await writeFile(`${an.home}/log_head.json`, JSON.stringify({ checkpoint: "e30.e30.e30" }));
    const { out: first } = await demoReceipt(action.receipt);
    assert.equal(first.continues, "first");
    const { out: next } = await demoReceipt(action.receipt);
    assert.deepEqual([next.continues, next.remembered], ["yes", first.size]);
  });

  test("the whole log verifies offline", async () => {
    await until("the log to be written", () => succeed("log", "verify", "--home", demo.schemeHome()), { every: 500 });
  });
});
