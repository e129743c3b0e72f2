// Everything this shop knows of Ipse: it is an OpenID provider, and a stock client library speaks to it.
// Pushed request (RFC 9126), PKCE, `private_key_jwt`; state, nonce and `iss` are checked by the library.

import { readFile } from 'node:fs/promises';
import * as client from 'openid-client';

const FLOW_LIFETIME_MS = 10 * 60 * 1000;
const FLOWS_KEPT = 1000;

/** A login that cannot go on; `page` names the shop's page for it, `code` is the stable small print. */
export class LoginProblem extends Error {
  constructor(page, code, cause) {
    super(code, { cause });
    this.page = page;
    this.code = code;
  }
}

export class Ipse {
  #settings;
  #configuration;
  #flows = new Map();

  constructor(settings) {
    this.#settings = settings;
  }

  // Discovery happens at the first login and not at start, so that the shop opens while Ipse is away.
  async #discovered() {
    if (this.#configuration) return this.#configuration;
    const { issuer, client_id, private_jwks } = this.#settings;
    const { keys } = JSON.parse(await readFile(private_jwks, 'utf8'));
    const jwk = keys.find((key) => key.alg === 'ES256' || key.crv === 'P-256');
    const key = await crypto.subtle.importKey('jwk', { ...jwk, key_ops: ['sign'] }, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
    // Plain http exists in the demo only; anything else must be https, as the library demands by itself.
    const options = new URL(issuer).protocol === 'http:' ? { execute: [client.allowInsecureRequests] } : {};
    this.#configuration = await client.discovery(
      new URL(issuer),
      client_id,
      { id_token_signed_response_alg: 'ES256' },
      client.PrivateKeyJwt({ key, kid: jwk.kid }),
      options,
    );
    return this.#configuration;
  }

  /** Begins a login for one browser; answers the address to send it to. */
  async begin(browser, language) {
    try {
      const configuration = await this.#discovered();
      const flow = {
        browser,
        verifier: client.randomPKCECodeVerifier(),
        nonce: client.randomNonce(),
        expires: Date.now() + FLOW_LIFETIME_MS,
      };
      const state = client.randomState();
      const url = await client.buildAuthorizationUrlWithPAR(configuration, {
        redirect_uri: this.#settings.redirect_uri,
        scope: `openid profile service:${this.#settings.service}`,
        state,
        nonce: flow.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: 'S256',
        ui_locales: language,
      });
      this.#remember(state, flow);
      return url;
    } catch (error) {
      throw new LoginProblem('unreachable', error.error ?? 'issuer_unreachable', error);
    }
  }

  /** Ends a login: takes what the browser brought back, answers who it is. */
  async finish(browser, url) {
    const state = url.searchParams.get('state') ?? '';
    const flow = this.#flows.get(state);
    // Another browser's flow stays as it is: whoever planted this address must not end it.
    if (!flow || flow.browser !== browser || flow.expires < Date.now()) throw new LoginProblem('stale', 'login_stale');
    this.#flows.delete(state);
    try {
      const configuration = await this.#discovered();
      const tokens = await client.authorizationCodeGrant(configuration, url, {
        pkceCodeVerifier: flow.verifier,
        expectedState: state,
        expectedNonce: flow.nonce,
        idTokenExpected: true,
      });
      const { sub, acr, auth_time } = tokens.claims();
      const person = await client.fetchUserInfo(configuration, tokens.access_token, sub);
      return { sub, acr, auth_time, given_name: person.given_name, family_name: person.family_name };
    } catch (error) {
      throw asProblem(error);
    }
  }

  #remember(state, flow) {
    for (const [key, { expires }] of this.#flows) {
      if (expires < Date.now() || this.#flows.size >= FLOWS_KEPT) this.#flows.delete(key);
      else break;
    }
    this.#flows.set(state, flow);
  }
}

function asProblem(error) {
  if (error instanceof client.AuthorizationResponseError) {
    if (error.error === 'access_denied') return new LoginProblem('denied', 'access_denied', error);
    if (error.error === 'unmet_authentication_requirements') return new LoginProblem('level_missing', error.error, error);
    if (['temporarily_unavailable', 'server_error'].includes(error.error)) return new LoginProblem('unreachable', error.error, error);
    return new LoginProblem('failed', error.error, error);
  }
  if (error instanceof client.ResponseBodyError) {
    // A code that was used already, or whose person was blocked in between.
    return new LoginProblem(error.error === 'invalid_grant' ? 'stale' : 'failed', error.error, error);
  }
  return new LoginProblem('failed', 'answer_invalid', error);
}
