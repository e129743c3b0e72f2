// The shop's pages: functions from texts and data to HTML. `html` escapes every value that comes from outside.

import { LANGUAGES, items, text } from './texts.js';

const PRICES = [4.2, 8.5, 5.9, 6.75, 3.4, 9.95];

class Html {
  constructor(value) {
    this.value = value;
  }
}

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Template tag that escapes every value, except values of `Html`. Arrays are joined. */
export function html(strings, ...values) {
  const flat = (value) => {
    if (value instanceof Html) return value.value;
    if (Array.isArray(value)) return value.map(flat).join('');
    if (value === null || value === undefined || value === false) return '';
    return String(value).replace(/[&<>"']/g, (c) => ESCAPES[c]);
  };
  return new Html(strings.reduce((all, string, i) => all + flat(values[i - 1]) + string));
}

const drawing = (body) => html`<svg viewBox="0 0 96 72" aria-hidden="true">${new Html(body)}</svg>`;
const DRAWINGS = [
  '<path class="a" d="M12 46c0-18 16-28 36-28s36 10 36 28c0 7-5 10-12 10H24c-7 0-12-3-12-10z"/><path class="l" d="M30 28l8 14M44 24l8 14M58 26l8 14"/>',
  '<path class="b" d="M32 24h32l4 8v24a4 4 0 0 1-4 4H32a4 4 0 0 1-4-4V32z"/><path class="a" d="M30 14h36v10H30z"/><path class="l" d="M34 42h28M34 49h18"/>',
  '<path class="b" d="M26 24h36v18a16 16 0 0 1-16 16h-4a16 16 0 0 1-16-16z"/><path class="l" d="M62 28h5a8 8 0 0 1 0 16h-6M36 18c0-4 4-4 4-8M48 18c0-4 4-4 4-8"/>',
  '<path class="a" d="M18 34l42-14 20 12-42 16z"/><path class="b" d="M18 34l20 14v12L18 46zM38 48l42-16v12L38 60z"/>',
  '<path class="b" d="M28 12h40a4 4 0 0 1 4 4v40a4 4 0 0 1-4 4H28z"/><path class="a" d="M24 12h8v48h-8z"/><path class="l" d="M42 26h20M42 34h20M42 42h12"/>',
  '<path class="b" d="M38 30h20v30H38z"/><path class="a" d="M48 10c6 7 6 10 0 15-6-5-6-8 0-15z"/><path class="l" d="M48 25v5M30 60h36"/>',
].map(drawing);

const awning = html`<svg class="awning" viewBox="0 0 64 48" aria-hidden="true"><path class="a" d="M6 6h52l4 14H2z"/><path class="w" d="M14 6h9l-2 14h-9zM32 6h9l2 14h-9zM50 6h8l4 14h-9z"/><path class="a" d="M2 20h10a5 5 0 0 1-10 0zM22 20h10a5 5 0 0 1-10 0zM42 20h11a5 5 0 0 1-11 0z"/><path class="f" d="M8 28h48v18H8z"/><path class="w" d="M14 32h14v14H14zM34 32h16v9H34z"/></svg>`;

const page = (language, title, here, body) => html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Winkel Hoek</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/shop.css">
</head>
<body>
<header>
<a class="brand" href="/">${awning}<span><strong>Winkel Hoek</strong><small>${text(language, 'tagline')}</small></span></a>
<nav aria-label="Taal, langue, Sprache, language">${LANGUAGES.map((l) => html`<a href="${here}?lang=${l}" lang="${l}" hreflang="${l}" title="${text(l, 'language')}"${l === language ? html` aria-current="true"` : ''}>${l}</a>`)}</nav>
</header>
<main>${body}</main>
<footer><p>${text(language, 'demo')}</p></footer>
</body>
</html>
`;

const shelf = (language) => {
  const price = new Intl.NumberFormat(`${language}-BE`, { style: 'currency', currency: 'EUR' });
  return html`<section aria-labelledby="shelf"><h2 id="shelf">${text(language, 'products')}</h2>
<ul class="shelf">${items(language).map((item, i) => html`<li>${DRAWINGS[i]}<span class="item">${item}</span><span class="price">${price.format(PRICES[i])}</span></li>`)}</ul></section>`;
};

// The logo of Ipse, in the colour of the button, as partners may show it.
const mark = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><circle cx="14" cy="5" r="4"/><path d="M14 14v4.5" stroke-width="6"/><path d="M4 16.5c0 7.5 4 12.5 10 12.5 8 0 13-8 14.5-20" stroke-width="4"/></svg>`;

const loginButton = (language) => html`<a class="button" id="log-in" href="/login" rel="nofollow">${mark}${text(language, 'login')}</a>`;

const customerButton = (language) => html`<p>${text(language, 'customer_why')}</p><a class="button" id="customer" href="/customer" rel="nofollow">${mark}${text(language, 'customer')}</a>`;

/** The customer card: what the person shared, and no more. */
function card(language, customer) {
  const date = (day) => new Intl.DateTimeFormat(`${language}-BE`, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(day));
  const row = (key, value) => value !== undefined && html`<div><dt>${text(language, key)}</dt><dd>${value}</dd></div>`;
  const adult = customer.age_gte_18;
  return html`<h2>${text(language, 'customer_card')}</h2>
<dl id="customer-card">
${row('full_name', customer.name)}
${row('address', customer.address)}
${row('adult', adult === undefined ? undefined : text(language, adult ? 'yes' : 'no'))}
${row('birthdate', /^\d{4}-\d\d-\d\d$/.test(customer.birthdate ?? '') ? date(customer.birthdate) : customer.birthdate)}
</dl>`;
}

/** What the shop did when the person took back their consent, at a time in seconds, if they did. */
function note(language, withdrawn) {
  const format = new Intl.DateTimeFormat(`${language}-BE`, { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/Brussels' });
  return withdrawn && html`<p id="withdrawn" class="note">${text(language, 'withdrawn', { time: format.format(new Date(withdrawn * 1000)) })}</p>`;
}

export function home(language, withdrawn) {
  return page(language, text(language, 'welcome'), '/', html`
<section class="door"><h1>${text(language, 'welcome')}</h1>${note(language, withdrawn)}<p>${text(language, 'lead')}</p>
<p>${text(language, 'login_why')}</p>${loginButton(language)}
${customerButton(language)}</section>
${shelf(language)}`);
}

/** The page of a person of whom the shop knows something, by login or as a customer. */
export function greeting(language, { sub, login, customer }, csrf, withdrawn) {
  const level = { basic: 'level_basic', advanced: 'level_advanced' }[login?.acr];
  const time = new Intl.DateTimeFormat(`${language}-BE`, { timeStyle: 'short', timeZone: 'Europe/Brussels' });
  const row = (key, value) => value && html`<div><dt>${text(language, key)}</dt><dd>${value}</dd></div>`;
  const name = login?.given_name ?? customer?.name;
  return page(language, text(language, 'greeting', { name }), '/', html`
<section class="door"><h1 id="greeting">${text(language, 'greeting', { name })}</h1>
<p>${text(language, login ? 'greeting_lead' : 'customer_lead')}</p>
${customer ? card(language, customer) : html`${note(language, withdrawn)}${customerButton(language)}`}
${login && html`<h2>${text(language, 'known')}</h2>
<dl id="known">
${row('given_name', login.given_name)}
${row('family_name', login.family_name)}
${row('level', level ? html`${text(language, level)} <small>(${login.acr})</small>` : login.acr)}
${row('time', login.auth_time && time.format(new Date(login.auth_time * 1000)))}
${row('number', html`<code>${sub}</code>`)}
</dl>`}
<form method="post" action="/logout"><input type="hidden" name="csrf" value="${csrf}"><button class="quiet">${text(language, 'logout')}</button></form></section>
${shelf(language)}`);
}

export function problem(language, key, code) {
  const again = key !== 'missing';
  return page(language, text(language, key), '/', html`
<section class="door" id="problem" data-code="${code}"><h1>${text(language, key)}</h1><p>${text(language, `${key}_lead`)}</p>
${again && loginAgain(language)}<p><a href="/">${text(language, 'home')}</a></p>
<p class="small">${text(language, 'code', { code })}</p></section>`);
}

const loginAgain = (language) => html`<p><a class="button" href="/login" rel="nofollow">${text(language, 'again')}</a></p>`;
