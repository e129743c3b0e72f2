// The request that waits while the person adds what it asks and they do not have. It survives a visit to a bank in this window.

export interface WaitingAction {
  id: string;
  /** The name of the partner. */
  partner: string;
}

const KEY = "ipse-waiting";

export function keepWaiting(action: WaitingAction): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(action));
  } catch {
    // The browser stores nothing. The person finds the request on the home screen.
  }
}

/** Reads it once. */
export function takeWaiting(): WaitingAction | null {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    sessionStorage.removeItem(KEY);
    const { id, partner } = (stored ?? {}) as Partial<Record<string, unknown>>;
    return typeof id === "string" && /^act_[A-Za-z0-9_-]{22}$/.test(id) && typeof partner === "string" ? { id, partner } : null;
  } catch {
    return null;
  }
}
