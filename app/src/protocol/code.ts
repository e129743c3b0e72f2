// The five-digit code (protocol §3): the codes that are too easy to guess, and the proof. The phone checks the code,
// because the code never leaves the phone.

import { concat, hmacSha256, utf8 } from "./bytes";
import type { Bytes } from "./bytes";

export type CodeProblem = "length" | "same_digits" | "sequence" | "pattern" | "phone_number" | "birth_date";

export interface CodeHints {
  phoneNumber?: string | undefined;
  /** ISO 8601 date. */
  birthdate?: string | undefined;
}

export const CODE_LENGTH = 5;

export function checkCode(code: string, hints: CodeHints = {}): CodeProblem | null {
  if (!/^[0-9]{5}$/.test(code)) return "length";
  const digits = [...code].map(Number);
  const steps = digits.slice(1).map((digit, index) => (digit - digits[index]! + 10) % 10);
  if (steps.every((step) => step === 0)) return "same_digits";
  if (steps.every((step) => step === 1) || steps.every((step) => step === 9)) return "sequence";
  // A palindrome covers the repeated pair `ababa` as well.
  if (digits[0] === digits[4] && digits[1] === digits[3]) return "pattern";
  const number = (hints.phoneNumber ?? "").replace(/\D/g, "");
  if (number.length >= CODE_LENGTH && number.endsWith(code)) return "phone_number";
  const year = (hints.birthdate ?? "").slice(0, 4);
  if (/^\d{4}$/.test(year) && (code.startsWith(year) || code.endsWith(year))) return "birth_date";
  return null;
}

/** HMAC-SHA256 of the transcript hash under OPAQUE's session key. */
export const codeProof = (sessionKey: Bytes, transcript: Bytes): Promise<Bytes> =>
  hmacSha256(sessionKey, concat(utf8("ipse/code-proof/1"), transcript));
