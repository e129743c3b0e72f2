// The shop with a small test provider: what it accepts, what it refuses, what it shows.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import * as jose from 'jose';

let provider, shop, child, issuer, providerKey, shopPublicKey, startShop;
/** The last pushed request, the last ID token, and how the provider answers the next login. */
let pushed, idToken, answers;

const listening = (server) => new Promise((done) => server.listen(0, '127.0.0.1', () => done(server.address().port)));
const body = async (request) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return new URLSearchParams(text);
};

async function handle(request, response) {
  const url = new URL(request.url, issuer);
  const json = (status, value) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  const authenticated = async (form) => {
    const { payload } = await jose.jwtVerify(form.get('client_assertion'), shopPublicKey, { audience: issuer, issuer: 'shop', subject: 'shop' });
    assert.ok(payload.jti);
  };
  switch (url.pathname) {
    case '/.well-known/openid-configuration':
      return json(200, {
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        pushed_authorization_request_endpoint: `${issuer}/par`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/userinfo`,
        jwks_uri: `${issuer}/jwks`,
        authorization_response_iss_parameter_supported: true,
        id_token_signing_alg_values_supported: ['ES256'],
      });
    case '/jwks':
      return json(200, { keys: [{ ...(await jose.exportJWK(providerKey.publicKey)), kid: 'p', alg: 'ES256' }] });
    case '/par': {
      pushed = await body(request);
      await authenticated(pushed);
      return json(201, { request_uri: `urn:ietf:params:oauth:request_uri:${randomUUID()}`, expires_in: 90 });
    }
    case '/token': {
      const form = await body(request);
      await authenticated(form);
      if (answers.tokenError) return json(400, { error: answers.tokenError });
      assert.equal(createHash('sha256').update(form.get('code_verifier')).digest('base64url'), pushed.get('code_challenge'));
      const now = Math.floor(Date.now() / 1000);
      const claims = { sub: answers.sub ?? 'pairwise', acr: 'advanced', auth_time: now, nonce: pushed.get('nonce'), ...answers.idToken };
      idToken = await new jose.SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'p' })
        .setIssuer(issuer)
        .setAudience('shop')
        .setIssuedAt(now)
        .setExpirationTime(now + 60)
        .sign(providerKey.privateKey);
      return json(200, { access_token: 'token', token_type: 'Bearer', expires_in: 60, id_token: idToken });
    }
    case '/userinfo':
      return json(200, { sub: answers.sub ?? 'pairwise', given_name: 'An', family_name: 'Peeters', ...answers.userinfo });
    default:
      return json(404, {});
  }
}

before(async () => {
  providerKey = await jose.generateKeyPair('ES256');
  const shopKey = await jose.generateKeyPair('ES256', { extractable: true });
  shopPublicKey = shopKey.publicKey;
  provider = createServer((request, response) => handle(request, response).catch((error) => response.writeHead(500).end(error.message)));
  issuer = `http://localhost:${await listening(provider)}`;
  const shopKeys = { ...(await jose.exportJWK(shopKey.privateKey)), kid: 's', alg: 'ES256', use: 'sig' };
  startShop = async (more) => {
    const probe = createServer();
    const port = await listening(probe);
    await new Promise((done) => probe.close(done));
    const url = `http://localhost:${port}`;
    const home = mkdtempSync(path.join(tmpdir(), 'shop-'));
    writeFileSync(path.join(home, 'jwks.json'), JSON.stringify({ keys: [shopKeys] }));
    const settings = { listen: `127.0.0.1:${port}`, issuer, client_id: 'shop', service: 'HOEK_LOGIN', customer_service: 'HOEK_KLANT', redirect_uri: `${url}/callback`, private_jwks: 'jwks.json', ...more };
    writeFileSync(path.join(home, 'shop.json'), JSON.stringify(settings));
    const started = spawn(process.execPath, [path.join(import.meta.dirname, 'server.js'), '--home', home], { stdio: ['pipe', 'ignore', 'pipe'] });
    await new Promise((done) => started.stderr.once('data', done));
    return { url, port, child: started };
  };
  ({ url: shop, child } = await startShop({}));
});

after(async () => {
  const ended = new Promise((done) => child.once('exit', done));
  child.stdin.end();
  // The shop stops when its standard input closes, as in the demo.
  assert.equal(await ended, 0);
  provider.closeAllConnections();
  provider.close();
});

beforeEach(() => {
  answers = {};
});

class Browser {
  cookies = new Map();
  async open(url, options = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', ...options, headers: { cookie, 'accept-language': 'en' } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      this.cookies.set(name, value);
    }
    return { status: response.status, location: response.headers.get('location'), text: await response.text() };
  }
  /** Starts a login. Returns a function that builds the address to which the provider redirects this browser. */
  async begin(path = '/login') {
    const { location } = await this.open(`${shop}${path}`);
    assert.ok(location.startsWith(`${issuer}/authorize?`), location);
    return (parameters) => `${shop}/callback?${new URLSearchParams({ state: pushed.get('state'), iss: issuer, ...parameters })}`;
  }
}

test('a customer shares details, and what was kept back is not on the card', async () => {
  const browser = new Browser();
  const back = await browser.begin('/customer');
  assert.equal(pushed.get('scope'), 'openid service:HOEK_KLANT');
  const { userinfo } = JSON.parse(pushed.get('claims'));
  assert.deepEqual(userinfo.address, { essential: true });
  assert.equal(userinfo.birthdate, null);
  answers = { userinfo: { name: 'An <b> Peeters', address: { formatted: 'Kerkstraat 1, 9000 Gent' }, age_gte_18: true } };
  await browser.open(back({ code: 'c' }));
  const { text } = await browser.open(shop);
  const card = /<dl id="customer-card">(.*?)<\/dl>/s.exec(text)[1];
  for (const part of ['An &lt;b&gt; Peeters', 'Kerkstraat 1, 9000 Gent', '18 or older']) assert.ok(card.includes(part), part);
  assert.ok(!card.includes('Date of birth'));
});

const WITHDRAWN = 'https://ipse.example/events/consent-withdrawn';
const seconds = () => Math.floor(Date.now() / 1000);

/** An event: the person `sub` withdrew their consent. */
const withdrawal = (sub, claims = {}) => ({
  iss: issuer,
  aud: 'shop',
  iat: seconds(),
  jti: randomUUID(),
  toe: seconds(),
  sub_id: { format: 'iss_sub', iss: issuer, sub },
  events: { [WITHDRAWN]: { services: ['HOEK_KLANT'], claims: ['name'] } },
  ...claims,
});
const signed = (claims, { key = providerKey.privateKey, ...header } = {}) =>
  new jose.SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'p', typ: 'secevent+jwt', ...header }).sign(key);
