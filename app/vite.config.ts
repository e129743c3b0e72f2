import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vite";
import type { Plugin } from "vite";

const files = (folder: string, base = ""): string[] =>
  readdirSync(join(folder, base), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(folder, join(base, entry.name)) : [join(base, entry.name)],
  );

/** Writes dist/sw.js: the service worker with the list of files to cache, and their digest as its version. */
function serviceWorker(): Plugin {
  return {
    name: "ipse-service-worker",
    apply: "build",
    closeBundle() {
      const cached = files("dist").filter((name) => name !== "sw.js").sort();
      const digest = createHash("sha256");
      for (const name of cached) digest.update(name).update(readFileSync(join("dist", name)));
      const version = digest.digest("base64url").slice(0, 16);
      const list = ["", ...cached.filter((name) => name !== "index.html")].map((name) => `/app/${name}`);
      const source = readFileSync("src/sw.js", "utf8")
        .replace('"__VERSION__"', JSON.stringify(version))
        .replace('["__FILES__"]', JSON.stringify(list));
      writeFileSync("dist/sw.js", source);
    },
  };
}

export default defineConfig({
  base: "/app/",
  plugins: [serviceWorker()],
  server: { proxy: { "/phone": "http://localhost:4001" } },
  build: {
    target: "es2022",
    // The server's policy permits no `data:` fonts and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
});
