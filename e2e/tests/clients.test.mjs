// Third-party clients log in: three of docs/clients.md, and openid-client as each partner of the demo.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { LIBRARIES } from "../clients/libraries.mjs";
import { tryLibrary } from "../clients/login.mjs";
import { differences } from "../clients/table.mjs";
import { Demo } from "../lib/demo.mjs";
import { Partner } from "../lib/partner.mjs";
import { FILE_PATIENCE } from "../lib/until.mjs";
import { Visitor } from "../lib/visitor.mjs";

describe("independent clients", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let an;

  before(async () => {
    demo = await Demo.start();
    an = demo.person("An Peeters");
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
  }

  test("docs/clients.md has the versions that are pinned and the settings that are tried", async () => {
    assert.deepEqual(await differences(), []);
  });
});
