// A request to share, with the scheme's own texts: a long one, with needed details, others, a picture, and one that is missing.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { FluentBundle, FluentResource } from "@fluent/bundle";

const PARTNER = "Winkel Hoek";

/** Why the shop asks. */
const REASONS = {
  nl: { name: "Voor je klantenkaart", birthdate: "Om je op je verjaardag een bon te sturen", picture: "Om je aan de balie te herkennen", adult: "Om wijn te mogen verkopen", address: "Om je bestelling te leveren", phone: "Om je te bellen als de bezorger je huis niet vindt", email: "Om je de factuur te sturen", checked: "Om te weten of dit nog klopt", purpose: "Klant worden" },
  fr: { name: "Pour votre carte de client", birthdate: "Pour vous envoyer un bon à votre anniversaire", picture: "Pour vous reconnaître au comptoir", adult: "Pour pouvoir vous vendre du vin", address: "Pour livrer votre commande", phone: "Pour vous appeler si le livreur ne trouve pas votre maison", email: "Pour vous envoyer la facture", checked: "Pour savoir si c’est encore exact", purpose: "Devenir client" },
  de: { name: "Für Ihre Kundenkarte", birthdate: "Um Ihnen zum Geburtstag einen Gutschein zu schicken", picture: "Um Sie an der Theke zu erkennen", adult: "Um Ihnen Wein verkaufen zu dürfen", address: "Um Ihre Bestellung zu liefern", phone: "Um Sie anzurufen, wenn der Bote Ihr Haus nicht findet", email: "Um Ihnen die Rechnung zu schicken", checked: "Um zu wissen, ob das noch stimmt", purpose: "Kunde werden" },
  en: { name: "For your customer card", birthdate: "To send you a voucher on your birthday", picture: "To recognise you at the counter", adult: "To be allowed to sell you wine", address: "To deliver your order", phone: "To call you if the courier does not find your house", email: "To send you the invoice", checked: "To know whether this is still right", purpose: "Become a customer" },
};
const BORN = { nl: "14 maart 1971", fr: "14 mars 1971", de: "14. März 1971", en: "14 March 1971" };
const CHECKED = { nl: "3 november 2026", fr: "3 novembre 2026", de: "3. November 2026", en: "3 November 2026" };

/** The scheme's texts in a language, for this partner. */
export const schemeTexts = (language) => {
  const bundle = new FluentBundle(language, { useIsolating: false });
  bundle.addResource(new FluentResource(readFileSync(new URL(`../../crates/scheme/texts/${language}.ftl`, import.meta.url), "utf8")));
  return (id) => bundle.formatPattern(bundle.getMessage(id).value, { partner: PARTNER });
};

/** Gives the fake scheme the picture, and returns the members of the view. */
export function shareView(language, fake) {
  const t = schemeTexts(language);
  const why = REASONS[language];
  const picture = readFileSync(new URL("../dist/icon-192.png", import.meta.url));
  const digest = createHash("sha256").update(picture).digest("base64url");
  fake.state.images.set(digest, picture);
  const group = (id) => ({ kind: "group", label: t(`share-group-${id}`), value: "", claims: [] });
  const row = (label, value, claims, reason, kind = "text") => [
    { kind, label: t(`attribute-${label}`), value, claims },
    { kind: "reason", label: t(`share-${["name", "address"].includes(label) ? "needed" : "why"}`), value: reason, claims: [] },
  ];
  const on = (key, label) => ({ kind: "switch", key, label: t(`attribute-${label}`), options: [], default: "on" });
  return {
    kind: "share",
    title: t("share-title"),
    purpose: why.purpose,
    attributes: [],
    fields: [
      group("identity"),
      ...row("name", "Anne-Sophie Vandenbroucke-Peeters", ["name"], why.name),
      ...row("birthdate", BORN[language], ["birthdate"], why.birthdate),
      ...row("age-gte-18", t("share-yes"), ["age_gte_18"], why.adult),
      { kind: "reason", label: t("share-attention"), value: t("share-unexpected"), claims: [] },
      ...row("picture", digest, ["picture"], why.picture, "image"),
      group("contact"),
      ...row("address", "Burgemeester Vanderauwermeulenstraat 128, 1050 Elsene, BE", ["address"], why.address),
      ...row("phone-number", "+32 470 00 00 01", ["phone_number", "phone_number_verified"], why.phone),
      ...row("email", t("missing-email"), ["email", "email_verified"], why.email, "missing"),
      group("assurance"),
      ...row("verified-on", CHECKED[language], ["https://ipse.example/claims/verified_on"], why.checked),
      { kind: "text", label: t("share-after-label"), value: t("share-after"), claims: [] },
    ],
    choices: [on("birthdate", "birthdate"), on("age_gte_18", "age-gte-18"), on("picture", "picture"), on("phone_number", "phone-number"), on("https://ipse.example/claims/verified_on", "verified-on")],
  };
}

/** What the view says, in words that the tests look for. */
export const shareTexts = (language) => ({ born: BORN[language], delivery: REASONS[language].address, address: "Vanderauwermeulenstraat" });
