// `ipse demo` for scripts: the content of its ready file, and that it leaves no process behind.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Demo } from "../lib/demo.mjs";
import { free } from "../lib/ports.mjs";
import { program, start, stop } from "../lib/processes.mjs";
import { FILE_PATIENCE, PATIENCE, until } from "../lib/until.mjs";

/** How many consecutive ports a demo uses. */
const PORTS = 10;

describe("ipse demo", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let marker;
  let child;
  let first;

  before(async () => {
    demo = await Demo.start();
    first = demo.ready;
    // The tests start it again in this home.
    await demo.close();
  });
  after(async () => {
    if (child) await stop(child);
    await demo?.stop();
  });

  const ports = () => Array.from({ length: PORTS }, (_, n) => demo.base + n);

  /** Starts `ipse demo`. Its children inherit a variable, which finds them. */
  const begin = (...args) => {
    marker = `IPSE_E2E_MARK=${crypto.randomUUID()}`;
    const [name, value] = marker.split("=");
    child = start(program, ["demo", ...args], { stdin: "ignore", env: { [name]: value } });
  };

  /** The processes that have the variable. */
  const marked = () =>
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(marker);
        } catch {
          return false;
        }
      });

  const ready = (file) =>
    until(
      "the ready file",
      async () => {
        if (child.exitCode !== null) return assert.fail(child.said);
        const output = JSON.parse(await readFile(file, "utf8"));
        return output.issuer && output;
      },
      { within: 4 * PATIENCE },
    );

  const nothingLeft = async (file) => {
    await assert.rejects(stat(file), { code: "ENOENT" });
    assert.deepEqual(marked(), []);
    for (const port of ports()) assert.ok(await free(port), `port ${port} is taken`);
  };

  test("the ready file contains what a script needs", () => {
    const text = (value) => assert.ok(typeof value === "string" && value !== "", JSON.stringify(value));
    const origin = (value) => assert.equal(new URL(value).origin, value);
    const members = (value, ...names) => assert.deepEqual(Object.keys(value).sort(), names.sort());
    const ready = first;
    members(ready, "issuer", "app", "operators", "shop", "council", "mailbox", "banks", "partners", "people");
    for (const one of [ready.issuer, ready.app, ready.shop, ready.council, ready.mailbox.url]) origin(one);
    members(ready.mailbox, "url", "smtp");
    assert.equal(ready.operators.length, 2);
    for (const operator of ready.operators) {
      members(operator, "name", "url", "home");
      text(operator.name);
      origin(operator.url);
      assert.ok(path.isAbsolute(operator.home), operator.home);
    }
    assert.equal(ready.banks.length, 2);
    for (const bank of ready.banks) {
      members(bank, "name", "issuer");
      text(bank.name);
      origin(bank.issuer);
    }
    const origins = [ready.issuer, ready.app, ready.shop, ready.council, ready.mailbox.url, `http://${ready.mailbox.smtp}`, ...ready.operators.map(({ url }) => url), ...ready.banks.map(({ issuer }) => issuer)];
    assert.deepEqual(origins.map((one) => Number(new URL(one).port)).sort(), ports());
    for (const partner of ready.partners) {
      const secret = partner.private_jwks ? "private_jwks" : "client_secret";
      const standard = ["client_name", "domain", "token_endpoint_auth_method", "id_token_signed_response_alg", "require_pushed_authorization_requests"];
      const fixed = ["grant_types", "response_types", "application_type", "subject_type", "sector"];
      for (const member of ["name", "client_id", secret, "redirect_uris", "services", ...standard, ...fixed]) assert.ok(member in partner, member);
      assert.equal("assertion_audience" in partner, partner.token_endpoint_auth_method === "private_key_jwt");
      text(partner.name);
      text(partner.client_id);
      if (partner.client_secret !== undefined) text(partner.client_secret);
      else assert.ok(partner.private_jwks.keys.every(({ kty, d, kid }) => kty === "EC" && d && kid));
      assert.ok(partner.redirect_uris.length > 0 && partner.redirect_uris.every((uri) => URL.canParse(uri)));
      assert.ok(partner.services.length > 0);
      for (const service of partner.services) {
        members(service, "code", "type");
        text(service.code);
        assert.ok(["login", "share"].includes(service.type), service.type);
      }
    }
    assert.ok(ready.partners.some(({ redirect_uris: uris }) => uris.some((uri) => uri.startsWith(ready.shop))), "the shop is a partner");
    for (const person of ready.people) {
      members(person, "name", "phone_number", "bank", "customer", "sim", "home", ...("code" in person ? ["code"] : []));
      for (const one of [person.name, person.customer]) text(one);
      assert.match(person.phone_number, /^\+\d{8,15}$/);
      assert.ok(ready.banks.some(({ name }) => name === person.bank), person.bank);
      assert.ok(["ready", "upgradable", "incompatible"].includes(person.sim), person.sim);
      assert.ok(path.isAbsolute(person.home), person.home);
      if ("code" in person) assert.match(person.code, /^\d{5}$/);
    }
    for (const sim of ["ready", "upgradable", "incompatible"]) assert.ok(ready.people.some((person) => person.sim === sim), sim);
    assert.ok(ready.people.some(({ code }) => code) && ready.people.some(({ code }) => !code), "some are enrolled, some are not");
  });

  for (const signal of ["SIGINT", "SIGTERM"]) {
    test(`${signal}: the demo ends with 0 and leaves no process; the home starts again unchanged`, async () => {
      // Once with --ready-file, once in the default place. A file of an earlier run is replaced.
      const named = signal === "SIGINT";
      const file = named ? path.join(demo.folder, "named.json") : path.join(demo.home, "demo.json");
      await writeFile(file, "{}");
      begin("--home", demo.home, ...(named ? ["--port-base", String(demo.base), "--ready-file", file] : []));
      assert.deepEqual(await ready(file), first);
      assert.equal((await stat(file)).mode & 0o777, 0o600, "the file has secrets");
      for (const address of [first.issuer, first.app, first.shop, first.council, first.mailbox.url, ...first.operators.map(({ url }) => url), ...first.banks.map(({ issuer }) => issuer)]) {
        assert.equal((await fetch(`${address}/health`)).status, 200, address);
      }
      // The demo itself, seven parties, and two phones that answer automatically.
      assert.ok(marked().length >= 10, String(marked()));
      for (const port of ports()) assert.equal(await free(port), false, `port ${port}`);
      child.kill(signal);
      assert.deepEqual(await child.ended, { code: 0, signal: null }, child.said);
      await nothingLeft(file);
    });
  }

  test("a signal during the start leaves no process", async () => {
    const home = path.join(demo.folder, "another");
    const file = path.join(home, "demo.json");
    begin("--home", home, "--port-base", String(demo.base));
    await until("a first party", async () => {
      if (child.exitCode !== null) return assert.fail(child.said);
      return (await fetch(`http://localhost:${demo.base + 2}/health`)).ok;
    });
    child.kill("SIGTERM");
    assert.deepEqual(await child.ended, { code: 0, signal: null }, child.said);
    await nothingLeft(file);
  });

  test("a port in use is named with a solution, and no process is left", async () => {
    const other = createServer().listen(demo.base + 3, "127.0.0.1");
    await once(other, "listening");
    try {
      begin("--home", path.join(demo.folder, "third"), "--port-base", String(demo.base));
      const { code } = await child.ended;
      assert.notEqual(code, 0);
      assert.match(child.said, new RegExp(`port ${demo.base + 3}.*--port-base`, "s"));
      assert.deepEqual(marked(), []);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });
});