const push = async (token, type = 'application/secevent+jwt', at = shop) => {
  const response = await fetch(`${at}/events`, { method: 'POST', headers: { 'content-type': type }, body: token });
  const text = await response.text();
  return [response.status, text && JSON.parse(text).err];
};

/** A browser whose person is a customer. */
const customer = async (sub) => {
  const browser = new Browser();
  const back = await browser.begin('/customer');
  answers = { sub, userinfo: { name: 'An Peeters', address: { formatted: 'Kerkstraat 1, 9000 Gent' } } };
  await browser.open(back({ code: 'c' }));
  assert.match((await browser.open(shop)).text, /customer-card/);
  return browser;
};

test('a withdrawal deletes what the person shared, and the page says when', async () => {
  const browser = await customer('leaving');
  const other = await customer('staying');
  const token = await signed(withdrawal('leaving'));
  assert.deepEqual(await push(token), [202, '']);
  const { text } = await browser.open(shop);
  assert.match(text, /id="withdrawn"[^>]*>You took back your consent on .*20\d\d/);
  assert.doesNotMatch(text, /customer-card|An Peeters|Kerkstraat/);
  assert.match((await other.open(shop)).text, /Kerkstraat/);
});

test('t12_a_repeated_event_is_accepted_without_effect', async () => {
  const first = await signed(withdrawal('again', { toe: seconds() - 60 }));
  assert.deepEqual(await push(first), [202, '']);
  // The approval is later than the withdrawal.
  const browser = await customer('again');
  assert.deepEqual(await push(first), [202, '']);
  assert.match((await browser.open(shop)).text, /customer-card/);
  // So it is with the same `jti` and a later time.
  const claims = withdrawal('again');
  assert.deepEqual(await push(await signed({ ...claims, toe: 1 })), [202, '']);
  assert.deepEqual(await push(await signed({ ...claims, toe: seconds() + 60 })), [202, '']);
  assert.match((await browser.open(shop)).text, /customer-card/);
});

