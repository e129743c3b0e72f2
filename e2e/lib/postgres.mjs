// A temporary PostgreSQL server. An example of the crate `store` starts it, and stops it when standard input closes.

import { existsSync } from "node:fs";
import path from "node:path";
import { program, start } from "./processes.mjs";
import { until } from "./until.mjs";

const example = path.join(path.dirname(program), "examples/test_postgres");

/** Whether the example has been built: `cargo build -p ipse-store --features testing --example test_postgres`. */
export const hasPostgres = () => existsSync(example);

export async function startPostgres() {
  const child = start(example, []);
  const url = await until("PostgreSQL", () => {
    if (child.exitCode !== null) throw new Error(child.said);
    return child.said.match(/^postgres:\S+$/m)?.[0];
  });
  return {
    url,
    stop: async () => {
      child.stdin.end();
      await child.ended;
    },
  };
}
