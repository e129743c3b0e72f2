// Partners are registered and changed while the scheme runs: `ipse admin partner`.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Demo } from "../lib/demo.mjs";
import { Partner } from "../lib/partner.mjs";
import { ipse, succeed } from "../lib/processes.mjs";
import { until } from "../lib/until.mjs";

describe("ipse admin partner", () => {
  let demo;
  before(async () => {
    demo = await Demo.start();
  });
  after(() => demo?.stop());

  const partner = async (...args) => (await succeed("admin", "partner", ...args, "--home", demo.schemeHome(), "--json")).out;
  const refused = async (...args) => (await ipse("admin", "partner", ...args, "--home", demo.schemeHome(), "--json")).stderr;
  const redirect = (n) => `http://localhost:${demo.base + 12}/${n}`;

  /** Whether a secret of a partner is accepted. */
  const accepted = async (registered, client_secret) => {
    try {
      await (await Partner.discover(demo, { ...registered, client_secret })).begin();
      return true;
    } catch {
      return false;
    }
  };

  test("a rotated secret overlaps with the old one until it is ended; servers notice", async () => {
    const first = await partner("add", "--preset", "keycloak", "--name", "Sleutelhuis", "--redirect-uri", redirect("one"), "--set", "require_pushed_authorization_requests=true");
    assert.equal(first.token_endpoint_auth_method, "client_secret_post");
    assert.ok(await accepted(first, first.client_secret));
    const second = await partner("rotate-secret", first.client_id);
    await until("the new secret", () => accepted(first, second.client_secret));
    assert.ok(await accepted(first, first.client_secret));
    const third = await partner("rotate-secret", first.client_id, "--now");
    await until("the end of the old secrets", async () => !(await accepted(first, first.client_secret)));
    assert.ok(!(await accepted(first, second.client_secret)));
    assert.ok(await accepted(first, third.client_secret));
    const { history, replaced } = await partner("show", first.client_id);
    assert.deepEqual(replaced, []);
    assert.deepEqual(history.map(({ event }) => event), ["partner.registered", "partner.secret.rotated", "partner.secret.rotated"]);
    assert.ok(history.every(({ actor }) => actor.startsWith("staff:")));
  });

  test("an edit changes what is given; each mistake of a file is named, and nothing is registered", async () => {
    const added = await partner("add", "--name", "Drukkerij Els", "--redirect-uri", redirect("two"));
    const edited = await partner("edit", added.client_id, "--add-redirect-uri", redirect("three"));
    assert.deepEqual(edited.redirect_uris, [redirect("two"), redirect("three")]);
    assert.equal(edited.client_name, "Drukkerij Els");
    const second = await partner("add", "--name", "Drukkerij Els", "--redirect-uri", redirect("four"), "--sector-of", added.client_id);
    assert.equal(second.sector, added.client_id);
    assert.match(await refused("edit", second.client_id, "--set", "sector_of=par_x"), /a sector never changes/);
    const file = path.join(demo.folder, "wrong.json");
    await writeFile(file, JSON.stringify({ client_name: "Fout", redirect_uris: [redirect("five")], contacts: [], jwks: { keys: [] }, jwks_uri: redirect("jwks") }));
    const before = await partner("list");
    const problems = await refused("add", "--from", file);
    for (const member of ["contacts", "jwks"]) assert.match(problems, new RegExp(`^  ${member}: `, "m"));
    assert.match(await refused("add", "--preset", "nothing", "--name", "Fout"), /choose one of .*keycloak/);
    const weak = await refused("add", "--name", "Fout", "--redirect-uri", redirect("six"), "--form-post", "--plain-requests");
    for (const member of ["response_modes", "require_pushed_authorization_requests"]) assert.match(weak, new RegExp(`^  ${member}: .*--reason`, "m"));
    assert.deepEqual(await partner("list"), before);
  });

  test("a partner gets a secret instead of its keys; both are accepted until the keys are ended", async () => {
    const uri = redirect("seven");
    const keys = await partner("add", "--name", "Slotenmaker Wouters", "--redirect-uri", uri, "--service", "LOGIN:login");
    const edited = await partner("edit", keys.client_id, "--auth", "client_secret_basic", "--claims-in-id-token", "--reason", "Its software reads no userinfo.");
    assert.equal(edited.claims_in_id_token, true);
    assert.deepEqual(edited.reasons, { token_endpoint_auth_method: "Its software reads no userinfo.", claims_in_id_token: "Its software reads no userinfo." });
    assert.equal(edited.replaced.length, 1);
    await until("the secret", () => accepted(edited, edited.client_secret));
    const byKey = async () => {
      try {
        return Boolean((await (await Partner.discover(demo, keys)).begin()).url);
      } catch {
        return false;
      }
    };
    assert.ok(await byKey());
    await partner("rotate-secret", keys.client_id, "--now");
    await until("the end of the keys", async () => !(await byKey()));
  });
});
