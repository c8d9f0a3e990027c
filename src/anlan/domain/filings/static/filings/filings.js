// A form as a sheet: arrows and Enter move, a pasted block fills cells, and sums follow. The page
// works without any of it.
"use strict";
(() => {
  const { $$ } = window.anlan;

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
  // A pasted block: what has no cell to stand in is said, and Ctrl+Z takes the whole block back.
  const CELLS_MAX = 5000, CHARS_MAX = 500000;
  let undo = null;
  const told = (field, how, given) => {
    const box = field.closest(".panel").querySelector("[data-pasted]");
    if (box) { box.hidden = false; box.textContent = (box.dataset[how] || "").replace(/\{(\w+)\}/g, (all, name) => given[name]); }
  };
  const set = (field, value) => { field.value = value; field.dispatchEvent(new Event("input", { bubbles: true })); };
  // A list grows with what is pasted into it; a form's own rows are the form's.
  const grown = (field, lines) => {
    const at = place(field), body = field.closest("[data-list] tbody");
    while (body && body.rows.length < at.y + lines) {
      const row = body.rows[body.rows.length - 1].cloneNode(true);
      for (const each of $$("input", row)) each.value = "";
      body.append(row);
    }
    return body ? place(field) : at;
  };
  // Lines and tabs within quotes are a cell's own: a spreadsheet quotes a cell that holds a break.
  const cut = (text) => {
    const block = [[""]];
    let quoted = false, fresh = true;
    for (let n = 0; n < text.length; n += 1) {
      const sign = text[n], line = block[block.length - 1], add = (more) => { line[line.length - 1] += more; };
      if (quoted && sign === '"' && text[n + 1] === '"') { add(sign); n += 1; }
      else if (quoted && sign === '"') quoted = false;
      else if (quoted) add(sign);
      else if (fresh && sign === '"') quoted = true;
      else if (sign === "\t") line.push("");
      else if (sign === "\n") block.push([""]);
      else add(sign);
      fresh = !quoted && (sign === "\t" || sign === "\n");
    }
    // A quote that nothing closes is no spreadsheet's: 5" is an inch.
    return quoted ? text.split("\n").map((line) => line.split("\t")) : block;
  };
  document.addEventListener("paste", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || !field.closest("[data-sheet]")) return;
    const text = (event.clipboardData || window.clipboardData).getData("text").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    const block = text.length > CHARS_MAX ? [] : cut(text);
    const size = block.reduce((sum, line) => sum + line.length, 0);
    if (!size || size > CELLS_MAX) { told(field, "large", { n: CELLS_MAX }); return; }
    const at = grown(field, block.length), lost = [];
    undo = [];
    block.forEach((line, dy) => line.forEach((said, dx) => {
      const cell = (at.grid[at.y + dy] || [])[at.x + dx], value = said.replace(/\s*\n\s*/g, " ").trim();
      if (cell) { undo.push([cell, cell.value]); set(cell, value); } else if (value) lost.push(value);
    }));
    told(field, lost.length ? "lost" : "done", { n: undo.length, m: lost.length, what: lost.slice(0, 5).join("、") });
  });
  document.addEventListener("keydown", (event) => {
    if (!undo || event.key !== "z" || !(event.ctrlKey || event.metaKey) || !event.target.closest("[data-sheet]")) return;
    event.preventDefault();
    const back = undo;
    undo = null;
    for (const [cell, value] of back) set(cell, value);
    told(event.target, "undone", { n: back.length });
  });
  document.addEventListener("input", (event) => { if (undo && event.isTrusted) undo = null; });

  // What the server won't read as a number is marked before it is sent; it looks again.
  const PLAIN = /^(\d+(\.\d*)?|\.\d+|\d{1,3}([, ]\d{3})+(\.\d*)?)$/, NONE = ["", "na", "n/a", "不适用"];
  const mark = (field) => {
    if (!field.dataset || field.dataset.cell === undefined) return;
    const text = field.value.normalize("NFKC").trim(), unit = field.dataset.unit || "";
    const bare = unit && text.endsWith(unit) ? text.slice(0, -unit.length).trim() : text;
    const bad = field.dataset.vague === undefined && !NONE.includes(text.toLowerCase()) && !PLAIN.test(bare);
    field.classList.toggle("sheet-odd", bad);
    if (bad) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
  };
  for (const type of ["input", "sheet:set"]) document.addEventListener(type, (event) => mark(event.target));

  // Zero is said and not left out; said of all empty cells at once, it is still said.
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-zero]");
    if (!button) return;
    const empty = $$("input[data-cell]", button.closest(".panel")).filter((field) => !field.value.trim());
    for (const field of empty) set(field, "0");
    undo = empty.map((field) => [field, ""]);
    const first = empty[0] || $$("input[data-cell]", button.closest(".panel"))[0];
    if (first) { told(first, "zeroed", { n: empty.length }); first.focus(); }
  });

  // A sheet that no script keeps: leaving it is asked.
  let loose = false;
  document.addEventListener("input", (event) => { if (event.target.form && event.target.form.matches("[data-sheet-form]:not([data-kept])")) loose = true; });
  document.addEventListener("submit", () => { loose = false; });
  window.addEventListener("beforeunload", (event) => { if (loose) event.preventDefault(); });

  // Sums of typed cells, as they are typed; the server works all of it out again.
  const number = (text) => {
    const bare = text.normalize("NFKC").trim();
    return PLAIN.test(bare) ? Number(bare.replace(/[, ]/g, "")) : null;
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
      cell.textContent = total.toLocaleString("en-US", { minimumFractionDigits: Number(cell.dataset.digits) > 4 ? 0 : Number(cell.dataset.digits), maximumFractionDigits: Number(cell.dataset.digits) });
    }
  };

  // What a sheet keeps and sends is kept.js's; both ways of filling a field change the sums.
  for (const type of ["input", "sheet:set", "sheet:ready"]) document.addEventListener(type, sums);
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
