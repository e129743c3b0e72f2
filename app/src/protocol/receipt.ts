// Checks a receipt on the phone (protocol §7): it is in the log, the scheme signed the log, and it says what the person saw.

import type { ReceiptAnswer } from "./api";
import * as b64u from "./b64u";
import { equal, fromUtf8, hmacSha256, sha256, utf8 } from "./bytes";
import type { Bytes } from "./bytes";
import type { DeviceRecord } from "./device";
import { parse } from "./json";
import { decode, importPublic, verify } from "./jws";
import { CLOCK_TOLERANCE_MS, continuityOf, readHead } from "./log-head";
import type { LogEvidence, LogFault, LogHead } from "./log-head";
import { leafHash, verifyInclusion } from "./merkle";
import { Problem } from "./problem";
import { exactly, integer, list, object, oneOf, optional, string } from "./shape";
import type { Shape } from "./shape";
import { choicesHash, transcriptHash, transcriptShape } from "./transcript";
import { parseShown } from "./view";
import type { Chosen, ShownView } from "./view";

const KINDS = ["approval", "refusal", "expiry", "block", "unblock", "enrolment", "recovery", "device", "sim", "return", "withdrawal", "attributes"] as const;

const leafV1 = { version: integer, kind: oneOf(...KINDS), time: integer, subject: string, commitment: string };
const leafShapes: Record<number, Shape<{ kind: (typeof KINDS)[number]; time: number; subject: string; commitment: string; disclosure?: string }>> = {
  1: exactly(leafV1),
  2: exactly({ ...leafV1, disclosure: string }),
};

/** Throws app_outdated for a leaf that a newer app can check. */
function readLeaf(bytes: Bytes) {
  const json = parse(fromUtf8(bytes));
  const { version } = object({ version: integer })(json, "leaf");
  const shape = leafShapes[version];
  if (!shape) throw new Problem("app_outdated");
  return shape(json, "leaf");
}

const promiseShape = object({ leaf: string, receipt: string, by: integer });
const evidenceShape = object({
  view: optional(string),
  transcript: optional(transcriptShape),
  device_jws: optional(string),
  decision: optional(string),
  factor: optional(string),
  choices: optional(list(exactly({ key: string, value: string }))),
  time: optional(integer),
  // Receipts without a view: an enrolment names the bank and the terms, a block or a new SIM names a reason.
  registrar: optional(string),
  terms_version: optional(string),
  reason: optional(string),
  // A return names the partner and the browser.
  partner_name: optional(string),
  partner_domain: optional(string),
  browser: optional(string),
});
const signedShape = object({ htm: string, htu: string, dev: string, t: optional(string) });
const COMPLETION = /^\/phone\/v1\/enrolments\/[^/]+\/complete$/;

/**
 * `other`: another phone of the person signed it, and this one does not have its key. `first`: this phone starts without memory.
 * `overdue`: it is not in the log, although the scheme promised it by now.
 */
export type Check = "yes" | "no" | "pending" | "absent" | "other" | "first" | "overdue";

export interface CheckedReceipt {
  kind: (typeof KINDS)[number];
  time: number;
  view: ShownView | null;
  /** What the person chose. */
  choices: Chosen[];
  decision: string | null;
  factor: string | null;
  /** Whether the leaf commits to this evidence, this person and what a partner may show others. */
  committed: Check;
  /** Whether the leaf is in the log, under a checkpoint that the scheme signed. */
  logged: Check;
  /** Whether the log continues the head that this phone remembers. */
  continues: Check;
  /** Whether the scheme promised to log it. */
  promised: Check;
  /** Whether this phone signed this decision about this view, or the end of its enrolment or move. */
  mine: Check;
  bank: string | null;
  terms: string | null;
  reason: string | null;
  /** Name and domain of the partner to which a browser came back. */
  partner: { name: string; domain: string } | null;
  browser: string | null;
  index: number | null;
  size: number | null;
  /** The size of the log that this phone remembered before. */
  remembered: number | null;
  /** The head to remember: verified, and a continuation of the remembered one. */
  head: LogHead | null;
  /** What the scheme signed, if the log forgot, forked, or does not have what it promised. */
  evidence: LogEvidence | null;
}

const check = async (holds: () => Promise<boolean>): Promise<Check> => {
  try {
    return (await holds()) ? "yes" : "no";
  } catch {
    return "no";
  }
};

const CONTINUES = { unsigned: "pending", first: "first", continues: "yes", forgot: "no", forked: "no" } as const;

