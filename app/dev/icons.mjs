// Draws the PNG icons from public/mark.svg. Run it when the mark changes: node dev/icons.mjs
import { readFileSync } from "node:fs";
import { launch } from "./browser.mjs";

const mark = Buffer.from(readFileSync(new URL("../public/mark.svg", import.meta.url))).toString("base64");
const icons = [
  ["icon-180.png", 180, 0.6],
  ["icon-192.png", 192, 0.66],
  ["icon-512.png", 512, 0.66],
  ["icon-maskable-512.png", 512, 0.5],
];
const browser = await launch();
for (const [name, size, share] of icons) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(
    `<body style="margin:0;background:#FAF8F4;display:grid;place-items:center;height:${size}px"><img width="${size * share}" src="data:image/svg+xml;base64,${mark}"></body>`,
  );
  await page.screenshot({ path: new URL(`../public/${name}`, import.meta.url).pathname });
  await page.close();
}
await browser.close();
