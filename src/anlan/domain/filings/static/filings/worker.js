// Between the browser and /filings/: where the network doesn't answer, a page stands in that holds
// nothing of anybody's; the sheets it opens are sealed. KEPT and NAME stand above, from the server.
"use strict";
const [SHELL] = KEPT;
const AWAY = [502, 503, 504];
self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(NAME);
    for (const address of KEPT) {
      const answer = await fetch(address, { cache: "no-cache", credentials: "same-origin" });
      // Somebody who is signed out gets another page at the same address.
      if (!answer.ok || answer.redirected) throw new Error(address);
      await cache.put(address, answer);
    }
    await self.skipWaiting();
  })());
});
self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("anlan-sheets-") && name !== NAME) await caches.delete(name);
    await self.clients.claim();
  })());
});
const kept = async (address) => (await caches.open(NAME)).match(address);
const page = async (request) => {
  try {
    const answer = await fetch(request);
    return AWAY.includes(answer.status) ? (await kept(SHELL)) || answer : answer;
  } catch (reason) {
    const shell = await kept(SHELL);
    if (shell) return shell;
    throw reason;
  }
};
const file = async (request) => {
  try { return await fetch(request); } catch (reason) {
    const copy = await kept(request.url);
    if (copy) return copy;
    throw reason;
  }
};
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (request.method === "GET" && KEPT.includes(new URL(request.url).pathname)) event.respondWith(file(request));
});
