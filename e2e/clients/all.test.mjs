// Each library of docs/clients.md logs in, with the settings of that page: ./test clients

import { after, before, describe, test } from "node:test";
import { LIBRARIES } from "./libraries.mjs";
import { startWithPerson, tryLibrary } from "./login.mjs";
import { writeTable } from "./table.mjs";

const wanted = process.env.IPSE_CLIENTS?.split(",");
const libraries = LIBRARIES.filter(({ name }) => !wanted || wanted.some((word) => name.toLowerCase().includes(word)));

describe("client libraries", () => {
  let demo;
  let an;
  const results = new Map();

  before(async () => {
    ({ demo, an } = await startWithPerson());
  });
  after(async () => {
    await demo?.stop();
    await writeTable(results);
  });

  for (const library of libraries) {
    test(library.name, async (context) => {
      const missing = library.missing?.();
      if (missing) {
        results.set(library, `skipped: ${missing}`);
        return context.skip(missing);
      }
      try {
        await tryLibrary(demo, an, library);
        results.set(library, "logs in");
      } catch (error) {
        results.set(library, `fails: ${error.message.split("\n")[0].slice(0, 120)}`);
        throw error;
      }
    });
  }
});
