// The battle map by keyboard, and groups that fold up again. Without this file every group opens
// by its link as a page of its own.
"use strict";
(() => {
  const box = document.getElementById("bm");
  if (!box) return;
  const bodies = (head) => {
    const found = [], depth = Number(head.dataset.d);
    for (let next = head.nextElementSibling; next && Number(next.dataset.d) > depth; next = next.nextElementSibling) found.push(next);
    return found;
  };

  // The rows that follow stand where the way to them stood: hidden if the group was closed in the
  // meantime, and the keyboard goes on there.
  let asked = null;
  box.addEventListener("htmx:beforeSwap", (event) => {
    const line = event.detail.target;
    asked = line.querySelector(".bm-m") && { above: line.previousElementSibling, below: line.nextElementSibling, hidden: line.hidden, focused: line.contains(document.activeElement) };
  });
  box.addEventListener("htmx:afterSwap", () => {
    if (!asked) return;
    const first = asked.above.nextElementSibling;
    for (let body = first; body && body !== asked.below; body = body.nextElementSibling) body.hidden = asked.hidden;
    if (asked.focused) first.querySelector(".bm-a")?.focus();
    asked = null;
  });

  // What is open stands in the page's address and in every way on from here: another zoom, another
  // day and the way back from a task show the same groups.
  const keep = () => {
    const heads = [...box.querySelectorAll("tbody:not([hidden]) > tr > th > [data-bm-head]")];
    const open = heads.filter((one) => one.getAttribute("aria-expanded") === "true").map((one) => one.dataset.bmHead);
    const words = !open.length ? "none" : open.length === heads.length ? "all" : open.join(",");
    const other = (address) => {
      const url = new URL(address);
      url.searchParams.delete("after");
      url.searchParams.set("open", words);
      return url.href;
    };
    history.replaceState(history.state, "", other(location.href));
    for (const one of document.querySelectorAll("[data-bm-keep]")) {
      if (one.href) one.href = other(one.href);
      else (one.elements.open || one.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "open" }))).value = words;
    }
  };

  // Before htmx hears of it: what is open closes here, nothing is asked for twice.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-bm-head]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const inner = bodies(link.closest("tbody"));
    const open = link.getAttribute("aria-expanded") === "true";
    link.setAttribute("aria-expanded", open ? "false" : "true");
    // Shown once: shown again, with the groups inside it as they were left.
    let folded = open ? 0 : Infinity;
    for (const body of inner) {
      const depth = Number(body.dataset.d);
      body.hidden = depth > folded;
      if (body.hidden) continue;
      const own = body.querySelector("[data-bm-head]");
      folded = own && own.getAttribute("aria-expanded") !== "true" ? depth : Infinity;
    }
    keep();
    if (open || inner.length) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);

  // From one row to the next that is shown. Found by its neighbours: to look through two thousand
  // rows at each key held down costs more than a frame.
  const beside = (link, down) => {
    const to = down ? "nextElementSibling" : "previousElementSibling";
    let row = link.closest("tr"), body = row.parentElement;
    for (;;) {
      row = row[to];
      while (!row) {
        body = body[to];
        if (!body || body.tagName !== "TBODY") return null;
        if (!body.hidden) row = down ? body.firstElementChild : body.lastElementChild;
      }
      const found = row.querySelector(".bm-a, .bm-m a");
      if (found) return found;
    }
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea, dialog[open]")) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const here = document.activeElement, inside = box.contains(here) && here.closest("tbody tr");
      if (!inside && here !== box && here !== document.body) return;
      const next = inside ? beside(here, event.key === "ArrowDown") : box.querySelector("tbody .bm-a");
      if (next) { event.preventDefault(); next.focus(); }
      return;
    }
    const moves = event.key === "ArrowLeft" || event.key === "ArrowRight";
    if (moves && !event.shiftKey) {
      const link = document.activeElement;
      if (link?.matches("[data-bm-head]") && (link.getAttribute("aria-expanded") === "true") === (event.key === "ArrowLeft")) {
        event.preventDefault();
        link.click();
      }
      return;
    }
    const key = event.key === "=" ? "+" : event.key === "_" ? "-" : event.key;
    const link = [...document.querySelectorAll("[data-bm-key]")].find((one) => one.dataset.bmKey === key);
    if (link) { event.preventDefault(); link.click(); }
  });
})();
