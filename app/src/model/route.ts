// Routes are behind the `#` of the address: the back button works, and the server does not see them.

import { parseFragment } from "../protocol/link";
import type { Link } from "../protocol/link";

export type Route =
  | { at: "home" | "scan" | "history" | "partners" | "settings" | "devices" | "block" | "recover" | "change-code" | "fingerprint" | "email" | "export" | "bank" | "new-sim" | "about" }
  | { at: "enrol"; step: EnrolStep }
  | { at: "action"; id: string; stage: "read" | "confirm" }
  | { at: "receipt"; id: string }
  | { at: "partner"; id: string; stage: "read" | "withdraw" }
  | { at: "link"; link: Link | null };

export const ENROL_STEPS = ["number", "sim", "secret", "bank", "vouched", "code", "biometric", "ready"] as const;
export type EnrolStep = (typeof ENROL_STEPS)[number];

const PLAIN = ["scan", "history", "partners", "settings", "devices", "block", "recover", "change-code", "fingerprint", "email", "export", "bank", "new-sim", "about"] as const;
const ID = /^[a-z]{3}_[A-Za-z0-9_-]{22}$/;

export function parseRoute(hash: string, origin: string): Route {
  const fragment = hash.replace(/^#/, "");
  if (fragment === "") return { at: "home" };
  if (!fragment.startsWith("/")) return { at: "link", link: parseFragment(fragment, origin) };
  const [name = "", first = "", second = ""] = fragment.slice(1).split("/");
  const plain = PLAIN.find((route) => route === name);
  if (plain) return { at: plain };
  if (name === "enrol") {
    const step = ENROL_STEPS.find((name) => name === first);
    if (step) return { at: "enrol", step };
  }
  if (name === "action" && ID.test(first)) return { at: "action", id: first, stage: second === "confirm" ? "confirm" : "read" };
  if (name === "partner" && ID.test(first)) return { at: "partner", id: first, stage: second === "withdraw" ? "withdraw" : "read" };
  if (name === "receipt" && ID.test(first)) return { at: "receipt", id: first };
  return { at: "home" };
}

export function go(path: string): void {
  location.hash = path === "" ? "" : `/${path}`;
}

/** Goes to a route without adding to the browser's history. */
export function replace(path: string): void {
  history.replaceState(null, "", `/app/${path === "" ? "" : `#/${path}`}`);
  dispatchEvent(new HashChangeEvent("hashchange"));
}
