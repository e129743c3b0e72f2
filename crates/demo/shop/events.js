// Takes what Ipse tells the shop of a person: security event tokens (RFC 8417), pushed (RFC 8935) to `POST /events`. One event
// is known: a person withdrew their consent.

import * as jose from 'jose';

const WITHDRAWN = 'https://ipse.example/events/consent-withdrawn';
/** How far the clocks may differ, and how old an event may be when it was signed a moment ago, in seconds. */
const SKEW = 60;
const AGE = 300;
/** How many `jti` are kept. An event that is older than `AGE` is refused anyway. */
const KEPT = 5000;

/** An event that the shop does not take, and will not take if it comes again. `err` is one of RFC 8935 §2.4. */
export class Refused extends Error {
  constructor(err, description) {
    super(description);
    this.err = err;
  }
}

export class Events {
  #ipse;
  #keys;
  #audience;
  /** `jti` → `iat`. */
  #taken = new Map();

  /** `audience` is the shop's client id. */
  constructor(ipse, audience) {
    this.#ipse = ipse;
    this.#audience = audience;
  }

  /**
   * Checks an event. Returns `{ sub, time }`, whose consent counts no more if it was given up to that time (in seconds), or
   * nothing: for an event that was taken already, or that the shop does not know. An event that cannot be checked now is an
   * error with `status` 503, so that Ipse sends it again.
   */
  async take(mediaType, token) {
    if (mediaType !== 'application/secevent+jwt') throw new Refused('invalid_request', 'send application/secevent+jwt');
    const issuer = this.#ipse.issuer;
    const { iat, jti, toe, sub_id: subject, events } = await this.#verified(token, issuer);
    const known = typeof jti === 'string' && Number.isSafeInteger(toe) && typeof events === 'object' && events;
    if (!known) throw new Refused('invalid_request', 'the event lacks a claim');
    if (subject?.format !== 'iss_sub' || subject.iss !== issuer || typeof subject.sub !== 'string') {
      throw new Refused('invalid_request', 'sub_id must be of the format iss_sub, with the issuer');
    }
    // Ipse sends an event again if the answer was lost, so the same one is accepted, without effect.
    if (this.#taken.has(jti)) return undefined;
    for (const [old, signed] of this.#taken) {
      if (signed < Date.now() / 1000 - AGE - SKEW || this.#taken.size >= KEPT) this.#taken.delete(old);
      else break;
    }
    this.#taken.set(jti, iat);
    return Object.hasOwn(events, WITHDRAWN) ? { sub: subject.sub, time: toe } : undefined;
  }

  async #verified(token, issuer) {
    try {
      this.#keys ??= jose.createRemoteJWKSet(await this.#ipse.keys());
      const wanted = { issuer, audience: this.#audience, typ: 'secevent+jwt', algorithms: ['ES256'], maxTokenAge: AGE, clockTolerance: SKEW };
      return (await jose.jwtVerify(token, this.#keys, wanted)).payload;
    } catch (error) {
      throw asRefusal(error);
    }
  }
}

function asRefusal(error) {
  switch (error.code) {
    case 'ERR_JWKS_NO_MATCHING_KEY':
    case 'ERR_JWKS_MULTIPLE_MATCHING_KEYS':
      return new Refused('invalid_key', 'not exactly one key of the issuer has this kid');
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
      return new Refused('authentication_failed', 'the signature does not verify');
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED': {
      const err = { iss: 'invalid_issuer', aud: 'invalid_audience' }[error.claim];
      return new Refused(err ?? 'invalid_request', `${error.claim} is wrong`);
    }
    case 'ERR_JWT_EXPIRED':
      return new Refused('invalid_request', 'iat is too old');
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
    case 'ERR_JOSE_NOT_SUPPORTED':
    case 'ERR_JWS_INVALID':
    case 'ERR_JWT_INVALID':
      return new Refused('invalid_request', 'the body is not a security event token');
    default:
      // The keys cannot be had now.
      return Object.assign(error, { status: 503 });
  }
}
