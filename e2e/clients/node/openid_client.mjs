// A site with openid-client: node openid_client.mjs FOLDER PORT   (the private keys are in IPSE_PRIVATE_JWKS)
// IPSE_REQUEST has `scope` and perhaps `claims`, and IPSE_ENCRYPTION the registered members of encrypted userinfo.

import { createServer } from "node:http";
import * as oidc from "openid-client";

const [, , , port] = process.argv;
const redirect_uri = `http://localhost:${port}/callback`;
const asked = JSON.parse(process.env.IPSE_REQUEST ?? '{"scope":"openid profile"}');
const encryption = JSON.parse(process.env.IPSE_ENCRYPTION ?? "{}");
const { keys } = JSON.parse(process.env.IPSE_PRIVATE_JWKS);
const jwk = keys.find(({ use }) => use !== "enc");
const key = await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
const ipse = await oidc.discovery(
  new URL(process.env.IPSE_ISSUER),
  process.env.IPSE_CLIENT_ID,
  { id_token_signed_response_alg: "ES256", ...encryption },
  oidc.PrivateKeyJwt({ key, kid: jwk.kid }),
  { execute: [oidc.allowInsecureRequests] }, // plain http, for the demo only
);
if (encryption.userinfo_encrypted_response_alg) {
  const own = keys.find(({ alg }) => alg === encryption.userinfo_encrypted_response_alg);
  const algorithm = own.kty === "RSA" ? { name: "RSA-OAEP", hash: "SHA-256" } : { name: "ECDH", namedCurve: "P-256" };
  const usages = own.kty === "RSA" ? ["decrypt"] : ["deriveBits"];
  const { alg: _alg, ...bare } = own;
  const decryption = await crypto.subtle.importKey("jwk", bare, algorithm, false, usages);
  oidc.enableDecryptingResponses(ipse, ["A128CBC-HS256", "A256GCM"], { key: decryption, kid: own.kid });
}
const logins = [];
let loggedIn;

async function login() {
  const checks = { expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(), pkceCodeVerifier: oidc.randomPKCECodeVerifier() };
  logins.push(checks);
  return oidc.buildAuthorizationUrlWithPAR(ipse, {
    redirect_uri,
    scope: asked.scope,
    ...(asked.claims && { claims: JSON.stringify(asked.claims) }),
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
