// Links to an action (protocol §5): QR texts and same-device links, both under the app's own address.

import * as b64u from "./b64u";

const MAX_LENGTH = 512;

const bytes = (text: string | undefined, least: number, most: number): boolean => {
  try {
    const { length } = b64u.decode(text ?? "");
    return length >= least && length <= most;
  } catch {
    return false;
  }
};

export type Link = { flow: "qr" | "app"; text: string };

/** What a QR holds, or what was pasted: the whole link if it is one of this app's, else null. */
export function parseLink(text: string, appOrigin: string): Link | null {
  const trimmed = text.trim();
  const prefix = `${appOrigin}/app/#`;
  return trimmed.startsWith(prefix) ? parseFragment(trimmed.slice(prefix.length), appOrigin) : null;
}

/** The same for what stands behind the `#` of this page's address. */
export function parseFragment(fragment: string, appOrigin: string): Link | null {
  const text = `${appOrigin}/app/#${fragment}`;
  const [kind, link, third, fourth, ...rest] = fragment.split(".");
  if (text.length > MAX_LENGTH || !bytes(link, 16, 16) || rest.length > 0) return null;
  if (kind === "q" && /^(0|[1-9]\d{0,9})$/.test(third ?? "") && bytes(fourth, 16, 16)) return { flow: "qr", text };
  if (kind === "a" && bytes(third, 16, 32) && fourth === undefined) return { flow: "app", text };
  return null;
}
