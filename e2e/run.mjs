// Runs the tests in tests/: node run.mjs [FILE…]
//
// Each file starts its own demo. A file mostly waits, so two files run at a time (IPSE_E2E_CONCURRENCY). With
// IPSE_E2E_BUSY=N, N processes use the processors meanwhile: no test may depend on how busy the machine is.

import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { program } from "./lib/processes.mjs";

const here = import.meta.dirname;
if (!existsSync(program)) {
  console.error(`${program} is missing: cargo build -p ipse`);
  process.exit(1);
}
const named = process.argv.slice(2);
const files = named.length
  ? named.map((name) => path.resolve(name))
  : readdirSync(path.join(here, "tests"))
      .filter((name) => name.endsWith(".test.mjs"))
      .map((name) => path.join(here, "tests", name));
const concurrency = process.env.IPSE_E2E_CONCURRENCY ?? "2";
const busy = Array.from({ length: Number(process.env.IPSE_E2E_BUSY ?? 0) }, () => spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }));
process.on("exit", () => {
  for (const one of busy) one.kill("SIGKILL");
});
const child = spawn(process.execPath, ["--test", `--test-concurrency=${concurrency}`, "--test-reporter=spec", ...files], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal ? 1 : code));
