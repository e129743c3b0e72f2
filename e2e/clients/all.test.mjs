// Each library of docs/clients.md logs in, with the settings of that page, and gets details if it can: ./test clients

import { after, before, describe, test } from "node:test";
import { LIBRARIES } from "./libraries.mjs";
import { EMAIL, startWithPerson, tryLibrary } from "./login.mjs";
import { tryShare } from "./share.mjs";
import { writeTable } from "./table.mjs";

const wanted = process.env.IPSE_CLIENTS?.split(",");
const libraries = LIBRARIES.filter(({ name }) => !wanted || wanted.some((word) => name.toLowerCase().includes(word)));

describe("client libraries", () => {
  let demo;
  let an;
  const logins = new Map();
  const shares = new Map();

  before(async () => {
    ({ demo, an } = await startWithPerson());
  });
  after(async () => {
    await demo?.stop();
    await writeTable(logins, shares);
  });

  /** Tries something and tells `note` what came of it. */
  const tried = async (note, success, attempt) => {
    try {
      await attempt();
      note(success);
    } catch (error) {
      note(`fails: ${error.message.split("\n")[0].slice(0, 120)}`);
      throw error;
    }
  };

  for (const library of libraries) {
    const missing = library.missing?.();
    test(library.name, async (context) => {
      if (missing) {
        logins.set(library, `skipped: ${missing}`);
        return context.skip(missing);
      }
      await tried((result) => logins.set(library, result), "logs in", () => tryLibrary(demo, an, library));
    });
    for (const way of missing ? [] : (library.shares ?? [])) {
      test(`${library.name} gets details: ${way}`, () =>
        tried((result) => shares.set(library, { ...shares.get(library), [way]: result }), "arrives", () => tryShare(demo, an, library, way, EMAIL)));
    }
  }
});
