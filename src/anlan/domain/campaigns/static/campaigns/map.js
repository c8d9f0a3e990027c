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
  // Lanes far from what is looked at aren't drawn: of two thousand each frame would pay for all.
  // They stand out of the flow, so no row grows or shrinks by it; paper has them all.
  const table = box.querySelector("table");
  const near = new IntersectionObserver((seen) => {
    seen.forEach((one) => one.target.classList.toggle("near", one.isIntersecting));
  }, { rootMargin: "800px 0px" });
  const watch = (bodies) => bodies.forEach((body) => { if (body.matches?.("tbody")) near.observe(body); });
  table.classList.add("bm-lazy");
  watch([...table.tBodies]);
  new MutationObserver((changes) => changes.forEach((one) => watch([...one.addedNodes]))).observe(table, { childList: true });

  // Shown a few at a time: the first fill the screen, the rest follow frame by frame.
  let waiting = [];
  const next = () => {
    const body = waiting.shift();
    if (!body) return;
    body.hidden = false;
    requestAnimationFrame(next);
  };
  const show = (bodies) => {
    bodies.splice(0, 2).forEach((body) => { body.hidden = false; });
    const idle = !waiting.length;
    waiting.push(...bodies);
    if (idle) requestAnimationFrame(next);
  };
  const hide = (bodies) => {
    const gone = new Set(bodies);
    waiting = waiting.filter((body) => !gone.has(body));
    bodies.forEach((body) => { body.hidden = true; });
  };

  // Before htmx hears of it: what is open closes here, nothing is asked for twice.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-bm-head]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const head = link.closest("tbody"), inner = bodies(head);
    const open = link.getAttribute("aria-expanded") === "true";
    link.setAttribute("aria-expanded", open ? "false" : "true");
    if (open) {
      hide(inner);
    } else if (inner.length) {
      // Shown once: shown again, with the groups inside it as they were left.
      let folded = Infinity;
      const shown = [];
      for (const body of inner) {
        const depth = Number(body.dataset.d);
        if (depth > folded) continue;
        folded = Infinity;
        shown.push(body);
        const own = body.querySelector("[data-bm-head]");
        if (own && own.getAttribute("aria-expanded") !== "true") folded = depth;
      }
      show(shown);
    }
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
      if (found && found.offsetParent) return found;
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
