// The verifier of docs/evidence.md, which shares no code with Ipse, accepts good evidence and refuses every change of it.

import assert from "node:assert/strict";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Demo } from "../lib/demo.mjs";
import { Partner } from "../lib/partner.mjs";
import { root, run, succeed } from "../lib/processes.mjs";
import { FILE_PATIENCE, until } from "../lib/until.mjs";
import { Visitor } from "../lib/visitor.mjs";

const PAYMENT = { type: "https://ipse.example/confirm/payment", amount: "125000", currency: "EUR", payee: "Leie Energie", iban: "BE71096123456769" };

describe("evidence of a confirmation", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let folder;
  let verify;
  let answer;
  let keys;
  let proof;

  before(async () => {
    demo = await Demo.start();
    folder = path.join(demo.folder, "evidence");
    await mkdir(folder);
    await symlink(path.resolve(import.meta.dirname, "../node_modules"), path.join(folder, "node_modules"));
    const page = await readFile(path.join(root, "docs/evidence.md"), "utf8");
    const [, text] = page.match(/^```js\n([\s\S]*?)^```$/m);
    await writeFile(path.join(folder, "verify.mjs"), text);
    ({ verify } = await import(pathToFileURL(path.join(folder, "verify.mjs"))));
  });
  after(() => demo?.stop());

  const holds = (changed = {}) => verify({ ...answer, ...changed }, demo.issuer, keys, proof);
  const refused = async (what, promise) => {
    await assert.rejects(promise, undefined, `accepted: ${what}`);
  };
  /** The base64url of the bytes with one of them changed. */
  const change = (text, at) => {
    const bytes = Buffer.from(text, "base64url");
    bytes[at] ^= 1 << (at % 8);
    return bytes.toString("base64url");
  };

  test("npm openid-client pushes a payment, and the token answer has the evidence", async () => {
    const an = demo.person("An Peeters");
    const added = await succeed("admin", "partner", "add", "--home", demo.schemeHome(), "--name", "Spaarbank Test", "--redirect-uri", "http://localhost:9/callback", "--service", "PAY:confirm:payment", "--json");
    const partner = await Partner.discover(demo, added.out);
    assert.ok(partner.configuration.serverMetadata().authorization_details_types_supported.includes(PAYMENT.type));
    const flow = await partner.begin({ scope: "openid service:PAY", authorization_details: JSON.stringify([PAYMENT]) });
    const visitor = new Visitor();
    const page = await visitor.open(flow.url, { stop: partner.stop });
    assert.equal(page.status, 200, page.body);
    const id = (await demo.phoneDoes(an, "link", page.openApp)).stdout.trim();
    const { out } = await demo.phoneDoes(an, "approve", id, "--code", an.code, "--json");
    const back = await visitor.open(out.return_url, { stop: partner.stop });
    const { tokens, claims } = await partner.finish(flow, back.url);
    assert.deepEqual(tokens.authorization_details, [PAYMENT]);
    answer = JSON.parse(JSON.stringify(tokens));
    const fetched = async (place) => {
      const response = await fetch(`${demo.issuer}${place}`);
      return response.ok ? response.json() : null;
    };
    ({ keys } = await fetched("/evidence/keys"));
    proof = await until("the leaf in the log", () => fetched(`/evidence/proof?leaf=${answer.confirmation_leaf}`));
    const confirmed = await holds();
    assert.equal(confirmed.sub, claims.sub);
    assert.deepEqual(confirmed.authorization_details, [PAYMENT]);
    assert.match(confirmed.shown.rows[0].value, /^1[.,\u202f]250[.,]00\u00a0EUR$/);
    // As the page says to run it.
    await writeFile(path.join(folder, "answer.json"), JSON.stringify(answer));
    const { code, stdout, stderr } = await run(process.execPath, ["verify.mjs", "answer.json", demo.issuer], { cwd: folder });
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), confirmed);
  });

  test("every changed byte of payload, salt, leaf and proof is refused", async () => {
    const [header, payload, signature] = answer.confirmation.split(".");
    const length = (text) => Buffer.from(text, "base64url").length;
    for (let at = 0; at < length(payload); at += 1) await refused(`payload ${at}`, holds({ confirmation: [header, change(payload, at), signature].join(".") }));
    for (let at = 0; at < length(header); at += 1) await refused(`header ${at}`, holds({ confirmation: [change(header, at), payload, signature].join(".") }));
    for (const member of ["confirmation_salt", "confirmation_leaf"]) {
      for (let at = 0; at < length(answer[member]); at += 1) await refused(`${member} ${at}`, holds({ [member]: change(answer[member], at) }));
    }
    assert.ok(proof.proof.length > 0);
    for (const [node, hash] of proof.proof.entries()) {
      for (let at = 0; at < 32; at += 1) {
        const path = proof.proof.with(node, change(hash, at));
        await refused(`proof ${node} ${at}`, verify(answer, demo.issuer, keys, { ...proof, proof: path }));
      }
    }
    for (const index of [proof.index + 1, proof.index - 1, -1, 1.5, "x", null]) await refused(`index ${index}`, verify(answer, demo.issuer, keys, { ...proof, index }));
    const short = { ...proof, proof: proof.proof.slice(1) };
    await refused("a proof that is too short", verify(answer, demo.issuer, keys, short));
  });

  test("every other spelling of the base64url is refused", async () => {
    const last = (text) => text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 1);
    const spellings = (text) => [`${text}=`, `${text}\n`, ` ${text}`, text.replace(/[-_]/, (sign) => ({ "-": "+", _: "/" })[sign]), last(text)].filter((other) => other !== text);
    for (const member of ["confirmation_salt", "confirmation_leaf"]) for (const other of spellings(answer[member])) await refused(`${member} ${other}`, holds({ [member]: other }));
    const parts = answer.confirmation.split(".");
    for (const [at, part] of parts.entries()) for (const other of spellings(part)) await refused(`part ${at} ${other}`, holds({ confirmation: parts.with(at, other).join(".") }));
  });

  test("a key counts within its period, for its purpose, and until it is revoked", async () => {
    const now = Math.floor(Date.now() / 1000);
    const with_ = (purpose, members) => keys.map((key) => (key.purpose === purpose ? { ...key, ...members } : key));
    const judged = (list, issuer = demo.issuer) => verify(answer, issuer, list, proof);
    await judged(with_("confirmation", { revoked: now + 3600 }));
    for (const [what, list] of [
      ["a period that began later", with_("confirmation", { from: now + 3600 })],
      ["a period that ended before", with_("confirmation", { until: now - 3600 * 24 * 365 })],
      ["revoked before the head", with_("confirmation", { revoked: now - 3600 * 24 * 365 })],
      ["the log's key revoked before", with_("log", { revoked: now - 3600 * 24 * 365 })],
      ["another purpose", with_("confirmation", { purpose: "log" })],
      ["no keys", []],
    ]) await refused(what, judged(list));
    await refused("another issuer", judged(keys, "https://other.example"));
    // They are not among the keys of ID tokens.
    const { keys: others } = await (await fetch(`${demo.issuer}/jwks`)).json();
    for (const { jwk } of keys) assert.ok(others.every(({ x }) => x !== jwk.x));
  });
});
