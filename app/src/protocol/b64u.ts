// base64url without padding (RFC 4648 §5), decoded strictly: each byte string has one text.

import type { Bytes } from "./bytes";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES = new Map([...ALPHABET].map((letter, value) => [letter, value]));

export function encode(bytes: Uint8Array): string {
  let out = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = Math.min(3, bytes.length - at);
    const word = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let digit = 0; digit <= left; digit += 1) out += ALPHABET[(word >> (18 - 6 * digit)) & 63];
  }
  return out;
}

/** Throws on padding, whitespace, other letters, an impossible length or non-zero trailing bits. */
export function decode(text: string): Bytes {
  if (text.length % 4 === 1) throw new Error("base64url: impossible length");
  const out = new Uint8Array(Math.floor((text.length * 3) / 4));
  let word = 0;
  let bits = 0;
  let at = 0;
  for (const letter of text) {
    const value = VALUES.get(letter);
    if (value === undefined) throw new Error("base64url: not in the alphabet");
    word = ((word << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at] = (word >> bits) & 0xff;
      at += 1;
    }
  }
  if ((word & ((1 << bits) - 1)) !== 0) throw new Error("base64url: trailing bits");
  return out;
}

/** Decodes a value of a fixed length. */
export function decodeExactly(text: string, length: number): Bytes {
  const bytes = decode(text);
  if (bytes.length !== length) throw new Error("base64url: wrong length");
  return bytes;
}
