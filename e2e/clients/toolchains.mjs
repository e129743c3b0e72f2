// Builds the programs of other languages, below `target/clients`.

import { spawnSync } from "node:child_process";
import path from "node:path";
import { root, run } from "../lib/processes.mjs";

const here = import.meta.dirname;
export const built = path.join(process.env.CARGO_TARGET_DIR ?? path.join(root, "target"), "clients");

/** Why a program cannot be used here; false if it can. */
export function isMissing(command, ...args) {
  return spawnSync(command, args, { stdio: "ignore" }).status !== 0 && `no ${command} on this machine`;
}

/** Why Java programs cannot be built and run here; false if they can. Keycloak and Spring need 17. */
export function isJavaMissing() {
  const { status, stderr } = spawnSync("java", ["-version"], { encoding: "utf8" });
  if (status !== 0) return "no java on this machine";
  const version = Number(stderr.match(/version "(\d+)/)?.[1]);
  return version < 17 ? `Java ${version} is too old: 17 is needed` : isMissing("mvn", "--version");
}

/** The version of an installed Debian package; null if it is not installed. */
export function debianVersion(name) {
  const { status, stdout } = spawnSync("dpkg-query", ["-W", "-f=${db:Status-Status} ${Version}", name], { encoding: "utf8" });
  const [state, version] = (stdout ?? "").split(" ");
  return status === 0 && state === "installed" ? version : null;
}

/** Runs a build tool, which must succeed. */
export async function mustRun(command, args, options = {}) {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${stdout.slice(-4000)}${stderr.slice(-4000)}`);
}

export async function cargoBuilt(folder, name) {
  const target = path.join(built, "rust");
  await mustRun("cargo", ["build", "--locked", "--quiet", "--target-dir", target], { cwd: path.join(here, folder) });
  return [path.join(target, "debug", name)];
}

export async function goBuilt(folder, what = ".") {
  const program = path.join(built, folder, "program");
  await mustRun("go", ["build", "-mod=readonly", "-o", program, what], { cwd: path.join(here, folder) });
  return [program];
}

export async function mavenBuilt(folder, boot) {
  const target = path.join(built, `java-${boot}`);
  await mustRun("mvn", ["--batch-mode", "--quiet", `-Dspring-boot.version=${boot}`, `-Dbuild.folder=${target}`, "package"], { cwd: path.join(here, folder) });
  return ["java", "-cp", `${target}/classes:${target}/lib/*`, "site.Site"];
}
