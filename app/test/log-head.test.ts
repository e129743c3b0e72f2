// The log: what this phone remembers, and what it does when the log contradicts it.

import { beforeAll, describe, expect, it } from "vitest";
import type { ReceiptAnswer } from "../src/protocol/api";
import * as b64u from "../src/protocol/b64u";
import { hmacSha256, sha256, utf8 } from "../src/protocol/bytes";
import type { Bytes } from "../src/protocol/bytes";
import type { DeviceRecord } from "../src/protocol/device";
import { jwkShape, P256, sign } from "../src/protocol/jws";
import { CLOCK_TOLERANCE_MS, continuityOf, keep, readHead } from "../src/protocol/log-head";
import { leafHash, nodeHash, verifyConsistency } from "../src/protocol/merkle";
import { checkReceipt } from "../src/protocol/receipt";
import type { Json } from "../src/protocol/json";
import { deviceFrom, vectors } from "./support";

interface Growth { size: number; root: string; proof: string[] }
const trees = vectors("receipt").trees as { size: number; root: string; growth: Growth[] }[];
const decode = (text: string) => b64u.decodeExactly(text, 32);
/** Each way to change one byte. */
const changed = (hash: Bytes) => Array.from(hash, (_, at) => Uint8Array.from(hash, (byte, n) => (n === at ? byte ^ (1 << (at & 7)) : byte)));

describe("consistency proofs of the vectors", () => {
  it.each(trees)("a tree of $size leaves continues each shorter one", async ({ size, root, growth }) => {
    for (const { size: old, root: before, proof } of growth) {
      const nodes = proof.map(decode);
      expect(await verifyConsistency(old, size, decode(before), decode(root), nodes)).toBe(true);
      expect(await verifyConsistency(old, size, decode(before), decode(root), [...nodes, decode(root)])).toBe(false);
      if (nodes.length > 0) expect(await verifyConsistency(old, size, decode(before), decode(root), nodes.slice(1))).toBe(false);
      for (const wrong of [0, -1, 0.5, size + 1]) expect(await verifyConsistency(wrong, size, decode(before), decode(root), nodes)).toBe(false);
    }
  });
  it.each(trees)("t32_changed_proof: no changed byte passes for a tree of $size leaves", async ({ size, root, growth }) => {
    for (const { size: old, root: before, proof } of growth) {
      const nodes = proof.map(decode);
      for (const other of changed(decode(before))) expect(await verifyConsistency(old, size, other, decode(root), nodes)).toBe(false);
      for (const other of changed(decode(root))) expect(await verifyConsistency(old, size, decode(before), other, nodes)).toBe(false);
      for (const at of nodes.keys()) {
        for (const other of changed(nodes[at] as Bytes)) {
          const all = nodes.map((node, n) => (n === at ? other : node));
          expect(await verifyConsistency(old, size, decode(before), decode(root), all)).toBe(false);
        }
      }
    }
  });
});

const ISSUER = "http://localhost:4000";
const RECEIPT = "rec_AAAAAAAAAAAAAAAAAAAAAA";
const NOW = 1_800_000_000_000;
const INDEX = 3;
const half = (n: number) => 2 ** Math.ceil(Math.log2(n) - 1);

async function rootOf(leaves: Bytes[]): Promise<Bytes> {
  if (leaves.length === 1) return leaves[0] as Bytes;
  const at = half(leaves.length);
  return nodeHash(await rootOf(leaves.slice(0, at)), await rootOf(leaves.slice(at)));
}
async function inclusion(leaves: Bytes[], index: number): Promise<Bytes[]> {
  if (leaves.length === 1) return [];
  const at = half(leaves.length);
  const [left, right] = [leaves.slice(0, at), leaves.slice(at)];
  return index < at ? [...(await inclusion(left, index)), await rootOf(right)] : [...(await inclusion(right, index - at)), await rootOf(left)];
}
async function consistency(leaves: Bytes[], old: number, whole = true): Promise<Bytes[]> {
  if (old === leaves.length) return whole ? [] : [await rootOf(leaves)];
  const at = half(leaves.length);
  const [left, right] = [leaves.slice(0, at), leaves.slice(at)];
  return old <= at ? [...(await consistency(left, old, whole)), await rootOf(right)] : [...(await consistency(right, old - at, false)), await rootOf(left)];
}

