// Phone numbers: typed as people type them, sent as E.164, shown in groups.

/** E.164, or null. A number without a country is taken as Belgian, as it is dialled there. */
export function normalisePhoneNumber(typed: string): string | null {
  const bare = typed.replace(/[\s().\-/\u00a0]/g, "");
  const international = bare.startsWith("00") ? `+${bare.slice(2)}` : bare.startsWith("0") ? `+32${bare.slice(1)}` : bare;
  // "+32 (0)470" is a common way to write it.
  const number = international.replace(/^\+320/, "+32");
  return /^\+[1-9]\d{7,14}$/.test(number) ? number : null;
}

export function showPhoneNumber(number: string): string {
  const mobile = /^\+32(4\d{2})(\d{2})(\d{2})(\d{2})$/.exec(number);
  // No-break spaces: a number stays on one line.
  return mobile ? ["+32", ...mobile.slice(1)].join("\u00a0") : number;
}
