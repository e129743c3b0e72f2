// Checks a receipt on the phone (protocol §7): it is in the log, the scheme signed the log, and it says what the person saw.

import type { ReceiptAnswer } from "./api";
import * as b64u from "./b64u";
import { equal, fromUtf8, hmacSha256, sha256, utf8 } from "./bytes";
import type { Bytes } from "./bytes";
import type { DeviceRecord } from "./device";
import { parse } from "./json";
import { importPublic, verify } from "./jws";
import { leafHash, verifyInclusion } from "./merkle";
import { exactly, integer, object, oneOf, optional, string } from "./shape";
import { transcriptHash, transcriptShape } from "./transcript";
import { parseView } from "./view";
import type { View } from "./view";

const KINDS = ["approval", "refusal", "expiry", "block", "unblock", "enrolment", "recovery", "device", "sim"] as const;

const leafShape = exactly({
  version: integer,
  kind: oneOf(...KINDS),
  time: integer,
  subject: string,
  commitment: string,
});
const checkpointShape = object({ origin: string, size: integer, root: string, iat: integer });
const promiseShape = object({ leaf: string, receipt: string, by: integer });
const evidenceShape = object({
  view: optional(string),
  transcript: optional(transcriptShape),
  device_jws: optional(string),
  decision: optional(string),
  factor: optional(string),
  time: optional(integer),
  // Receipts without a view: an enrolment names the bank and the terms, a block or a new SIM names a reason.
  registrar: optional(string),
  terms_version: optional(string),
  reason: optional(string),
});
const signedShape = object({ htm: string, htu: string, dev: string, t: optional(string) });
const COMPLETION = /^\/phone\/v1\/enrolments\/[^/]+\/complete$/;

export type Check = "yes" | "no" | "pending" | "absent";

export interface CheckedReceipt {
  kind: (typeof KINDS)[number];
  time: number;
  view: View | null;
  decision: string | null;
  factor: string | null;
  /** Whether the leaf commits to this evidence and this person. */
  committed: Check;
  /** Whether the leaf is in the log, under a checkpoint that the scheme signed. */
  logged: Check;
  /** Whether the scheme promised to log it. */
  promised: Check;
  /** Whether this phone signed this decision about this view, or the end of its enrolment. */
  mine: Check;
  bank: string | null;
  terms: string | null;
  reason: string | null;
  index: number | null;
  size: number | null;
}

const check = async (holds: () => Promise<boolean>): Promise<Check> => {
  try {
    return (await holds()) ? "yes" : "no";
  } catch {
    return "no";
  }
};

/** Throws only if there is nothing to show. Each check has its own result. */
export async function checkReceipt(receipt: ReceiptAnswer, record: DeviceRecord): Promise<CheckedReceipt> {
  const leafBytes = b64u.decode(receipt.leaf);
  const leaf = leafShape(parse(fromUtf8(leafBytes)), "leaf");
  const hash = await leafHash(leafBytes);
  const salt = b64u.decodeExactly(receipt.salt, 32);
  const evidenceBytes = b64u.decode(receipt.evidence);
  const evidence = evidenceShape(parse(fromUtf8(evidenceBytes)), "evidence");
  const logKey = await importPublic(record.logKey);

  const committed = await check(async () => {
    const commitment = await hmacSha256(salt, await sha256(evidenceBytes));
    const subject = await hmacSha256(salt, utf8(record.identity ?? ""));
    return equal(commitment, b64u.decode(leaf.commitment)) && equal(subject, b64u.decode(leaf.subject));
  });

  let size: number | null = null;
  const logged: Check =
    receipt.checkpoint === null || receipt.index === null
      ? "pending"
      : await check(async () => {
          const jws = await verify(receipt.checkpoint ?? "", "ipse-checkpoint+jwt", logKey);
          const checkpoint = checkpointShape(jws.payload, "checkpoint");
          size = checkpoint.size;
          const root = b64u.decodeExactly(checkpoint.root, 32);
          const proof = receipt.proof.map((node) => b64u.decodeExactly(node, 32));
          return (
            checkpoint.origin === record.issuer &&
            (await verifyInclusion(hash, receipt.index ?? 0, checkpoint.size, proof, root))
          );
        });

  const promised = await check(async () => {
    const jws = await verify(receipt.promise, "ipse-promise+jwt", logKey);
    const promise = promiseShape(jws.payload, "promise");
    return promise.receipt === receipt.receipt && equal(b64u.decode(promise.leaf), hash);
  });

  const { device_jws: deviceJws, transcript, view } = evidence;
  const mine: Check = deviceJws
    ? await check(async () => {
        const jws = await verify(deviceJws, "ipse-request+jwt", record.key.publicKey);
        const { htm, htu, dev, t } = signedShape(jws.payload, "jws");
        if (leaf.kind === "enrolment") return htm === "POST" && COMPLETION.test(htu) && dev === record.device;
        if (transcript === null || view === null || t === null) return false;
        return (
          equal(b64u.decode(t), await transcriptHash(transcript)) &&
          equal(transcript.viewHash, await sha256(b64u.decode(view)))
        );
      })
    : "absent";
  return {
    kind: leaf.kind,
    time: leaf.time,
    view: view === null ? null : readView(view),
    decision: evidence.decision,
    factor: evidence.factor,
    committed,
    logged,
    promised,
    mine,
    bank: evidence.registrar,
    terms: evidence.terms_version,
    reason: evidence.reason,
    index: receipt.index,
    size,
  };
}

function readView(encoded: string): View | null {
  try {
    return parseView(b64u.decode(encoded) as Bytes);
  } catch {
    return null;
  }
}
