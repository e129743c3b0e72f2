// Phone numbers: people type them in many ways. The app sends E.164 and shows groups of digits.

/** Returns E.164, or null. A number without a country code counts as Belgian. */
export function normalisePhoneNumber(typed: string): string | null {
  const bare = typed.replace(/[\s().\-/\u00a0]/g, "");
  const international = bare.startsWith("00") ? `+${bare.slice(2)}` : bare.startsWith("0") ? `+32${bare.slice(1)}` : bare;
  // People often write "+32 (0)470".
  const number = international.replace(/^\+320/, "+32");
  return /^\+[1-9]\d{7,14}$/.test(number) ? number : null;
}

export function showPhoneNumber(number: string): string {
  const mobile = /^\+32(4\d{2})(\d{2})(\d{2})(\d{2})$/.exec(number);
  // No-break spaces keep the number on one line.
  return mobile ? ["+32", ...mobile.slice(1)].join("\u00a0") : number;
}
