// Ids: a three-letter prefix, `_`, and 16 bytes in canonical base64url.

export type Prefix = "enr" | "idn" | "dev" | "act" | "par" | "rec" | "rcv" | "att";

export const isId = (prefix: Prefix, text: string): boolean =>
  text.startsWith(`${prefix}_`) && /^[A-Za-z0-9_-]{21}[AQgw]$/.test(text.slice(4));