test('an answer that was approved before the withdrawal is not taken after it', async () => {
  const browser = new Browser();
  const back = await browser.begin('/customer');
  assert.deepEqual(await push(await signed(withdrawal('crossing', { toe: seconds() + 60 }))), [202, '']);
  answers = { sub: 'crossing', userinfo: { name: 'An Peeters' } };
  assert.match((await browser.open(back({ code: 'c' }))).text, /consent_withdrawn/);
  assert.doesNotMatch((await browser.open(shop)).text, /An Peeters/);
});

test('t12_an_event_that_is_not_the_issuers_for_this_shop_is_refused', async () => {
  const browser = await customer('kept');
  const good = withdrawal('kept');
  const own = await jose.generateKeyPair('ES256');
  const cases = [
    ['authentication_failed', await signed(good, { key: own.privateKey })],
    ['invalid_key', await signed(good, { kid: 'other' })],
    ['invalid_issuer', await signed({ ...good, iss: 'https://other.example' })],
    ['invalid_audience', await signed({ ...good, aud: 'par_other' })],
    ['invalid_audience', await signed({ ...good, aud: undefined })],
    ['invalid_request', await signed(good, { typ: 'JWT' })],
    ['invalid_request', await signed(good, { typ: undefined })],
    ['invalid_request', idToken],
    ['invalid_request', await signed({ ...good, iat: seconds() - 3600 })],
    ['invalid_request', await signed({ ...good, iat: seconds() + 3600 })],
    ['invalid_request', await signed({ ...good, jti: undefined })],
    ['invalid_request', await signed({ ...good, toe: undefined })],
    ['invalid_request', await signed({ ...good, events: undefined })],
    ['invalid_request', await signed({ ...good, sub: 'kept', sub_id: undefined })],
    ['invalid_request', await signed({ ...good, sub_id: { ...good.sub_id, format: 'opaque' } })],
    ['invalid_request', await signed({ ...good, sub_id: { ...good.sub_id, iss: 'https://other.example' } })],
    ['invalid_request', `${Buffer.from('{"alg":"none","typ":"secevent+jwt"}').toString('base64url')}.${Buffer.from(JSON.stringify(good)).toString('base64url')}.`],
    ['invalid_request', await new jose.SignJWT(good).setProtectedHeader({ alg: 'HS256', typ: 'secevent+jwt' }).sign(new TextEncoder().encode('0'.repeat(32)))],
    ['invalid_request', 'nonsense'],
    ['invalid_request', ''],
  ];
  for (const [err, token] of cases) assert.deepEqual(await push(token), [400, err], token);
  assert.deepEqual(await push(await signed(good), 'application/jwt'), [400, 'invalid_request']);
  assert.match((await browser.open(shop)).text, /Kerkstraat/);
  // The same claims, as they should be, are taken: no refusal used up the `jti`.
  assert.deepEqual(await push(await signed(good)), [202, '']);
  assert.doesNotMatch((await browser.open(shop)).text, /Kerkstraat/);
});

test('an event whose keys cannot be had now is not refused for good', async () => {
  const { url, child: other } = await startShop({ issuer: 'http://localhost:1' });
  const [status] = await push(await signed(withdrawal('x')), undefined, url);
  assert.equal(status, 503);
  other.stdin.end();
});

