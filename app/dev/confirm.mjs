// A request to confirm a payment, with the scheme's own texts.

import { schemeTexts } from "./share.mjs";

const AMOUNT = { nl: "1.250,00\u00a0EUR", fr: "1\u202f250,00\u00a0EUR", de: "1.250,00\u00a0EUR", en: "1,250.00\u00a0EUR" };

/** The members of the view. */
export function confirmView(language) {
  const t = schemeTexts(language);
  const row = (kind, label, value) => ({ kind, label: t(`confirm-${label}`), value, claims: [] });
  return {
    kind: "confirm",
    title: t("confirm-payment-title"),
    purpose: t("confirm-purpose"),
    attributes: [],
    fields: [
      row("amount", "amount", AMOUNT[language]),
      row("text", "payee", "Energiebedrijf Leiestreek & Zonen"),
      row("iban", "iban", "BE71 0961 2345 6769"),
      row("text", "reference", "+++090/9337/55493+++"),
      row("text", "after-label", t("confirm-after")),
    ],
    choices: [],
  };
}
