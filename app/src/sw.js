// The service worker. It caches the app's files, so that the app opens without a connection. It never caches personal
// data: it ignores /phone/v1. The build inserts the version (a digest of all files) and the list of files.

const VERSION = "__VERSION__";
const FILES = ["__FILES__"];
const SHELL = "/app/";
const CACHE = `ipse-shell-${VERSION}`;
const TIMEOUT_MS = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("ipse-shell-") && name !== CACHE).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || !url.pathname.startsWith("/app/")) return;
  if (request.mode === "navigate") event.respondWith(shell(request));
  else if (FILES.includes(url.pathname)) event.respondWith(cached(request));
});

/** The server's page, so that people get updates. The cached page, if the server does not answer in time. */
async function shell(request) {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    return (await caches.match(SHELL, { cacheName: CACHE })) ?? Response.error();
  }
}

async function cached(request) {
  return (await caches.match(request, { cacheName: CACHE, ignoreSearch: true })) ?? fetch(request);
}
