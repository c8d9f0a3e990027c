// The page on which a document is confirmed: colours the current task's words, and its keys.
// Everything it does can be done without it: links, buttons and a form a task.
"use strict";
(() => {
  const paper = document.getElementById("paper");
  const pane = document.getElementById("item");
  if (!paper || !pane) return;
  const $ = (selector, root = pane) => root.querySelector(selector);
  const spans = [...paper.querySelectorAll("[data-a]")].map((span) => [Number(span.dataset.a), Number(span.dataset.b), span]);

  const scrollTo = (span) => {
    const room = paper.clientHeight / 5;
    paper.scrollTop += span.getBoundingClientRect().top - paper.getBoundingClientRect().top - room;
  };
  const show = () => {
    for (const span of paper.querySelectorAll(".here")) span.classList.remove("here");
    const form = $("form[data-start]");
    if (!form) return;
    const start = Number(form.dataset.start), end = Number(form.dataset.end);
    const mine = spans.filter(([a, b]) => a >= start && b <= end);
    for (const [, , span] of mine) span.classList.add("here");
    if (mine.length) scrollTo(mine[0][2]);
    for (const field of document.querySelectorAll("[data-version]")) field.value = $("[name=version]", form).value;
  };
  const heading = () => { const head = $("[data-heading]"); if (head) head.focus({ preventScroll: true }); };
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== pane) return;
    show();
    heading();
  });

  // A place of the page as an offset in the document, which counts code points.
  const offset = (node, at) => {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    const line = element.closest("[data-line]");
    if (!line || !paper.contains(line)) return -1;
    const range = document.createRange();
    range.setStart(line, 0);
    range.setEnd(node, at);
    return Number(line.dataset.line) + [...range.toString()].length;
  };
  document.addEventListener("selectionchange", () => {
    const chosen = getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed) return;
    const range = chosen.getRangeAt(0);
    const start = offset(range.startContainer, range.startOffset), end = offset(range.endContainer, range.endOffset);
    if (start < 0 || end <= start) return;
    const add = $("[data-add] form"), confirm = $("form[data-start]"), cut = $("select[name=at]");
    if (add) {
      $("[name=start]", add).value = start;
      $("[name=end]", add).value = end;
      $("[name=words]", add).value = range.toString();
    }
    if (cut && confirm && start > Number(confirm.dataset.start) && start < Number(confirm.dataset.end)) {
      const own = $("option[data-own]", cut) || cut.appendChild(document.createElement("option"));
      own.dataset.own = "1";
      own.value = start;
      own.textContent = `${cut.dataset.marked}: ${range.toString().slice(0, 12)}…`;
      cut.value = start;
    }
  });
  // Words that are typed over are looked for anew.
  pane.addEventListener("input", (event) => {
    if (event.target.name !== "words") return;
    for (const name of ["start", "end"]) $(`[name=${name}]`, event.target.form).value = "";
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("[data-go]");
    if (!link) return;
    event.preventDefault();
    const found = spans.find(([, b]) => b > Number(link.dataset.go));
    if (found) scrollTo(found[2]);
  });

  // A sign that was lost is put in where a person says so.
  pane.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mend]");
    const words = button && $("[name=text]");
    if (!words) return;
    for (const field of [words, $("[name=title]")]) field.value = field.value.replace(button.dataset.mend, () => button.dataset.with);
    button.remove();
    heading();
  });

  const press = (name) => { const found = $(`[data-key=${name}]`); if (found) found.click(); };
  const KEYS = { x: "drop", X: "drop", Delete: "drop", ArrowLeft: "before", ArrowRight: "behind", n: "add", N: "add" };
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); press("accept"); return; }
    if (event.ctrlKey || event.metaKey) return;
    if (event.target.closest("input, textarea, select")) {
      if (event.key === "Escape") heading();
      return;
    }
    if (event.key === "Enter" && !event.target.closest("a, button, summary")) { event.preventDefault(); press("accept"); return; }
    if (event.key === "e" || event.key === "E") {
      const first = $("[data-first]");
      if (first) { event.preventDefault(); first.focus(); first.select(); }
      return;
    }
    if (KEYS[event.key]) { event.preventDefault(); press(KEYS[event.key]); }
  });
  show();
  heading();
})();
