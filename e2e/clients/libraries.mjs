// The libraries and brokers of docs/clients.md: how each is registered, what is set in it, and how it is started.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { startApache } from "../lib/apache.mjs";
import { start } from "../lib/processes.mjs";
import { cargoBuilt, debianVersion, goBuilt, isJavaMissing, isMissing, mavenBuilt } from "./toolchains.mjs";
import * as keycloak from "./keycloak/broker.mjs";

const here = import.meta.dirname;
const python = process.env.IPSE_E2E_PYTHON ?? path.resolve(here, "../.venv/bin/python");
const read = (file) => readFileSync(path.join(here, file), "utf8");

const ofNpm = (name) => JSON.parse(read("node/package-lock.json")).packages[`node_modules/${name}`].version;
const ofPypi = (name) => read("python/requirements.txt").match(new RegExp(`^${name}==([^ ]+)`, "m"))[1];
const ofCargo = (name) => read("rust/Cargo.lock").match(new RegExp(`name = "${name}"\nversion = "([^"]+)"`))[1];
const ofGo = (name, folder = "go") => read(`${folder}/go.mod`).match(new RegExp(`${name} v([^\\s]+)`))[1];

/** What a library's own program finds in its environment. */
const environment = ({ issuer, partner, port, request, encryption, private_jwks = partner.private_jwks }) => ({
  IPSE_ISSUER: issuer,
  IPSE_CLIENT_ID: partner.client_id,
  IPSE_CLIENT_SECRET: partner.client_secret ?? "",
  IPSE_PRIVATE_JWKS: JSON.stringify(private_jwks ?? null),
  ...(request && { IPSE_REQUEST: JSON.stringify(request) }),
  ...(encryption && { IPSE_ENCRYPTION: JSON.stringify(encryption) }),
  PORT: String(port),
});

/** Starts `command … FOLDER PORT`. */
const program = (command, ...args) => async (given) => {
  const built = typeof command === "function" ? await command() : [command];
  return start(built[0], [...built.slice(1), ...args, given.folder, String(given.port)], { env: environment(given), stdin: "ignore" });
};
const inPython = (file, ...args) => ({ start: program(python, path.join(here, "python", file), ...args), missing: () => !existsSync(python) && `no ${python}: ./test makes it` });
const inNode = (file) => ({ start: program(process.execPath, path.join(here, "node", file)), missing: () => !existsSync(path.join(here, "node/node_modules")) && "no packages: ./test clients installs them" });

/** Follows a button that posts a form. */
const byForm = (where, id) => async (visitor, origin, stop) => visitor.press(await visitor.open(`${origin}${where}`), id, { stop });

const spring = (major, boot) => ({
  name: `Spring Security ${major}`,
  version: () => `Spring Boot ${boot}`,
  options: ["--preset", "spring"],
  set: "`issuer-uri`, client ID and secret, `scope: openid, profile`",
  start: program(() => mavenBuilt("java", boot)),
  missing: isJavaMissing,
  begin: (visitor, origin, stop) => visitor.open(`${origin}/oauth2/authorization/ipse`, { stop }),
});

/**
 * `options` register it, as on a command line; `ORIGIN` is its own address. `set` is what is set in it, for the table. `begin` opens its login, `/login` unless given. `who` says who
 * is logged in, from `/me` unless given. `shares` are the ways in which it asks for details (`share.mjs`). `bySecret` if it has a secret and no keys. `inChromium` needs a browser with script. `email` software gets the e-mail address; `nameless` software keeps no
 * names.
 */
