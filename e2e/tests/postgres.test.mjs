// The demo on PostgreSQL: the same people, the same login, the same log.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Demo } from "../lib/demo.mjs";
import { Partner } from "../lib/partner.mjs";
import { hasPostgres, startPostgres } from "../lib/postgres.mjs";
import { succeed } from "../lib/processes.mjs";
import { FILE_PATIENCE, until } from "../lib/until.mjs";
import { Visitor } from "../lib/visitor.mjs";

describe("on PostgreSQL", { timeout: FILE_PATIENCE, skip: hasPostgres() ? false : "the example test_postgres is not built: ./test builds it" }, () => {
  let demo;
  let postgres;
  before(async () => {
    postgres = await startPostgres();
    demo = await Demo.start({ database: postgres.url });
  });
  after(async () => {
    await demo?.stop();
    await postgres?.stop();
  });

  const login = async (person) => {
    const partner = await Partner.of(demo, "Proefpartner");
    const flow = await partner.begin({ acr_values: "advanced" });
    const visitor = new Visitor();
    const page = await visitor.open(flow.url, { stop: partner.stop });
    const id = (await demo.phoneDoes(person, "link", page.openApp)).stdout.trim();
    const { out } = await demo.phoneDoes(person, "approve", id, "--code", person.code, "--json");
    const back = await visitor.open(out.return_url, { stop: partner.stop });
    return (await partner.finish(flow, back.url)).claims;
  };

  test("after a restart a person has the same subject", async () => {
    const an = demo.person("An Peeters");
    const first = await login(an);
    await demo.close();
    await demo.open();
    const second = await login(an);
    assert.equal(first.sub, second.sub);
    assert.equal(second.acr, "advanced");
  });

  test("several people log in at the same time", async () => {
    const people = ["An Peeters", "Tom Vermeulen", "Fatima El Amrani"].map((name) => demo.person(name));
    const claims = await Promise.all(people.map(login));
    assert.equal(new Set(claims.map(({ sub }) => sub)).size, people.length);
  });

  test("the log verifies", async () => {
    await until("the log to verify", () => succeed("log", "verify", "--home", demo.schemeHome()), { every: 300 });
  });
});
