// A fake scheme, bank and handset, for working on the app alone. It stores everything in memory. It checks each request as
// the scheme does (signature, sequence, body hash, transcript, proof), so it also tests the app's protocol. The build does
// not use dev/, so nothing of this is shipped.
//
//   npm run build && npm run fake        then open http://localhost:4701/app/
//
// A number that ends in 2 has an upgradable SIM, in 3 an incompatible one, in 4 an unknown one.

import { createHash, createHmac, createSign, generateKeyPairSync, randomBytes, timingSafeEqual, webcrypto } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import * as opaque from "@serenity-kit/opaque";

const b64u = (bytes) => Buffer.from(bytes).toString("base64url");
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();
const id = (prefix) => `${prefix}_${b64u(randomBytes(16))}`;
const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
const u16 = (n) => { const b = Buffer.alloc(2); b.writeUInt16BE(n); return b; };
const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64BE(BigInt(n)); return b; };

// The tree of the log (RFC 9162 §2.1).
const half = (n) => 2 ** Math.ceil(Math.log2(n) - 1);
const rootOf = (leaves) => (leaves.length === 1 ? leaves[0] : sha256(Buffer.from([1]), rootOf(leaves.slice(0, half(leaves.length))), rootOf(leaves.slice(half(leaves.length)))));
function inclusionOf(leaves, index) {
  if (leaves.length === 1) return [];
  const [left, right] = [leaves.slice(0, half(leaves.length)), leaves.slice(half(leaves.length))];
  return index < left.length ? [...inclusionOf(left, index), rootOf(right)] : [...inclusionOf(right, index - left.length), rootOf(left)];
}
function consistencyOf(leaves, old, whole = true) {
  if (old === leaves.length) return whole ? [] : [rootOf(leaves)];
  const [left, right] = [leaves.slice(0, half(leaves.length)), leaves.slice(half(leaves.length))];
  return old <= left.length ? [...consistencyOf(left, old, whole), rootOf(right)] : [...consistencyOf(right, old - left.length, false), rootOf(left)];
}

// The number of sequences that the scheme remembers, and the largest jump that it accepts (protocol §2).
const WINDOW = 64;
const JUMP = 1000;

/** Kinds that the person starts in the app. No partner is behind them, and only the code approves them. */
const OWN = ["sim", "unblock", "device", "code", "fingerprint", "email", "export"];

/** What the scheme and the operator write, in the person's language. */
const TEXTS = {
  nl: { sms: "verbindt je SIM met je Ipse. Geef deze cijfers aan niemand.", unblock: ["Je wilt je Ipse opnieuw gebruiken", "Daarna kun je weer aanmelden."], sim: ["Je wilt je nieuwe SIM verbinden", "Je SIM hoort dan weer bij je Ipse."], code: ["Je wilt je code veranderen", "Daarna geldt alleen je nieuwe code."], FINGERPRINT_ADD: ["Je wilt ook je vingerafdruk of gezicht gebruiken", "Daarna kun je op deze telefoon ook daarmee bevestigen. Je code blijft werken."], FINGERPRINT_REMOVE: ["Je wilt je vingerafdruk of gezicht niet meer gebruiken", "Daarna bevestig je alleen nog met je code."], export: ["Je wilt je gegevens downloaden", "Daarna staat alles wat Ipse over je bewaart in één bestand op deze telefoon. Bewaar het goed: wie het heeft, kent je."], EMAIL_SET: ["Je wilt dit e-mailadres gebruiken", "Daarna kun je het geven aan sites die erom vragen. We vragen het je elke keer eerst."], EMAIL_REMOVE: ["Je wilt je e-mailadres verwijderen", "Daarna geeft Ipse het aan geen enkele site meer. Sites die het al hebben, houden het."], email: "E-mailadres", number: "Je telefoonnummer" },
  fr: { sms: "relie votre SIM à votre Ipse. Ne donnez ces chiffres à personne.", unblock: ["Vous voulez réutiliser votre Ipse", "Vous pourrez ensuite vous connecter à nouveau."], sim: ["Vous voulez relier votre nouvelle SIM", "Votre SIM fera à nouveau partie de votre Ipse."], code: ["Vous voulez changer votre code", "Ensuite, seul votre nouveau code sera valable."], FINGERPRINT_ADD: ["Vous voulez aussi utiliser votre empreinte ou votre visage", "Ensuite, vous pourrez aussi confirmer ainsi sur ce téléphone. Votre code reste valable."], FINGERPRINT_REMOVE: ["Vous ne voulez plus utiliser votre empreinte ou votre visage", "Ensuite, vous confirmerez uniquement avec votre code."], export: ["Vous voulez télécharger vos données", "Ce téléphone aura ensuite tout ce qu’Ipse garde sur vous, dans un seul fichier. Gardez-le bien : qui l’a vous connaît."], EMAIL_SET: ["Vous voulez utiliser cette adresse e-mail", "Ensuite, vous pourrez la donner aux sites qui la demandent. Nous vous le demanderons chaque fois."], EMAIL_REMOVE: ["Vous voulez supprimer votre adresse e-mail", "Ensuite, Ipse ne la donnera plus à aucun site. Les sites qui l’ont déjà la gardent."], email: "Adresse e-mail", number: "Votre numéro de téléphone" },
  de: { sms: "verbindet Ihre SIM mit Ihrem Ipse. Nennen Sie diese Ziffern niemandem.", unblock: ["Sie möchten Ihr Ipse wieder benutzen", "Danach können Sie sich wieder anmelden."], sim: ["Sie möchten Ihre neue SIM verbinden", "Ihre SIM gehört dann wieder zu Ihrem Ipse."], code: ["Sie möchten Ihren Code ändern", "Danach gilt nur noch Ihr neuer Code."], FINGERPRINT_ADD: ["Sie möchten auch Ihren Fingerabdruck oder Ihr Gesicht verwenden", "Danach können Sie auf diesem Telefon auch damit bestätigen. Ihr Code gilt weiterhin."], FINGERPRINT_REMOVE: ["Sie möchten Ihren Fingerabdruck oder Ihr Gesicht nicht mehr verwenden", "Danach bestätigen Sie nur noch mit Ihrem Code."], export: ["Sie möchten Ihre Daten herunterladen", "Danach ist alles, was Ipse über Sie speichert, in einer Datei auf diesem Telefon. Bewahren Sie sie gut auf: Wer sie hat, kennt Sie."], EMAIL_SET: ["Sie möchten diese E-Mail-Adresse verwenden", "Danach können Sie sie Websites geben, die danach fragen. Wir fragen Sie jedes Mal zuerst."], EMAIL_REMOVE: ["Sie möchten Ihre E-Mail-Adresse entfernen", "Danach gibt Ipse sie keiner Website mehr. Websites, die sie schon haben, behalten sie."], email: "E-Mail-Adresse", number: "Ihre Telefonnummer" },
  en: { sms: "connects your SIM to your Ipse. Give these digits to nobody.", unblock: ["You want to use your Ipse again", "After this you can log in again."], sim: ["You want to connect your new SIM", "Your SIM will belong to your Ipse again."], code: ["You want to change your code", "After this, only your new code works."], FINGERPRINT_ADD: ["You want to use your fingerprint or face too", "After this you can also confirm with it on this phone. Your code keeps working."], FINGERPRINT_REMOVE: ["You want to stop using your fingerprint or face", "After this you confirm with your code only."], export: ["You want to download your data", "This phone then has all that Ipse holds on you in one file. Keep it well: who has it knows you."], EMAIL_SET: ["You want to use this e-mail address", "After this you can give it to sites that ask for it. Each time we ask you first."], EMAIL_REMOVE: ["You want to remove your e-mail address", "After this Ipse gives it to no site any more. Sites that have it already keep it."], email: "E-mail address", number: "Your phone number" },
};

