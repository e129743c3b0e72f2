// A single-page app with oidc-client-ts, and its backend for frontend: node spa.mjs FOLDER PORT
//
// The page begins the login and checks the answer. The backend has the client's secret, redeems the code, and keeps the access
// token: the page never has it.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const [, , , port] = process.argv;
const ipse = await (await fetch(`${process.env.IPSE_ISSUER}/.well-known/openid-configuration`)).json();
const library = await readFile(fileURLToPath(import.meta.resolve("oidc-client-ts")).replace(/dist\/.*$/, "dist/browser/oidc-client-ts.min.js"));
const page = `<!doctype html><title>App</title><button id="login">Log in</button><pre id="person"></pre>
<script src="/oidc-client-ts.js"></script><script type="module" src="/app.js"></script>`;
const app = `
const manager = new oidc.UserManager({
  authority: "${ipse.issuer}",
  client_id: "${process.env.IPSE_CLIENT_ID}",
  redirect_uri: location.origin + "/callback",
  scope: "openid profile",
  metadataSeed: { token_endpoint: location.origin + "/bff/token" },
});
const show = async () => (document.querySelector("#person").textContent = await (await fetch("/bff/person")).text());
document.querySelector("#login").onclick = () => manager.signinRedirect();
if (location.pathname === "/callback") {
  try {
    const user = await manager.signinCallback();
    if (user.access_token) throw new Error("the page has the access token");
    history.replaceState(null, "", "/");
    await show();
  } catch (error) {
    document.querySelector("#person").textContent = JSON.stringify({ error: error.message });
  }
}`;

const basic = `Basic ${Buffer.from(`${process.env.IPSE_CLIENT_ID}:${process.env.IPSE_CLIENT_SECRET}`).toString("base64")}`;
const sessions = new Map();

/** Adds the secret to the page's request, and answers without the access token. */
async function token(request) {
  const asked = new URLSearchParams(await text(request));
  const form = new URLSearchParams({ grant_type: "authorization_code" });
  for (const name of ["code", "redirect_uri", "code_verifier"]) form.set(name, asked.get(name) ?? "");
  const answer = await fetch(ipse.token_endpoint, { method: "POST", body: form, headers: { authorization: basic } });
  const { access_token, ...rest } = await answer.json();
  if (!answer.ok) return { status: answer.status, body: JSON.stringify(rest) };
  const id = crypto.randomUUID();
  sessions.set(id, access_token);
  return { status: 200, body: JSON.stringify(rest), cookie: `app=${id}; HttpOnly; SameSite=Strict; Path=/bff` };
}

async function person(request) {
  const held = sessions.get(/app=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1]);
  if (!held) return { status: 401, body: JSON.stringify({ error: "nobody is logged in" }) };
  const answer = await fetch(ipse.userinfo_endpoint, { headers: { authorization: `Bearer ${held}` } });
  return { status: answer.status, body: await answer.text() };
}

createServer(async (request, response) => {
  const path = new URL(request.url, `http://localhost:${port}`).pathname;
  const files = { "/": ["text/html", page], "/callback": ["text/html", page], "/app.js": ["text/javascript", app], "/oidc-client-ts.js": ["text/javascript", library] };
  if (files[path]) return response.setHeader("content-type", `${files[path][0]}; charset=utf-8`).end(files[path][1]);
  const ours = request.method === "POST" ? request.headers.origin === `http://localhost:${port}` : true;
  const route = { "POST /bff/token": token, "GET /bff/person": person }[`${request.method} ${path}`];
  if (!route || !ours) return response.writeHead(404).end();
  const { status, body, cookie } = await route(request);
  if (cookie) response.setHeader("set-cookie", cookie);
  response.writeHead(status, { "content-type": "application/json" }).end(body);
}).listen(Number(port), "localhost");
