// Third-party clients log in: three of docs/clients.md, and openid-client as each partner of the demo.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { LIBRARIES } from "../clients/libraries.mjs";
import { EMAIL, startWithPerson, tryLibrary } from "../clients/login.mjs";
import { tryShare } from "../clients/share.mjs";
import { differences } from "../clients/table.mjs";
import { Partner } from "../lib/partner.mjs";
import { FILE_PATIENCE } from "../lib/until.mjs";
import { Visitor } from "../lib/visitor.mjs";

describe("independent clients", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let an;

  before(async () => {
    ({ demo, an } = await startWithPerson());
  });
  after(() => demo?.stop());

  /** The person approves on the same device. Returns the page to which the browser comes back. */
  const login = async (url, stop, visitor = new Visitor()) => {
    const page = await visitor.open(url, { stop });
    assert.equal(page.status, 200, `${page.url}\n${page.body}`);
    const id = (await demo.phoneDoes(an, "link", page.openApp)).stdout.trim();
    const { out } = await demo.phoneDoes(an, "approve", id, "--code", an.code, "--json");
    return visitor.open(out.return_url, { stop });
  };

  /** Whether an error is `invalid_client`. The library reports a challenge in the header instead of the body. */
  const refused = (error) => error.error === "invalid_client" || error.status === 401;

  for (const [name, alg] of [["Winkel Hoek", "ES256"], ["Boekhuis Vlier", "ES256"], ["Proefpartner", "ES256"]]) {
    test(`npm openid-client as ${name}: pushed request`, async () => {
      const partner = await Partner.of(demo, name);
      const flow = await partner.begin({ acr_values: "advanced", scope: `openid profile service:${partner.service}` });
      assert.match(flow.url.searchParams.get("request_uri"), /^urn:ietf:params:oauth:request_uri:/);
      const back = await login(flow.url, partner.stop);
      const { claims, tokens, person } = await partner.finish(flow, back.url);
      assert.equal(claims.acr, "advanced");
      assert.equal(claims.iss, demo.issuer);
      assert.equal(claims.aud, partner.registered.client_id);
      assert.ok(claims.auth_time <= claims.iat);
      assert.equal(JSON.parse(Buffer.from(tokens.id_token.split(".")[0], "base64url")).alg, alg);
      assert.deepEqual([person.given_name, person.family_name], ["An", "Peeters"]);
      const more = Object.keys(person).filter((claim) => !["sub", "name", "given_name", "family_name", "locale"].includes(claim));
      assert.deepEqual(more, []);
    });
  }

  test("npm openid-client as Oude Krant: plain request, client_secret_post, RS256", async () => {
    const partner = await Partner.of(demo, "Oude Krant");
    const flow = await partner.begin({ par: false });
    const back = await login(flow.url, partner.stop);
    const { tokens, person } = await partner.finish(flow, back.url);
    assert.equal(JSON.parse(Buffer.from(tokens.id_token.split(".")[0], "base64url")).alg, "RS256");
    assert.equal(person.given_name, "An");
  });

  test("npm openid-client with DPoP: registered for FAPI, and by its own choice", async () => {
    const redirectUri = `http://localhost:${demo.base + 14}/callback`;
    const fapi = await demo.register("Zeewinkel", redirectUri, "--fapi");
    const free = await demo.register("Duinwinkel", redirectUri);
    for (const [registered, options] of [[fapi, {}], [free, { dpop: true }]]) {
      const partner = await Partner.discover(demo, registered, options);
      const flow = await partner.begin({ scope: "openid profile" });
      const back = await login(flow.url, partner.stop);
      const { tokens, claims, person } = await partner.finish(flow, back.url);
      assert.equal(tokens.token_type, "dpop");
      assert.equal(person.given_name, "An");
      const bearer = await fetch(`${demo.issuer}/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
      assert.equal(bearer.status, 401);
      await partner.revoke(tokens.access_token);
      await assert.rejects(partner.userinfo(tokens.access_token, claims.sub));
    }
    const plain = await Partner.discover(demo, fapi, { dpop: false });
    const flow = await plain.begin({ scope: "openid profile" });
    const back = await login(flow.url, plain.stop);
    await assert.rejects(plain.finish(flow, back.url), (error) => error.error === "invalid_dpop_proof");
  });

  test("npm openid-client with encrypted ID tokens and userinfo", async () => {
    const redirectUri = `http://localhost:${demo.base + 15}/callback`;
    const ec = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
    const rsa = await crypto.subtle.generateKey({ name: "RSA-OAEP", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }, true, ["encrypt", "decrypt"]);
    const publicKey = async ({ publicKey }, kid, alg) => {
      const { key_ops: _ops, ext: _ext, ...jwk } = await crypto.subtle.exportKey("jwk", publicKey);
      return { ...jwk, kid, alg, use: "enc" };
    };
    const file = path.join(await mkdtemp(path.join(tmpdir(), "ipse-keys-")), "keys.json");
    const jwks = { keys: [await publicKey(ec, "ec", "ECDH-ES"), await publicKey(rsa, "rsa", "RSA-OAEP-256")] };
    const members = ["userinfo_signed_response_alg=ES256", "userinfo_encrypted_response_alg=ECDH-ES", "id_token_encrypted_response_alg=RSA-OAEP-256", "id_token_encrypted_response_enc=A256GCM"];
    const options = ["--auth", "client_secret_basic", "--jwks", file, ...members.flatMap((member) => ["--set", member])];
    await writeFile(file, JSON.stringify({ keys: jwks.keys.slice(0, 1) }));
    await assert.rejects(demo.register("Stille Winkel", redirectUri, ...options), /id_token_encrypted_response_alg: register a key/);
    await writeFile(file, JSON.stringify(jwks));
    const registered = await demo.register("Stille Winkel", redirectUri, ...options);
    const partner = await Partner.discover(demo, registered, { decrypt: [{ key: ec.privateKey, kid: "ec" }, { key: rsa.privateKey, kid: "rsa" }] });
    const flow = await partner.begin({ scope: "openid profile" });
    const back = await login(flow.url, partner.stop);
    const { tokens, claims, person } = await partner.finish(flow, back.url);
    assert.equal(tokens.id_token.split(".").length, 5);
    assert.equal(person.sub, claims.sub);
    assert.equal(person.given_name, "An");
    const raw = await fetch(`${demo.issuer}/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } });
    const header = JSON.parse(Buffer.from((await raw.text()).split(".")[0], "base64url"));
    assert.deepEqual([header.alg, header.enc, header.kid, header.cty], ["ECDH-ES", "A128CBC-HS256", "ec", "JWT"]);
    await rm(path.dirname(file), { recursive: true });
  });

  test("an assertion needs the registered audience", async () => {
    const hoek = demo.partner("Winkel Hoek");
    for (const audience of ["endpoint", `${demo.issuer}/par`, `${demo.issuer}/`, [demo.issuer], "https://elsewhere.example"]) {
      const partner = await Partner.discover(demo, hoek, { audience });
      await assert.rejects(partner.begin(), refused, JSON.stringify(audience));
    }
    const vlier = await Partner.discover(demo, demo.partner("Boekhuis Vlier"), { audience: "https://elsewhere.example/token" });
    await assert.rejects(vlier.begin(), refused);
  });

  test("a secret is accepted in the header and in the form; a wrong one is refused", async () => {
    const proef = demo.partner("Proefpartner");
    for (const auth of ["client_secret_basic", "client_secret_post"]) {
      const wrong = await Partner.discover(demo, { ...proef, client_secret: `${proef.client_secret}x` }, { auth });
      await assert.rejects(wrong.begin(), refused);
      const right = await Partner.discover(demo, proef, { auth });
      assert.ok((await right.begin()).url);
    }
  });

  for (const library of LIBRARIES.filter(({ short }) => short)) {
    test(`${library.name} with the settings of docs/clients.md`, async (context) => {
      const missing = library.missing?.();
      if (missing) return context.skip(missing);
      await tryLibrary(demo, an, library);
    });
    for (const way of library.shares ?? []) {
      test(`${library.name} gets details: ${way}`, async (context) => {
        const missing = library.missing?.();
        if (missing) return context.skip(missing);
        await tryShare(demo, an, library, way, EMAIL);
      });
    }
  }

  test("docs/clients.md has the versions that are pinned and the settings that are tried", async () => {
    assert.deepEqual(await differences(), []);
  });
});