const DIST = new URL("../dist/", import.meta.url).pathname;
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json" };

class Refusal extends Error {
  constructor(status, code, members = {}) { super(code); Object.assign(this, { status, code, members }); }
}

function es256(typ, payload, key, kid = "k") {
  const signed = `${b64u(JSON.stringify({ alg: "ES256", typ, kid }))}.${b64u(JSON.stringify(payload))}`;
  return `${signed}.${b64u(createSign("sha256").update(signed).sign({ key, dsaEncoding: "ieee-p1363" }))}`;
}

export async function startFake({ port = 0, simDelay = 0 } = {}) {
  await opaque.ready;
  const logKey = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const simKey = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const setup = opaque.server.createSetup();
  const state = { devices: new Map(), byThumb: new Map(), enrolments: new Map(), recoveries: new Map(), actions: new Map(), links: new Map(), receipts: new Map(), events: [], tree: [], logFault: null, images: new Map(), messages: [], streams: new Set(), lose: 0, simDelay, failures: [], log: [], page: 50, email: true, shop: id("par"), told: true };
  let origin = "";

  const text = (number, secret, language) => state.messages.push({ number, time: Date.now(), from: "Ipse", text: `Ipse: ${secret} ${TEXTS[language].sms}` });
  const push = (event, data) => { for (const stream of state.streams) stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`); };

  async function device(request, path, body) {
    const jws = request.headers["ipse-device"];
    if (!jws) throw new Refusal(401, "device_signature_invalid");
    const [head, payload, signature] = jws.split(".");
    const header = JSON.parse(Buffer.from(head, "base64url"));
    const claims = JSON.parse(Buffer.from(payload, "base64url"));
    let known = state.devices.get(header.kid) ?? state.byThumb.get(header.kid);
    if (!known && path === "/phone/v1/enrolments") {
      const { device_key: jwk } = JSON.parse(body);
      const thumb = b64u(sha256(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y })));
      known = { thumb, jwk, seq: 0, seen: new Map(), status: "active" };
      state.byThumb.set(thumb, known);
    }
    if (!known) throw new Refusal(401, "device_signature_invalid");
    const key = await webcrypto.subtle.importKey("jwk", { ...known.jwk }, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    const good = await webcrypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, Buffer.from(signature, "base64url"), Buffer.from(`${head}.${payload}`));
    if (!good || header.alg !== "ES256" || header.typ !== "ipse-request+jwt" || Object.keys(header).length !== 3) throw new Refusal(401, "device_signature_invalid");
    if (claims.aud !== origin || claims.htm !== request.method || claims.htu !== path || claims.dev !== header.kid || claims.bh !== b64u(sha256(body))) throw new Refusal(401, "device_signature_invalid");
    if (known.status === "suspended") throw new Refusal(401, "device_suspended");
    const hash = b64u(sha256(Buffer.from(payload, "base64url")));
    if (claims.seq > known.seq + JUMP) throw new Refusal(409, "sequence_stale");
    if (claims.seq <= known.seq) {
      const seen = known.seen.get(claims.seq);
      if (claims.seq <= known.seq - WINDOW) {
        known.challenge = b64u(randomBytes(40));
        throw new Refusal(409, "sequence_behind", { newest: known.seq, challenge: known.challenge });
      }
      if (seen && seen !== hash) {
        known.status = "suspended";
        throw new Refusal(409, "device_copied");
      }
      if (!seen) throw new Refusal(409, "sequence_stale");
    }
    known.seq = Math.max(known.seq, claims.seq);
    known.seen.set(claims.seq, hash);
    return { known, claims, jws };
  }

  /** A phone says that it did not send the newest sequence (protocol §2). */
  async function copied(proof) {
    const [head, payload, signature] = proof.split(".");
    const header = JSON.parse(Buffer.from(head, "base64url"));
    const claims = JSON.parse(Buffer.from(payload, "base64url"));
    const known = state.devices.get(header.kid);
    const key = await webcrypto.subtle.importKey("jwk", { ...known.jwk }, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    const good = await webcrypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, Buffer.from(signature, "base64url"), Buffer.from(`${head}.${payload}`));
    if (!good || header.typ !== "ipse-copy+jwt" || claims.dev !== known.id || claims.aud !== origin || claims.challenge !== known.challenge) throw new Refusal(401, "device_signature_invalid");
    known.status = "suspended";
    return [200, { status: "suspended" }];
  }

  /** The next step back to an active identity (protocol §4). */
  function next(reasons) {
    const steps = { person: "unblock", code_exhausted: "recover", contested: "recover", document: "recover", registrar: "recover", sim_changed: "sim", sim_lost: "sim", device_lost: "new_phone" };
    const all = reasons.map(({ reason }) => steps[reason] ?? "support");
    return ["support", "new_phone", "recover", "unblock", "sim"].find((step) => all.includes(step)) ?? null;
  }

  function blockIf(known) {
    if (known.person?.reasons.length) throw new Refusal(403, "identity_blocked", { reasons: known.person.reasons });
  }

  function receipt(kind, person, evidence) {
    const salt = randomBytes(32);
    const bytes = Buffer.from(JSON.stringify(evidence));
    const mac = (message) => b64u(createHmac("sha256", salt).update(message).digest());
    const disclosureSalt = randomBytes(32);
    const disclosure = b64u(createHmac("sha256", disclosureSalt).update(sha256("")).digest());
    const leaf = Buffer.from(JSON.stringify({ version: 2, kind, time: Date.now(), subject: mac(person.identity), commitment: mac(sha256(bytes)), disclosure }));
    const leafHash = sha256(Buffer.from([0]), leaf);
    const rec = id("rec");
    // The decisions of others come between.
    state.tree.push(randomBytes(32), leafHash, randomBytes(32));
    const promise = es256("ipse-promise+jwt", { leaf: b64u(leafHash), receipt: rec, by: Date.now() + 10_000 }, logKey.privateKey);
    state.receipts.set(rec, { receipt: rec, leaf: b64u(leaf), salt: b64u(salt), evidence: b64u(bytes), disclosure_salt: b64u(disclosureSalt), disclosure: "", index: state.tree.length - 2, promise });
    if (!["approval", "refusal", "return"].includes(kind)) {
      const { reason, cause = "", registrar: bank, partner_name: partner, partner_domain: domain } = evidence;
      const about = { ...(cause.startsWith("act_") ? { action: cause } : {}), ...(cause.startsWith("par_") ? { partner_id: cause, told: "accepted" } : {}) };
      state.events.push({ person, created: Date.now(), id: rec, event: { entry: "event", receipt: rec, kind, time: Date.now(), reason, bank, partner, domain, ...about } });
    }
    return { receipt: rec, promise };
  }

  /** A receipt with the head of the log and its proofs. `logFault`: the log forgets, is another one, or breaks a promise. */
  function logged(found, since) {
    const { logFault } = state;
    const size = logFault === "forgot" ? Number(since) - 1 : state.tree.length;
    const leaves = logFault === "forked" ? state.tree.map((hash, at) => (at === found.index ? hash : sha256(hash))) : state.tree.slice(0, size);
    const checkpoint = es256("ipse-checkpoint+jwt", { origin: `${origin}/issuer`, size, root: b64u(rootOf(leaves)), iat: Math.floor(Date.now() / 1000) }, logKey.privateKey);
    const consistency = since !== null && Number(since) <= size ? { consistency: consistencyOf(leaves, Number(since)).map(b64u) } : {};
    const leafHash = sha256(Buffer.from([0]), Buffer.from(found.leaf, "base64url"));
    if (logFault === "overdue") {
      const promise = es256("ipse-promise+jwt", { leaf: b64u(leafHash), receipt: found.receipt, by: Date.now() - 3_600_000 }, logKey.privateKey);
      return { ...found, promise, index: null, proof: [], checkpoint, ...consistency };
    }
    return found.index < size ? { ...found, proof: inclusionOf(leaves, found.index).map(b64u), checkpoint, ...consistency } : { ...found, index: null, proof: [], checkpoint, ...consistency };
  }

  function makeAction(person, over = {}) {
    const action = id("act");
    const flow = over.flow ?? "qr";
    const expires = Date.now() + (over.lifetime ?? 180_000);
    const view = {
      version: 2, language: person.language, action, kind: "login", partner: { id: state.shop, name: "Winkel Hoek", domain: "shop.example" }, service: "HOEK_LOGIN",
      title: "Winkel Hoek wil weten wie je bent", purpose: "Aanmelden", attributes: [{ key: "given_name", label: "Voornaam", value: "An" }, { key: "family_name", label: "Familienaam", value: "Peeters" }],
      fields: [], choices: [], started: { flow, browser: flow === "backchannel" ? null : "Firefox, Linux", device: null, place: null, time: Date.now() - 4000 }, warnings: flow === "link" && !OWN.includes(over.view?.kind) ? ["started_elsewhere"] : [], level: "advanced", expires, ...over.view,
    };
    const bytes = Buffer.from(over.raw ? over.raw(view) : JSON.stringify(view));
    const made = { id: action, kind: view.kind, person, epoch: person.epoch, flow, view, bytes, partner: view.partner, status: "created", created: Date.now(), expires, decided: null, receipt: null, nonce: randomBytes(32), binding: randomBytes(32), match: over.match ?? "K7P", sim: over.sim ?? "silent", factors: over.factors ?? (OWN.includes(view.kind) ? ["code"] : ["code", "unlock"]), simReady: Date.now() + (over.simDelay ?? state.simDelay) };
    state.actions.set(action, made);
    return made;
  }

  /** A browser comes back after an action. */
  function comeBack(before) {
    const made = makeAction(before.person, { flow: before.flow, view: { ...before.view } });
    Object.assign(made, { status: "delivered", decided: Date.now(), returned: true });
    const evidence = { approval: before.id, partner: made.partner.id, partner_name: made.partner.name, partner_domain: made.partner.domain, browser: made.view.started.browser, attributes: [], time: made.decided };
    return Object.assign(made, receipt("return", made.person, evidence));
  }

  /** An action that the person starts in the app. */
  function ownAction(person, kind, over = {}) {
    const [title, purpose] = TEXTS[person.language][over.service ?? kind];
    const shown = { sim: [TEXTS[person.language].number, person.next], email: [TEXTS[person.language].email, over.address] }[kind];
    const fields = shown ? [{ kind: "text", label: shown[0], value: shown[1], claims: [] }] : [];
    const made = makeAction(person, { flow: "link", ...over, view: { kind, service: over.service ?? kind.toUpperCase(), title, purpose, fields, attributes: [], partner: { id: id("par"), name: "Ipse", domain: "ipse.example" } } });
    return Object.assign(made, { status: "linked", claimed: true });
  }

  const summary = (a) => ({ id: a.id, kind: a.kind, partner: OWN.includes(a.kind) ? null : a.partner.name, domain: OWN.includes(a.kind) ? null : a.partner.domain, status: a.status, created: a.created, expires: a.expires, decided: a.decided, receipt: a.receipt, ...(OWN.includes(a.kind) ? {} : { partner_id: a.partner.id }), ...(a.reason ? { reason: a.reason } : {}), ...(a.returned ? { returned: true } : {}), ...(a.withdrawn ? { withdrawn: a.withdrawn } : {}) });
  const offer = (a) => ({ action: a.id, flow: a.flow, match_code: a.match, view: b64u(a.bytes), nonce: b64u(a.nonce), expires: a.expires, server_time: Date.now(), identity: a.person.identity, epoch: a.epoch, code_version: a.person.codeVersion, partner: a.partner.id, domain: a.partner.domain, browser_binding: b64u(a.binding), level: "advanced", factors: a.factors, sim: a.sim, wrong_since_last: a.person.wrong, wrong_codes_left: 3 - a.person.wrong });

  const hashOfPairs = (pairs) => sha256(...pairs.flatMap((pair) => pair.flatMap((p) => [u32(Buffer.byteLength(p)), p])));

  function transcript(a, known, { sequence, sim, factor, decision, choices }) {
    const attributes = hashOfPairs([...a.view.attributes.map(({ key, value }) => [key, value]), ...a.view.fields.filter(({ kind }) => kind !== "missing").flatMap(({ claims, value }) => claims.map((claim) => [claim, value]))]);
    const chosen = hashOfPairs(choices.map(({ key, value }) => [key, value]));
    const fields = [["version", "ipse/transcript/2"], ["issuer", `${origin}/issuer`], ["identity", a.person.identity], ["device", known.id], ["sequence", u64(sequence)], ["epoch", u64(a.person.epoch)], ["code_version", u64(a.person.codeVersion)], ["nonce", a.nonce], ["action", a.id], ["partner", a.partner.id], ["domain", a.partner.domain], ["flow", a.flow], ["browser_binding", a.binding], ["view_hash", sha256(a.bytes)], ["attributes_hash", attributes], ["choices_hash", chosen], ["documents", ""], ["sim_statement_hash", sim ? sha256(sim) : ""], ["factor", factor], ["decision", decision], ["expires", u64(a.expires)]];
    a.fields = { version: fields[0][1], ...Object.fromEntries(fields.slice(1).map(([label, value]) => [label, ["nonce", "browser_binding", "view_hash", "attributes_hash", "choices_hash", "documents", "sim_statement_hash"].includes(label) ? b64u(value) : value])), sequence, epoch: a.person.epoch, code_version: a.person.codeVersion, expires: a.expires };
    return sha256(...fields.flatMap(([label, value]) => [u16(label.length), label, u32(Buffer.byteLength(value)), value]));
  }

  function decide(a, known, jws, status, factor, choices = []) {
    a.status = status;
    a.decided = Date.now();
    Object.assign(a, receipt(status === "approved" ? "approval" : "refusal", a.person, { view: b64u(a.bytes), transcript: a.fields, device_jws: jws, sim_statement: null, decision: status === "approved" ? "approve" : "refuse", factor, ...(choices.length ? { choices } : {}), time: a.decided }));
    a.kept = choices.filter(({ value }) => value === "off").map(({ key }) => key);
    a.answer = { status, return_url: a.flow === "app" ? `${origin}/dev/returned` : null, receipt: a.receipt, promise: a.promise };
    if (choices.some(({ key, value }) => key === "return" && value === "on")) a.returning = Date.now() + 2_700_000;
    if (status === "approved" && a.kind === "code") Object.assign(a.person, { record: a.record, codeVersion: a.person.codeVersion + 1, epoch: a.person.epoch + 1 });
    if (status === "approved" && a.kind === "fingerprint") a.person.unlock = a.credential;
    if (status === "approved" && a.kind === "email") a.person.email = a.address;
    if (status === "approved" && a.kind === "unblock") {
      for (const { reason } of a.person.reasons) receipt("unblock", a.person, { identity: a.person.identity, kind: "unblock", reason, cause: a.id, time: Date.now() });
      a.person.reasons = [];
    }
    if (status === "approved" && a.kind === "sim") Object.assign(a.person, { number: a.person.next, moved: false, reasons: a.person.reasons.filter(({ reason }) => !reason.startsWith("sim_")) });
    push("action", { id: a.id, status });
    return a.answer;
  }

  async function phone(request, path, raw) {
    const url = new URL(path, origin);
    if (url.pathname === "/phone/v1/config") {
      return [200, { audience: origin, issuer: `${origin}/issuer`, profile: "demo", banks: [{ name: "Bank Anker" }, { name: "Spaarkas Linde" }], terms_version: "2026-11", code_scheme: 1, email: state.email, mailbox: `${origin}/dev/mailbox`, webauthn: { rp_id: "localhost" }, handsets: [{ operator: "Leie Mobiel", url: origin }], log_key: (({ kty, crv, x, y }) => ({ kty, crv, x, y }))(logKey.publicKey.export({ format: "jwk" })) }];
    }
    if (url.pathname === "/phone/v1/copied") return copied(JSON.parse(raw).proof);
    const { known, claims, jws } = await device(request, path, raw);
    const body = raw === "" ? {} : JSON.parse(raw);
    const route = `${request.method} ${url.pathname.replace("/phone/v1", "").replace(/(enr|act|rec|rcv|par)_[\w-]{22}/, ":id").replace(/images\/[\w-]{43}$/, "images/:digest")}`;
    const target = /(?:enr|act|rec|rcv|par)_[\w-]{22}/.exec(url.pathname)?.[0];
    const forced = state.failures.findIndex((failure) => failure.route === route);
    if (forced >= 0) { const [f] = state.failures.splice(forced, 1); throw new Refusal(f.status, f.code, f.members); }
    const enrolment = state.enrolments.get(target);
    const action = state.actions.get(target);
    const recovery = state.recoveries.get(target);
    switch (route) {
      case "POST /enrolments": {
        if (known.enrolment) return [201, known.enrolmentAnswer];
        const last = body.phone_number.at(-1);
        const sim = { state: { 2: "upgradable", 3: "incompatible", 4: "unknown" }[last] ?? "ready", operator: last === "4" ? null : "Leie Mobiel" };
        known.id = id("dev");
        known.name = body.device_name;
        known.since = Date.now();
        state.devices.set(known.id, known);
        const e = { enrolment: id("enr"), status: "created", sim, vouched: null, number: body.phone_number, known, language: body.language };
        state.enrolments.set(e.enrolment, e);
        known.enrolment = e;
        known.enrolmentAnswer = { enrolment: e.enrolment, device: known.id, sim, expires: Date.now() + 3_600_000 };
        return [201, known.enrolmentAnswer];
      }
      case "GET /enrolments/:id": return [200, { enrolment: target, status: enrolment.status, sim: enrolment.sim, vouched: enrolment.vouched, replaces: enrolment.status === "vouched" && state.enrolledBefore === true }];
      case "POST /enrolments/:id/sim": enrolment.secret = "482913"; enrolment.tries = 3; text(enrolment.number, enrolment.secret, enrolment.language); return [200, { sent: true, tries_left: 3 }];
      case "POST /enrolments/:id/sim/answer":
        if (body.secret !== enrolment.secret) throw new Refusal(400, "sim_secret_wrong", { tries_left: --enrolment.tries });
        enrolment.status = "sim_connected";
        return [200, { connected: true }];
      case "POST /enrolments/:id/bank": return [200, { authorization_url: `${origin}/dev/bank?enrolment=${target}&bank=${encodeURIComponent(body.bank)}` }];
      case "POST /enrolments/:id/code": enrolment.person ??= { identity: id("idn") }; {
        const userIdentifier = `${enrolment.person.identity}|${known.id}|1`;
        return [200, { registration_response: opaque.server.createRegistrationResponse({ serverSetup: setup, userIdentifier, registrationRequest: body.registration_request }).registrationResponse, credential_identifier: userIdentifier }];
      }
      case "POST /enrolments/:id/unlock": return [200, { challenge: b64u(randomBytes(32)), rp_id: "localhost", user_id: b64u(randomBytes(16)), user_name: "An Peeters" }];
      case "POST /enrolments/:id/complete": {
        const person = Object.assign(enrolment.person, { record: body.registration_record, language: enrolment.language, reasons: [], epoch: 1, codeVersion: 1, wrong: 0, number: enrolment.number, level: enrolment.sim.state === "ready" ? "advanced" : "basic", sim: enrolment.sim, unlock: null });
        if (body.unlock) person.unlock = credentialId(Buffer.from(body.unlock.attestation_object, "base64url"));
        known.person = person;
        enrolment.status = "completed";
        state.person = person;
        state.known = known;
        const { receipt: rec } = receipt("enrolment", person, { kind: "enrolment", identity: person.identity, device: known.id, device_jws: jws, registrar: enrolment.vouched?.bank, reference: "r-1", loa: "substantial", policy: "1", proofing: id("pro"), terms_version: body.terms_version, sim_statement: null, unlock: body.unlock !== null, time: Date.now() });
        return [201, { identity: person.identity, device: known.id, level: person.level, receipt: rec, code_version: 1, epoch: 1, replaced: state.enrolledBefore === true, unlock: person.unlock !== null }];
      }
      case "GET /me": { const p = known.person; return [200, { identity: p.identity, status: p.reasons.length ? "suspended" : "active", reasons: p.reasons, next: next(p.reasons), email: p.email ?? null, level: p.level, limited: state.limited ?? null, given_name: "An", family_name: "Peeters", phone_number: p.number, epoch: p.epoch, code_version: p.codeVersion, wrong_codes_left: 3 - p.wrong, wrong_since_last: p.wrong, sim: { state: p.moved ? "moved" : p.level === "advanced" ? "connected" : "none", operator: p.sim.operator }, unlock: p.unlock !== null, this_device: known.id }]; }
      case "GET /devices": return [200, { devices: [{ device: known.id, name: known.name, kind: "software", since: known.since, last_used: Date.now(), status: "active", this: true }, ...(state.otherDevice ? [state.otherDevice] : [])] }];
      case "GET /actions": {
        const mine = [...state.actions.values()].filter((a) => a.person === known.person && (a.claimed || a.decided)).reverse().sort((a, b) => b.created - a.created);
        const before = url.searchParams.get("before");
        const from = before === null ? 0 : mine.findIndex((a) => a.id === before) + 1;
        if (before !== null && from === 0) throw new Refusal(404, "not_found");
        const page = mine.slice(from, from + state.page);
        const isOpen = (a) => ["created", "linked"].includes(a.status);
        return [200, { open: page.filter(isOpen).map(summary), past: page.filter((a) => !isOpen(a)).map(summary), more: mine.length > from + state.page, returning: mine.filter((a) => a.returning > Date.now()).map((a) => ({ action: a.id, partner: a.partner.name, domain: a.partner.domain, browser: a.view.started.browser, until: a.returning, returns: 0 })) }];
      }
      case "GET /history": {
        const actions = [...state.actions.values()].filter((a) => a.claimed || a.decided);
        const mine = [...actions, ...state.events].filter((one) => one.person === known.person).sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1));
        const before = url.searchParams.get("before");
        const from = before === null ? 0 : mine.findIndex((one) => one.id === before) + 1;
        if (before !== null && from === 0) throw new Refusal(404, "not_found");
        const page = mine.slice(from, from + state.page);
        return [200, { entries: page.map((one) => one.event ?? { entry: "action", ...summary(one) }), ...(mine.length > from + state.page ? { next: page.at(-1).id } : {}) }];
      }
      case "GET /actions/:id": if (!action) throw new Refusal(404, "not_found"); return [200, { ...summary(action), ...(action.status === "linked" ? { offer: offer(action) } : {}) }];
      case "GET /receipts/:id": if (!state.receipts.has(target)) throw new Refusal(404, "not_found"); return [200, logged(state.receipts.get(target), url.searchParams.get("since"))];
      case "POST /block": receipt("block", known.person, { identity: known.person.identity, kind: "block", reason: "person", cause: "phone", time: Date.now() }); known.person.reasons.push({ reason: "person", since: Date.now() }); push("identity", { status: "suspended" }); return [200, { status: "suspended" }];
      case "POST /not-me": return [200, { status: "suspended" }];
      case "POST /unblock": { const a = ownAction(known.person, "unblock"); return [200, { action: a.id }]; }
      case "POST /sim": known.person.next = body.phone_number ?? known.person.number; text(known.person.next, "482913", known.person.language); return [200, { sent: true, tries_left: 3 }];
      case "POST /sim/answer": { if (body.secret !== "482913") throw new Refusal(400, "sim_secret_wrong", { tries_left: 2 }); const a = ownAction(known.person, "sim", { sim: "holder" }); return [200, { action: a.id }]; }
      case "POST /code": text(known.person.number, "482913", known.person.language); return [200, { sent: true, tries_left: 3 }];
      case "POST /code/registration": { const p = known.person; const userIdentifier = `${p.identity}|${known.id}|${p.codeVersion + 1}`; return [200, { registration_response: opaque.server.createRegistrationResponse({ serverSetup: setup, userIdentifier, registrationRequest: body.registration_request }).registrationResponse, credential_identifier: userIdentifier }]; }
      case "POST /code/answer": { if (body.secret !== "482913") throw new Refusal(400, "sim_secret_wrong", { tries_left: 2 }); const a = ownAction(known.person, "code", { sim: "holder" }); a.record = body.registration_record; return [200, { action: a.id }]; }
      case "POST /fingerprint/add": if (known.person.unlock) throw new Refusal(409, "fingerprint_exists"); return [200, { challenge: b64u(randomBytes(32)), rp_id: "localhost", user_id: b64u(randomBytes(16)), user_name: "An Peeters" }];
      case "POST /fingerprint/add/answer": { const a = ownAction(known.person, "fingerprint", { sim: "none", service: "FINGERPRINT_ADD" }); a.credential = credentialId(Buffer.from(body.attestation_object, "base64url")); return [200, { action: a.id }]; }
      case "POST /fingerprint/remove": { if (!known.person.unlock) throw new Refusal(409, "fingerprint_missing"); const a = ownAction(known.person, "fingerprint", { sim: "none", service: "FINGERPRINT_REMOVE" }); a.credential = null; return [200, { action: a.id }]; }
      case "POST /export": return [200, { action: ownAction(known.person, "export").id }];
      case "GET /export": return [200, { version: 1, issuer: `${origin}/issuer`, identity: { id: known.person.identity } }];
      case "POST /email": {
        if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(body.address)) throw new Refusal(400, "email_invalid");
        known.mailed = { address: body.address, tries: 5 };
        return [200, { sent: true, tries_left: 5 }];
      }
      case "POST /email/answer": {
        if (body.secret !== "482913") throw new Refusal(400, "email_code_wrong", { tries_left: --known.mailed.tries });
        const { address } = known.mailed;
        return [200, { action: Object.assign(ownAction(known.person, "email", { sim: "none", service: "EMAIL_SET", address }), { address }).id }];
      }
      case "POST /email/remove": {
        const { email: address } = known.person;
        if (!address) throw new Refusal(409, "email_missing");
        return [200, { action: Object.assign(ownAction(known.person, "email", { sim: "none", service: "EMAIL_REMOVE", address }), { address: null }).id }];
      }
      case "POST /actions/:id/renew": {
        // What is missing was added meanwhile, or the request begins to wait.
        const expires = Math.max(action.expires, action.created + 600_000);
        const { email } = action.person;
        const { address } = action.person;
        const given = ({ claims }) => (claims.includes("email") ? email : address);
        const fields = action.view.fields.map((field) => (field.kind === "missing" && given(field) ? { ...field, kind: "text", value: given(field) } : field));
        const view = { ...action.view, fields, expires };
        return [200, offer(Object.assign(action, { view, expires, epoch: action.person.epoch, bytes: Buffer.from(JSON.stringify(view)), nonce: randomBytes(32) }))];
      }
      case "POST /attributes/bank": state.fetching = known.person; return [200, { authorization_url: `${origin}/dev/bank?attributes=${id("prf")}` }];
      case "POST /recoveries": { const r = { recovery: id("rcv"), status: "created" }; state.recoveries.set(r.recovery, r); return [200, { recovery: r.recovery, authorization_url: `${origin}/dev/bank?recovery=${r.recovery}` }]; }
      case "GET /recoveries/:id": return [200, recovery];
      case "POST /recoveries/:id/code": { const p = known.person; const userIdentifier = `${p.identity}|${known.id}|${p.codeVersion + 1}`; return [200, { registration_response: opaque.server.createRegistrationResponse({ serverSetup: setup, userIdentifier, registrationRequest: body.registration_request }).registrationResponse, credential_identifier: userIdentifier }]; }
      case "POST /recoveries/:id/complete": { const p = known.person; p.record = body.registration_record; p.codeVersion += 1; p.epoch += 1; p.wrong = 0; p.reasons = p.reasons.filter(({ reason }) => reason !== "code_exhausted"); recovery.status = "completed"; return [200, { identity: p.identity, code_version: p.codeVersion, epoch: p.epoch, status: "active" }]; }
      case "GET /partners": {
        const all = [...state.actions.values()].filter((a) => a.person === known.person && !OWN.includes(a.kind) && a.decided && ["approved", "delivered"].includes(a.status));
        const partners = [...new Set(all.map((a) => a.partner.id))].map((partner) => {
          const given = all.filter((a) => a.partner.id === partner);
          const shared = new Map();
          for (const { view, decided, kept = [] } of given) {
            for (const { key } of view.attributes) shared.set(key, decided);
            for (const { kind, claims } of view.fields) if (kind !== "missing" && !kept.includes(claims[0])) for (const claim of claims) shared.set(claim, decided);
          }
          const last = given.at(-1);
          return { partner, name: last.partner.name, domain: last.partner.domain, first: given[0].decided, last: last.decided, answers: given.length, shared: [...shared].map(([attribute, time]) => ({ attribute, last: time })), told: state.told, ...(last.withdrawn ? { withdrawn: last.withdrawn } : {}) };
        });
        return [200, { partners: partners.sort((a, b) => b.last - a.last) }];
      }
      case "POST /partners/:id/withdraw": {
        const given = [...state.actions.values()].filter((a) => a.person === known.person && a.partner.id === target && ["approved", "delivered"].includes(a.status));
        if (given.length === 0) throw new Refusal(404, "not_found");
        const time = Date.now();
        const { receipt: rec } = receipt("withdrawal", known.person, { identity: known.person.identity, kind: "withdrawal", reason: "partner", cause: target, partner_name: given[0].partner.name, partner_domain: given[0].partner.domain, time });
        for (const one of given) one.withdrawn ??= { time, receipt: rec };
        return [200, { time, receipt: rec }];
      }
      case "POST /actions/:id/report": receipt("block", known.person, { identity: known.person.identity, kind: "block", reason: "person", cause: target, time: Date.now() }); known.person.reasons.push({ reason: "person", since: Date.now() }); push("identity", { status: "suspended" }); return [200, {}];
      case "POST /actions/claim": {
        if (Object.keys(body).sort().join() !== "link,obtained" || !["camera", "picture", "navigation", "paste"].includes(body.obtained)) throw new Refusal(400, "malformed_request");
        const found = state.links.get(body.link);
        if (!found) throw new Refusal(410, "link_stale");
        blockIf(known);
        found.status = "linked"; found.claimed = true;
        push("action", { id: found.id, status: "linked" });
        return [200, offer(found)];
      }
      case "GET /actions/:id/images/:digest": {
        const image = state.images.get(url.pathname.split("/").at(-1));
        if (!image) throw new Refusal(404, "not_found");
        return [200, { bytes: b64u(image) }];
      }
      case "POST /actions/:id/attempt": {
        if (action.status !== "linked") throw new Refusal(410, "action_closed", { status: action.status });
        if (body.nonce !== b64u(action.nonce) || body.view_hash !== b64u(sha256(action.bytes))) throw new Refusal(409, "view_changed");
        if (action.sim !== "none" && Date.now() < action.simReady) return [202, { status: "wait", retry_after_ms: 250, ...(Date.now() > action.simReady - 1000 ? { contacting_sim: true } : {}) }];
        if (action.attempt?.ke1 === body.ke1 && body.ke1) return [200, action.attempt.answer];
        // A new first message closes an open attempt, which then counts as wrong.
        if (body.ke1 && action.attempt?.open) action.person.wrong += 1;
        const now = Math.floor(Date.now() / 1000);
        const sim = action.sim === "none" ? null : es256("sim-statement+jwt", { iss: "operator", aud: `${origin}/issuer`, sub: "h", jti: b64u(randomBytes(16)), iat: now, exp: now + 60, nonceHash: b64u(sha256("ipse/sim/1", action.id, action.nonce, sha256(action.bytes))), method: action.sim, changedAt: 0, readiness: "ready", line: "active", kvn: 1, ctr: 1 }, simKey.privateKey);
        const attempt = { id: id("att"), sequence: claims.seq, sim, factor: body.factor, ke1: body.ke1, open: body.factor === "code" };
        let ke2 = null;
        if (body.factor === "code") {
          const p = action.person;
          const started = opaque.server.startLogin({ serverSetup: setup, registrationRecord: p.record, startLoginRequest: body.ke1, userIdentifier: `${p.identity}|${known.id}|${p.codeVersion}` });
          attempt.login = started.serverLoginState;
          ke2 = started.loginResponse;
        }
        attempt.answer = { status: "attempt", attempt: attempt.id, sequence: claims.seq, ke2, sim_statement: sim, unlock_credential: body.factor === "unlock" ? action.person.unlock : null };
        action.attempt = attempt;
        return [200, attempt.answer];
      }
      case "POST /actions/:id/wrong": {
        const p = action.person;
        if (action.attempt?.id !== body.attempt) throw new Refusal(409, "attempt_unknown");
        if (action.attempt.open) p.wrong += 1;
        action.attempt.open = false;
        const blocked = p.wrong >= 3;
        if (blocked) { p.reasons.push({ reason: "code_exhausted", since: Date.now() }); action.status = "cancelled"; action.decided = Date.now(); push("identity", { status: "suspended" }); }
        throw new Refusal(401, "code_wrong", { wrong_codes_left: 3 - p.wrong, blocked });
      }
      case "POST /actions/:id/approve": {
        if (action.answer && action.decidedT === body.t) return [200, action.answer];
        if (action.status !== "linked") throw new Refusal(410, "action_closed", { status: action.status });
        const { attempt } = action;
        if (!attempt || attempt.id !== body.attempt) throw new Refusal(409, "attempt_unknown");
        const t = transcript(action, known, { sequence: attempt.sequence, sim: attempt.sim, factor: attempt.factor, decision: "approve", choices: body.choices });
        const valuesOf = ({ kind, options }) => (kind === "switch" ? ["on", "off"] : options.map(({ value }) => value));
        const fit = body.choices.length === action.view.choices.length && action.view.choices.every((one, at) => body.choices[at].key === one.key && valuesOf(one).includes(body.choices[at].value));
        if (!fit) throw new Refusal(400, "malformed_request");
        if (b64u(t) !== body.t || claims.t !== body.t) throw new Refusal(401, "proof_invalid");
        if (attempt.factor === "code") {
          const { sessionKey } = opaque.server.finishLogin({ serverLoginState: attempt.login, finishLoginRequest: body.ke3 });
          const proof = createHmac("sha256", Buffer.from(sessionKey, "base64url")).update("ipse/code-proof/1").update(t).digest();
          if (!timingSafeEqual(proof, Buffer.from(body.code_proof, "base64url")) || claims.h !== b64u(sha256(Buffer.from(body.ke3, "base64url"), proof))) throw new Refusal(401, "proof_invalid");
        } else {
          const [auth, client, signature] = ["authenticator_data", "client_data", "signature"].map((n) => Buffer.from(body.assertion[n], "base64url"));
          const { challenge } = JSON.parse(client);
          if (challenge !== b64u(sha256("ipse/uv/1", t)) || (auth[32] & 4) === 0 || claims.h !== b64u(sha256(auth, client, signature))) throw new Refusal(401, "proof_invalid");
        }
        attempt.open = false;
        action.person.wrong = 0;
        action.decidedT = body.t;
        return [200, decide(action, known, jws, "approved", attempt.factor, body.choices)];
      }
      case "POST /actions/:id/stop-returns": action.returning = 0; return [200, {}];
      case "POST /actions/:id/refuse": {
        if (action.answer && action.decidedT === body.t) return [200, action.answer];
        if (action.status !== "linked") throw new Refusal(410, "action_closed", { status: action.status });
        const t = transcript(action, known, { sequence: claims.seq, sim: null, factor: "none", decision: "refuse", choices: [] });
        if (b64u(t) !== body.t || body.sequence !== claims.seq || claims.t !== body.t || claims.h !== b64u(sha256(""))) throw new Refusal(401, "proof_invalid");
        action.reason = body.reason;
        action.decidedT = body.t;
        return [200, decide(action, known, jws, "refused", "none")];
      }
      default: throw new Refusal(404, "not_found");
    }
  }

  /** Finds the credential id in a WebAuthn attestation object: it follows the fixed part of the authenticator data. */
  function credentialId(attestation) {
    const at = attestation.indexOf(sha256("localhost"));
    const length = attestation.readUInt16BE(at + 53);
    return b64u(attestation.subarray(at + 55, at + 55 + length));
  }

  const csp = () => `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; frame-ancestors 'none'; form-action 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types ipse-wasm`;

  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks).toString();
    const url = new URL(request.url, origin);
    const json = (status, body) => response.writeHead(status, { "content-type": status >= 400 ? "application/problem+json" : "application/json" }).end(JSON.stringify(body));
    if (url.pathname === "/phone/v1/events") {
      try { await device(request, request.url, ""); } catch (e) { return json(e.status ?? 500, { code: e.code }); }
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(": hello\n\n");
      state.streams.add(response);
      request.on("close", () => state.streams.delete(response));
      return;
    }
    if (url.pathname.startsWith("/phone/")) {
      let answer;
      try { answer = await phone(request, request.url, raw); } catch (e) {
        if (!(e instanceof Refusal)) console.error(e);
        answer = [e.status ?? 500, { type: "about:blank", status: e.status ?? 500, code: e.code ?? "busy", title: "", detail: "", ...e.members }];
      }
      state.log.push(`${request.method} ${url.pathname} ${answer[0]}`);
      if (state.lose > 0 && request.method === "POST") { state.lose -= 1; return request.socket.destroy(); }
      return json(...answer);
    }
    if (url.pathname === "/handset/messages") return json(200, { messages: state.messages.filter((m) => m.number === url.searchParams.get("number")).map(({ number: _, ...m }) => m) });
    if (url.pathname === "/dev/bank") {
      const e = state.enrolments.get(url.searchParams.get("enrolment"));
      const r = state.recoveries.get(url.searchParams.get("recovery"));
      if (e) Object.assign(e, { status: "vouched", vouched: { bank: url.searchParams.get("bank"), given_name: "An", family_name: "Peeters", birthdate: "1971-03-15", nationality: "BE", document_number: "…1234", gender: "female", place_of_birth: "Gent, BE", address: "Sint-Amandstraat 14, 9000 Gent, BE", photo: true } });
      if (r) r.status = "vouched";
      const fetched = url.searchParams.get("attributes");
      if (fetched) Object.assign(state.fetching, { address: "Sint-Amandstraat 14, 9000 Gent, BE", epoch: state.fetching.epoch + 1 });
      if (fetched) return response.writeHead(303, { location: `/app/?attributes=${fetched}` }).end();
      return response.writeHead(303, { location: e ? `/app/?enrolment=${e.enrolment}` : `/app/?recovery=${r.recovery}` }).end();
    }
    if (url.pathname === "/dev/returned") return response.writeHead(200, { "content-type": "text/html" }).end("<h1>The site</h1>");
    const file = url.pathname === "/app/" ? "index.html" : url.pathname.startsWith("/app/") ? url.pathname.slice(5) : null;
    if (file !== null && !file.includes("..") && existsSync(join(DIST, file))) {
      return response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", "content-security-policy": csp(), "cache-control": "no-cache" }).end(readFileSync(join(DIST, file)));
    }
    response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  origin = `http://localhost:${server.address().port}`;

  return {
    origin, state, push,
    /** Creates a request of a partner. Returns the link to open, or the text of the QR code to scan. */
    comeBack,
    createRequest(over = {}) {
      const action = makeAction(state.person, over);
      const code = b64u(randomBytes(16));
      const link = over.flow === "app" ? `${origin}/app/#a.${code}.${b64u(randomBytes(16))}` : `${origin}/app/#q.${code}.12.${b64u(randomBytes(16))}`;
      state.links.set(link, action);
      return { link, action };
    },
    /** Adds requests of the past, four a day. Returns the id of the first one. */
    fill(count) {
      let first;
      const statuses = ["approved", "delivered", "refused", "expired", "cancelled"];
      for (let n = 1; n <= count; n += 1) {
        const created = Date.now() - n * 21_600_000;
        first = Object.assign(makeAction(state.person, { view: { partner: { id: state.shop, name: "Winkel Hoek", domain: "shop.example" } } }), { created, expires: created + 180_000, decided: created + 20_000, claimed: true, status: statuses[n % statuses.length], receipt: id("rec") });
      }
      return first.id;
    },
    close: () => { server.closeAllConnections(); server.close(); },
  };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const fake = await startFake({ port: 4701 });
  console.log(`${fake.origin}/app/`);
}
