// Third-party clients log in.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { startApache } from "../lib/apache.mjs";
import { Demo } from "../lib/demo.mjs";
import { Partner } from "../lib/partner.mjs";
import { start } from "../lib/processes.mjs";
import { FILE_PATIENCE, until } from "../lib/until.mjs";
import { Visitor } from "../lib/visitor.mjs";

const python = process.env.IPSE_E2E_PYTHON ?? path.resolve(import.meta.dirname, "../.venv/bin/python");

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

  for (const method of ["client_secret_basic", "client_secret_post"]) {
    test(`PyPI Authlib: ${method}, PKCE`, async (context) => {
      if (!existsSync(python)) return context.skip(`no ${python}: ./test makes it`);
      const redirectUri = `http://localhost:${demo.base + 12}/callback`;
      const partner = await demo.register(`Slang ${method.split("_")[2]}`, redirectUri, "--auth", method, "--id-token-alg", "ES256");
      const child = start(python, [path.resolve(import.meta.dirname, "../clients/authlib_login.py"), demo.issuer, partner.client_id, redirectUri, method, "ES256"], {
        env: { IPSE_CLIENT_SECRET: partner.client_secret, AUTHLIB_INSECURE_TRANSPORT: "1" },
      });
      const said = (pattern) =>
        until("Authlib", async () => {
          if (child.exitCode !== null && child.exitCode !== 0) return assert.fail(child.said);
          return child.said.match(pattern)?.[0];
        });
      const url = await said(/^http\S+$/m);
      const stop = (to) => to.startsWith(redirectUri);
      const back = await login(url, stop);
      child.stdin.end(`${back.url}\n`);
      const output = JSON.parse(await said(/^\{.*\}$/m));
      assert.equal(output.header.alg, "ES256");
      assert.equal(output.person.given_name, "An");
      assert.equal(output.claims.acr, "advanced");
      assert.equal((await child.ended).code, 0, child.said);
    });
  }

  test("Debian's mod_auth_openidc: a page of Apache needs a login", async (context) => {
    if (!existsSync("/usr/lib/apache2/modules/mod_auth_openidc.so")) return context.skip("libapache2-mod-auth-openidc is not installed: ./test installs it");
    const port = demo.base + 13;
    // This version of the module does not use pushed requests.
    const partner = await demo.register("Ledenclub", `http://localhost:${port}/back`, "--auth", "client_secret_basic", "--plain-requests");
    const apache = await startApache({ folder: demo.folder, port, issuer: demo.issuer, partner });
    try {
      const visitor = new Visitor();
      const page = await login(`http://localhost:${port}/`, () => false, visitor);
      const log = await readFile(apache.log, "utf8");
      assert.equal(page.status, 200, `${page.url}\n${page.body}\n${log}`);
      assert.match(page.body, /members' page/);
      assert.equal(page.headers.get("x-person"), "An Peeters");
      assert.equal(page.headers.get("x-acr"), "advanced");
      const stranger = await new Visitor().open(`http://localhost:${port}/`);
      assert.ok(stranger.openApp, "a visitor without a session must log in");
    } finally {
      await apache.stop();
    }
  });
});
