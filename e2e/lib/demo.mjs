// Starts a demo with a fresh home on free ports, and removes it afterwards.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Parties } from "./parties.mjs";
import { freePorts } from "./ports.mjs";
import { ipse, program, start, stop, succeed } from "./processes.mjs";
import { PATIENCE, until } from "./until.mjs";

/** The ports of a demo, then those of the tests' own partners. */
const PORTS = 16;

/** Lifetimes of a scheme that is as slow as the machine may be. */
export const PATIENT = { action_seconds: 3600, code_seconds: 60, enrolment_seconds: 14_400 };

export class Demo {
  /**
   * Starts `ipse demo` and waits for its ready file. With `lifetimes`, the parties then run without `ipse demo`, and the
   * scheme has these settings in `[lifetimes]`; no phone answers by itself then.
   */
  static async start({ database, lifetimes } = {}) {
    const home = await mkdtemp(path.join(tmpdir(), "ipse-e2e-"));
    const base = await freePorts(PORTS);
    const demo = new Demo();
    demo.home = path.join(home, "demo");
    demo.folder = home;
    demo.base = base;
    demo.database = database;
    await demo.open();
    if (lifetimes) await demo.restart(lifetimes);
    return demo;
  }

  /** Restarts the parties, but not `ipse demo`, with other lifetimes. */
  async restart(lifetimes, options = {}) {
    await this.close();
    this.parties = new Parties(this);
    const lines = Object.entries(lifetimes).map(([name, seconds]) => `${name} = ${seconds}`);
    await this.parties.change("scheme/scheme.toml", (text) => `${text.replace(/\n\[lifetimes\][^[]*/, "")}\n[lifetimes]\n${lines.join("\n")}\n`);
    await this.parties.startAll(options);
  }

  /** Starts `ipse demo` in the home of this demo. */
  async open() {
    const file = path.join(this.folder, "ready.json");
    await rm(file, { force: true });
    const args = ["demo", "--home", this.home, "--port-base", String(this.base), "--ready-file", file];
    if (this.database) args.push("--database", this.database);
    this.child = start(program, args, { stdin: "ignore" });
    let ended = null;
    void this.child.ended.then((end) => (ended = end));
    this.ready = await until(
      "the demo's ready file",
      async () => {
        if (ended) return { ended };
        return JSON.parse(await readFile(file, "utf8"));
      },
      { within: 4 * PATIENCE, every: 200 },
    );
    if (this.ready.ended) throw new Error(`the demo ended by itself (${JSON.stringify(ended)}):\n${this.child.said}`);
    this.issuer = this.ready.issuer;
    this.app = this.ready.app;
    this.shop = this.ready.shop;
    this.council = this.ready.council;
  }

  /** Ends all processes of the demo and keeps the home. */
  async close() {
    await this.parties?.stop();
    this.parties = undefined;
    return stop(this.child, "SIGTERM");
  }

  async stop() {
    await this.close();
    if (process.env.IPSE_E2E_KEEP) console.error(`kept: ${this.folder}`);
    else await rm(this.folder, { recursive: true, force: true });
  }

  partner(name) {
    return this.ready.partners.find((partner) => partner.name === name);
  }

  person(name) {
    return this.ready.people.find((person) => person.name === name);
  }

  /** The home of the operator that issued this person's SIM. */
  async operatorOf(person) {
    for (const { home } of this.ready.operators) {
      const { code, stdout } = await ipse("operator", "--home", home, "sim", "list", person.phone_number);
      if (code === 0 && stdout.includes(person.phone_number.slice(1))) return home;
    }
    throw new Error(`no operator knows ${person.phone_number}`);
  }

  /** Registers a partner, as the scheme's staff does. Returns what its software needs, as in the ready file. */
  async register(name, redirectUri, ...options) {
    const domain = `${name.toLowerCase().replaceAll(" ", "")}.example`;
    const { out } = await succeed("admin", "partner", "add", "--home", this.schemeHome(), "--name", name, "--domain", domain, "--redirect-uri", redirectUri, "--service", "LOGIN:login", "--json", ...options);
    return { ...out, redirect_uris: [redirectUri], services: [{ code: "LOGIN", type: "login" }] };
  }

  /** Registers a partner with these services, of type `share` too. */
  async registerServices(name, redirectUri, services, ...options) {
    const domain = `${name.toLowerCase().replaceAll(" ", "")}.example`;
    const { out } = await succeed("admin", "partner", "add", "--home", this.schemeHome(), "--name", name, "--domain", domain, "--redirect-uri", redirectUri, "--set", `services=${JSON.stringify(services)}`, "--json", ...options);
    return { ...out, redirect_uris: [redirectUri], services };
  }

  schemeHome() {
    return path.join(this.home, "scheme");
  }

  /** Runs `ipse phone --home …` for a person. */
  phone(person, ...args) {
    return ipse("phone", "--home", person.home, ...args);
  }

  /** Runs `ipse phone --home …` for a person; it must succeed. */
  phoneDoes(person, ...args) {
    return succeed("phone", "--home", person.home, ...args);
  }

  enrol(person, code) {
    return this.phoneDoes(person, "enrol", "--scheme", this.app, "--phone-number", person.phone_number, "--bank", person.bank, "--customer", person.customer, "--code", code);
  }
}
