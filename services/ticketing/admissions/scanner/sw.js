// Keeps the scanner on the phone: whole or not at all, and replaced whole when any of its files changed.

const VERSION = "{{version}}";
const FILES = ["./", ...JSON.parse('{{files}}')];

addEventListener("install", (event) => {
  const fill = async () => (await caches.open(VERSION)).addAll(FILES.map((name) => new Request(name, { cache: "reload" })));
  event.waitUntil(fill().then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const tidy = async () => {
    const others = (await caches.keys()).filter((name) => name.startsWith("scanner-") && name !== VERSION);
    await Promise.all(others.map((name) => caches.delete(name)));
    await clients.claim();
  };
  event.waitUntil(tidy());
});

addEventListener("fetch", (event) => {
  if (event.request.method !== "GET" || !event.request.url.startsWith(registration.scope)) return;
  const find = async () => {
    const kept = await (await caches.open(VERSION)).match(event.request, { ignoreSearch: true });
    return kept ?? fetch(event.request);
  };
  event.respondWith(find());
});