export const LIBRARIES = [
  {
    name: "Auth.js (`@auth/core`)",
    version: () => ofNpm("@auth/core"),
    options: ["--preset", "authjs"],
    set: "`type: \"oidc\"`",
    ...inNode("authjs.mjs"),
    begin: async (visitor, origin) => {
      const page = await visitor.open(`${origin}/auth/signin`);
      const csrfToken = page.body.match(/name="csrfToken" value="([^"]+)"/)[1];
      return visitor.open(`${origin}/auth/signin/ipse`, { method: "POST", form: { csrfToken, callbackUrl: `${origin}/me` } });
    },
  },
  {
    name: "Authlib",
    version: () => ofPypi("authlib"),
    options: ["--preset", "authlib"],
    callback: "/callback",
    set: "`code_challenge_method=\"S256\"`",
    ...inPython("authlib_site.py"),
    shares: ["scopes", "claims"],
    bySecret: true,
    short: true,
  },
  {
    name: "go-oidc",
    version: () => ofGo("github.com/coreos/go-oidc/v3"),
    options: ["--preset", "go-oidc"],
    callback: "/callback",
    set: "PKCE by `oauth2.S256ChallengeOption` and `oauth2.VerifierOption`",
    start: program(() => goBuilt("go")),
    missing: () => isMissing("go", "version"),
  },
  {
    name: "idpyoidc",
    version: () => ofPypi("idpyoidc"),
    options: ["--preset", "idpyoidc"],
    callback: "/callback",
    set: "the add-on `pkce`",
    ...inPython("idpyoidc_site.py"),
    shares: ["scopes", "claims", "encrypted", "signed, then encrypted"],
    bySecret: true,
    short: true,
  },
  {
    name: "Keycloak as a broker",
    version: () => keycloak.VERSION,
    options: ["--preset", "keycloak"],
    callback: "/realms/site/broker/ipse/endpoint",
    set: "import of the discovery address, client ID and secret, scopes `openid profile email`",
    ...keycloak.withSecret,
  },
  {
    name: "Keycloak with its own keys",
    version: () => keycloak.VERSION,
    options: ["--preset", "keycloak-keys", "--jwks-uri", "ORIGIN/realms/site/protocol/openid-connect/certs"],
    callback: "/realms/site/broker/ipse/endpoint",
    set: "\"JWT signed with private key\", \"Client assertion audience\" the issuer, \"Use PKCE\" S256, scopes `openid profile email`",
    ...keycloak.withKeys,
  },
  {
    name: "mod_auth_openidc (Debian)",
    version: () => debianVersion("libapache2-mod-auth-openidc"),
    options: ["--preset", "mod_auth_openidc"],
    callback: "/back",
    set: "`OIDCPKCEMethod S256`, `OIDCProviderAuthRequestMethod GET`",
    start: startApache,
    missing: () => !existsSync("/usr/lib/apache2/modules/mod_auth_openidc.so") && "libapache2-mod-auth-openidc is not installed: ./test installs it",
    begin: (visitor, origin, stop) => visitor.open(`${origin}/`, { stop }),
    who: async (visitor, origin) => {
      const { status, headers } = await visitor.open(`${origin}/`);
      return { status: headers.get("x-sub") ? status : 401, person: { sub: headers.get("x-sub"), name: headers.get("x-person") } };
    },
    short: true,
  },
  {
    name: "mozilla-django-oidc",
    version: () => ofPypi("mozilla-django-oidc"),
    options: ["--preset", "django"],
    set: "`OIDC_RP_SIGN_ALGO`, `OIDC_RP_SCOPES`, `OIDC_USE_PKCE`, users by `sub`",
    ...inPython("django_site.py"),
    begin: (visitor, origin, stop) => visitor.open(`${origin}/oidc/authenticate/`, { stop }),
    email: true,
  },
  {
    name: "mozilla-django-oidc as it comes",
    version: () => ofPypi("mozilla-django-oidc"),
    options: ["--preset", "django"],
    set: "`OIDC_RP_SIGN_ALGO`; users by e-mail address",
    ...inPython("django_site.py", "plain"),
    begin: (visitor, origin, stop) => visitor.open(`${origin}/oidc/authenticate/`, { stop }),
    email: true,
    nameless: true,
  },
  {
    name: "oidc-client-ts with a backend for frontend",
    version: () => ofNpm("oidc-client-ts"),
    options: ["--preset", "oidc-client-ts"],
    callback: "/callback",
    set: "`metadataSeed.token_endpoint` is the backend's",
    ...inNode("spa.mjs"),
    inChromium: true,
  },
  {
    name: "oauth2-proxy",
    version: () => ofGo("github.com/oauth2-proxy/oauth2-proxy/v7", "oauth2-proxy"),
    options: ["--preset", "oauth2-proxy"],
    set: "`code_challenge_method = \"S256\"`, `scope = \"openid profile email\"`",
    start: async ({ issuer, partner, port, origin }) => {
      const [command] = await goBuilt("oauth2-proxy", "github.com/oauth2-proxy/oauth2-proxy/v7");
      const settings = {
        "provider": "oidc",
        "oidc-issuer-url": issuer,
        "client-id": partner.client_id,
        "client-secret": partner.client_secret,
        "redirect-url": `${origin}/oauth2/callback`,
        "code-challenge-method": "S256",
        "scope": "openid profile email",
        "email-domain": "*",
        "cookie-secret": crypto.randomUUID().replaceAll("-", ""),
        "cookie-secure": "false", // plain http, for the demo only
        "http-address": `localhost:${port}`,
        "upstream": "static://200",
      };
      return start(command, Object.entries(settings).map(([name, value]) => `--${name}=${value}`), { stdin: "ignore" });
    },
    missing: () => isMissing("go", "version"),
    ready: "/ping",
    begin: (visitor, origin, stop) => visitor.open(`${origin}/oauth2/start`, { stop }),
    who: async (visitor, origin) => {
      const { status, body } = await visitor.open(`${origin}/oauth2/userinfo`);
      return { status, person: status === 200 ? { sub: JSON.parse(body).user, email: JSON.parse(body).email } : undefined };
    },
    email: true,
    nameless: true,
  },
  {
    name: "OmniAuth OpenID Connect (Debian)",
    version: () => debianVersion("ruby-omniauth-openid-connect"),
    options: ["--preset", "omniauth"],
    set: "`discovery: true`",
    start: program("ruby", path.join(here, "ruby/omniauth.rb")),
    missing: () => debianVersion("ruby-omniauth-openid-connect") === null && "ruby-omniauth-openid-connect is not installed: ./test clients installs it",
    begin: byForm("/", "login"),
  },
  {
    name: "openid-client",
    version: () => ofNpm("openid-client"),
    options: ["--preset", "openid-client"],
    callback: "/callback",
    set: "`id_token_signed_response_alg: \"ES256\"`",
    ...inNode("openid_client.mjs"),
    shares: ["scopes", "claims", "signed, then encrypted"],
    short: true,
  },
  {
    name: "openidconnect (Rust)",
    version: () => ofCargo("openidconnect"),
    options: ["--preset", "openidconnect"],
    callback: "/callback",
    set: "`set_pkce_challenge`",
    start: program(() => cargoBuilt("rust", "ipse-client")),
    missing: () => isMissing("cargo", "--version"),
  },
  {
    name: "passport-openidconnect",
    version: () => ofNpm("passport-openidconnect"),
    options: ["--preset", "passport"],
    callback: "/callback",
    set: "`nonce: true`",
    ...inNode("passport.mjs"),
  },
  {
    name: "requests-oauthlib",
    version: () => ofPypi("requests-oauthlib"),
    options: ["--preset", "requests-oauthlib"],
    callback: "/callback",
    set: "`pkce=\"S256\"`",
    ...inPython("requests_oauthlib_site.py"),
  },
  spring("6", "3.5.16"),
  spring("7", "4.1.2"),
];
