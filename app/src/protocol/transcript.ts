// The transcript (protocol §6): the bytes that the code, the fingerprint and the device key prove.

import * as b64u from "./b64u";
import { concat, sha256, u16be, u32be, u64be, utf8 } from "./bytes";
import type { Bytes } from "./bytes";
import { exactly, integer, oneOf, optional, ShapeError, string } from "./shape";
import type { Shape } from "./shape";
import { shownClaims } from "./view";
import type { Chosen, View } from "./view";

const VERSION = "ipse/transcript/2";
/** The earlier version, in receipts of that time. It had no choices. */
const VERSION_1 = "ipse/transcript/1";

/** What approves an action. `unlock` is the wire name of the fingerprint or face. */
export type ApprovalFactor = "code" | "unlock";
export type Factor = ApprovalFactor | "none";
export type Decision = "approve" | "refuse";

export interface Transcript {
  issuer: string;
  identity: string;
  device: string;
  sequence: number;
  epoch: number;
  codeVersion: number;
  nonce: Bytes;
  action: string;
  partner: string;
  domain: string;
  flow: string;
  browserBinding: Bytes;
  viewHash: Bytes;
  attributesHash: Bytes;
  /** null only in a transcript of version 1. */
  choicesHash: Bytes | null;
  /** SHA-256 of each document to sign. */
  documents: readonly Bytes[];
  /** SHA-256 of the SIM statement as it arrived (a JWS), or null. */
  simStatementHash: Bytes | null;
  factor: Factor;
  decision: Decision;
  expires: number;
}

const EMPTY = new Uint8Array();

const hashOfPairs = (pairs: readonly (readonly [string, string])[]): Promise<Bytes> =>
  sha256(concat(...pairs.flatMap((pair) => pair.flatMap((part) => [u32be(utf8(part).length), utf8(part)]))));

export const attributesHash = (view: Pick<View, "attributes" | "fields">): Promise<Bytes> => hashOfPairs(shownClaims(view));

/** A refusal has chosen nothing. */
export const choicesHash = (chosen: readonly Chosen[]): Promise<Bytes> => hashOfPairs(chosen.map(({ key, value }) => [key, value]));

/** The whole transcript, in the order of protocol §6. */
export function transcriptBytes(of: Transcript): Bytes {
  const fields: [string, Bytes][] = [
    ["version", utf8(of.choicesHash ? VERSION : VERSION_1)],
    ["issuer", utf8(of.issuer)],
    ["identity", utf8(of.identity)],
    ["device", utf8(of.device)],
    ["sequence", u64be(of.sequence)],
    ["epoch", u64be(of.epoch)],
    ["code_version", u64be(of.codeVersion)],
    ["nonce", of.nonce],
    ["action", utf8(of.action)],
    ["partner", utf8(of.partner)],
    ["domain", utf8(of.domain)],
    ["flow", utf8(of.flow)],
    ["browser_binding", of.browserBinding],
    ["view_hash", of.viewHash],
    ["attributes_hash", of.attributesHash],
    ...(of.choicesHash ? [["choices_hash", of.choicesHash] satisfies [string, Bytes]] : []),
    ["documents", concat(...of.documents)],
    ["sim_statement_hash", of.simStatementHash ?? EMPTY],
    ["factor", utf8(of.factor)],
    ["decision", utf8(of.decision)],
    ["expires", u64be(of.expires)],
  ];
  return concat(
    ...fields.flatMap(([label, value]) => [u16be(utf8(label).length), utf8(label), u32be(value.length), value]),
  );
}

export const transcriptHash = (of: Transcript): Promise<Bytes> => sha256(transcriptBytes(of));

const hash: Shape<Bytes> = (value, path) => b64u.decodeExactly(string(value, path), 32);


const fieldsShape = exactly({
  version: oneOf(VERSION, VERSION_1),
  issuer: string,
  identity: string,
  device: string,
  sequence: integer,
  epoch: integer,
  code_version: integer,
  nonce: hash,
  action: string,
  partner: string,
  domain: string,
  flow: string,
  browser_binding: hash,
  view_hash: hash,
  attributes_hash: hash,
  choices_hash: optional(hash),
  documents: string,
  sim_statement_hash: string,
  factor: oneOf("code", "unlock", "none"),
  decision: oneOf("approve", "refuse"),
  expires: integer,
});

/** Reads the fields from the object in a receipt's evidence. */
export const transcriptShape: Shape<Transcript> = (value, path) => {
  const { version, code_version, browser_binding, view_hash, attributes_hash, choices_hash, sim_statement_hash, documents, ...rest } =
    fieldsShape(value, path);
  if ((version === VERSION_1) !== (choices_hash === null)) throw new ShapeError(`${path}: choices_hash`);
  const digests = b64u.decode(documents);
  if (digests.length % 32 !== 0) throw new ShapeError(`${path}: documents`);
  return {
    ...rest,
    codeVersion: code_version,
    browserBinding: browser_binding,
    viewHash: view_hash,
    attributesHash: attributes_hash,
    choicesHash: choices_hash,
    documents: Array.from({ length: digests.length / 32 }, (_item, at) => digests.slice(at * 32, at * 32 + 32)),
    simStatementHash: sim_statement_hash === "" ? null : b64u.decodeExactly(sim_statement_hash, 32),
  };
};
