// Merkle tree hashing and proofs, RFC 9162 §2.1.

import { concat, equal, sha256 } from "./bytes";
import type { Bytes } from "./bytes";

export const leafHash = (leaf: Bytes): Promise<Bytes> => sha256(concat(new Uint8Array([0]), leaf));

export const nodeHash = (left: Bytes, right: Bytes): Promise<Bytes> => sha256(concat(new Uint8Array([1]), left, right));

/** Whether `hash` is leaf `index` of a tree with `size` leaves and this root (RFC 9162 §2.1.3.2). */
export async function verifyInclusion(
  hash: Bytes,
  index: number,
  size: number,
  proof: readonly Bytes[],
  root: Bytes,
): Promise<boolean> {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  // BigInt, because bit operations on numbers stop at 32 bits.
  let fn = BigInt(index);
  let sn = BigInt(size - 1);
  let running = hash;
  for (const sibling of proof) {
    if (sn === 0n || sibling.length !== 32) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      running = await nodeHash(sibling, running);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      running = await nodeHash(running, sibling);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && equal(running, root);
}

/** Whether the tree with `size` leaves continues the one with `old` leaves (RFC 9162 §2.1.4.2). */
export async function verifyConsistency(
  old: number,
  size: number,
  oldRoot: Bytes,
  root: Bytes,
  proof: readonly Bytes[],
): Promise<boolean> {
  if (!Number.isSafeInteger(old) || !Number.isSafeInteger(size) || old < 1 || old > size) return false;
  if (old === size) return proof.length === 0 && equal(oldRoot, root);
  let fn = BigInt(old - 1);
  let sn = BigInt(size - 1);
  while ((fn & 1n) === 1n) {
    fn >>= 1n;
    sn >>= 1n;
  }
  const path = [...proof];
  // The old tree is a subtree of the new one if its size is a power of two. Otherwise the proof begins with such a subtree.
  const start = fn === 0n ? oldRoot : path.shift();
  if (start === undefined || start.length !== 32) return false;
  let first = start;
  let second = start;
  for (const hash of path) {
    if (sn === 0n || hash.length !== 32) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      first = await nodeHash(hash, first);
      second = await nodeHash(hash, second);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      second = await nodeHash(second, hash);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && equal(first, oldRoot) && equal(second, root);
}
