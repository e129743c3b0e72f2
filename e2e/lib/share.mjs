// A service of type `share`, as a partner registers it.

const LANGUAGES = ["nl", "fr", "de", "en"];
const said = (text) => Object.fromEntries(LANGUAGES.map((language) => [language, text]));

/** A service that asks for these claims. Those with `!` are essential. */
export function shareService(code, claims) {
  const named = claims.map((claim) => claim.replace("!", ""));
  return {
    code,
    type: "share",
    purpose: said("A customer card"),
    attributes: claims.map((claim) => ({ claim: claim.replace("!", ""), essential: claim.endsWith("!") })),
    reasons: Object.fromEntries(named.map((claim) => [claim, said("For the card")])),
  };
}
