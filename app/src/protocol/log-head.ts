// The head of the log that this phone remembers (protocol §7). Each later one must continue it.

import * as b64u from "./b64u";
import { verify } from "./jws";
import { verifyConsistency } from "./merkle";
import { exactly, integer, string } from "./shape";

/** A head that was verified. */
export interface LogHead {
  size: number;
  root: string;
  jws: string;
}

export type LogFault = "log_forgot" | "log_forked" | "log_overdue";

/** What the scheme signed, and does not hold together. */
export interface LogEvidence {
  code: LogFault;
  /** When the phone noticed. */
  time: number;
  /** The receipt with which it noticed. */
  receipt: string;
  /** The signed head that the phone remembers. */
  remembered: string | null;
  /** The signed head that it received. */
  received: string | null;
  /** The consistency proof that it received. */
  consistency: string[] | null;
  /** The signed promise of the receipt. */
  promise: string;
}

/** What a device record holds of the log. */
export interface LogMemory {
  head?: LogHead;
  /** The first evidence against the log. */
  logEvidence?: LogEvidence;
}

/** How far the clocks of phone and scheme may be apart. */
export const CLOCK_TOLERANCE_MS = 300_000;

const checkpointShape = exactly({ origin: string, size: integer, root: string, iat: integer });

/** Throws for a head of another origin, key or type, and for one over nothing, which no scheme signs. */
export async function readHead(jws: string, origin: string, key: CryptoKey): Promise<LogHead> {
  const checkpoint = checkpointShape((await verify(jws, "ipse-checkpoint+jwt", key)).payload, "checkpoint");
  if (checkpoint.origin !== origin || checkpoint.size === 0) throw new Error("a head of another log");
  b64u.decodeExactly(checkpoint.root, 32);
  return { size: checkpoint.size, root: checkpoint.root, jws };
}

/** How a head relates to the remembered one. `first`: the phone starts without memory. `unsigned`: there is no head at all yet. */
export type Continuity = "unsigned" | "first" | "continues" | "forgot" | "forked";

/** `proof` is the consistency proof between the two. None proves nothing. */
export async function continuityOf(remembered: LogHead | null, head: LogHead | null, proof: readonly string[] | null): Promise<Continuity> {
  if (remembered === null) return head === null ? "unsigned" : "first";
  if (head === null || head.size < remembered.size) return "forgot";
  try {
    const nodes = (proof ?? []).map((node) => b64u.decodeExactly(node, 32));
    const roots = [remembered.root, head.root].map((root) => b64u.decodeExactly(root, 32));
    const [before, after] = roots as [(typeof roots)[number], (typeof roots)[number]];
    return (await verifyConsistency(remembered.size, head.size, before, after, nodes)) ? "continues" : "forked";
  } catch {
    return "forked";
  }
}

/** Keeps what a check found. The remembered head gives way only to a later one that continues it, and evidence never. */
export function keep(memory: LogMemory, found: { head: LogHead | null; evidence: LogEvidence | null }): void {
  if (found.evidence) memory.logEvidence ??= found.evidence;
  if (found.head && found.head.size > (memory.head?.size ?? 0)) memory.head = found.head;
}
