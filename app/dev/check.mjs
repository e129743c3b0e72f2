// House rules that a compiler does not know: texts, contrast, and what may not stand in shipped code.

import { readdirSync, readFileSync } from "node:fs";
import { FluentResource } from "@fluent/bundle";

const root = new URL("..", import.meta.url).pathname;
const read = (path) => readFileSync(root + path, "utf8");
const files = (folder, ends) =>
  readdirSync(root + folder, { recursive: true }).filter((name) => ends.test(name)).map((name) => `${folder}/${name}`);
const problems = [];
const expect = (good, what) => good || problems.push(what);

// ── Texts: the same ids with the same variables in every language, each of them used ──────────────────────────────

const variables = (pattern, found = new Set()) => {
  if (Array.isArray(pattern)) for (const part of pattern) variables(part, found);
  else if (pattern && typeof pattern === "object") {
    if (pattern.type === "var") found.add(pattern.name);
    for (const value of Object.values(pattern)) if (value && typeof value === "object") variables(value, found);
  }
  return found;
};
const catalogue = (language) => {
  const out = new Map();
  for (const { id, value, attributes } of new FluentResource(read(`texts/${language}.ftl`)).body) {
    expect(!out.has(id), `${language}.ftl: ${id} stands twice`);
    out.set(id, [...variables(value)].sort().join());
    for (const [name, pattern] of Object.entries(attributes)) out.set(`${id}.${name}`, [...variables(pattern)].sort().join());
  }
  return out;
};
const english = catalogue("en");
for (const language of ["nl", "fr", "de"]) {
  const other = catalogue(language);
  for (const [id, named] of english) {
    expect(other.has(id), `${language}.ftl: ${id} is missing`);
    // A plural may leave its number out of a sentence, but nothing new may come in.
    const foreign = (other.get(id) ?? "").split(",").filter((name) => name && !named.split(",").includes(name));
    expect(foreign.length === 0, `${language}.ftl: ${id} names ${foreign}`);
  }
  for (const id of other.keys()) expect(english.has(id), `${language}.ftl: ${id} is not in en.ftl`);
}
for (const language of ["nl", "fr", "de", "en"]) {
  const text = read(`texts/${language}.ftl`);
  expect(!/something went wrong|er ging iets mis|une erreur est survenue|etwas ist schief/i.test(text), `${language}.ftl: says that something went wrong`);
  expect(!/!\s*$/m.test(text), `${language}.ftl: an exclamation mark`);
}
const du = /\b(du|dein|deine|dir|dich)\b/i.exec(read("texts/de.ftl").replace(/^#.*$/gm, ""));
expect(!du, `de.ftl: says ${du?.[0]}, must say Sie`);
const u = /\b(u|uw)\b/i.exec(read("texts/nl.ftl").replace(/^#.*$/gm, ""));
expect(!u, `nl.ftl: says ${u?.[0]}, must say je`);

const sources = files("src", /\.tsx?$/);
const used = new Set();
const prefixes = new Set();
for (const path of sources) {
  const source = read(path);
  for (const [, id] of source.matchAll(/\bt\(\s*"([^"]+)"/g)) used.add(id);
  for (const [, id] of source.matchAll(/"([a-z][a-z0-9-]+-[a-z0-9-]+)"/g)) if (english.has(id)) used.add(id);
  for (const [, prefix] of source.matchAll(/`([a-z-]+-)\$\{/g)) prefixes.add(prefix);
  for (const [, id] of source.matchAll(/word: "([^"]+)"/g)) used.add(id);
}
for (const id of used) expect(english.has(id), `en.ftl: ${id} is used but missing`);
for (const id of english.keys()) {
  const bare = id.split(".")[0];
  expect(used.has(id) || used.has(bare) || [...prefixes].some((prefix) => bare.startsWith(prefix)), `en.ftl: ${id} is never used`);
}
const { 1: server, 2: local } = /SERVER_CODES = \[([^\]]+)\][\s\S]*LOCAL_CODES = \[([^\]]+)\]/.exec(read("src/protocol/problem.ts"));
for (const [, code] of `${server}${local}`.matchAll(/"([a-z_]+)"/g)) {
  expect(english.has(`problem-${code}`) && english.has(`problem-${code}.do`), `en.ftl: problem-${code} needs what happened and what to do`);
}
const table = readFileSync(`${root}../docs/protocol.md`, "utf8");
for (const [, code] of table.matchAll(/^\| \d{3} \| `([a-z_]+)` \|/gm)) expect(server.includes(`"${code}"`), `problem.ts: ${code} of docs/protocol.md is missing`);

// ── What may not stand in shipped code ─────────────────────────────────────────────────────────────────────────────

const BANNED = [
  [/innerHTML|outerHTML|insertAdjacentHTML|document\.write/, "writes HTML"],
  [/\beval\(|new Function\(/, "evaluates text"],
  [/\bstyle=/, "has an inline style"],
  [/https?:\/\/(?!\/)[a-z]/, "names an address"],
  [/localStorage\.setItem\((?!STORAGE_KEY)/, "keeps something in localStorage"],
];
for (const path of sources) {
  const source = read(path).replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
  for (const [pattern, what] of BANNED) expect(!pattern.test(source), `${path}: ${what}`);
  expect(source.split("\n").length <= 400, `${path}: more than 400 lines`);
}
const index = read("index.html");
expect(!/<script(?![^>]*src=)/.test(index) && !/<style|style=|\son\w+=/.test(index), "index.html: something inline");

// ── Contrast (WCAG 2.2 §1.4.3, and 7:1 for the text that one decides by) ───────────────────────────────────────────

const tokens = read("src/styles/tokens.css");
const blocks = [...tokens.matchAll(/:root \{([^}]+)\}/g)].map(([, block]) => new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value])));
const [light, dark] = blocks;
const luminance = (hex) => {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};
const PAIRS = [
  ["ink", ["paper", "sheet", "sunk", "accent-pale", "caution-pale", "stop-pale"], 7],
  ["ink-soft", ["paper", "sheet", "sunk", "caution-pale", "stop-pale", "accent-pale"], 4.5],
  ["accent", ["paper", "sheet", "accent-pale"], 4.5],
  ["stop", ["paper", "sheet", "stop-pale"], 4.5],
  ["caution", ["caution-pale"], 3],
  ["accent-ink", ["accent"], 4.5],
  ["stop-ink", ["stop"], 4.5],
  ["line-strong", ["paper", "sheet", "sunk"], 3],
];
for (const [theme, colours] of [["light", light], ["dark", new Map([...light, ...dark])]]) {
  for (const [front, backs, least] of PAIRS) {
    for (const back of backs) {
      const ratio = contrast(colours.get(front), colours.get(back));
      expect(ratio >= least, `tokens.css: ${theme} ${front} on ${back} is ${ratio.toFixed(2)}, needs ${least}`);
    }
  }
}

for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? `${english.size} texts in four languages, ${sources.length} files: in order` : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
