// The SIM statement (protocol §6). The phone holds no operator keys, so it cannot judge the signature; it does make
// sure that the statement is about this action, this nonce and this view before it puts its hash under the transcript.

import * as b64u from "./b64u";
import { concat, equal, sha256, utf8 } from "./bytes";
import type { Bytes } from "./bytes";
import { decode } from "./jws";
import { integer, object, oneOf, string } from "./shape";

const MAX_AGE_SECONDS = 300;

const claims = object({
  iss: string,
  aud: string,
  iat: integer,
  exp: integer,
  nonceHash: string,
  method: oneOf("silent", "holder"),
});

export const simNonceHash = (action: string, nonce: Bytes, viewHash: Bytes): Promise<Bytes> =>
  sha256(concat(utf8("ipse/sim/1"), utf8(action), nonce, viewHash));

export interface Expected {
  issuer: string;
  action: string;
  nonce: Bytes;
  viewHash: Bytes;
  method: "silent" | "holder";
  /** The server's time, in milliseconds. */
  now: number;
}

/** Throws when the statement is not the one that this approval needs. */
export async function checkSimStatement(statement: string, expected: Expected): Promise<void> {
  const jws = decode(statement);
  if (jws.header.typ !== "sim-statement+jwt") throw new Error("SIM statement: another type");
  const said = claims(jws.payload, "sim");
  if (said.aud !== expected.issuer) throw new Error("SIM statement: for another scheme");
  // A holder statement proves more than a silent one.
  if (said.method !== expected.method && said.method !== "holder") throw new Error("SIM statement: another method");
  const nonceHash = await simNonceHash(expected.action, expected.nonce, expected.viewHash);
  if (!equal(b64u.decodeExactly(said.nonceHash, 32), nonceHash)) throw new Error("SIM statement: another action");
  const now = expected.now / 1000;
  if (said.exp < said.iat || said.exp - said.iat > 60) throw new Error("SIM statement: lifetime");
  if (said.iat > now + 60 || said.iat < now - MAX_AGE_SECONDS) throw new Error("SIM statement: too old");
}
