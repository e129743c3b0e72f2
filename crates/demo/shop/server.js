// Winkel Hoek: a web shop where people log in and become customers with Ipse. To the shop, Ipse is an OpenID provider like any other.
//
//   node server.js --home DIR      DIR/shop.json: listen, issuer, client_id, service, customer_service, redirect_uri,
//                                  private_jwks (a file), and, if wanted, site
//                                  (`council` for the pages of council.js), patience_ms and connections, the limits of its listener
//
// Stops when its standard input closes, so that the shop stops together with the demo.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as council from './council.js';
import { Events, Refused } from './events.js';
import { Ipse, LoginProblem } from './oidc.js';
import { greeting, home, problem } from './pages.js';
import { LANGUAGES, fromAcceptLanguage } from './texts.js';

const { values: options } = parseArgs({ options: { home: { type: 'string' } } });
const settings = JSON.parse(readFileSync(path.join(options.home, 'shop.json'), 'utf8'));
settings.private_jwks = path.resolve(options.home, settings.private_jwks);
const isCouncil = settings.site === 'council';
const ipse = new Ipse(settings, isCouncil ? council.CLAIMS : undefined);
const events = new Events(ipse, settings.client_id);

const here = import.meta.dirname;
const FILES = {
  '/shop.css': { type: 'text/css; charset=utf-8', body: readFileSync(path.join(here, 'shop.css')) },
  '/council.css': { type: 'text/css; charset=utf-8', body: readFileSync(path.join(here, 'council.css')) },
  '/icon.svg': { type: 'image/svg+xml', body: readFileSync(path.join(here, 'icon.svg')) },
};

// The ports of a host share cookies, so the names of the cookies contain the name of the shop.
const SESSION_COOKIE = isCouncil ? 'council_duinwijk_session' : 'shop_hoek_session';
const LANGUAGE_COOKIE = isCouncil ? 'council_duinwijk_language' : 'shop_hoek_language';
const SESSION_LIFETIME_MS = 60 * 60 * 1000;
const SESSIONS_KEPT = 5000;
const secure = settings.redirect_uri.startsWith('https:') ? '; Secure' : '';

/** Session id → { csrf, person, expires }. In memory only: a restart logs everybody out. */
const sessions = new Map();
/** `sub` → when that person withdrew their consent, in seconds. */
const withdrawals = new Map();
const WITHDRAWALS_KEPT = 5000;

const HEADERS = {
  'content-security-policy': "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

function cookies(request) {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='));
  return Object.fromEntries(pairs.filter((pair) => pair.length === 2));
}

function openSession(response, person) {
  for (const [id, { expires }] of sessions) {
    if (expires < Date.now() || sessions.size >= SESSIONS_KEPT) sessions.delete(id);
    else break;
  }
  const id = randomBytes(16).toString('base64url');
  sessions.set(id, { csrf: randomBytes(16).toString('base64url'), person, expires: Date.now() + SESSION_LIFETIME_MS });
  response.appendHeader('set-cookie', `${SESSION_COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax${secure}`);
  return id;
}

function answer(response, status, page) {
  response.writeHead(status, { ...HEADERS, 'content-type': 'text/html; charset=utf-8' });
  response.end(page.value);
}

function redirect(response, location) {
  response.writeHead(303, { ...HEADERS, location });
  response.end();
}

async function body(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 8192) throw Object.assign(new Error('body too large'), { status: 413 });
  }
  return text;
}

const form = async (request) => new URLSearchParams(await body(request));

/** Deletes what a person shared up to a time. The shop keeps the time, which its page shows. */
function forget({ sub, time }) {
  if (withdrawals.size >= WITHDRAWALS_KEPT) withdrawals.delete(withdrawals.keys().next().value);
  withdrawals.set(sub, Math.max(time, withdrawals.get(sub) ?? 0));
  for (const { person } of sessions.values()) {
    if (person?.sub !== sub) continue;
    for (const part of ['login', 'customer']) if (person[part]?.auth_time <= time) delete person[part];
  }
}

/** Answers an event as RFC 8935 says. */
async function take(request, response) {
  try {
    const withdrawn = await events.take(request.headers['content-type'], await body(request));
    if (withdrawn) forget(withdrawn);
    response.writeHead(202, HEADERS).end();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(`an event was refused: ${error.message}`);
    response.writeHead(400, { ...HEADERS, 'content-type': 'application/json' });
    response.end(JSON.stringify({ err: error.err, description: error.message }));
  }
}

