// Compact JWS (RFC 7515), ES256 (RFC 7518 §3.4) only, and P-256 keys as JWK (RFC 7517).

import * as b64u from "./b64u";
import { fromUtf8, sha256, utf8 } from "./bytes";
import type { Bytes } from "./bytes";
import { parse } from "./json";
import type { Json } from "./json";
import { object, oneOf, optional, string } from "./shape";
import type { Of } from "./shape";

const ES256 = { name: "ECDSA", hash: "SHA-256" } as const;
export const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;

export const jwkShape = object({ kty: oneOf("EC"), crv: oneOf("P-256"), x: string, y: string });
export type Jwk = Of<typeof jwkShape>;

/** RFC 7638. */
export const thumbprint = ({ crv, kty, x, y }: Jwk): Promise<Bytes> => sha256(utf8(JSON.stringify({ crv, kty, x, y })));

export const importPublic = (jwk: Jwk): Promise<CryptoKey> =>
  crypto.subtle.importKey("jwk", { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y }, P256, true, ["verify"]);

const headerShape = object({ alg: oneOf("ES256"), typ: optional(string), kid: optional(string) });

export interface Jws {
  header: Of<typeof headerShape>;
  payload: Json;
  payloadBytes: Bytes;
  signed: Bytes;
  signature: Bytes;
}

export async function sign(key: CryptoKey, header: Record<string, string>, payload: Bytes): Promise<string> {
  const signed = `${b64u.encode(utf8(JSON.stringify(header)))}.${b64u.encode(payload)}`;
  const signature = await crypto.subtle.sign(ES256, key, utf8(signed));
  return `${signed}.${b64u.encode(new Uint8Array(signature))}`;
}

/** Reads a JWS without checking its signature. Refuses `crit` and every algorithm but ES256. */
export function decode(jws: string): Jws {
  const [header, payload, signature, ...rest] = jws.split(".");
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    throw new Error("not a compact JWS");
  }
  const parsed = parse(fromUtf8(b64u.decode(header)));
  if (parsed !== null && typeof parsed === "object" && ("crit" in parsed || "b64" in parsed)) throw new Error("critical header");
  const payloadBytes = b64u.decode(payload);
  return {
    header: headerShape(parsed, "header"),
    payload: parse(fromUtf8(payloadBytes)),
    payloadBytes,
    signed: utf8(`${header}.${payload}`),
    signature: b64u.decodeExactly(signature, 64),
  };
}

export async function verify(jws: string, typ: string, key: CryptoKey): Promise<Jws> {
  const decoded = decode(jws);
  if (decoded.header.typ !== typ) throw new Error("JWS of the wrong type");
  if (!(await crypto.subtle.verify(ES256, key, decoded.signature, decoded.signed))) throw new Error("wrong signature");
  return decoded;
}
