// Logs people in with Ipse, through a standard OpenID Connect library: pushed request (RFC 9126), PKCE and
// `private_key_jwt`. The library checks state, nonce and `iss`.

import { readFile } from 'node:fs/promises';
import * as client from 'openid-client';

const FLOW_LIFETIME_MS = 10 * 60 * 1000;
const FLOWS_KEPT = 1000;

/** What a new customer shares: the name and the address are needed, the others as the person likes. */
const CUSTOMER = {
  userinfo: { name: { essential: true }, address: { essential: true }, age_gte_18: null, birthdate: null },
};

/** A login that failed. `page` names the page that the shop shows, `code` is stable. */
export class LoginProblem extends Error {
  constructor(page, code, cause) {
    super(code, { cause });
    this.page = page;
    this.code = code;
  }
}

export class Ipse {
  #settings;
  #claims;
  #configuration;
  #flows = new Map();

  /** `claims` is what `begin` asks of a customer. */
  constructor(settings, claims = CUSTOMER) {
    this.#settings = settings;
    this.#claims = claims;
  }

  get issuer() {
    return this.#settings.issuer;
  }

  /** Where the issuer publishes its keys. */
  async keys() {
    return new URL((await this.#discovered()).serverMetadata().jwks_uri);
  }

  // Discovery happens at the first login and not at start, so that the shop starts while Ipse is down.
  async #discovered() {
    if (this.#configuration) return this.#configuration;
    const { issuer, client_id, private_jwks } = this.#settings;
    const { keys } = JSON.parse(await readFile(private_jwks, 'utf8'));
    const jwk = keys.find((key) => key.alg === 'ES256' || key.crv === 'P-256');
    const key = await crypto.subtle.importKey('jwk', { ...jwk, key_ops: ['sign'] }, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
    // Only the demo uses plain http. The library refuses it by default.
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

  /** Starts a login for one browser, or the registration of a customer, and returns the address to redirect it to. */
  async begin(browser, language, customer = false) {
    try {
      const configuration = await this.#discovered();
      const flow = {
        browser,
        customer,
        verifier: client.randomPKCECodeVerifier(),
        nonce: client.randomNonce(),
        expires: Date.now() + FLOW_LIFETIME_MS,
      };
      const state = client.randomState();
      const url = await client.buildAuthorizationUrlWithPAR(configuration, {
        redirect_uri: this.#settings.redirect_uri,
        ...(customer
          ? { scope: `openid service:${this.#settings.customer_service}`, claims: JSON.stringify(this.#claims) }
          : { scope: `openid profile service:${this.#settings.service}` }),
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

  /**
   * Finishes a login: checks the address to which the browser came back. Returns the person, with what the shop learned by
   * `login` or as `customer`, and when they approved it.
   */
  async finish(browser, url) {
    const state = url.searchParams.get('state') ?? '';
    const flow = this.#flows.get(state);
    // The flow of another browser is kept: an attacker who sent this address to a victim must not end it.
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
      if (flow.customer) {
        const { name, address, age_gte_18, birthdate, verified_claims: verified } = person;
        return { sub, customer: { auth_time, name, address: address?.formatted, age_gte_18, birthdate, verified } };
      }
      return { sub, login: { acr, auth_time, given_name: person.given_name, family_name: person.family_name } };
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
    // A code that was used already, or the person was blocked in the meantime.
    return new LoginProblem(error.error === 'invalid_grant' ? 'stale' : 'failed', error.error, error);
  }
  return new LoginProblem('failed', 'answer_invalid', error);
}
