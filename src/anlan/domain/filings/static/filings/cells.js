// The cells of a sheet by the names of their fields: read, written, called by their labels. A list
// is one field, whose text is its rows.
"use strict";
window.anlanCells = (() => {
  const { $, $$ } = window.anlan;
  const fields = (form) => {
    const found = {};
    for (const field of form.elements) if (/^(c|why)-|^reason$/.test(field.name)) found[field.name] = field.value.trim();
    for (const table of $$("[data-list]")) {
      const rows = [...table.tBodies[0].rows].map((row) => $$("input", row).map((field) => field.value.trim())).filter((row) => row.some(Boolean));
      found[`l-${table.dataset.list}`] = rows.length ? JSON.stringify(rows) : "";
    }
    return found;
  };
  const write = (form, name, text) => {
    if (name.startsWith("l-")) {
      const table = $(`[data-list="${CSS.escape(name.slice(2))}"]`);
      if (!table) return;
      const body = table.tBodies[0], lines = text ? JSON.parse(text) : [];
      while (body.rows.length < lines.length + 1) body.append(body.rows[body.rows.length - 1].cloneNode(true));
      [...body.rows].forEach((row, y) => $$("input", row).forEach((field, x) => { field.value = (lines[y] || [])[x] || ""; }));
      return;
    }
    let field = form.elements.namedItem(name);
    if (!field && name.startsWith("why-")) {
      // A reason whose question this page doesn't show travels along.
      field = document.createElement("input");
      Object.assign(field, { type: "hidden", name });
      form.append(field);
    }
    if (field) { field.value = text; field.dispatchEvent(new CustomEvent("sheet:set", { bubbles: true })); }
  };
  const label = (form, name) => {
    if (name.startsWith("l-")) return ($(`#${CSS.escape(name)} h3`) || { textContent: name }).textContent;
    const field = form.elements.namedItem(name);
    if (!field) return name;
    return field.getAttribute("aria-label") || (field.labels && field.labels[0] ? field.labels[0].textContent : name);
  };
  const said = (name, text) => {
    if (!text) return ($("#kept-words") || { dataset: {} }).dataset.empty;
    return name.startsWith("l-") ? JSON.parse(text).map((row) => row.filter(Boolean).join(" ")).join("\n") : text;
  };
  return { fields, write, label, said };
})();