test('a person logs in, is greeted by name, and logs out', async () => {
  const browser = new Browser();
  const back = await browser.begin();
  assert.equal(pushed.get('scope'), 'openid profile service:HOEK_LOGIN');
  assert.equal(pushed.get('code_challenge_method'), 'S256');
  const before = browser.cookies.get('shop_hoek_session');
  const { status, location } = await browser.open(back({ code: 'c' }));
  assert.deepEqual([status, location], [303, '/']);
  assert.notEqual(browser.cookies.get('shop_hoek_session'), before, 'a login opens a new session');
  const { text } = await browser.open(`${shop}/`);
  assert.match(text, /<h1 id="greeting">Hello An<\/h1>/);

  const csrf = /name="csrf" value="([^"]+)"/.exec(text)[1];
  await browser.open(`${shop}/logout`, { method: 'POST', body: new URLSearchParams({ csrf: 'guessed' }) });
  assert.match((await browser.open(`${shop}/`)).text, /Hello An/);
  await browser.open(`${shop}/logout`, { method: 'POST', body: new URLSearchParams({ csrf }) });
  assert.doesNotMatch((await browser.open(`${shop}/`)).text, /Hello An/);
});

test('a refusal gets its own page', async () => {
  const browser = new Browser();
  const back = await browser.begin();
  const { status, text } = await browser.open(back({ error: 'access_denied' }));
  assert.equal(status, 200);
  assert.match(text, /You are not logged in/);
  assert.match(text, /data-code="access_denied"/);
});

test('an answer works one time, and only in the browser that started the login', async () => {
  const browser = new Browser();
  const back = (await browser.begin())({ code: 'c' });
  const other = new Browser();
  assert.match((await other.open(back)).text, /login_stale/);
  assert.equal((await browser.open(back)).status, 303);
  assert.match((await browser.open(back)).text, /login_stale/);
});

test('a wrong answer is refused', async () => {
  const cases = [
    [{ code: 'c', iss: 'https://other.example' }, {}, 'answer_invalid'],
    [{ code: 'c' }, { idToken: { nonce: 'another' } }, 'answer_invalid'],
    [{ code: 'c' }, { userinfo: { sub: 'another' } }, 'answer_invalid'],
    [{ code: 'c' }, { tokenError: 'invalid_grant' }, 'invalid_grant'],
    [{ error: 'unmet_authentication_requirements' }, {}, 'unmet_authentication_requirements'],
    [{ error: 'server_error' }, {}, 'server_error'],
  ];
  for (const [parameters, answer, code] of cases) {
    const browser = new Browser();
    const back = await browser.begin();
    answers = answer;
    const { text } = await browser.open(back(parameters));
    assert.match(text, new RegExp(`data-code="${code}"`), code);
    assert.doesNotMatch((await browser.open(`${shop}/`)).text, /Hello/);
  }
});

test('a name is text and never HTML', async () => {
  const browser = new Browser();
  const back = await browser.begin();
  answers = { userinfo: { given_name: '<script>alert(1)</script>' } };
  await browser.open(back({ code: 'c' }));
  const { text } = await browser.open(`${shop}/`);
  assert.match(text, /Hello &lt;script&gt;/);
  assert.doesNotMatch(text, /<script>/);
});

test('the pages speak four languages', async () => {
  const browser = new Browser();
  for (const [language, button] of [['nl', 'Aanmelden met Ipse'], ['fr', 'Se connecter avec Ipse'], ['de', 'Mit Ipse anmelden'], ['en', 'Log in with Ipse']]) {
    assert.match((await browser.open(`${shop}/?lang=${language}`)).text, new RegExp(button));
  }
});

test('t38_an_idle_connection_and_a_slow_head_are_closed', async () => {
  const { port, child: other } = await startShop({ patience_ms: 200 });
  for (const sent of ['', 'GET / HTTP/1.1\r\nhost: x\r\nx-slow: 1', 'GET /health HTTP/1.1\r\nhost: x\r\n\r\n']) {
    const client = connect(port, '127.0.0.1');
    client.on('error', () => {});
    client.resume().write(sent);
    await new Promise((done) => client.once('close', done));
  }
  other.stdin.end();
});

test('t38_connections_beyond_the_limit_are_closed', async () => {
  const { port, child: other } = await startShop({ connections: 4 });
  const open = [];
  for (let i = 0; i < 4; i++) {
    open.push(connect(port, '127.0.0.1'));
    await new Promise((done) => open[i].once('connect', done));
  }
  const more = connect(port, '127.0.0.1').resume();
  more.on('error', () => {});
  await new Promise((done) => more.once('close', done));
  for (const client of open) client.destroy();
  other.stdin.end();
});
