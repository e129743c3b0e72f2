// The service worker. Under Trusted Types its address must come from a named policy, which knows only that one.

interface TrustedTypePolicies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

const WORKER = "/app/sw.js";

export function registerServiceWorker(): void {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  const policies = (globalThis as { trustedTypes?: TrustedTypePolicies }).trustedTypes;
  const policy = policies?.createPolicy("ipse-wasm", {
    createScriptURL(url) {
      if (url !== WORKER) throw new TypeError("no other script may be loaded");
      return url;
    },
  });
  const url = policy ? policy.createScriptURL(WORKER) : WORKER;
  navigator.serviceWorker.register(url, { scope: "/app/" }).catch((cause: unknown) => {
    // Without it the app works all the same, only not without a connection.
    console.warn("service worker not registered", cause);
  });
}
