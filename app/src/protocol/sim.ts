// The SIM statement (protocol §6). The phone has no operator keys, so it cannot check the signature. It checks that the
// statement is about this action, this nonce and this view, and then puts its hash into the transcript.

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

/** Throws if the statement is not for this approval. */
export async function checkSimStatement(statement: string, expected: Expected): Promise<void> {
  const jws = decode(statement);
  if (jws.header.typ !== "sim-statement+jwt") throw new Error("SIM statement: wrong type");
  const claimed = claims(jws.payload, "sim");
  if (claimed.aud !== expected.issuer) throw new Error("SIM statement: wrong audience");
  // A holder statement proves more than a silent one, so it is accepted as well.
  if (claimed.method !== expected.method && claimed.method !== "holder") throw new Error("SIM statement: wrong method");
  const nonceHash = await simNonceHash(expected.action, expected.nonce, expected.viewHash);
  if (!equal(b64u.decodeExactly(claimed.nonceHash, 32), nonceHash)) throw new Error("SIM statement: wrong action");
  const now = expected.now / 1000;
  if (claimed.exp < claimed.iat || claimed.exp - claimed.iat > 60) throw new Error("SIM statement: lifetime");
  if (claimed.iat > now + 60 || claimed.iat < now - MAX_AGE_SECONDS) throw new Error("SIM statement: too old");
}
