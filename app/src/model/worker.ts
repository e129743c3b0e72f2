// Registers the service worker. Under Trusted Types its address must come from a named policy, which permits no other.

interface TrustedTypePolicies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

const WORKER = "/app/sw.js";

export function registerServiceWorker(): void {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  const policies = (globalThis as { trustedTypes?: TrustedTypePolicies }).trustedTypes;
  const policy = policies?.createPolicy("ipse-wasm", {
    createScriptURL(url) {
      if (url !== WORKER) throw new TypeError("no other script is permitted");
      return url;
    },
  });
  const url = policy ? policy.createScriptURL(WORKER) : WORKER;
  navigator.serviceWorker.register(url, { scope: "/app/" }).catch((cause: unknown) => {
    // The app works without it, but then it needs a connection to open.
    console.warn("service worker not registered", cause);
  });
}

/** Loads the newest version of the app. The service worker asks the server for the page first. */
export const updateApp = (): void => location.reload();
