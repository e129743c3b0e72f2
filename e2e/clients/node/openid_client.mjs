// A site with openid-client: node openid_client.mjs FOLDER PORT   (the private keys are in IPSE_PRIVATE_JWKS)

import { createServer } from "node:http";
import * as oidc from "openid-client";

const [, , , port] = process.argv;
const redirect_uri = `http://localhost:${port}/callback`;
const [jwk] = JSON.parse(process.env.IPSE_PRIVATE_JWKS).keys;
const key = await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
const ipse = await oidc.discovery(
  new URL(process.env.IPSE_ISSUER),
  process.env.IPSE_CLIENT_ID,
  { id_token_signed_response_alg: "ES256" },
  oidc.PrivateKeyJwt({ key, kid: jwk.kid }),
  { execute: [oidc.allowInsecureRequests] }, // plain http, for the demo only
);
const logins = [];
let loggedIn;

async function login() {
  const checks = { expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), pkceCodeVerifier: oidc.randomPKCECodeVerifier() };
  logins.push(checks);
  return oidc.buildAuthorizationUrlWithPAR(ipse, {
    redirect_uri,
    scope: "openid profile",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: "S256",
  });
}

createServer(async (request, response) => {
  const url = new URL(request.url, redirect_uri);
  const json = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const go = (location) => response.writeHead(303, { location }).end();
  try {
    if (url.pathname === "/login") {
      loggedIn = undefined;
      return go((await login()).href);
    }
    if (url.pathname !== "/callback") return loggedIn ? json(200, loggedIn) : json(401, { error: "nobody is logged in" });
    const tokens = await oidc.authorizationCodeGrant(ipse, url, { ...logins.pop(), idTokenExpected: true });
    loggedIn = await oidc.fetchUserInfo(ipse, tokens.access_token, tokens.claims().sub);
    go("/me");
  } catch (error) {
    json(403, { error: `${error.error ?? error.code}: ${error.error_description ?? error.message}` });
  }
}).listen(Number(port), "localhost");
