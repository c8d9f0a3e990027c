// The store of sheets: one row a sheet and person, sealed under the key of its person, which comes
// with the page and lives as long as the tab (S34). kept.js says what is kept and when.
"use strict";
window.anlanSheets = (() => {
  const SECRET = "anlan-sheet-key", UNSENT = "anlan-unsent", SHEETS = "sheets";
  const SECRET_MS = 12 * 3600000;
  const utf8 = (text) => new TextEncoder().encode(text);
  const sealing = window.isSecureContext && crypto.subtle && window.indexedDB;
  const opened = () => new Promise((done, fail) => {
    const asked = indexedDB.open("anlan-sheets", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(SHEETS, { keyPath: "id" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const store = async (mode, act) => {
    const base = await opened();
    try {
      const work = base.transaction(SHEETS, mode);
      const asked = act(work.objectStore(SHEETS));
      await new Promise((done, fail) => { work.oncomplete = done; work.onerror = work.onabort = () => fail(work.error); });
      return asked.result;
    } finally { base.close(); }
  };
  const keyOf = (text) => crypto.subtle.importKey("raw", new Uint8Array(text.match(/../g).map((two) => parseInt(two, 16))), "AES-GCM", false, ["encrypt", "decrypt"]);
  const seal = async (key, row, data) => {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(row.id) }, key, utf8(JSON.stringify(data)));
    return { ...row, iv, sealed };
  };
  const unseal = async (key, row) => {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv, additionalData: utf8(row.id) }, key, row.sealed);
    return JSON.parse(new TextDecoder().decode(plain));
  };
  // How many sheets wait, as a number and no more: signing out asks by it.
  const count = async () => {
    const waiting = (await store("readonly", (rows) => rows.getAll())).filter((row) => row.unsent).length;
    if (waiting) localStorage.setItem(UNSENT, String(waiting)); else localStorage.removeItem(UNSENT);
  };
  const put = async (row) => { await store("readwrite", (rows) => rows.put(row)); await count(); };
  const drop = async (id) => { await store("readwrite", (rows) => rows.delete(id)); await count(); };
  const secretOf = () => {
    const found = JSON.parse(sessionStorage.getItem(SECRET) || "null");
    return found && found.until > Date.now() ? found : null;
  };
  const remember = (owner, key) => sessionStorage.setItem(SECRET, JSON.stringify({ owner, key, until: Date.now() + SECRET_MS }));
  const forget = () => sessionStorage.removeItem(SECRET);
  const row = async (id) => (await store("readonly", (rows) => rows.get(id))) || null;
  const all = () => store("readonly", (rows) => rows.getAll());
  return { sealing, row, all, put, drop, keyOf, seal, unseal, secretOf, remember, forget };
})();
