// Starts the parties of a demo's home one by one, so that a test can change a setting or kill a party.

import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { program, root, run, start, stop } from "./processes.mjs";
import { until } from "./until.mjs";

const COMMANDS = {
  scheme: (home) => [program, ["serve", "--home", home, "--stdin-watch"]],
  operator: (home) => [program, ["operator", "--home", home, "--stdin-watch"]],
  mailbox: (home) => [program, ["demo-mailbox", "--home", home]],
  bank: (home) => [program, ["demo-bank", "--home", home]],
  shop: (home) => ["node", [path.join(root, "crates/demo/shop/server.js"), "--home", home]],
};

/** Reads a TOML file with Debian's Python, because Node cannot read TOML. */
export async function readToml(file) {
  const { code, stdout, stderr } = await run("python3", ["-c", "import json, sys, tomllib; print(json.dumps(tomllib.load(open(sys.argv[1], 'rb'))))", file]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

export class Parties {
  #running = new Map();

  constructor(demo) {
    this.demo = demo;
  }

  home(folder) {
    return path.join(this.demo.home, folder);
  }

  /** Changes the text of a settings file. */
  async change(file, edit) {
    const where = path.join(this.demo.home, file);
    await writeFile(where, edit(await readFile(where, "utf8")));
  }

  /** Starts the party in a folder and waits until it answers at each origin. */
  async start(folder, ...origins) {
    const kind = folder.split("-")[0];
    const [command, args] = COMMANDS[kind](this.home(folder));
    const child = start(command, args);
    this.#running.set(folder, child);
    let ended = null;
    void child.ended.then((end) => (ended = end));
    for (const origin of origins) {
      await until(
        `${folder} to answer`,
        async () => {
          if (ended) return true;
          return (await fetch(`${origin}/health`)).ok;
        },
        { every: 25 },
      );
    }
    if (ended) throw new Error(`${folder} ended by itself (${JSON.stringify(ended)}):\n${child.said}`);
    return child;
  }

  /** Starts all parties in the order of `ipse demo`. */
  async startAll({ scheme = [this.demo.issuer, this.demo.app], except = [] } = {}) {
    const [leie, dijle] = this.demo.ready.operators;
    const [anker, linde] = this.demo.ready.banks;
    const all = [["operator-leie", leie.url], ["operator-dijle", dijle.url], ["bank-anker", anker.issuer], ["bank-linde", linde.issuer], ["mailbox", this.demo.ready.mailbox.url], ["scheme", ...scheme], ["shop", this.demo.shop]];
    await Promise.all(all.filter(([folder]) => !except.includes(folder)).map((one) => this.start(...one)));
  }

  /** Kills the process of a party, as a power cut does. */
  kill9(folder) {
    return stop(this.#running.get(folder), "SIGKILL");
  }

  said(folder) {
    return this.#running.get(folder)?.said ?? "";
  }

  async stop() {
    await Promise.all([...this.#running.values()].map((child) => stop(child)));
  }
}
