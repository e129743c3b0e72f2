// Gemeente Duinwijk: a council where people request a certificate of residence. It asks for details with evidence (`verified_claims`,
// OpenID Connect for Identity Assurance), and its page shows both.

import { html } from './pages.js';
import { LANGUAGES } from './texts.js';

/** What the council asks: nothing without the rules of the verification, its day and the document that was checked. */
export const CLAIMS = {
  userinfo: {
    verified_claims: {
      verification: {
        trust_framework: { essential: true },
        time: null,
        evidence: [
          {
            type: { value: 'document' },
            check_details: [{ check_method: null, organization: null }],
            document_details: { type: null, document_number: null, date_of_expiry: null },
          },
        ],
      },
      claims: { name: { essential: true }, birthdate: { essential: true }, address: { essential: true } },
    },
  },
};

const TEXTS = {
  nl: {
    title: 'Attest van woonst', demo: 'Een verzonnen gemeente voor de demo van Ipse.', start: 'Vraag hier een attest van woonst aan. We hebben je naam, geboortedatum en adres nodig, met bewijs.',
    request: 'Aanvragen met Ipse', again: 'Opnieuw aanvragen', done: 'Je aanvraag is binnen.', none: 'We kregen je gegevens niet met bewijs. Zonder bewijs kunnen we geen attest maken.', got: 'Wat we kregen', evidence: 'Het bewijs', name: 'Naam', birthdate: 'Geboortedatum', address: 'Adres',
    rules: 'Regels', time: 'Nagekeken op', by: 'Nagekeken door', type: 'Soort document', number: 'Nummer', expiry: 'Geldig tot', problem: 'De aanvraag is niet gelukt.', denied: 'Je hebt de aanvraag geweigerd. We kregen niets.', back: 'Terug',
  },
  fr: {
    title: 'Certificat de résidence', demo: 'Une commune inventée pour la démo d’Ipse.', start: 'Demandez ici un certificat de résidence. Nous avons besoin de votre nom, de votre date de naissance et de votre adresse, avec une preuve.',
    request: 'Demander avec Ipse', again: 'Demander à nouveau', done: 'Nous avons reçu votre demande.', none: 'Nous n’avons pas reçu vos données avec une preuve. Sans preuve, nous ne pouvons pas faire de certificat.', got: 'Ce que nous avons reçu', evidence: 'La preuve', name: 'Nom', birthdate: 'Date de naissance', address: 'Adresse',
    rules: 'Règles', time: 'Vérifié le', by: 'Vérifié par', type: 'Type de document', number: 'Numéro', expiry: 'Valable jusqu’au', problem: 'La demande n’a pas abouti.', denied: 'Vous avez refusé la demande. Nous n’avons rien reçu.', back: 'Retour',
  },
  de: {
    title: 'Wohnsitzbescheinigung', demo: 'Eine erfundene Gemeinde für die Demo von Ipse.', start: 'Beantragen Sie hier eine Wohnsitzbescheinigung. Wir brauchen Ihren Namen, Ihr Geburtsdatum und Ihre Adresse, mit Nachweis.',
    request: 'Mit Ipse beantragen', again: 'Noch einmal beantragen', done: 'Ihr Antrag ist da.', none: 'Wir haben Ihre Angaben nicht mit Nachweis bekommen. Ohne Nachweis können wir nichts bescheinigen.', got: 'Was wir bekommen haben', evidence: 'Der Nachweis', name: 'Name', birthdate: 'Geburtsdatum', address: 'Adresse',
    rules: 'Regeln', time: 'Geprüft am', by: 'Geprüft von', type: 'Art des Dokuments', number: 'Nummer', expiry: 'Gültig bis', problem: 'Der Antrag ist nicht gelungen.', denied: 'Sie haben den Antrag abgelehnt. Wir haben nichts bekommen.', back: 'Zurück',
  },
  en: {
    title: 'Certificate of residence', demo: 'An invented council for the demo of Ipse.', start: 'Request a certificate of residence here. We need your name, date of birth and address, with evidence.',
    request: 'Request with Ipse', again: 'Request again', done: 'We have your request.', none: 'We did not get your details with evidence. Without it we cannot make a certificate.', got: 'What we got', evidence: 'The evidence', name: 'Name', birthdate: 'Date of birth', address: 'Address',
    rules: 'Rules', time: 'Verified on', by: 'Verified by', type: 'Kind of document', number: 'Number', expiry: 'Valid until', problem: 'The request did not succeed.', denied: 'You refused the request. We got nothing.', back: 'Back',
  },
};

const page = (language, body) => html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${TEXTS[language].title} · Gemeente Duinwijk</title>
<link rel="stylesheet" href="/council.css">
</head>
<body>
<header><a href="/"><strong>Gemeente Duinwijk</strong></a>
<nav aria-label="Taal, langue, Sprache, language">${LANGUAGES.map((l) => html`<a href="/?lang=${l}" lang="${l}" hreflang="${l}"${l === language ? html` aria-current="true"` : ''}>${l}</a>`)}</nav></header>
<main><h1>${TEXTS[language].title}</h1>${body}</main>
<footer><p>${TEXTS[language].demo}</p></footer>
</body>
</html>
`;

const button = (text) => html`<p><a class="button" id="request" href="/customer" rel="nofollow">${text}</a></p>`;

const rows = (pairs) => html`<dl>${pairs.filter(([, value]) => value).map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>`;

/** The page before a request, or with what came of it. */
export function home(language, request) {
  const t = TEXTS[language];
  if (!request) return page(language, html`<p>${t.start}</p>${button(t.request)}`);
  const { verified } = request;
  if (!verified) return page(language, html`<p id="none">${t.none}</p>${button(t.again)}`);
  const { claims, verification } = verified;
  const { check_details: [check] = [], document_details: document } = verification.evidence?.[0] ?? {};
  return page(language, html`<p id="done">${t.done}</p>
<section><h2>${t.got}</h2>${rows([[t.name, claims.name], [t.birthdate, claims.birthdate], [t.address, claims.address?.formatted]])}</section>
<section id="evidence"><h2>${t.evidence}</h2>${rows([
    [t.rules, verification.trust_framework], [t.time, verification.time?.slice(0, 10)], [t.by, check?.organization],
    [t.type, document?.type], [t.number, document?.document_number], [t.expiry, document?.date_of_expiry],
  ])}</section>${button(t.again)}`);
}

/** The page of a request that failed. */
export function problem(language, which, code) {
  const t = TEXTS[language];
  return page(language, html`<p id="problem" data-code="${code}">${which === 'denied' ? t.denied : t.problem}</p><p><a href="/">${t.back}</a></p>`);
}
