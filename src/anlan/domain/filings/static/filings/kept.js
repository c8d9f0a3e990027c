// What is typed into a sheet outlives the network. It is kept in this browser, sealed for its
// person, until the server has it; a colleague's change meanwhile is shown cell by cell and nothing
// of either is dropped. The key comes with the page and lives as long as the tab; signing out
// deletes it all (S34). Without a secure connection nothing is written: the page itself keeps it.
"use strict";
(() => {
  const kept = window.anlanSheets;
  const { sealing, put, drop, keyOf, seal, unseal, secretOf, forget } = kept;
  const { fields, write, label, said } = window.anlanCells;
  const SEND_MS = 30000, STORE_MS = 50, RETRY_MS = 15000, ASK_MS = 30000, LOCK_MS = 300, LOCK_TRIES = 5;
  const OLD_MS = 5 * 86400000; // Some browsers throw away after seven days what nobody looked at.
  const { $, $$ } = window.anlan;
  const words = ($("#kept-words") || { dataset: {} }).dataset;
  const fill = (text, given) => (text || "").replace(/\{(\w+)\}/g, (whole, name) => given[name] ?? whole);
  const clock = (ms) => new Date(ms + 8 * 3600000).toISOString().slice(5, 16).replace("T", " ");
  // crypto.randomUUID is there on https alone; an office's inner network often has none.
  const fresh = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return [...bytes].map((n, i) => ([4, 6, 8, 10].includes(i) ? "-" : "") + n.toString(16).padStart(2, "0")).join("");
  };

  // --- the bar that says how it stands ---------------------------------------------------------
  const bar = $("[data-kept-bar]");
  const say = (how, given = {}, tone = "", link = null) => {
    if (!bar) return;
    bar.hidden = false;
    bar.className = `notice kept-bar ${tone ? `notice-${tone}` : ""}`;
    bar.dataset.how = how;
    const text = document.createElement("div");
    text.textContent = fill(words[how], given);
    if (link) text.append(" ", link);
    bar.replaceChildren(text);
  };
  const linked = (text, href) => Object.assign(document.createElement("a"), { textContent: text, href });
  const pressed = (text, act) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-s", textContent: text });
    button.addEventListener("click", act);
    return button;
  };

  // --- one sheet ---------------------------------------------------------------------------------
  // alone: nobody else types at it and the server keeps no draft of it (a correction).
  const sheet = { form: null, alone: false, id: "", owner: "", key: null, keeper: false, base: {}, seq: 0, since: 0, title: "", html: "",
    secret: "", clash: null, stopped: "", busy: false, again: false, stored: true, timer: 0, storing: 0, handed: false, pressed: false, asking: false };
  const changed = () => {
    const now = fields(sheet.form);
    return Object.keys({ ...sheet.base, ...now }).filter((name) => (now[name] || "") !== (sheet.base[name] || ""));
  };
  // One after the other, each of what stands then: an older one never comes last.
  let line = Promise.resolve();
  const keep = () => { line = line.then(keepNow, keepNow); return line; };
  const keepNow = async () => {
    if (!sheet.form || !sheet.key || !sheet.keeper) { sheet.stored = false; return; }
    const unsent = changed().length;
    sheet.since = unsent ? sheet.since || Date.now() : 0;
    const data = { title: sheet.title, html: sheet.html, base: sheet.base, seq: sheet.seq, mine: fields(sheet.form), owner: sheet.owner };
    try {
      await put(await seal(sheet.key, { id: sheet.id, owner: sheet.owner, unsent, handed: sheet.handed, at: sheet.since || Date.now() }, data));
      sheet.stored = true;
    } catch { sheet.stored = false; }
  };
  const AWAY = ["offline", "alone", "bare", "old", "notsent"];
  const soon = (ms) => { clearTimeout(sheet.timer); sheet.timer = setTimeout(send, ms); };
  const waits = () => {
    // Whoever must choose or sign in first isn't told that it is sent by itself.
    if (sheet.clash || sheet.stopped) return;
    const given = { n: changed().length, at: clock(sheet.since || Date.now()) };
    const old = sheet.since && Date.now() - sheet.since > OLD_MS;
    // Who pressed “submit” in vain reads so until the network is back, whatever is typed meanwhile.
    const how = !sheet.stored ? "bare" : sheet.pressed ? "notsent" : old ? "old" : sheet.alone ? "alone" : "offline";
    say(how, given, ["offline", "alone"].includes(how) ? "amber" : "red");
  };
  const stop = (how, given, link) => { sheet.stopped = how; say(how, given, "red", link); };
  const later = async () => { await keep(); waits(); soon(RETRY_MS); };

  // A network that goes without a word leaves a request hanging: it is given up and made again.
  const ask = async (address, more) => {
    const given = new AbortController(), timer = setTimeout(() => given.abort(), ASK_MS);
    try {
      return await fetch(address, { redirect: "manual", signal: given.signal, ...more });
    } finally { clearTimeout(timer); }
  };
  // A browser calls itself offline also where the server runs on its own machine: so this asks.
  const reaches = async () => {
    try { await ask(location.href, { method: "HEAD", cache: "no-store" }); return true; } catch { return false; }
  };
  // One at a time, or an older answer would be taken for a colleague's change.
  let pressing = null;
  const free = () => {
    const press = pressing, { again } = sheet;
    pressing = null;
    Object.assign(sheet, { busy: false, again: false });
    if (press) press(); else if (again) soon(0);
  };
  const send = async () => {
    if (sheet.alone) {
      if (!sheet.form || !AWAY.includes(bar.dataset.how)) return;
      if (await reaches()) say("ready", { n: changed().length }, "blue"); else soon(RETRY_MS);
      return;
    }
    if (sheet.busy) { sheet.again = true; return; }
    if (!sheet.form || sheet.clash || sheet.stopped || sheet.handed) return;
    const unsent = changed().length > 0;
    if (!unsent && !AWAY.includes(bar.dataset.how)) return;
    sheet.busy = true;
    try {
      await (unsent ? post() : look());
    } catch { await later(); } finally { free(); }
  };
  const post = async () => {
    const now = fields(sheet.form);
    const body = new FormData(sheet.form);
    body.set("act", "save");
    body.set("request_id", fresh());
    body.set("draft_seq", sheet.seq);
    const answer = await ask(sheet.form.action, { method: "POST", body, headers: { "X-Autosave": "1", Accept: "application/json" } });
    await answered(answer, now);
  };
  const tell = () => { sheet.pressed = false; say("kept", { at: clock(Date.now()) }, "green", $("[data-kept-shell]") && linked(words.reload, sheet.form.dataset.page)); };
  const answered = async (answer, now) => {
    if (answer.status === 204) {
      sheet.seq = Number(answer.headers.get("X-Draft-Seq"));
      sheet.form.elements.namedItem("draft_seq").value = sheet.seq;
      sheet.base = now;
      await keep();
      tell();
      if (changed().length) soon(SEND_MS);
    } else if (answer.type === "opaqueredirect" || answer.status === 401) { await signedOut(); }
    else if (answer.status === 403 || answer.status === 409) { await look(); }
    else if (answer.status === 404) { stop("gone", {}); }
    else if (answer.status === 429 || answer.status > 499) { await later(); }
    else { say("refused", { why: (await answer.json()).message || "" }, "red"); }
  };
  const signedOut = async () => {
    await keep();
    // Whoever comes to this browser next opens nothing; the key comes again with its person.
    forget();
    stop("signedout", { n: changed().length }, linked(words.signin, `/accounts/login/?next=${encodeURIComponent(sheet.form.dataset.page)}`));
  };

  // What the server holds now, against what this sheet began with and what stands in it.
  const look = async () => {
    const answer = await ask(sheet.form.dataset.draft, { headers: { Accept: "application/json" } });
    if (answer.type === "opaqueredirect" || answer.status === 401) return signedOut();
    if (answer.status === 403 || answer.status === 404) return stop("gone", {});
    if (!answer.ok) throw new Error(String(answer.status));
    const there = await answer.json();
    if (there.owner !== sheet.owner) { forget(); return stop("other", {}); }
    if (sheet.key) remember();
    sheet.form.elements.namedItem("csrfmiddlewaretoken").value = there.csrf;
    return merge(there);
  };
  const merge = async (there) => {
    const now = fields(sheet.form), rows = [], taken = [];
    const names = Object.keys({ ...sheet.base, ...there.fields, ...now });
    const each = names.map((name) => ({ name, base: sheet.base[name] || "", mine: now[name] || "", theirs: there.fields[name] || "" }));
    // What came too late is all that was typed and isn't in it.
    if (!there.open) return ended(there, each.filter(({ base, mine, theirs }) => mine !== base && mine !== theirs));
    for (const row of each) {
      const { name, base, mine, theirs } = row;
      if (theirs === mine || theirs === base) continue;
      if (mine === base) { write(sheet.form, name, theirs); taken.push(name); } else rows.push(row);
    }
    if (rows.length) { sheet.clash = { rows, there }; await keep(); return choose(); }
    await settle(there);
    if (taken.length) say("taken", { n: taken.length, who: there.who, at: there.at, cells: taken.map((name) => label(sheet.form, name)).join("、") }, "blue");
  };
  const settle = async (there) => {
    sheet.base = there.fields;
    sheet.seq = there.seq;
    sheet.form.elements.namedItem("draft_seq").value = there.seq;
    sheet.clash = null;
    await keep();
    if (sheet.alone) return;
    if (changed().length) soon(0); else if (AWAY.includes(bar.dataset.how) || bar.dataset.how === "clash") tell();
  };

  // --- cell by cell --------------------------------------------------------------------------------
  const table = (rows, there, choice) => {
    const body = document.createElement("tbody");
    rows.forEach((row, n) => {
      const line = body.insertRow();
      line.insertCell().textContent = label(sheet.form, row.name);
      for (const whose of ["mine", "theirs"]) {
        const cell = line.insertCell(), text = said(row.name, row[whose]);
        cell.className = "text kept-said";
        cell.dataset.label = fill(words[`of_${whose}`], there);
        // On a phone there is no heading above: each says whose it is.
        const parts = [Object.assign(document.createElement("small"), { textContent: fill(words[`of_${whose}`], there) }), " ", Object.assign(document.createElement("b"), { textContent: text })];
        if (!choice) { cell.append(...parts); continue; }
        const box = document.createElement("label"), input = document.createElement("input");
        Object.assign(input, { type: "radio", name: `kept-${n}`, value: whose });
        box.append(input, " ", ...parts);
        cell.append(box);
      }
    });
    return body;
  };
  const panel = (text, rows, there, choice, acts) => {
    const box = $("[data-kept-clash]");
    box.hidden = false;
    $("[data-kept-text]", box).textContent = text;
    $("[data-kept-theirs]", box).textContent = fill(words.of_theirs, there);
    $("tbody", box).replaceWith(table(rows, there, choice));
    $("[data-kept-acts]", box).replaceChildren(...acts);
    box.scrollIntoView({ block: "start" });
    return box;
  };
  const choose = () => {
    const { rows, there } = sheet.clash;
    say("clash", { n: rows.length, who: there.who }, "red");
    const all = (whose) => pressed(words[`all_${whose}`], () => $$(`[data-kept-clash] input[value=${whose}]`).forEach((input) => { input.checked = true; }));
    const done = pressed(words.choose, () => {
      const chosen = rows.map((_row, n) => $(`input[name=kept-${n}]:checked`, box));
      const open = chosen.indexOf(null);
      if (open >= 0) { $(`input[name=kept-${open}]`, box).focus(); return; }
      // What was typed into such a cell since is mine as well.
      chosen.forEach((input, n) => { if (input.value === "theirs") write(sheet.form, rows[n].name, rows[n].theirs); });
      box.hidden = true;
      settle(there);
    });
    done.classList.add("btn-primary");
    const box = panel(fill(words.clash_text, there), rows, there, true, [all("mine"), all("theirs"), done]);
  };
  const ended = async (there, rows) => {
    await keep();
    stop("ended", { state: there.state, who: there.who });
    if (rows.length) panel(fill(words.ended_text, there), rows, there, false, [pressed(words.let_go, leave)]);
    else await leave();
  };
  const leave = async () => {
    const { page } = sheet.form.dataset;
    sheet.form = null;
    // What is still being written would bring it back.
    await line;
    if (sheet.key) await drop(sheet.id);
    location.assign(page);
  };

  // --- beginning -------------------------------------------------------------------------------------
  const away = () => !navigator.onLine || AWAY.includes(bar.dataset.how);
  const typed = () => {
    // Until it is written, leaving the page asks; what was handed over just before doesn't hold it.
    Object.assign(sheet, { stored: false, handed: false });
    if (!sheet.storing) {
      sheet.storing = setTimeout(async () => { sheet.storing = 0; await keep(); if (away()) waits(); }, STORE_MS);
    }
    if (!sheet.stopped) soon(away() ? RETRY_MS : SEND_MS);
  };
  // Of two tabs with one sheet the first keeps it; the other says so, and keeps it when that closes.
  const forEver = () => new Promise(() => {});
  const tried = (id) => new Promise((done) => {
    navigator.locks.request(id, { ifAvailable: true }, (mine) => { done(Boolean(mine)); return mine ? forEver() : undefined; });
  });
  const lock = async (id) => {
    if (!navigator.locks) return true;
    // A page that is loaded again meets its own lock for a moment.
    for (let n = 0; n < LOCK_TRIES; n += 1) {
      if (await tried(id)) return true;
      await new Promise((done) => setTimeout(done, LOCK_MS));
    }
    navigator.locks.request(id, () => { sheet.keeper = true; keep(); return forEver(); });
    return false;
  };
  // What was reached is marked as it is at forms elsewhere (sending.js).
  const submit = async (form, submitter, hold) => {
    if (sheet.asking) return;
    sheet.asking = true;
    const there = await reaches();
    sheet.asking = false;
    if (!there) { hold(); return; }
    form.dataset.reached = "1";
    form.requestSubmit(submitter);
  };
  const remember = () => kept.remember(sheet.owner, sheet.secret);
  const listen = () => {
    const { form } = sheet;
    document.addEventListener("input", (event) => { if (event.target.form === form) typed(); });
    window.addEventListener("online", () => soon(500));
    window.addEventListener("focus", () => { if (sheet.stopped === "signedout") { sheet.stopped = ""; soon(0); } });
    window.addEventListener("offline", later);
    window.addEventListener("beforeunload", (event) => { if (sheet.form && !sheet.stored && !sheet.handed && changed().length) event.preventDefault(); });
    form.addEventListener("submit", (event) => {
      const barred = sheet.clash || sheet.stopped, { submitter } = event;
      if (barred || (!navigator.onLine && !form.dataset.reached)) {
        event.preventDefault();
        event.stopPropagation();
        const hold = () => {
          sheet.pressed = sheet.alone || Boolean(submitter && submitter.value === "submit");
          if (sheet.clash) choose(); else if (!sheet.stopped) later();
        };
        if (barred) hold(); else void submit(form, submitter, hold);
        return;
      }
      if (sheet.busy && !pressing) {
        // A draft on its way arrives first; beside it this would be refused as if it were a
        // colleague's. Who presses again waits for nothing.
        event.preventDefault();
        event.stopPropagation();
        pressing = () => form.requestSubmit(submitter);
        return;
      }
      clearTimeout(sheet.timer);
      sheet.handed = true;
      keep();
    });
    window.addEventListener("pageshow", (event) => { if (event.persisted) sheet.handed = false; });
    try { new BroadcastChannel("anlan-sheets").addEventListener("message", () => forget()); } catch { /* An old browser: the key goes with the tab. */ }
  };
  const idOf = (owner, filing, alone) => `${owner}:${filing}${alone ? ":correct" : ""}`;
  const begin = async (form, held) => {
    const alone = form.hasAttribute("data-kept-alone");
    Object.assign(sheet, { form, alone, owner: form.dataset.owner, id: idOf(form.dataset.owner, form.dataset.filing, alone), title: document.title });
    Object.assign(sheet, { seq: Number(form.elements.namedItem("draft_seq").value), base: JSON.parse(form.dataset.fields) });
    sheet.secret = form.dataset.key || (secretOf() || {}).key;
    form.removeAttribute("data-key");
    sheet.html = held ? held.html : $("[data-kept-part]").outerHTML;
    const there = { fields: sheet.base, seq: sheet.seq, who: form.dataset.who, at: form.dataset.at, open: true };
    sheet.busy = true;
    listen();
    try { await resume(held, there); } finally { free(); }
  };
  const resume = async (held, there) => {
    const { form } = sheet, first = fields(form);
    // What a kept page says of a refusal was true when it was opened.
    const { given, moved } = held ? {} : form.dataset;
    let old = held, row = null;
    if (sealing) {
      try {
        remember();
        sheet.key = await keyOf(sheet.secret);
        row = await kept.row(sheet.id);
        if (row && !old && row.unsent) old = await unseal(sheet.key, row);
        sheet.since = row && row.unsent ? row.at : 0;
      } catch { sheet.key = null; }
      if (form.dataset.worker && navigator.serviceWorker) navigator.serviceWorker.register(form.dataset.worker, { scope: form.dataset.scope }).catch(() => {});
    }
    // What was typed stands again, but not over what was typed since the page opened.
    if (old && !given) {
      const now = fields(form);
      for (const [name, text] of Object.entries(old.mine)) if (now[name] === first[name]) write(form, name, text);
      if (!moved) Object.assign(sheet, { base: old.base, seq: old.seq });
    }
    sheet.keeper = !sheet.key || await lock(sheet.id);
    if (!sheet.keeper) say("twice", {}, "amber");
    if (moved) {
      // What was sent met a colleague's draft: each cell that differs is asked for.
      sheet.base = old ? old.base : {};
      await merge(there);
    } else if (old && !given) {
      if (held) { await keep(); waits(); soon(RETRY_MS); return; }
      // What was handed over by a button arrived with it, or it comes back with what was typed.
      const late = Object.keys(old.mine).filter((name) => old.mine[name] !== (there.fields[name] || ""));
      const let_go = sheet.alone && pressed(words.let_go, async () => { sheet.form = null; await line; await drop(sheet.id); location.reload(); });
      if (late.length) say("restored", { n: late.length, at: clock(sheet.since || Date.now()) }, "blue", let_go || null);
      await merge(there);
    } else { await keep(); if (changed().length) soon(SEND_MS); }
  };

  // A page that is not filled in any more: what waits here for it was handed over, or came too late.
  const after = async (box) => {
    if (!sealing) return;
    const id = idOf(box.dataset.owner, box.dataset.filing, false), wish = idOf(box.dataset.owner, box.dataset.filing, true);
    const typed = await kept.row(wish);
    // What was asked for stands on this page; what wasn't waits for its person to ask.
    if (typed && (!typed.unsent || box.dataset.wished)) await drop(wish);
    else if (typed && box.dataset.correct) say("waiting", { n: typed.unsent, at: clock(typed.at) }, "blue", linked(words.goon, box.dataset.correct));
    const row = await kept.row(id);
    if (!row) return;
    if (!row.unsent || row.handed) { await drop(id); return; }
    const old = await unseal(await keyOf(box.dataset.key), row);
    const there = { fields: JSON.parse(box.dataset.fields), who: box.dataset.who, at: box.dataset.at, state: box.dataset.state };
    const rows = Object.keys(old.mine).filter((name) => old.mine[name] !== (old.base[name] || "") && old.mine[name] !== (there.fields[name] || ""))
      .map((name) => ({ name, mine: old.mine[name], theirs: there.fields[name] || "" }));
    if (!rows.length) { await drop(id); return; }
    const past = new DOMParser().parseFromString(old.html, "text/html");
    const names = Object.fromEntries($$("[name][aria-label]", past).map((field) => [field.name, field.getAttribute("aria-label")]));
    sheet.form = { elements: { namedItem: (name) => ({ getAttribute: () => names[name] || name }) } };
    say("ended", there, "red");
    panel(fill(words.ended_text, there), rows, there, false, [pressed(words.let_go, async () => { await drop(id); location.reload(); })]);
    sheet.form = null;
  };

  // The page that stands in where the network doesn't answer: the sheet as it was opened.
  const restore = async (shell) => {
    const secret = sealing && secretOf();
    const again = pressed(words.again, () => location.assign(location.pathname.replace(/(\/[0-9a-f-]{36}\/).*/, "$1")));
    if (!secret) { say("sealed", {}, "amber", again); return; }
    const rows = (await kept.all()).filter((row) => row.owner === secret.owner);
    const key = await keyOf(secret.key);
    const found = /\/([0-9a-f-]{36})\/(correct\/)?/.exec(location.pathname);
    const row = found && rows.find((one) => one.id === idOf(secret.owner, found[1], found[2]));
    if (!row) {
      say("unread", {}, "amber", again);
      for (const one of rows) {
        const item = document.createElement("li");
        item.append(linked((await unseal(key, one)).title, location.pathname.replace(/\/filings\/.*/, `/filings/${one.id.split(":")[1]}/${one.id.endsWith(":correct") ? "correct/" : ""}`)));
        $("[data-kept-list]", shell).append(item);
      }
      return;
    }
    const held = await unseal(key, row);
    const part = new DOMParser().parseFromString(held.html, "text/html").body.firstElementChild;
    shell.replaceChildren(document.importNode(part, true));
    document.title = held.title;
    $("h1").textContent = held.title.replace(/ · [^·]*$/, "");
    document.dispatchEvent(new CustomEvent("sheet:ready"));
    await begin($("[data-kept]", shell), held);
  };

  const shell = $("[data-kept-shell]"), form = $("form[data-kept]"), past = $("[data-kept-after]");
  if (shell) restore(shell).catch(() => say("sealed", {}, "amber"));
  else if (form) begin(form, null);
  else if (past) after(past).catch(() => {});
})();
