// Anlan's behaviour: small, and on top of pages that work without it. The content security
// policy refuses inline handlers, so everything listens here, once, on the document.
"use strict";
(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (type, selector, act, options) =>
    document.addEventListener(type, (event) => {
      const found = event.target instanceof Element && event.target.closest(selector);
      if (found) act(event, found);
    }, options);
  // Scripts that come after this one find their things by the same words.
  window.anlan = { $, $$, on };
  const keep = (name, value) => {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${name}=${value}; path=/; samesite=Lax; max-age=${value ? 31536000 : 0}${secure}`;
  };

  // Forms that htmx sends carry the CSRF token; so does anything else it posts.
  document.addEventListener("htmx:configRequest", (event) => {
    const token = $("meta[name=csrf-token]");
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
    // One list has one address: empty fields stay out of it.
    if (event.detail.elt.matches("[data-skip-empty]")) {
      const { parameters } = event.detail;
      for (const name of [...Object.keys(parameters)]) {
        if (parameters[name] === "" || name === "picker_q") delete parameters[name];
      }
    }
  });
  on("submit", "form[data-skip-empty]", (event, form) => {
    for (const field of form.elements) if (field.name && (!field.value || field.name === "picker_q")) field.disabled = true;
    setTimeout(() => { for (const field of form.elements) field.disabled = false; });
  });

  // Where one is shows in the navigation, however long that is.
  const here = $(".nav a[aria-current]"), nav = $(".nav");
  if (here && here.offsetTop + here.offsetHeight > nav.offsetTop + nav.clientHeight) nav.scrollTop = here.offsetTop - nav.clientHeight / 2;
  // So does a page among tabs that a phone can't show at once.
  for (const tab of $$(".tabs a[aria-current]")) tab.parentElement.scrollLeft = tab.getBoundingClientRect().left - tab.parentElement.getBoundingClientRect().left - 16;

  // The line at the top moves when an answer takes more than a moment.
  let busy = 0, timer = 0;
  const line = $("#busy");
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!line || event.detail.elt.closest(".job")) return;
    busy += 1;
    clearTimeout(timer);
    timer = setTimeout(() => busy && line.classList.add("on"), 150);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!line || event.detail.elt.closest(".job")) return;
    busy = Math.max(0, busy - 1);
    if (!busy) line.classList.remove("on");
  });

  // Toasts: those of refusals stay, those of success go; a hand or the keyboard on one keeps it.
  const toasts = $("#toasts");
  const toast = (id) => {
    const template = $(id);
    if (toasts && template) toasts.append(template.content.cloneNode(true));
  };
  const fade = (root) => {
    for (const one of $$("[data-toast][data-fade]:not([data-timed])", root)) {
      one.dataset.timed = "1";
      let left = Number(one.dataset.fade);
      const clock = setInterval(() => {
        if (!one.isConnected) return clearInterval(clock);
        if (one.matches(":hover, :focus-within") || document.hidden) return;
        left -= 1;
        if (left <= 0) { one.remove(); clearInterval(clock); }
      }, 1000);
    }
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    // A refusal says itself where it wants to stand.
    if (event.detail.xhr.getResponseHeader("HX-Retarget")) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  // A job asks again by itself, a patient form (sending.js) says itself that it waits.
  for (const lost of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(lost, (event) => event.detail.elt.closest(".job, [data-patient]") || toast("#toast-offline"));
  }
  document.addEventListener("htmx:responseError", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Retarget")) toast("#toast-failed");
  });
  on("click", "[data-toast] [data-close]", (event, button) => button.closest("[data-toast]").remove());
  if (toasts) new MutationObserver(() => fade(toasts)).observe(toasts, { childList: true, subtree: true });
  fade(document);

  // Dialogs.
  const openDialog = (dialog) => {
    if (!dialog || dialog.open || !dialog.showModal) return false;
    dialog.showModal();
    const field = $("input:not([type=hidden]), select, textarea", dialog);
    if (field) field.focus();
    return true;
  };
  on("click", "[data-dialog]", (event, opener) => {
    if (openDialog(document.getElementById(opener.dataset.dialog))) event.preventDefault();
  });
  // A button may bring a value along for one of the dialog's fields.
  on("click", "[data-fill]", (event, button) => {
    const field = document.getElementById(button.dataset.fill);
    if (field) field.value = button.dataset.value;
  });
  on("click", "[data-close-dialog]", (event, button) => button.closest("dialog").close());
  on("click", "dialog", (event, dialog) => { if (event.target === dialog) dialog.close(); });

  // Menus and popovers close by a click elsewhere and by Escape; one is open at a time.
  const folds = "details.menu[open], details.pop[open]";
  document.addEventListener("click", (event) => {
    for (const fold of $$(folds)) if (!fold.contains(event.target)) fold.open = false;
  });
  document.addEventListener("toggle", (event) => {
    const body = event.target.open && event.target.matches(".pop") && $(".pop-body", event.target);
    if (body && body.getBoundingClientRect().right > window.innerWidth) event.target.classList.add("flip");
    // A menu hangs from its right edge, unless that would put it off a small screen.
    const list = event.target.open && event.target.matches(".menu") && $(".menu-list", event.target);
    if (list && list.getBoundingClientRect().left < 0) event.target.classList.add("menu-fits");
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const fold of $$(folds)) { fold.open = false; $("summary", fold).focus(); }
  });

  // Navigation: folded to icons on a desk, a drawer on a phone.
  on("click", "[data-toggle-nav]", () => {
    const root = document.documentElement;
    const slim = root.dataset.nav !== "slim";
    if (slim) root.dataset.nav = "slim"; else delete root.dataset.nav;
    keep("anlan-nav", slim ? "slim" : "");
  });
  const side = $("#side");
  on("click", "[data-open-nav]", (event) => {
    event.preventDefault();
    side.classList.add("open");
    const first = $(".nav a", side);
    if (first) first.focus();
  });
  const shut = () => { if (side) side.classList.remove("open"); };
  on("click", ".shade", (event) => { event.preventDefault(); shut(); if (location.hash === "#side") history.back(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") shut(); });

  // Search and go to: Ctrl-K or /, arrows, Enter.
  const palette = $("#palette");
  const options = (root) => $$("[role=option]", root).filter((option) => option.offsetParent);
  const mark = (root, option) => {
    for (const one of $$("[aria-selected=true]", root)) one.removeAttribute("aria-selected");
    if (option) { option.setAttribute("aria-selected", "true"); option.scrollIntoView({ block: "nearest" }); }
  };
  const step = (root, key) => {
    const all = options(root);
    const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const next = key === "ArrowDown" ? at + 1 : (at <= 0 ? all.length : at) - 1;
    mark(root, all[next % all.length]);
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable]");
    if ((event.key === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !typing && document.documentElement.dataset.keys !== "off")) {
      if (openDialog(palette)) { event.preventDefault(); $("input", palette).select(); }
    }
  });
  // Its pages are the navigation's own lines.
  const pageOption = (link, group) => {
    const option = document.createElement("a");
    const [label, under] = [document.createElement("span"), document.createElement("small")];
    label.textContent = $(".lbl", link).textContent;
    under.textContent = group;
    option.className = "option";
    option.setAttribute("role", "option");
    option.href = link.href;
    option.append($("svg", link).cloneNode(true), label, under);
    return option;
  };
  if (palette) {
    let group = "";
    for (const one of $$(".nav .nav-head, .nav summary, .nav a")) {
      if (one.matches("a")) $("[data-palette-pages]", palette).append(pageOption(one, group));
      else group = one.textContent.trim();
    }
    const field = $("input", palette);
    field.addEventListener("input", () => {
      const text = field.value.trim().toLowerCase();
      for (const page of $$("[data-palette-pages] .option", palette)) {
        page.hidden = Boolean(text) && !page.textContent.toLowerCase().includes(text);
      }
      const pages = $("[data-palette-pages]", palette);
      pages.hidden = !$$(".option:not([hidden])", pages).length;
      if (!text) $("#palette-found", palette).replaceChildren();
      mark(palette, options(palette)[0]);
    });
    field.addEventListener("keydown", (event) => {
      // What an input method is still composing, it chooses and ends by the same keys.
      if (event.isComposing) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); step(palette, event.key); }
      // A search field would keep the first Escape for emptying itself.
      if (event.key === "Escape") { event.preventDefault(); palette.close(); }
      if (event.key === "Enter") {
        const chosen = $("[aria-selected=true]", palette) || (field.value && options(palette)[0]);
        if (chosen) { event.preventDefault(); location.assign(chosen.href); }
      }
    });
    document.addEventListener("htmx:afterSwap", (event) => {
      if (event.target.id === "palette-found") mark(palette, options(palette)[0]);
    });
  }

  // Area picker: the list comes from the server, the choice stays here.
  const choose = (picker, option) => {
    if (!option || option.dataset.code === undefined) return;
    const text = $("[data-picker-text]", picker);
    const value = $("[data-picker-value]", picker);
    text.value = option.dataset.text;
    text.setAttribute("aria-expanded", "false");
    value.value = option.dataset.code;
    $(".picker-list", picker).replaceChildren();
    value.dispatchEvent(new Event("change", { bubbles: true }));
  };
  on("mousedown", ".picker .option", (event, option) => { event.preventDefault(); choose(option.closest(".picker"), option); });
  on("keydown", "[data-picker-text]", (event, field) => {
    if (event.isComposing) return;
    const picker = field.closest(".picker");
    const list = $(".picker-list", picker);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); step(list, event.key); }
    if (event.key === "Escape") list.replaceChildren();
    if (event.key === "Enter" && options(list).length) {
      event.preventDefault();
      choose(picker, $("[aria-selected=true]", list) || options(list)[0]);
    }
  });
  // What is typed and not chosen goes to the server, which takes it or says why not: a form must
  // never send what was chosen before it. A filter keeps what it has until something is chosen.
  on("input", "[data-picker-text]", (event, field) => {
    if (field.form && field.form.method === "post") $("[data-picker-value]", field.closest(".picker")).value = field.value.trim();
  });
  // Typing must not send the form's own change; an emptied field means: everywhere.
  on("change", "[data-picker-text]", (event, field) => {
    const value = $("[data-picker-value]", field.closest(".picker"));
    event.stopPropagation();
    if (!field.value && value.value) {
      value.value = "";
      value.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }, true);
  document.addEventListener("focusout", (event) => {
    const picker = event.target.closest && event.target.closest(".picker");
    if (picker) setTimeout(() => $(".picker-list", picker).replaceChildren(), 150);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const picker = event.target.closest && event.target.closest(".picker");
    if (!picker) return;
    const field = $("[data-picker-text]", picker);
    if (document.activeElement !== field) return event.target.replaceChildren();
    field.setAttribute("aria-expanded", "true");
    mark(event.target, options(event.target)[0]);
  });

  // Showing more filters is no change of the filters.
  on("change", "[data-quiet]", (event) => event.stopPropagation(), true);

  // Column chooser: its boxes join into one part of the address.
  on("submit", "form[data-join]", (event, form) => {
    $(`[name=${form.dataset.join}]`, form).value = $$("[data-part]:checked", form).map((box) => box.dataset.part).join(",");
  });
  // Lists change by htmx while their head stays: forms and links there take the address of now.
  document.addEventListener("submit", (event) => {
    for (const field of $$("input[data-here]", event.target)) field.value = location.search;
  }, true);
  on("click", "a[data-here]", (event, link) => { link.search = location.search; });
  on("change", "[data-check-all]", (event, box) => {
    // In the table's head, or in the bar over it.
    for (const one of $$(".data tbody input[type=checkbox]", box.closest("table, form, main"))) {
      one.checked = box.checked;
      one.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  on("change", ".data tbody input[type=checkbox]", (event, box) => {
    box.closest("tr").setAttribute("aria-selected", String(box.checked));
    const form = box.closest("form, main");
    if (!box.checked) for (const all of $$("[data-check-all]", form)) all.checked = false;
    const count = $$(".data tbody input[type=checkbox]:checked", form).length;
    for (const place of $$("[data-chosen]", form)) place.textContent = String(count);
    for (const bar of $$("[data-bulk]", form)) bar.hidden = !count;
  });

  on("click", "[data-print]", () => window.print());
  // A page may lie open for hours: on paper stands when it was printed, in China's time.
  window.addEventListener("beforeprint", () => {
    const now = new Date(Date.now() + 8 * 3600000).toISOString();
    for (const time of document.querySelectorAll("[data-printed]")) time.textContent = `${now.slice(0, 10)} ${now.slice(11, 16)}`;
  });
  on("click", "[data-copy]", (event, button) => navigator.clipboard && navigator.clipboard.writeText(button.dataset.copy));
  on("click", "[data-locate]", (event, button) => {
    if (!navigator.geolocation) return;
    navigator.geolocation.getCurrentPosition((place) => {
      const [x, y] = button.dataset.locate.split(",").map((name) => $(`[name=${name}]`));
      x.value = place.coords.longitude.toFixed(6);
      y.value = place.coords.latitude.toFixed(6);
      x.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });
  // Signing out deletes what a browser keeps: asked first where something of it wasn't sent (S34).
  let leaving = null;
  const waiting = () => { try { return Number(localStorage.getItem("anlan-unsent")) > 0; } catch { return false; } };
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-sign-out]") || leaving === true || !waiting()) return;
    leaving = event.target;
    if (openDialog($("#unsent"))) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);
  on("click", "[data-sign-out-anyway]", () => { const form = leaving; leaving = true; form.requestSubmit(); });
  // Whoever stands before a sign-in page opens nothing of the person before.
  if ($("input[name=password]")) {
    sessionStorage.removeItem("anlan-sheet-key");
    if (window.BroadcastChannel) new BroadcastChannel("anlan-sheets").postMessage("closed");
  }
  const wrong = $("[data-focus]");
  if (wrong) wrong.focus();
  document.addEventListener("htmx:afterSwap", (event) => {
    const summary = event.target.querySelector && event.target.querySelector("[data-focus]");
    if (summary) summary.focus();
  });
  // Selects of a form without a button of its own.
  on("change", "[data-submit]", (event, field) => field.form.requestSubmit());
})();
