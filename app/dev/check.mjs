// Checks that a compiler cannot make: texts, forbidden code, kinds of action, design tokens and contrast.

import { readdirSync, readFileSync } from "node:fs";
import { FluentResource } from "@fluent/bundle";

const root = new URL("..", import.meta.url).pathname;
const read = (path) => readFileSync(root + path, "utf8");
const files = (folder, ends) =>
  readdirSync(root + folder, { recursive: true }).filter((name) => ends.test(name)).map((name) => `${folder}/${name}`);
const problems = [];
const expect = (good, problem) => good || problems.push(problem);
const sources = files("src", /\.tsx?$/);

// ── Texts: every language has the same ids with the same variables, and the app uses each id ─────────────────────────

const LANGUAGES = ["nl", "fr", "de", "en"];
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
    expect(!out.has(id), `${language}.ftl: ${id} is defined twice`);
    out.set(id, [...variables(value)].sort().join());
    for (const [name, pattern] of Object.entries(attributes)) out.set(`${id}.${name}`, [...variables(pattern)].sort().join());
  }
  return out;
};
const english = catalogue("en");
for (const language of LANGUAGES) {
  const other = catalogue(language);
  for (const [id, names] of english) {
    expect(other.has(id), `${language}.ftl: ${id} is missing`);
    // A plural form may omit its number, but no text may have a variable that English does not have.
    const added = (other.get(id) ?? "").split(",").filter((name) => name && !names.split(",").includes(name));
    expect(added.length === 0, `${language}.ftl: ${id} has the variable ${added}, en.ftl has not`);
  }
  for (const id of other.keys()) expect(english.has(id), `${language}.ftl: ${id} is not in en.ftl`);
  const text = read(`texts/${language}.ftl`);
  expect(!/something went wrong|er ging iets mis|une erreur est survenue|etwas ist schief/i.test(text), `${language}.ftl: says that something went wrong`);
  expect(!/!\s*$/m.test(text), `${language}.ftl: has an exclamation mark`);
}
const address = (language, pattern, polite) => {
  const found = pattern.exec(read(`texts/${language}.ftl`).replace(/^#.*$/gm, ""));
  expect(!found, `${language}.ftl: says ${found?.[0]}, must say ${polite}`);
};
address("de", /\b(du|dein|deine|dir|dich)\b/i, "Sie");
address("nl", /\b(u|uw)\b/i, "je");

// French has a narrow no-break space before these marks, so that they stay on the line of their word. The rule also holds for
// the texts of the servers.
const SERVERS = ["scheme", "server", "operator", "demo"];
for (const path of ["texts/fr.ftl", ...SERVERS.map((name) => `../crates/${name}/texts/fr.ftl`)]) {
  // A placeable is no text: `[one] …` and `$count ->` have marks of their own.
  const french = read(path).replace(/^#.*$/gm, "").replace(/\{[^{}\n]*\}/g, "x");
  const bare = /[ \u00a0][?;:!»](\s|$)|«[ \u00a0]|[^\s\u202f][?;!»](\s|$)|\p{L}:(\s|$)/mu.exec(french);
  expect(!bare, `${path}: no narrow no-break space beside ? ; : ! « or » in "${bare && french.slice(Math.max(0, bare.index - 20), bare.index + 5)}"`);
  expect(!/\p{L}'\p{L}/u.test(french), `${path}: a straight apostrophe`);
}

const used = new Set();
const prefixes = new Set();
for (const path of sources) {
  const source = read(path);
  for (const [, id] of source.matchAll(/\bt\(\s*"([^"]+)"/g)) used.add(id);
  for (const [, id] of source.matchAll(/"([a-z][a-z0-9-]+-[a-z0-9-]+)"/g)) if (english.has(id)) used.add(id);
  for (const [, prefix] of source.matchAll(/`([a-z-]+-)\$\{/g)) prefixes.add(prefix);
}
for (const id of used) expect(english.has(id), `en.ftl: ${id} is used but missing`);
for (const id of english.keys()) {
  const name = id.split(".")[0];
  expect(used.has(id) || used.has(name) || [...prefixes].some((prefix) => name.startsWith(prefix)), `en.ftl: ${id} is never used`);
}

// ── Problems: each code has a text that says what happened, and one that says what to do ─────────────────────────────

const { 1: server, 2: local } = /SERVER_CODES = \[([^\]]+)\][\s\S]*LOCAL_CODES = \[([^\]]+)\]/.exec(read("src/protocol/problem.ts"));
for (const [, code] of `${server}${local}`.matchAll(/"([a-z_]+)"/g)) {
  expect(english.has(`problem-${code}`) && english.has(`problem-${code}.do`), `en.ftl: problem-${code} must say what happened and what to do`);
}
const table = readFileSync(`${root}../docs/protocol.md`, "utf8");
for (const [, code] of table.matchAll(/^\| \d{3} \| `([a-z_]+)` \|/gm)) expect(server.includes(`"${code}"`), `problem.ts: ${code} of docs/protocol.md is missing`);

// ── Kinds of action: each has its file and its name, and only src/kinds decides by a kind ────────────────────────────

const kindTable = /KINDS: KindTable = \{([^}]+)\}/.exec(read("src/kinds/index.ts"))[1];
const kinds = [...kindTable.matchAll(/^\s+(\w+)(: null)?,$/gm)];
expect(kinds.length === 10, "src/kinds/index.ts: the table must have one line for each kind");
for (const [, kind, unsupported] of kinds) {
  expect(Boolean(unsupported) !== sources.includes(`src/kinds/${kind}.ts`), `src/kinds: ${kind} needs either a file or null`);
  expect(Boolean(unsupported) !== english.has(`kind-${kind}`), `en.ftl: kind-${kind} must be there exactly if the app can show the kind`);
}
for (const path of sources.filter((path) => !path.startsWith("src/kinds/"))) {
  expect(!/\b(view|action|summary)\.kind\s*[!=]==|switch \((view|action|summary)?\.?kind\)/.test(read(path)), `${path}: decides by a kind; ask src/kinds`);
}

// ── Forbidden in shipped code ────────────────────────────────────────────────────────────────────────────────────────

const BANNED = [
  [/innerHTML|outerHTML|insertAdjacentHTML|document\.write/, "writes HTML"],
  [/\beval\(|new Function\(/, "evaluates text"],
  [/\bstyle=/, "has an inline style"],
  [/https?:\/\/(?!\/)[a-z]/, "contains an address"],
  [/localStorage\.setItem\((?!STORAGE_KEY)/, "stores something in localStorage"],
];
for (const path of sources) {
  const source = read(path).replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
  for (const [pattern, problem] of BANNED) expect(!pattern.test(source), `${path}: ${problem}`);
  expect(source.split("\n").length <= 400, `${path}: has more than 400 lines`);
}
const index = read("index.html");
expect(!/<script(?![^>]*src=)/.test(index) && !/<style|style=|\son\w+=/.test(index), "index.html: has an inline script or style");

// ── Design tokens: one file for the app and the server's pages ───────────────────────────────────────────────────────

const STATIC = "../crates/server/static";
const tokens = read(`${STATIC}/tokens.css`);
const themes = [...tokens.matchAll(/:root \{([^}]+)\}/g)].map(([, block]) => new Map([...block.matchAll(/--([\w-]+): ([^;]+);/g)].map(([, name, value]) => [name, value])));
const light = themes[0];
const dark = new Map([...light, ...themes[1]]);
for (const theme of themes) for (const name of theme.keys()) expect(light.has(name), `tokens.css: ${name} is not in the first block`);
const styles = [...files("src/styles", /\.css$/), `${STATIC}/page.css`];
const usedTokens = new Set();
for (const path of styles) {
  const css = read(path);
  for (const [, name] of css.matchAll(/var\(--([\w-]+)\)/g)) {
    usedTokens.add(name);
    expect(light.has(name), `${path}: there is no token ${name}`);
  }
  expect(!/^\s*--[\w-]+:/m.test(css), `${path}: defines a token; tokens.css is the place for it`);
  // A QR code is dark on white in every theme.
  const plain = css.replace(/\.qr \{[^}]+\}/g, "");
  expect(!/#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/i.test(plain), `${path}: names a colour; tokens.css is the place for it`);
  expect(![...plain.matchAll(/font-size: 0\.\d+/g)].length, `${path}: has small text; use --text-small`);
}
for (const name of light.keys()) expect(usedTokens.has(name), `tokens.css: ${name} is never used`);
for (const [theme, colours] of [["light", light], ["dark", dark]]) {
  const declared = new RegExp(`theme-color" content="(#[0-9a-f]{6})" media="\\(prefers-color-scheme: ${theme}`, "i").exec(index)?.[1];
  expect(declared?.toLowerCase() === colours.get("paper"), `index.html: the ${theme} theme-color is not --paper`);
}
for (const name of ["latin", "latin-ext"]) {
  const bundled = readFileSync(`${root}node_modules/@fontsource-variable/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-${name}-wght-normal.woff2`);
  expect(bundled.equals(readFileSync(`${root}${STATIC}/atkinson-${name}.woff2`)), `${STATIC}/atkinson-${name}.woff2: is not the typeface of the app`);
}

// ── Contrast: WCAG 2.2 §1.4.3, and 7:1 for the text by which a person decides ────────────────────────────────────────

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
  ["ink-soft", ["paper", "sheet", "sunk", "accent-pale", "caution-pale", "stop-pale"], 7],
  ["accent", ["paper", "sheet", "accent-pale"], 4.5],
  ["stop", ["paper", "sheet", "stop-pale"], 4.5],
  ["caution", ["caution-pale"], 3],
  ["accent-ink", ["accent"], 4.5],
  ["stop-ink", ["stop"], 4.5],
  ["line-strong", ["paper", "sheet", "sunk"], 3],
];
for (const [theme, colours] of [["light", light], ["dark", dark]]) {
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