function same(a, b) {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

async function handle(request, response) {
  const url = new URL(request.url, settings.redirect_uri);
  const sent = cookies(request);
  const session = sessions.get(sent[SESSION_COOKIE]);
  const visitor = session && session.expires > Date.now() ? session : undefined;
  let language = LANGUAGES.includes(sent[LANGUAGE_COOKIE]) ? sent[LANGUAGE_COOKIE] : fromAcceptLanguage(request.headers['accept-language']);
  if (LANGUAGES.includes(url.searchParams.get('lang'))) {
    language = url.searchParams.get('lang');
    response.appendHeader('set-cookie', `${LANGUAGE_COOKIE}=${language}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`);
  }

  switch (`${request.method} ${url.pathname}`) {
    case 'GET /health':
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end('{"status":"ok"}');
    case 'GET /shop.css':
    case 'GET /council.css':
    case 'GET /icon.svg': {
      const file = FILES[url.pathname];
      response.writeHead(200, { ...HEADERS, 'content-type': file.type, 'cache-control': 'max-age=300' });
      return response.end(file.body);
    }
    case 'GET /': {
      const { person, csrf } = visitor ?? {};
      if (isCouncil) return answer(response, 200, council.home(language, person?.customer));
      const withdrawn = person && withdrawals.get(person.sub);
      const known = person?.login || person?.customer;
      return answer(response, 200, known ? greeting(language, person, csrf, withdrawn) : home(language, withdrawn));
    }
    case 'GET /login':
    case 'GET /customer':
      try {
        // A flow belongs to one browser, so a browser without a session gets an anonymous one first.
        const id = visitor ? sent[SESSION_COOKIE] : openSession(response);
        return redirect(response, String(await ipse.begin(id, language, url.pathname === '/customer')));
      } catch (error) {
        return answerProblem(response, language, error);
      }
    case 'GET /callback':
      try {
        const found = await ipse.finish(visitor ? sent[SESSION_COOKIE] : '', url);
        const { auth_time } = found.login ?? found.customer;
        // The news of a withdrawal may arrive while the login is finished.
        if (withdrawals.get(found.sub) >= auth_time) throw new LoginProblem('stale', 'consent_withdrawn');
        if (found.customer) withdrawals.delete(found.sub);
        sessions.delete(sent[SESSION_COOKIE]);
        // A customer who was logged in stays so: both services know the person by the same name.
        const known = visitor?.person?.sub === found.sub ? visitor.person : {};
        openSession(response, { ...known, ...found });
        // Leads away from the address with the code, so that a reload does not use the code again.
        return redirect(response, '/');
      } catch (error) {
        return answerProblem(response, language, error);
      }
    case 'POST /events':
      return take(request, response);
    case 'POST /logout': {
      const { csrf } = Object.fromEntries(await form(request));
      if (visitor && same(csrf ?? '', visitor.csrf)) sessions.delete(sent[SESSION_COOKIE]);
      return redirect(response, '/');
    }
    default:
      return answer(response, 404, problem(language, 'missing', 'not_found'));
  }
}

function answerProblem(response, language, error) {
  if (!(error instanceof LoginProblem)) throw error;
  // Logs the reason of the library, and no content of tokens.
  if (error.cause) console.error(`login: ${error.code}: ${error.cause.code ?? error.cause.message}`);
  const status = { denied: 200, level_missing: 200, unreachable: 503 }[error.page] ?? 400;
  answer(response, status, (isCouncil ? council.problem : problem)(language, error.page, error.code));
}

// A client has this long for a request's head, between two bytes, and between two requests; twice as long for a whole request.
// Pages fit into the system's buffers, so nobody can read one slowly.
const patience = settings.patience_ms ?? 30_000;
const timeouts = { headersTimeout: patience, requestTimeout: 2 * patience, keepAliveTimeout: patience, connectionsCheckingInterval: patience };
const server = createServer(timeouts, (request, response) => {
  handle(request, response).catch((error) => {
    console.error(`request failed: ${error.message}`);
    if (!response.headersSent) response.writeHead(error.status ?? 500, HEADERS);
    response.end();
  });
});

server.setTimeout(patience);
// Node closes what comes beyond at once.
server.maxConnections = settings.connections ?? 1_000;

const [host, port] = settings.listen.split(':');
server.on('error', (error) => {
  console.error(error.code === 'EADDRINUSE' ? `port ${port} is taken by another program` : error.message);
  process.exit(1);
});
server.listen(Number(port), host, () => console.error(`${isCouncil ? 'Gemeente Duinwijk' : 'Winkel Hoek'} is open at ${settings.listen}`));

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
process.stdin.on('error', () => process.exit(0));