describe("the log on the phone", () => {
  let record: DeviceRecord;
  let logKey: CryptoKeyPair;
  let leaf: Bytes;
  const evidence = utf8('{"reason":"person","time":1}');
  const salt = new Uint8Array(32).fill(1);

  beforeAll(async () => {
    logKey = await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
    const file = vectors("device_request");
    record = {
      ...(await deviceFrom(file.private_jwk, "http://localhost:4001", file.thumbprint)),
      issuer: ISSUER,
      identity: "idn_AAAAAAAAAAAAAAAAAAAAAA",
      logKey: jwkShape((await crypto.subtle.exportKey("jwk", logKey.publicKey)) as unknown as Json, "jwk"),
    };
    const mac = async (message: Bytes) => b64u.encode(await hmacSha256(salt, message));
    const disclosure = await mac(await sha256(utf8("")));
    leaf = utf8(JSON.stringify({ version: 2, kind: "block", time: 1, subject: await mac(utf8(record.identity ?? "")), commitment: await mac(await sha256(evidence)), disclosure }));
  });

  const jws = (typ: string, payload: Json, key = logKey.privateKey) => sign(key, { alg: "ES256", typ }, utf8(JSON.stringify(payload)));
  const tree = async (size: number, of = "leaf") =>
    Promise.all(Array.from({ length: size }, (_, at) => leafHash(at === INDEX ? leaf : utf8(`${of} ${at}`))));
  const headOf = async (leaves: Bytes[]) => ({ origin: ISSUER, size: leaves.length, root: b64u.encode(await rootOf(leaves)), iat: 1 });
  const answer = async (leaves: Bytes[], since: number | null): Promise<ReceiptAnswer> => ({
    receipt: RECEIPT, leaf: b64u.encode(leaf), salt: b64u.encode(salt), evidence: b64u.encode(evidence),
    disclosure_salt: b64u.encode(salt), disclosure: "",
    index: leaves.length > INDEX ? INDEX : null,
    proof: leaves.length > INDEX ? (await inclusion(leaves, INDEX)).map(b64u.encode) : [],
    checkpoint: await jws("ipse-checkpoint+jwt", await headOf(leaves)),
    consistency: since === null || since > leaves.length ? null : (await consistency(leaves, since)).map(b64u.encode),
    promise: await jws("ipse-promise+jwt", { leaf: b64u.encode(await leafHash(leaf)), receipt: RECEIPT, by: NOW + 10_000 }),
  });
  /** Checks, and keeps what was found. */
  const look = async (phone: DeviceRecord, of: ReceiptAnswer, now = NOW) => {
    const found = await checkReceipt(of, phone, now);
    keep(phone, found);
    return found;
  };

  it("starts without memory, and has each later head proven to continue the one that it remembers", async () => {
    const phone = { ...record };
    expect(await look(phone, await answer(await tree(5), null))).toMatchObject({ logged: "yes", continues: "first", remembered: null, evidence: null });
    for (const [from, to] of [[5, 5], [5, 6], [6, 19], [19, 32], [32, 33]] as const) {
      const found = await look(phone, await answer(await tree(to), from));
      expect(found).toMatchObject({ logged: "yes", continues: "yes", remembered: from, size: to, evidence: null });
      expect(phone.head?.size).toBe(to);
    }
  });

  it("t32_forgot_or_forked: reports a log that forgot or forked, keeps both heads, and does not replace the remembered one", async () => {
    const nine = await tree(9);
    const whole = await answer(await tree(12), 9);
    const cases: [string, ReceiptAnswer, string][] = [
      ["shorter", await answer(nine.slice(0, 7), 7), "log_forgot"],
      ["no head", { ...whole, checkpoint: null, index: null, proof: [] }, "log_forgot"],
      ["another of its size", await answer(await tree(9, "other"), 9), "log_forked"],
      ["another that grew", await answer(await tree(12, "other"), 9), "log_forked"],
      ["no proof", { ...whole, consistency: null }, "log_forked"],
      ["a proof that is none", { ...whole, consistency: ["AA"] }, "log_forked"],
    ];
    for (const [what, of, code] of cases) {
      const phone = { ...record };
      await look(phone, await answer(nine, null));
      const before = phone.head;
      const found = await look(phone, of);
      expect(found.continues, what).toBe("no");
      expect(phone.logEvidence, what).toEqual({
        code, time: NOW, receipt: RECEIPT, remembered: before?.jws, received: of.checkpoint, consistency: of.consistency, promise: of.promise,
      });
      expect(phone.head, what).toEqual(before);
      // The evidence stays when the log is what it was again.
      expect(await look(phone, whole), what).toMatchObject({ continues: "yes", evidence: null });
      expect(phone.logEvidence?.code, what).toBe(code);
    }
  });

  it("t32_other_head: takes no head of another origin, key or type, nor one of no leaves, and accuses nobody with it", async () => {
    const nine = await tree(9);
    const head = await headOf(nine);
    const stranger = await crypto.subtle.generateKey(P256, true, ["sign", "verify"]);
    for (const checkpoint of [
      await jws("ipse-checkpoint+jwt", { ...head, origin: "http://localhost:4999" }),
      await jws("ipse-promise+jwt", head),
      await jws("ipse-checkpoint+jwt", head, stranger.privateKey),
      await jws("ipse-checkpoint+jwt", { ...head, size: 0 }),
      await jws("ipse-checkpoint+jwt", { ...head, more: 1 }),
      "e30.e30.e30",
    ]) {
      await expect(readHead(checkpoint, ISSUER, logKey.publicKey)).rejects.toThrow();
      const phone = { ...record };
      expect(await look(phone, { ...(await answer(nine, null)), checkpoint })).toMatchObject({ logged: "no", continues: "no", evidence: null });
      expect([phone.head, phone.logEvidence]).toEqual([undefined, undefined]);
    }
  });

  it("t32_overdue: reports a promise that was not kept, when no clock explains it", async () => {
    const phone = { ...record };
    const early = await answer(await tree(2), null);
    expect(await look(phone, early)).toMatchObject({ logged: "pending", continues: "first", evidence: null });
    const until = NOW + 10_000 + CLOCK_TOLERANCE_MS;
    const again = await answer(await tree(2), 2);
    expect(await look(phone, again, until)).toMatchObject({ logged: "pending", evidence: null });
    expect(await look(phone, again, until + 1)).toMatchObject({ logged: "overdue", continues: "yes", evidence: { code: "log_overdue" } });
    expect(phone.logEvidence?.code).toBe("log_overdue");
    // A promise that somebody else signed proves nothing.
    const forged = { ...again, promise: await jws("ipse-promise+jwt", {}, record.key.privateKey) };
    expect(await look({ ...record }, forged, until + 1)).toMatchObject({ logged: "pending", promised: "no", evidence: null });
  });

  it("says that there is no log yet", async () => {
    expect(await continuityOf(null, null, null)).toBe("unsigned");
    const of = { ...(await answer(await tree(1), null)), checkpoint: null };
    expect(await look({ ...record }, of)).toMatchObject({ logged: "pending", continues: "pending", evidence: null });
  });

  it("remembers no head that is not later", () => {
    const head = (size: number) => ({ size, root: "", jws: String(size) });
    const phone = { ...record, head: head(9) };
    keep(phone, { head: head(8), evidence: null });
    keep(phone, { head: null, evidence: null });
    expect(phone.head.size).toBe(9);
    keep(phone, { head: head(10), evidence: null });
    expect(phone.head.size).toBe(10);
  });
});
