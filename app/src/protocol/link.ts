// Links to an action (protocol §5): texts of QR codes and same-device links. Both begin with the app's address.

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

/** How the app got the text of a link. Only its own live camera shows that the person is at the page. */
export type Obtained = "camera" | "picture" | "navigation" | "paste";

export type Link = { flow: "qr" | "app"; text: string };

/** Reads the text of a QR code, or a pasted text. null: it is not a link of this app. */
export function parseLink(text: string, appOrigin: string): Link | null {
  const trimmed = text.trim();
  const prefix = `${appOrigin}/app/#`;
  return trimmed.startsWith(prefix) ? parseFragment(trimmed.slice(prefix.length), appOrigin) : null;
}

/** Reads the part behind the `#` of this page's address. */
export function parseFragment(fragment: string, appOrigin: string): Link | null {
  const text = `${appOrigin}/app/#${fragment}`;
  const [kind, link, third, fourth, ...rest] = fragment.split(".");
  if (text.length > MAX_LENGTH || !bytes(link, 16, 16) || rest.length > 0) return null;
  if (kind === "q" && /^(0|[1-9]\d{0,9})$/.test(third ?? "") && bytes(fourth, 16, 16)) return { flow: "qr", text };
  if (kind === "a" && bytes(third, 16, 32) && fourth === undefined) return { flow: "app", text };
  return null;
}
