// The software of a partner, with the npm package `openid-client`.

import * as client from "openid-client";

export class Partner {
  /** `auth` is `private_key_jwt`, `client_secret_basic` or `client_secret_post`; `audience` is that of the assertion; with `dpop`, codes and tokens are bound to a key; `decrypt` has private keys for encrypted answers. */
  static async discover(demo, registered, { auth, decrypt, audience = registered.assertion_audience ?? "issuer", alg = registered.id_token_signed_response_alg, dpop = registered.dpop_bound_access_tokens } = {}) {
    const method = auth ?? registered.token_endpoint_auth_method;
    let authentication;
    if (method === "private_key_jwt") {
      const jwk = registered.private_jwks.keys[0];
      const { use: _use, key_ops: _ops, ...bare } = jwk;
      const key = await crypto.subtle.importKey("jwk", bare, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
      authentication = client.PrivateKeyJwt(
        { key, kid: jwk.kid },
        {
          [client.modifyAssertion]: (_header, payload) => {
            if (audience === "endpoint") payload.aud = `${demo.issuer}/token`;
            else if (audience !== "issuer") payload.aud = audience;
          },
        },
      );
    } else {
      const kinds = { client_secret_basic: client.ClientSecretBasic, client_secret_post: client.ClientSecretPost };
      authentication = kinds[method](registered.client_secret);
    }
    // Without a signature userinfo is JSON, and the library has no word for that.
    const signed = registered.userinfo_signed_response_alg === "none" ? undefined : registered.userinfo_signed_response_alg;
    const configuration = await client.discovery(new URL(demo.issuer), registered.client_id, { id_token_signed_response_alg: alg, ...(signed && { userinfo_signed_response_alg: signed }) }, authentication, {
      execute: [client.allowInsecureRequests],
    });
    if (decrypt) client.enableDecryptingResponses(configuration, ["A128CBC-HS256", "A256GCM"], ...decrypt);
    const options = dpop ? { DPoP: client.getDPoPHandle(configuration, await client.randomDPoPKeyPair()) } : {};
    return Object.assign(new Partner(), { configuration, options, registered, redirectUri: registered.redirect_uris[0], service: registered.services[0].code });
  }

  /** The demo partner of this name, with the settings of its own software. */
  static of(demo, name) {
    return Partner.discover(demo, demo.partner(name));
  }

  /** Begins a login. Returns the address for the browser and what `finish` checks. */
  async begin({ par = true, ...parameters } = {}) {
    const flow = { verifier: client.randomPKCECodeVerifier(), nonce: client.randomNonce(), state: client.randomState() };
    const all = {
      redirect_uri: this.redirectUri,
      scope: "openid profile",
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: "S256",
      ...parameters,
    };
    flow.url = par ? await client.buildAuthorizationUrlWithPAR(this.configuration, all, this.options) : client.buildAuthorizationUrl(this.configuration, all);
    return flow;
  }

  /** Whether an address is the redirect URI of this partner. */
  stop = (url) => url.startsWith(this.redirectUri);

  /** Finishes a login with the address to which the browser was redirected. */
  async finish(flow, callback) {
    const checks = { pkceCodeVerifier: flow.verifier, expectedState: flow.state, expectedNonce: flow.nonce, idTokenExpected: true };
    const tokens = await client.authorizationCodeGrant(this.configuration, new URL(callback), checks, undefined, this.options);
    const claims = tokens.claims();
    const person = await client.fetchUserInfo(this.configuration, tokens.access_token, claims.sub, this.options);
    return { tokens, claims, person };
  }

  userinfo(token, sub) {
    return client.fetchUserInfo(this.configuration, token, sub, this.options);
  }

  revoke(token) {
    return client.tokenRevocation(this.configuration, token);
  }
}
