// A form as a sheet: arrows and Enter move, a pasted block fills cells, sums follow, and what was
// typed is kept as a draft from time to time. The page works without any of it.
"use strict";
(() => {
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = document.querySelector("[data-sheet-form]");

  // The fields of a sheet, row by row; what isn't typed leaves a gap.
  const rows = (table) => $$("tbody tr", table).map((row) => [...row.children].map((cell) => cell.querySelector("input")));
  const place = (field) => {
    const table = field.closest("[data-sheet]");
    const grid = rows(table);
    for (let y = 0; y < grid.length; y += 1) {
      const x = grid[y].indexOf(field);
      if (x >= 0) return { grid, x, y };
    }
    return null;
  };
  const go = (field) => { field.focus(); field.select(); };
  const step = (field, dx, dy) => {
    const at = place(field);
    if (!at) return false;
    let { x, y } = at;
    for (;;) {
      x += dx; y += dy;
      if (y < 0 || y >= at.grid.length || x < 0 || x >= at.grid[y].length) return false;
      if (at.grid[y][x]) { go(at.grid[y][x]); return true; }
    }
  };
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || !field.closest("[data-sheet]") || event.isComposing) return;
    const start = field.selectionStart === 0, end = field.selectionEnd === field.value.length;
    const moves = { ArrowUp: [0, -1], ArrowDown: [0, 1], Enter: [0, event.shiftKey ? -1 : 1] };
    if (start) moves.ArrowLeft = [-1, 0];
    if (end) moves.ArrowRight = [1, 0];
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    const moved = step(field, ...move);
    // Enter in the last row stays: it never submits by a slip.
    if (moved || event.key === "Enter") event.preventDefault();
  });
  document.addEventListener("paste", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || !field.closest("[data-sheet]")) return;
    const text = (event.clipboardData || window.clipboardData).getData("text").replace(/\r/g, "").replace(/\n$/, "");
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    const at = place(field);
    text.split("\n").forEach((line, dy) => line.split("\t").forEach((value, dx) => {
      const row = at.grid[at.y + dy];
      const cell = row && row[at.x + dx];
      if (cell) { cell.value = value.trim(); cell.dispatchEvent(new Event("input", { bubbles: true })); }
    }));
  });

  // Sums of typed cells, as they are typed; the server works all of it out again.
  const number = (text) => {
    const bare = text.replace(/[\s,，]/g, "");
    return bare === "" || !/^\d+(\.\d+)?$/.test(bare) ? null : Number(bare);
  };
  const value = (key) => {
    const field = document.getElementById(`c-${key}`);
    if (field instanceof HTMLInputElement) return number(field.value);
    const worked = document.querySelector(`[data-worked="${key}"]`);
    return worked ? number(worked.textContent.trim()) : null;
  };
  const sums = () => {
    for (const cell of $$("[data-adds]")) {
      const plus = cell.dataset.adds.split(" ").filter(Boolean).map(value);
      const minus = (cell.dataset.takes || "").split(" ").filter(Boolean).map(value);
      if ([...plus, ...minus].includes(null)) continue;
      const total = plus.reduce((a, b) => a + b, 0) - minus.reduce((a, b) => a + b, 0);
      cell.textContent = total.toLocaleString("en-US", { minimumFractionDigits: Number(cell.dataset.digits) });
    }
  };

  // The draft: kept half a minute after the last change, and only where something changed.
  let dirty = false, timer = 0;
  const saved = document.querySelector("[data-saved]");
  // crypto.randomUUID is there on https alone; an office's inner network often has none.
  const fresh = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return [...bytes].map((n, i) => ([4, 6, 8, 10].includes(i) ? "-" : "") + n.toString(16).padStart(2, "0")).join("");
  };
  const keep = async () => {
    if (!dirty || !form || !form.dataset.autosave) return;
    dirty = false;
    const data = new FormData(form);
    data.set("act", "save");
    data.set("request_id", fresh());
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: data, headers: { "X-Autosave": "1" } });
      if (answer.status === 409) { if (saved) saved.textContent = saved.dataset.saved; return; }
      if (!answer.ok) throw new Error(String(answer.status));
      const seq = form.elements.namedItem("draft_seq");
      if (seq && answer.headers.get("X-Draft-Seq")) seq.value = answer.headers.get("X-Draft-Seq");
      if (saved) saved.textContent = `✓ ${new Date().toTimeString().slice(0, 5)}`;
    } catch { dirty = true; if (saved) saved.textContent = "…"; }
  };
  document.addEventListener("input", (event) => {
    if (!(event.target instanceof HTMLInputElement) || event.target.form !== form || !form) return;
    dirty = true;
    sums();
    clearTimeout(timer);
    timer = setTimeout(keep, 30000);
  });
  if (form) {
    form.addEventListener("submit", () => { dirty = false; clearTimeout(timer); });
    window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  }
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-more-rows]");
    if (!button) return;
    const body = document.querySelector(`[data-list="${button.dataset.moreRows}"] tbody`);
    for (let n = 0; n < 5; n += 1) {
      const row = body.lastElementChild.cloneNode(true);
      for (const field of $$("input", row)) field.value = "";
      body.append(row);
    }
  });

  // The designer: of a cell's questions only those that its kind asks.
  const mode = document.querySelector("[data-mode]");
  const show = () => {
    for (const part of $$("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(mode.value);
  };
  if (mode) { mode.addEventListener("change", show); show(); }
  const focus = document.querySelector("[data-focus]");
  if (focus) focus.focus();
})();
