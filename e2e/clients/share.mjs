// A library asks a person for details, with a service of type `share`, in each way that it can.

import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import path from "node:path";
import * as jose from "jose";
import { registered, site } from "./login.mjs";
import { shareService } from "../lib/share.mjs";
import { Visitor } from "../lib/visitor.mjs";

const SERVICE = shareService("KAART", ["name!", "given_name", "family_name", "birthdate", "gender", "email", "phone_number", "address!", "age_gte_18", "nationalities"]);
const CLAIMS = { userinfo: { name: { essential: true }, address: { essential: true }, age_gte_18: null, birthdate: null, nationalities: null } };
const byClaims = { request: { scope: "openid service:KAART", claims: CLAIMS }, without: ["birthdate"], check: isCard };

function isCard(person) {
  // A signed answer says who signed it, and for whom.
  const { sub: _sub, iss: _iss, aud: _aud, address, ...more } = person;
  assert.deepEqual(more, { name: "An Peeters", age_gte_18: true, nationalities: ["BEL"] });
  assert.ok(address.formatted && address.postal_code, JSON.stringify(address));
}

/** How a library asks, and what arrives. `encryption` has members of the registration. */
export const WAYS = {
  scopes: {
    request: { scope: "openid profile email phone address service:KAART" },
    without: ["gender"],
    check: (person, an, email) => {
      assert.deepEqual([person.name, person.phone_number], ["An Peeters", an.phone_number]);
      assert.match(person.birthdate, /^\d{4}-\d\d-\d\d$/);
      assert.ok(person.address.formatted);
      assert.equal(person.email, email);
      // Switched off, not registered, and not asked.
      for (const claim of ["gender", "picture", "age_gte_18", "nationalities"]) assert.ok(!(claim in person), claim);
    },
  },
  claims: byClaims,
  encrypted: { ...byClaims, encryption: { userinfo_encrypted_response_alg: "ECDH-ES", userinfo_encrypted_response_enc: "A128CBC-HS256" } },
  "signed, then encrypted": {
    ...byClaims,
    encryption: { userinfo_signed_response_alg: "ES256", userinfo_encrypted_response_alg: "RSA-OAEP-256", userinfo_encrypted_response_enc: "A256GCM" },
  },
};

/** Keys for encryption, and one that signs if the client is known by its keys. */
async function keys(bySecret) {
  const wanted = [["ES256", "sig"], ["ECDH-ES", "enc"], ["RSA-OAEP-256", "enc"]].filter(([, use]) => !bySecret || use === "enc");
  const pairs = await Promise.all(wanted.map(async ([alg, use]) => {
    const { privateKey, publicKey } = await jose.generateKeyPair(alg, { extractable: true });
    const named = async (key) => ({ ...(await jose.exportJWK(key)), alg, use, kid: alg });
    return [await named(privateKey), await named(publicKey)];
  }));
  return { own: { keys: pairs.map(([own]) => own) }, jwks: { keys: pairs.map(([, jwk]) => jwk) } };
}

/** Registers a library for sharing, starts it, and a person shares details with it. */
export async function tryShare(demo, an, library, how, email) {
  const way = WAYS[how];
  const folder = await mkdtemp(path.join(demo.folder, "share-"));
  const options = [...library.options, "--set", `services=${JSON.stringify([SERVICE])}`];
  let own;
  if (way.encryption) {
    const made = await keys(library.bySecret);
    own = made.own;
    const file = path.join(folder, "public.json");
    await writeFile(file, JSON.stringify(made.jwks));
    options.push("--jwks", file, ...Object.entries(way.encryption).flatMap(([member, value]) => ["--set", `${member}=${value}`]));
  }
  const partner = await registered(demo, library, `Kaart ${library.name}`, options);
  const given = { request: way.request, encryption: way.encryption, ...(own && { private_jwks: own }) };
  await site(demo, library, partner, folder, given, async (origin, child) => {
    const visitor = new Visitor();
    const page = await visitor.open(`${origin}/login`);
    assert.ok(page.openApp, `no sign-in page but ${page.status} ${page.url}\n${page.body.slice(0, 3000)}${child.said}`);
    const id = (await demo.phoneDoes(an, "link", page.openApp)).stdout.trim();
    const kept = way.without.flatMap((claim) => ["--without", claim]);
    const { out } = await demo.phoneDoes(an, "approve", id, "--code", an.code, ...kept, "--json");
    const { url, status, body } = await visitor.open(out.return_url);
    assert.equal(status, 200, `${url}\n${body}\n${child.said}`);
    way.check(JSON.parse(body), an, email);
  });
}
