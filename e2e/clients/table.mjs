// The tables of docs/clients.md.

import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { root } from "../lib/processes.mjs";
import { LIBRARIES } from "./libraries.mjs";
import { WAYS } from "./share.mjs";

const file = path.join(root, "docs/clients.md");
const END = "<!-- end of the table -->\n";
const LOGINS = { begin: "<!-- ./test clients writes this table -->\n", head: ["| software | version | registered with | set in it | result |", "|---|---|---|---|---|"] };
const ways = Object.keys(WAYS);
const SHARES = { begin: "<!-- ./test clients writes this table of details -->\n", head: [`| software | ${ways.join(" | ")} |`, `|${"---|".repeat(ways.length + 1)}`] };

const row = (library, version, result) =>
  `| ${library.name} | ${version} | \`${library.options.join(" ")}\` | ${library.set} | ${result} |`;

/** `results` has the result of each way. */
const shareRow = (library, results) => `| ${library.name} | ${ways.map((way) => (library.shares.includes(way) ? results[way] : "–")).join(" | ")} |`;
const sharing = LIBRARIES.filter(({ shares }) => shares);
const ALL_ARRIVE = Object.fromEntries(ways.map((way) => [way, "arrives"]));

/** Where a table is on the page. */
function place(page, { begin }) {
  const from = page.indexOf(begin) + begin.length;
  return [from, page.indexOf(END, from)];
}

/** The lines of a table on the page, by the name of the software. */
function rows(page, table) {
  const lines = page.slice(...place(page, table)).split("\n").slice(2).filter(Boolean);
  return new Map(lines.map((line) => [line.split(" | ")[0].replace(/^\| /, ""), line]));
}

function replaced(page, table, lines) {
  const [from, to] = place(page, table);
  return `${page.slice(0, from)}${[...table.head, ...lines].join("\n")}\n${page.slice(to)}`;
}

/**
 * Writes the results into the page: of logins, and of the ways to get details, by library. What was not tried here keeps its
 * line. Prints all of them.
 */
export async function writeTable(logins, shares) {
  let page = await readFile(file, "utf8");
  const known = [rows(page, LOGINS), rows(page, SHARES)];
  const lines = LIBRARIES.flatMap((library) => {
    const result = logins.get(library);
    const line = result && !result.startsWith("skipped") ? row(library, library.version(), result) : known[0].get(library.name);
    return line ? [line] : [];
  });
  const shared = sharing.flatMap((library) => {
    const results = shares.get(library);
    const line = results ? shareRow(library, results) : known[1].get(library.name);
    return line ? [line] : [];
  });
  page = replaced(replaced(page, LOGINS, lines), SHARES, shared);
  await writeFile(file, page);
  console.log([...logins].map(([library, result]) => row(library, library.version() ?? "–", result)).join("\n"));
  console.log([...shares].map(([library, results]) => shareRow(library, results)).join("\n"));
}

/** What the page says otherwise than the list and the versions that are pinned: one line for each. */
export async function differences() {
  const page = await readFile(file, "utf8");
  const found = rows(page, LOGINS);
  const differs = (expected, line) => (line === expected ? [] : [`expected ${expected}\n   found ${line}`]);
  const wrong = LIBRARIES.flatMap((library) => {
    // Debian has its own versions.
    const version = library.name.includes("(Debian)") ? found.get(library.name)?.split(" | ")[1] : library.version();
    return differs(row(library, version, "logs in"), found.get(library.name));
  });
  wrong.push(...sharing.flatMap((library) => differs(shareRow(library, ALL_ARRIVE), rows(page, SHARES).get(library.name))));
  for (const [, source, block] of page.matchAll(/<!-- (e2e\/clients\/\S+) -->\n```\w*\n([\s\S]*?)```/g)) {
    const text = await readFile(path.join(root, source), "utf8");
    const known = new Set(text.split("\n").map((line) => line.trim()));
    for (const line of block.split("\n")) if (line.trim() && !known.has(line.trim())) wrong.push(`${source} has no line ${line.trim()}`);
  }
  return wrong;
}
