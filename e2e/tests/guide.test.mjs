// Runs the programs of docs/partners.md, and the commands of docs/conformance.md, unchanged, except for ports and paths.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Demo } from "../lib/demo.mjs";
import { program, root, run, start, stop } from "../lib/processes.mjs";
import { FILE_PATIENCE, until } from "../lib/until.mjs";
import { Visitor } from "../lib/visitor.mjs";

const python = process.env.IPSE_E2E_PYTHON ?? path.resolve(import.meta.dirname, "../.venv/bin/python");

describe("the partners' guide", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let an;
  let folder;
  let port;
  let guide;
  let shop;

  before(async () => {
    [demo, guide] = await Promise.all([Demo.start(), readFile(path.join(root, "docs/partners.md"), "utf8")]);
    an = demo.person("An Peeters");
    port = demo.base + 12;
    folder = path.join(demo.folder, "my-shop");
    await mkdir(folder);
    // The packages that `npm install` of the guide installs.
    await symlink(path.resolve(import.meta.dirname, "../node_modules"), path.join(folder, "node_modules"));
  });
  after(async () => {
    if (shop) await stop(shop);
    await demo?.stop();
  });

  /** The blocks of this language, with the ports and paths of this test. */
  const blocks = (page, language) => {
    const places = { "target/debug/ipse": program, ".ipse/demo": demo.home, "localhost:3000": `localhost:${port}`, "listen(3000,": `listen(${port},` };
    const here = (text) => Object.entries(places).reduce((found, [there, here]) => found.replaceAll(there, here), text);
    return [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter(([, name]) => name === language).map(([, , text]) => here(text));
  };
  /** Returns the only block of this language that contains `marker`. */
  const block = (language, marker) => {
    const found = blocks(guide, language).filter((text) => text.includes(marker));
    assert.equal(found.length, 1, `${found.length} blocks of ${language} with ${marker}`);
    return found[0];
  };
  const shell = async (text) => {
    const { code, stdout, stderr } = await run("bash", ["-euo", "pipefail", "-c", text], { cwd: folder });
    assert.equal(code, 0, `${stdout}${stderr}`);
    return stdout;
  };
  const atMyShop = ({ url }) => url.startsWith(`http://localhost:${port}/`);

  test("§2 registers a site and keeps what its software needs", async () => {
    await shell(block("sh", "admin partner add"));
    const partner = JSON.parse(await readFile(path.join(folder, "partner.json"), "utf8"));
    assert.equal(partner.issuer, demo.issuer);
    assert.deepEqual(partner.redirect_uris, [`http://localhost:${port}/callback`]);
    assert.ok(partner.private_jwks.keys[0].d);
  });

  test("§3, Node: the test people answer automatically, and the page shows what the guide shows", async () => {
    await writeFile(path.join(folder, "shop.mjs"), block("js", "openid-client"));
    shop = start(process.execPath, ["shop.mjs"], { cwd: folder, stdin: "ignore" });
    await until("the shop", async () => {
      if (shop.exitCode !== null) return assert.fail(shop.said);
      return (await fetch(`http://localhost:${port}/`)).ok;
    });
    const login = async (hint) => {
      const visitor = new Visitor();
      const page = await visitor.open(`http://localhost:${port}/login?as=${hint}`);
      assert.equal(page.status, 200, page.body);
      return atMyShop(page) ? page : visitor.wait(page.url, atMyShop);
    };
    const output = JSON.parse((await login("approve@sandbox")).body);
    const shown = JSON.parse(block("json", "Akkoord"));
    assert.match(output.sub, /^[\w-]{22}$/);
    assert.deepEqual(output, { ...shown, sub: output.sub });
    const no = await login("refuse@sandbox");
    assert.equal(no.status, 200);
    assert.match(no.body, /You did not log in\./);
    // The output of the shop comes through a pipe, after its page.
    await until("the output of the shop", () => /access_denied/.test(shop.said));
  });

  test("§3, Python: pushed, with private_key_jwt, from a terminal", async (context) => {
    if (!existsSync(python)) return context.skip(`no ${python}: ./test makes it`);
    await writeFile(path.join(folder, "login.py"), block("python", "authlib"));
    const child = start(python, ["login.py"], { cwd: folder, env: { AUTHLIB_INSECURE_TRANSPORT: "1" } });
    try {
      const said = (pattern) =>
        until("the program", () => {
          if (child.exitCode) return assert.fail(child.said);
          return child.said.match(pattern)?.[0];
        });
      const url = await said(/^http\S+$/m);
      const { searchParams } = new URL(url);
      assert.deepEqual([...searchParams.keys()].sort(), ["client_id", "request_uri"]);
      const visitor = new Visitor();
      const page = await visitor.open(url);
      const { out: offer } = await demo.phoneDoes(an, "link", page.openApp, "--json");
      const { out } = await demo.phoneDoes(an, "approve", offer.id, "--code", an.code, "--json");
      // Only the address is needed, so no server listens there.
      const back = await visitor.open(out.return_url, { stop: (to) => atMyShop({ url: to }) });
      child.stdin.end(`${back.url}\n`);
      assert.equal((await child.ended).code, 0, child.said);
      const person = JSON.parse(child.said.slice(child.said.indexOf("{")));
      assert.equal(person.name, "An Peeters");
      assert.deepEqual(Object.keys(person).sort(), ["family_name", "given_name", "locale", "name", "sub"]);
    } finally {
      await stop(child);
    }
  });

  test("§4: a script with a phone logs An in at that shop", async () => {
    const output = await shell(block("sh", "phone link"));
    // The shop's page is printed last.
    const person = JSON.parse(output.slice(output.lastIndexOf("\n{") + 1));
    assert.equal(person.name, "An Peeters");
    assert.equal(person.acr, "advanced");
    assert.match(output, /My shop/);
  });

  test("each command of docs/conformance.md registers what its plan needs", async () => {
    const page = await readFile(path.join(root, "docs/conformance.md"), "utf8");
    await shell(blocks(page, "sh").join("\n"));
    const registered = async (name) => JSON.parse(await readFile(path.join(folder, `${name}.json`), "utf8"));
    for (const name of ["basic", "basic2", "basic3", "form", "form2", "form3", "fapi", "fapi2", "keys", "keys2"]) {
      const partner = await registered(name);
      assert.equal(partner.redirect_uris[0], "https://localhost.emobix.co.uk:8443/test/a/ipse/callback");
      assert.ok(partner.client_secret ?? partner.private_jwks.keys[0].d, name);
      const fapi = name.startsWith("fapi");
      assert.equal(partner.pkce, fapi ? "required" : "waived", name);
      assert.equal(partner.dpop_bound_access_tokens, fapi, name);
      assert.equal(partner.id_token_signed_response_alg, fapi ? "ES256" : "RS256", name);
      assert.equal(partner.require_pushed_authorization_requests, fapi, name);
      assert.equal(partner.response_modes.length, name.startsWith("form") ? 2 : 1, name);
      assert.equal(partner.services[0].return_minutes ?? 0, fapi ? 0 : 45, name);
      if (partner.private_jwks) assert.equal(partner.assertion_audience, fapi ? "issuer" : "endpoint", name);
    }
  });
});
