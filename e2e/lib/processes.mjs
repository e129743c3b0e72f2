// Child processes. Each is ended by its own id, and none outlives the tests.

import { spawn } from "node:child_process";
import path from "node:path";

const running = new Set();

process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));

export const root = path.resolve(import.meta.dirname, "../..");

/** The program under test. */
export const program = process.env.IPSE_BIN ?? path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, "target"), "debug/ipse");

/** Starts a program that keeps running. Its latest output is kept in `said`, to explain a failure. */
export function start(command, args, { env = {}, cwd, stdin = "pipe" } = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: [stdin, "pipe", "pipe"] });
  running.add(child);
  child.said = "";
  const note = (chunk) => (child.said = (child.said + chunk).slice(-20_000));
  child.stdout.on("data", note);
  child.stderr.on("data", note);
  child.stdin?.on("error", () => undefined);
  child.ended = new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
    child.once("error", (error) => {
      running.delete(child);
      note(`${error.message}\n`);
      resolve({ code: -1, signal: null });
    });
  });
  return child;
}

/** Ends a child with a signal, and with SIGKILL if that does not end it. */
export async function stop(child, signal = "SIGTERM", patience = 60_000) {
  if (!running.has(child)) return child.ended;
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), patience);
  const end = await child.ended;
  clearTimeout(timer);
  return end;
}

/** Runs a program until it ends. */
export async function run(command, args, { input, timeout = 600_000, ...options } = {}) {
  const child = start(command, args, options);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const closed = new Promise((resolve) => child.once("close", resolve));
  child.stdin.end(input);
  const timer = setTimeout(() => child.kill("SIGKILL"), timeout);
  const { code, signal } = await child.ended;
  if (code !== -1) await closed;
  clearTimeout(timer);
  return { code, signal, stdout, stderr };
}

function lines(text) {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{") || line.startsWith("["))
    .flatMap((line) => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
}

function json(text) {
  try {
    return JSON.parse(text);
  } catch {
    return lines(text).at(-1);
  }
}

/** Runs `ipse …`. Returns the exit status and the output, also as JSON if it is JSON. */
export async function ipse(...args) {
  const { code, signal, stdout, stderr } = await run(program, args);
  return { code, signal, stdout, stderr, out: json(stdout), problem: lines(stderr).at(-1) ?? (code === 0 ? undefined : json(stdout)) };
}

/** Runs `ipse …`, which must succeed. */
export async function succeed(...args) {
  const done = await ipse(...args);
  if (done.code !== 0) throw new Error(`ipse ${args.join(" ")} ended with ${done.code ?? done.signal}:\n${done.stderr}${done.stdout}`);
  return done;
}
