// `response_mode=form_post` in Chromium: the scheme's page posts the answer to a partner, whose callback then redirects to
// another origin.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { launch, open, visit } from "../lib/chrome.mjs";
import { Demo } from "../lib/demo.mjs";
import { Partner } from "../lib/partner.mjs";
import { FILE_PATIENCE, until } from "../lib/until.mjs";

/** Reads the body of a request. */
async function bodyOf(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

describe("form_post", { timeout: FILE_PATIENCE }, () => {
  let demo;
  let browser;
  let partner;
  let elsewhere;
  const servers = [];
  /** What the partner's callback got. */
  const posts = [];

  const listen = async (port, answer) => {
    const server = http.createServer(answer);
    await new Promise((done) => server.listen(port, "127.0.0.1", done));
    servers.push(server);
  };

  before(async () => {
    [demo, browser] = await Promise.all([Demo.start(), launch()]);
    // Another site than the scheme's: 127.0.0.1, and `localhost` for the page after it.
    const callback = `http://127.0.0.1:${demo.base + 12}/callback`;
    elsewhere = `http://localhost:${demo.base + 13}/welcome`;
    await listen(demo.base + 12, async (request, response) => {
      posts.push({ method: request.method, headers: request.headers, form: new URLSearchParams(await bodyOf(request)) });
      response.writeHead(303, { location: elsewhere }).end();
    });
    await listen(demo.base + 13, (_request, response) => response.writeHead(200, { "content-type": "text/html" }).end("<p id=welcome>Welcome"));
    const file = path.join(demo.folder, "client.json");
    await writeFile(file, JSON.stringify({
      response_modes: ["query", "form_post"],
      require_pushed_authorization_requests: false,
      reasons: { response_modes: "the software knows no other", require_pushed_authorization_requests: "the software cannot push" },
    }));
    const registered = await demo.register("Formulier", callback, "--from", file, "--sandbox-people");
    partner = await Partner.discover(demo, registered);
  });
  after(async () => {
    for (const server of servers) server.close();
    await browser?.close();
    await demo?.stop();
  });

  /** Ends a login whose answer is posted, and returns the post. */
  const login = async (parameters, { script = true } = {}) => {
    const flow = await partner.begin({ response_mode: "form_post", ...parameters });
    const context = await open(browser, { script });
    const page = await context.newPage();
    const before = posts.length;
    await visit(page, flow.url.href);
    if (!script) await page.locator("#answer button").click();
    await page.locator("#welcome").waitFor();
    assert.equal(page.url(), elsewhere);
    assert.deepEqual(context.complaints, [], "the policy of the page lets the post and the partner's redirect pass");
    await context.close();
    const post = await until("the post", () => posts[before]);
    assert.equal(post.method, "POST");
    assert.equal(post.headers.origin, new URL(demo.issuer).origin, "the partner can check where it comes from");
    assert.equal(post.form.get("iss"), demo.issuer);
    assert.equal(post.form.get("state"), flow.state);
    return { flow, post };
  };

  for (const script of [true, false]) {
    test(`a code is posted ${script ? "by script" : "with the button, without script"}`, async () => {
      const { flow, post } = await login({ login_hint: "approve@sandbox" }, { script });
      const { person } = await partner.finish(flow, `${partner.redirectUri}?${post.form}`);
      assert.equal(person.name, "Ada Akkoord");
    });
  }

  test("a refusal is posted", async () => {
    const { post } = await login({ login_hint: "refuse@sandbox" });
    assert.equal(post.form.get("error"), "access_denied");
    assert.equal(post.form.get("error_description"), "the person refused");
  });

  test("a mistake in a plain request is posted", async () => {
    const { post } = await login({ par: false, display: "hologram" });
    assert.equal(post.form.get("error"), "invalid_request");
  });
});
