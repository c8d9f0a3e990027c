// Single keys, for whoever works through lists without a mouse. "?" and the person's menu show them;
// who dictates or presses keys by accident turns them off there (WCAG 2.1.4), for this browser.
"use strict";
(() => {
  const { $, $$ } = window.anlan;
  const COOKIE = "anlan-keys";
  const root = document.documentElement;
  // On the root, where app.js asks for its "/", too.
  if (document.cookie.split("; ").includes(`${COOKIE}=off`)) root.dataset.keys = "off";

  const rows = () => $$(".main .data tbody tr").filter((row) => row.offsetParent && $("a[href]", row));
  const lead = (row) => $(".main-link, .lead a[href], th a[href], td a[href]", row);
  const here = () => document.activeElement.closest(".main .data tbody tr");
  const walk = (by) => {
    const all = rows(), at = all.indexOf(here());
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by];
    if (!next) return;
    lead(next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const press = (selector) => {
    const found = $$(selector).find((one) => one.offsetParent);
    if (found) found.click();
    return Boolean(found);
  };
  const tick = () => {
    const box = here() && $("input[type=checkbox]", here());
    if (box) box.click();
  };
  const search = () => {
    const field = $$(".main .filters input[type=search], .main .filters input[type=text]").find((one) => one.offsetParent);
    if (field) { field.focus(); field.select(); }
    return Boolean(field);
  };
  const acts = {
    j: () => walk(1),
    k: () => walk(-1),
    x: tick,
    f: search,
    n: () => press(".main .pager a[rel=next]"),
    p: () => press(".main .pager a[rel=prev]"),
    u: () => press(".main .crumbs li:last-child a"),
  };
  const help = $("#keys");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") || $("dialog[open]")) return;
    if (root.dataset.keys === "off") return;
    if (event.key === "?" && help) { event.preventDefault(); help.showModal(); return; }
    // A page with keys of its own keeps them.
    if ($("[data-key]")) return;
    const act = Object.hasOwn(acts, event.key) && acts[event.key];
    if (act && act() !== false) event.preventDefault();
  });
  const box = help && $("[data-keys-on]", help);
  if (box) {
    box.checked = root.dataset.keys !== "off";
    box.addEventListener("change", () => {
      const off = !box.checked;
      if (off) root.dataset.keys = "off"; else delete root.dataset.keys;
      const secure = location.protocol === "https:" ? "; secure" : "";
      document.cookie = `${COOKIE}=${off ? "off" : ""}; path=/; samesite=Lax; max-age=${off ? 31536000 : 0}${secure}`;
    });
  }
})();
