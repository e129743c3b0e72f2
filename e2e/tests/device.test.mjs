// What the app needs from a phone: the camera, the home screen, and what it shows without a connection.

import assert from "node:assert/strict";
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { PNG } from "pngjs";
import { App } from "../lib/app.mjs";
import { LANGUAGES, launch, launchWithProfile, look, open, reload, visit } from "../lib/chrome.mjs";
import { Demo } from "../lib/demo.mjs";
import { FILE_PATIENCE, until } from "../lib/until.mjs";

const CODE = "58204";

/** A camera for Chromium: a video of one picture, which can change while Chromium plays it. */
class Camera {
  static WIDTH = 640;
  static HEIGHT = 480;
  static #HEAD = `YUV4MPEG2 W${Camera.WIDTH} H${Camera.HEIGHT} F10:1 Ip A1:1 C420jpeg\nFRAME\n`;

  constructor(file) {
    this.file = file;
    // A grey picture: all values are in the middle.
    writeFileSync(file, Buffer.concat([Buffer.from(Camera.#HEAD), Buffer.alloc((Camera.WIDTH * Camera.HEIGHT * 3) / 2, 128)]));
  }

  /** Shows nothing to the camera. */
  seeNothing() {
    this.#write(Buffer.alloc(Camera.WIDTH * Camera.HEIGHT, 128));
  }

  get flags() {
    return ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${this.file}`];
  }

  /** Shows a picture to the camera: in the middle, on white. */
  see(picture) {
    const { data, width, height } = PNG.sync.read(picture);
    assert.ok(width <= Camera.WIDTH && height <= Camera.HEIGHT, `${width}×${height}`);
    const light = Buffer.alloc(Camera.WIDTH * Camera.HEIGHT, 255);
    const [left, top] = [(Camera.WIDTH - width) >> 1, (Camera.HEIGHT - height) >> 1];
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const at = 4 * (y * width + x);
        light[(top + y) * Camera.WIDTH + left + x] = Math.round(0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2]);
      }
    }
    this.#write(light);
  }

  #write(light) {
    // The same file: Chromium reads each picture of the video when it plays it.
    const file = openSync(this.file, "r+");
    try {
      writeSync(file, light, 0, light.length, Camera.#HEAD.length);
    } finally {
      closeSync(file);
    }
  }
}

describe("the app on a phone", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let browser;
  let camera;

  before(async () => {
    demo = await Demo.start();
    camera = new Camera(path.join(demo.folder, "camera.y4m"));
    browser = await launch(camera.flags);
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  test("the camera reads the QR of the sign-in page, and is off afterwards", async () => {
    const person = demo.person("Lotte Claes");
    const phone = await open(browser);
    const desktop = await open(browser, { size: "desktop" });
    const app = await App.open(demo, phone);
    await app.enrol(person, CODE, { unlock: false });
    const shop = await desktop.newPage();
    await visit(shop, `${demo.shop}/login`);
    await shop.locator("#qr").waitFor();
    // Records the camera's streams, so that the test can see whether the camera is on.
    await app.page.evaluate(() => {
      const devices = navigator.mediaDevices;
      const ask = devices.getUserMedia.bind(devices);
      globalThis.streams = [];
      devices.getUserMedia = async (wishes) => {
        const stream = await ask(wishes);
        globalThis.streams.push(stream);
        return stream;
      };
    });
    const live = () => app.page.evaluate(() => globalThis.streams.flatMap((stream) => stream.getTracks()).filter((track) => track.readyState === "live").length);
    await app.press("tab-scan");
    await app.page.locator("[data-camera=on]").waitFor();
    assert.equal(await live(), 1);
    assert.deepEqual(await look(app.page, "en", "scan-camera"), []);
    // A QR code is valid for ten seconds. The camera sees the current one until the app has read one.
    await until("the request to appear", async () => {
      if (await app.at("screen-read").isVisible()) return true;
      // The page removes the QR code when a phone has claimed the login. The next round then finds the request.
      if (await shop.locator("#qr").isVisible()) camera.see(await shop.locator("#qr").screenshot({ timeout: 10_000 }));
      return false;
    });
    await shop.locator("#match-code").waitFor();
    assert.equal(await app.request(), (await shop.locator("#match-code").innerText()).trim());
    assert.equal(await live(), 0);
    await app.approveWithCode(CODE);
    await app.outcome("approved");
    await shop.locator("#greeting").waitFor();
    assert.deepEqual([...phone.complaints, ...desktop.complaints], []);
    await phone.close();
    await desktop.close();
  });

  test("t47_every_way_in: only the app's camera gives the flow qr; a request that came another way can be scanned", async () => {
    const phone = await open(browser);
    const desktop = await open(browser, { size: "desktop" });
    const app = await App.open(demo, phone);
    await app.enrol(demo.person("Luc Wouters"), CODE, { unlock: false });
    const shop = await desktop.newPage();
    const start = async () => {
      await visit(shop, `${demo.shop}/login`);
      await shop.locator("#qr").waitFor();
    };
    const text = () => shop.locator("#qr").getAttribute("data-text");
    const flow = async () => {
      await app.request();
      return app.at("where").getAttribute("data-flow");
    };
    const refuse = async () => {
      await app.press("refuse");
      await app.outcome("refused");
    };
    const sent = {
      // Also what the phone's own camera app does with a QR code.
      navigation: async () => app.goto(await text()),
      paste: () => app.paste(text),
      picture: async () => {
        await app.goto("/app/#/scan");
        await app.screen("scan");
        await app.at("qr-file").setInputFiles({ name: "screen.png", mimeType: "image/png", buffer: await shop.screenshot() });
      },
      "paste of the link for the same device": async () => {
        const link = await shop.locator("#open-app").getAttribute("href");
        await app.paste(() => link);
      },
    };
    // Otherwise the camera would read an old code on the screen where the person pastes a text.
    camera.seeNothing();
    for (const [way, bring] of Object.entries(sent)) {
      await start();
      await bring();
      assert.equal(await flow(), "link", way);
      await app.at("view-warning").waitFor();
      await app.at("scan-instead").waitFor();
      await shop.locator("#match-code").waitFor();
      assert.ok(await shop.locator("#qr").isVisible(), way);
      // A refusal of the last one would go to the browser that began.
      if (["navigation", "paste"].includes(way)) await refuse();
    }
    assert.deepEqual(await look(app.page, "en", "read-sent"), []);
    assert.deepEqual(await look(shop, "en", "sign-in-unscanned"), []);
    // The person scans the page that shows the request that they were sent.
    await start();
    await app.goto(await text());
    assert.equal(await flow(), "link");
    const match = await app.request();
    await app.press("scan-instead");
    await app.page.locator("[data-camera=on]").waitFor();
    await until("the request to appear again", async () => {
      if (await app.at("screen-read").isVisible()) return true;
      if (await shop.locator("#qr").isVisible()) camera.see(await shop.locator("#qr").screenshot({ timeout: 10_000 }));
      return false;
    });
    assert.equal(await flow(), "qr");
    assert.equal(await app.at("view-warning").count(), 0);
    assert.equal(await app.at("scan-instead").count(), 0);
    await shop.locator("#qr").waitFor({ state: "detached" });
    assert.equal((await shop.locator("#match-code").innerText()).trim(), match);
    await app.approveWithCode(CODE);
    await app.outcome("approved");
    await shop.locator("#greeting").waitFor();
    // The link of the same device, opened by the phone that shows the page.
    const page = await phone.newPage();
    await visit(page, `${demo.shop}/login`);
    await page.locator("#open-app").click();
    const here = new App(demo, page);
    await here.request();
    assert.equal(await here.at("where").getAttribute("data-flow"), "app");
    assert.deepEqual([...phone.complaints, ...desktop.complaints], []);
    await phone.close();
    await desktop.close();
  });

  test("Chromium can install the app, and each icon has its declared size", async () => {
    const context = await launchWithProfile(path.join(demo.folder, "profile"));
    try {
      const page = await context.newPage();
      await visit(page, `${demo.app}/app/`);
      await page.getByTestId("begin").waitFor();
      await page.evaluate(() => navigator.serviceWorker.ready);
      const chromium = await context.newCDPSession(page);
      assert.deepEqual((await chromium.send("Page.getInstallabilityErrors")).installabilityErrors, []);
      const { url, data, errors } = await chromium.send("Page.getAppManifest");
      assert.deepEqual(errors, []);
      const manifest = JSON.parse(data);
      assert.equal(manifest.name, "Ipse");
      assert.equal(manifest.display, "standalone");
      assert.equal(new URL(manifest.start_url, url).href, `${demo.app}/app/`);
      assert.equal(new URL(manifest.scope, url).href, `${demo.app}/app/`);
      const icons = [...manifest.icons, { src: await page.locator("link[rel=apple-touch-icon]").getAttribute("href"), sizes: "180x180", type: "image/png" }];
      for (const { src, sizes, type } of icons) {
        const answer = await fetch(new URL(src, url));
        assert.equal(answer.status, 200, src);
        assert.equal(answer.headers.get("content-type"), type, src);
        const bytes = Buffer.from(await answer.arrayBuffer());
        if (type !== "image/png") continue;
        const { width, height } = PNG.sync.read(bytes);
        assert.equal(`${width}x${height}`, sizes, src);
      }
      assert.ok(manifest.icons.some(({ sizes }) => sizes === "192x192") && manifest.icons.some(({ sizes }) => sizes === "512x512"));
      assert.ok(manifest.icons.some(({ purpose }) => purpose === "maskable"));
    } finally {
      await context.close();
    }
  });

  for (const language of Object.keys(LANGUAGES)) {
    test(`${language}: without a connection the app opens and shows the problem; it continues when the connection is back`, async () => {
      const phone = await open(browser, { language });
      const app = await App.open(demo, phone);
      await app.at("begin").waitFor();
      await app.page.evaluate(() => navigator.serviceWorker.ready);
      await phone.setOffline(true);
      await reload(app.page);
      await app.page.locator("[data-testid=problem][data-code=offline]").waitFor();
      assert.equal(await app.page.locator("html").getAttribute("lang"), language);
      assert.deepEqual(await look(app.page, language, "offline"), []);
      // Chromium tells a page that was opened offline only of the next change, so the connection changes three times.
      for (const offline of [false, true, false]) await phone.setOffline(offline);
      await app.at("begin").waitFor();
      assert.deepEqual(phone.complaints, []);
      await phone.close();
    });
  }

  test("the app opens while the scheme does not answer, and has stored no personal data", async () => {
    const phone = await open(browser);
    const app = await App.open(demo, phone);
    await app.enrol(demo.person("Emma Janssens"), CODE, { unlock: false });
    await app.page.evaluate(() => navigator.serviceWorker.ready);
    await demo.close();
    await reload(app.page);
    await app.page.locator("[data-testid=problem][data-code=offline]").waitFor();
    const kept = await app.page.evaluate(async () => {
      const names = await caches.keys();
      return (await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat();
    });
    assert.ok(kept.includes("/app/"), String(kept));
    assert.deepEqual(kept.filter((one) => !/^\/app\/(assets\/[\w.-]+|[\w-]+\.(png|svg|webmanifest))?$/.test(one)), []);
    await demo.open();
    await app.press("try-again");
    await app.page.locator("[data-testid=status][data-status=active]").waitFor();
    assert.deepEqual(phone.complaints, []);
    await phone.close();
  });
});
