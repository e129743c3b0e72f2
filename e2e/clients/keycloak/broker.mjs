// Keycloak from Maven in development mode, as a broker: a realm with Ipse as its identity provider and one site behind it.

import path from "node:path";
import { existsSync, mkdirSync } from "node:fs";
import { start } from "../../lib/processes.mjs";
import { PATIENCE, until } from "../../lib/until.mjs";
import { built, isJavaMissing, mustRun } from "../toolchains.mjs";

export const VERSION = "26.7.3";
const REALM = "site";
const password = crypto.randomUUID();

const post = (address, body, headers) => fetch(address, { method: "POST", body, headers });

async function succeeds(response) {
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return response;
}

/** What an administrator does in the console. `settings` are those of the identity provider, beside what is imported. */
async function configure(origin, { issuer }, settings) {
  const login = new URLSearchParams({ grant_type: "password", client_id: "admin-cli", username: "admin", password });
  const { access_token } = await (await succeeds(await post(`${origin}/realms/master/protocol/openid-connect/token`, login))).json();
  const admin = async (where, body) =>
    succeeds(await post(`${origin}/admin/realms${where}`, JSON.stringify(body), { authorization: `Bearer ${access_token}`, "content-type": "application/json" }));
  await admin("", { realm: REALM, enabled: true });
  await admin(`/${REALM}/clients`, { clientId: "site", publicClient: true, redirectUris: [`${origin}/done`] });
  const discovery = { providerId: "oidc", fromUrl: `${issuer}/.well-known/openid-configuration` };
  const imported = await (await admin(`/${REALM}/identity-provider/import-config`, discovery)).json();
  await admin(`/${REALM}/identity-provider/instances`, {
    alias: "ipse",
    providerId: "oidc",
    enabled: true,
    config: { ...imported, ...settings },
  });
}

async function startKeycloak({ port, origin, issuer }, settings) {
  const folder = path.join(built, "keycloak");
  const home = path.join(folder, `keycloak-${VERSION}`);
  if (!existsSync(path.join(home, "bin/kc.sh"))) {
    // Without a project, Maven writes its markers below the current folder, in one with the name `${project.basedir}`.
    mkdirSync(folder, { recursive: true });
    await mustRun("mvn", ["--batch-mode", "--quiet", "dependency:unpack", `-Dartifact=org.keycloak:keycloak-quarkus-dist:${VERSION}:zip`, `-DoutputDirectory=${folder}`], { cwd: folder });
  }
  const args = ["start-dev", "--http-host", "localhost", "--http-port", String(port), "--db", "dev-mem", "--cache", "local"];
  const child = start("bash", ["-c", 'exec bash "$0" "$@"', path.join(home, "bin/kc.sh"), ...args], {
    env: { KC_BOOTSTRAP_ADMIN_USERNAME: "admin", KC_BOOTSTRAP_ADMIN_PASSWORD: password },
    stdin: "ignore",
  });
  await until("Keycloak to answer", async () => child.exitCode !== null || (await fetch(`${origin}/realms/master`)).ok, { within: 3 * PATIENCE, every: 500 });
  if (child.exitCode !== null) throw new Error(`Keycloak ended by itself: ${child.said}`);
  await configure(origin, { issuer }, settings);
  return child;
}

const endpoint = (origin, name) => `${origin}/realms/${REALM}/protocol/openid-connect/${name}`;

const common = {
  missing: isJavaMissing,
  ready: "/realms/master",
  email: true,
  /** A visitor of the site, which takes logins of Ipse only. */
  begin: (visitor, origin) => {
    const query = new URLSearchParams({ client_id: "site", redirect_uri: `${origin}/done`, response_type: "code", scope: "openid", kc_idp_hint: "ipse" });
    return visitor.open(`${endpoint(origin, "auth")}?${query}`);
  },
  who: async (_visitor, origin, last) => {
    const code = new URL(last.url).searchParams.get("code");
    if (!last.url.startsWith(`${origin}/done`) || !code) return { status: 401 };
    const form = new URLSearchParams({ grant_type: "authorization_code", client_id: "site", redirect_uri: `${origin}/done`, code });
    const { id_token } = await (await succeeds(await post(endpoint(origin, "token"), form))).json();
    const { sub, name, email } = JSON.parse(Buffer.from(id_token.split(".")[1], "base64url"));
    return { status: 200, person: { sub, name, email } };
  },
};

export const withSecret = {
  ...common,
  start: (given) =>
    startKeycloak(given, {
      clientId: given.partner.client_id,
      clientSecret: given.partner.client_secret,
      clientAuthMethod: "client_secret_post",
      defaultScope: "openid profile email",
    }),
};

/** The realm's own keys, which it publishes. */
export const withKeys = {
  ...common,
  start: (given) =>
    startKeycloak(given, {
      clientId: given.partner.client_id,
      clientAuthMethod: "private_key_jwt",
      clientAssertionAudience: given.issuer,
      defaultScope: "openid profile email",
      pkceEnabled: "true",
      pkceMethod: "S256",
    }),
};
