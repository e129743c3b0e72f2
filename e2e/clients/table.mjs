// The table of docs/clients.md.

import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { root } from "../lib/processes.mjs";
import { LIBRARIES } from "./libraries.mjs";

const file = path.join(root, "docs/clients.md");
const BEGIN = "<!-- ./test clients writes this table -->\n";
const END = "<!-- end of the table -->\n";
const HEAD = ["| software | version | registered with | set in it | result |", "|---|---|---|---|---|"];

const row = (library, version, result) =>
  `| ${library.name} | ${version} | \`${library.options.join(" ")}\` | ${library.set} | ${result} |`;

/** The lines of the table on the page, by the name of the software. */
function rows(page) {
  const table = page.slice(page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END));
  return new Map(table.split("\n").slice(2).filter(Boolean).map((line) => [line.split(" | ")[0].replace(/^\| /, ""), line]));
}

/** Writes the results into the page. What was not tried here keeps its line. Prints all of them. */
export async function writeTable(results) {
  const page = await readFile(file, "utf8");
  const before = rows(page);
  const lines = LIBRARIES.flatMap((library) => {
    const result = results.get(library);
    const kept = before.get(library.name);
    const line = result && !result.startsWith("skipped") ? row(library, library.version(), result) : kept;
    return line ? [line] : [];
  });
  const at = page.indexOf(BEGIN) + BEGIN.length;
  await writeFile(file, `${page.slice(0, at)}${[...HEAD, ...lines].join("\n")}\n${page.slice(page.indexOf(END))}`);
  console.log([...results].map(([library, result]) => row(library, library.version() ?? "–", result)).join("\n"));
}

/** What the page says otherwise than the list and the versions that are pinned: one line for each. */
export async function differences() {
  const page = await readFile(file, "utf8");
  const found = rows(page);
  const wrong = LIBRARIES.flatMap((library) => {
    // Debian has its own versions.
    const version = library.name.includes("(Debian)") ? found.get(library.name)?.split(" | ")[1] : library.version();
    const expected = row(library, version, "logs in");
    return found.get(library.name) === expected ? [] : [`expected ${expected}\n   found ${found.get(library.name)}`];
  });
  for (const [, source, block] of page.matchAll(/<!-- (e2e\/clients\/\S+) -->\n```\w*\n([\s\S]*?)```/g)) {
    const text = await readFile(path.join(root, source), "utf8");
    const known = new Set(text.split("\n").map((line) => line.trim()));
    for (const line of block.split("\n")) if (line.trim() && !known.has(line.trim())) wrong.push(`${source} has no line ${line.trim()}`);
  }
  return wrong;
}