/** Throws only if there is nothing to show. Each check has its own result. */
export async function checkReceipt(receipt: ReceiptAnswer, record: DeviceRecord, now = Date.now()): Promise<CheckedReceipt> {
  const leafBytes = b64u.decode(receipt.leaf);
  const leaf = readLeaf(leafBytes);
  const hash = await leafHash(leafBytes);
  const salt = b64u.decodeExactly(receipt.salt, 32);
  const evidenceBytes = b64u.decode(receipt.evidence);
  const evidence = evidenceShape(parse(fromUtf8(evidenceBytes)), "evidence");
  const logKey = await importPublic(record.logKey);

  const committed = await check(async () => {
    const commitment = await hmacSha256(salt, await sha256(evidenceBytes));
    const subject = await hmacSha256(salt, utf8(record.identity ?? ""));
    const evidenced = equal(commitment, b64u.decode(leaf.commitment)) && equal(subject, b64u.decode(leaf.subject));
    // Version 1 had no second commitment.
    if (leaf.disclosure === undefined) return evidenced && receipt.disclosure === null && receipt.disclosure_salt === null;
    const second = b64u.decodeExactly(receipt.disclosure_salt ?? "", 32);
    const disclosure = await hmacSha256(second, await sha256(b64u.decode(receipt.disclosure ?? "!")));
    return evidenced && equal(disclosure, b64u.decode(leaf.disclosure));
  });

  let overdue = false;
  const promised = await check(async () => {
    const jws = await verify(receipt.promise, "ipse-promise+jwt", logKey);
    const promise = promiseShape(jws.payload, "promise");
    const holds = promise.receipt === receipt.receipt && equal(b64u.decode(promise.leaf), hash);
    overdue = holds && now > promise.by + CLOCK_TOLERANCE_MS;
    return holds;
  });

  const remembered = record.head ?? null;
  // `false` for a head that is not one of this log. Anybody could have made it, so it proves nothing against the scheme.
  const head = receipt.checkpoint === null ? null : await readHead(receipt.checkpoint, record.issuer, logKey).catch(() => false as const);
  const { index } = receipt;
  const logged: Check =
    head === false
      ? "no"
      : head === null || index === null
        ? overdue
          ? "overdue"
          : "pending"
        : await check(() => {
            const proof = receipt.proof.map((node) => b64u.decodeExactly(node, 32));
            return verifyInclusion(hash, index, head.size, proof, b64u.decodeExactly(head.root, 32));
          });
  const continuity = head === false ? null : await continuityOf(remembered, head, receipt.consistency);
  const continues: Check = continuity === null ? "no" : CONTINUES[continuity];
  const fault: LogFault | null =
    continuity === "forgot" ? "log_forgot" : continuity === "forked" ? "log_forked" : logged === "overdue" ? "log_overdue" : null;

  const { device_jws: deviceJws, transcript, view } = evidence;
  const choices = evidence.choices ?? [];
  const checkSigned = async (signed: string): Promise<Check> => {
    let device = record.device;
    const holds = await check(async () => {
      const { dev, htm, htu, t } = signedShape(decode(signed).payload, "jws");
      device = dev;
      if (leaf.kind === "enrolment" || leaf.kind === "device") return htm === "POST" && COMPLETION.test(htu);
      if (transcript === null || view === null || t === null) return false;
      const chosen = transcript.choicesHash ? equal(transcript.choicesHash, await choicesHash(choices)) : choices.length === 0;
      return (
        chosen &&
        equal(b64u.decode(t), await transcriptHash(transcript)) &&
        equal(transcript.viewHash, await sha256(b64u.decode(view)))
      );
    });
    if (holds !== "yes") return holds;
    const here = await check(async () => Boolean(await verify(signed, "ipse-request+jwt", record.key.publicKey)));
    return here === "no" && device !== record.device ? "other" : here;
  };
  const mine: Check = deviceJws ? await checkSigned(deviceJws) : "absent";
  return {
    kind: leaf.kind,
    time: leaf.time,
    view: view === null ? null : readView(view),
    choices,
    decision: evidence.decision,
    factor: evidence.factor,
    committed,
    logged,
    continues,
    promised,
    mine,
    bank: evidence.registrar,
    terms: evidence.terms_version,
    reason: evidence.reason,
    partner: evidence.partner_name && evidence.partner_domain ? { name: evidence.partner_name, domain: evidence.partner_domain } : null,
    browser: evidence.browser,
    index,
    size: head ? head.size : null,
    remembered: remembered?.size ?? null,
    head: head && (continues === "first" || continues === "yes") ? head : null,
    evidence: fault && {
      code: fault,
      time: now,
      receipt: receipt.receipt,
      remembered: remembered?.jws ?? null,
      received: receipt.checkpoint,
      consistency: receipt.consistency,
      promise: receipt.promise,
    },
  };
}

function readView(encoded: string): ShownView | null {
  try {
    return parseShown(b64u.decode(encoded) as Bytes);
  } catch {
    return null;
  }
}
