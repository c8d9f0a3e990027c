// What forms send: files as they were chosen, photos made smaller, and words that wait for a network.
"use strict";
(() => {
  const { $, $$, on } = window.anlan;

  const EDGE_MAX = 2048, QUALITY = 0.82, SMALL_BYTES = 600000;
  const smaller = async (file) => {
    if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < SMALL_BYTES || !window.createImageBitmap) return file;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, EDGE_MAX / Math.max(picture.width, picture.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
      if (!blob || blob.size >= file.size) return file;
      return new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg", lastModified: file.lastModified });
    } catch {
      return file; // The server looks at it; it can't be shown here, that's all.
    }
  };

  // A browser forgets what was chosen when more is chosen, as each shot of a camera is: kept here.
  const chosen = new WeakMap();
  const put = (drop, input, files) => {
    const all = new DataTransfer();
    for (const file of files) all.items.add(file);
    input.files = all.files;
    chosen.set(input, files);
    show(drop, input);
  };
  const same = (one, other) => one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
  const unique = (files) => files.filter((file, at) => files.findIndex((one) => same(one, file)) === at);
  const add = async (drop, input, files) => {
    const before = input.multiple ? chosen.get(input) || [] : [];
    // At once as they are: whoever sends, or takes the next shot, while one is made smaller loses none.
    put(drop, input, unique([...before, ...files]));
    if (drop.dataset.images === undefined) return;
    const less = new Map();
    for (const file of files) less.set(file, await smaller(file));
    put(drop, input, unique(chosen.get(input).map((file) => less.get(file) || file)));
  };
  const size = (bytes) => bytes > 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`;
  const line = (drop, input, file, remove) => {
    const item = document.createElement("li");
    if (file.type.startsWith("image/") && drop.dataset.images !== undefined) {
      const picture = document.createElement("img");
      picture.src = URL.createObjectURL(file);
      picture.alt = "";
      picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
      item.append(picture);
    }
    const name = document.createElement("span");
    name.className = "wrap-any";
    name.textContent = file.name;
    const bytes = document.createElement("span");
    bytes.className = "muted push nowrap";
    bytes.textContent = size(file.size);
    item.append(name, bytes);
    if (remove) {
      const button = remove.content.firstElementChild.cloneNode(true);
      button.setAttribute("aria-label", `${button.getAttribute("aria-label")} ${file.name}`);
      button.addEventListener("click", () => {
        put(drop, input, chosen.get(input).filter((one) => !same(one, file)));
        input.focus();
      });
      item.append(button);
    }
    return item;
  };
  const show = (drop, input) => {
    const field = drop.parentElement, remove = window.DataTransfer && $("template[data-remove]", field);
    $("[data-drop-files]", field).replaceChildren(...[...input.files].map((file) => line(drop, input, file, remove)));
  };
  on("change", "[data-drop] input[type=file]", (event, input) => {
    const drop = input.closest("[data-drop]");
    if (window.DataTransfer) void add(drop, input, [...input.files]);
    else show(drop, input);
  });
  // The camera's own button: what it takes joins the field's files.
  on("change", "[data-snap] input", (event, camera) => {
    const drop = $("[data-drop]", camera.closest(".field"));
    void add(drop, $("input[type=file]", drop), [...camera.files]);
    camera.value = "";
  });
  for (const type of ["dragenter", "dragover"]) on(type, "[data-drop]", (event, drop) => drop.classList.add("drop-over"));
  for (const type of ["dragleave", "drop"]) on(type, "[data-drop]", (event, drop) => drop.classList.remove("drop-over"));
  document.addEventListener("htmx:xhr:progress", (event) => {
    const bar = $("[data-upload]", event.target);
    if (!bar || !event.detail.lengthComputable || !$$("input[type=file]", event.target).some((input) => input.files.length)) return;
    bar.hidden = false;
    bar.value = (event.detail.loaded / event.detail.total) * 100;
  });

  // A browser calls itself offline also where the server runs on its own machine: so this asks.
  const asset = document.currentScript.src;
  const reach = async (form, button) => {
    try {
      await fetch(asset, { method: "HEAD", cache: "no-store" });
    } catch {
      document.dispatchEvent(new CustomEvent("htmx:timeout", { detail: { elt: form } }));
      return;
    }
    form.dataset.reached = "1";
    form.requestSubmit(button);
  };

  // A plain form: without a network the browser would put its own page in place of what was typed.
  // With a file the button says that it is being sent, and can't be pressed twice.
  on("submit", "form[method=post]", (event, form) => {
    if (form.hasAttribute("hx-post") || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (navigator.onLine === false && !form.dataset.reached) {
      event.preventDefault();
      void reach(form, event.submitter);
      return;
    }
    delete form.dataset.reached;
    form.dataset.sent = "1";
    const bar = $("[data-upload]", form);
    if (bar && $$("input[type=file]", form).some((input) => input.files.length)) {
      bar.removeAttribute("value");
      bar.hidden = false;
    }
  });
  window.addEventListener("pageshow", () => { for (const form of $$("form[data-sent]")) delete form.dataset.sent; });

  // A patient form: what can't be sent now stays as it is, photos and all, and goes by itself once
  // there is a network and a server that answers. Its request's id makes a second arrival harmless.
  const AGAIN_MS = 10000, STILL_MS = 90000, NOBODY_THERE = [502, 503, 504];
  const waits = () => $$("form[data-patient][data-waiting]");
  const rest = (form, waiting) => {
    if (waiting) form.dataset.waiting = "1"; else delete form.dataset.waiting;
    const bar = $("[data-upload]", form);
    if (bar) bar.hidden = true;
    $("[data-patience]", form).hidden = !waiting;
    if (waiting) $("[data-patience]", form).scrollIntoView({ block: "nearest" });
  };
  // By the button that was pressed: one that fills a form in must not come to send it.
  const pressed = new WeakMap();
  const wait = (event, form) => {
    if (event.target !== form) return;
    pressed.set(form, event.detail.requestConfig.triggeringEvent.submitter);
    rest(form, true);
  };
  const again = () => {
    for (const form of waits()) {
      const button = pressed.get(form);
      if (button) button.click(); else form.requestSubmit();
    }
  };
  for (const lost of ["htmx:sendError", "htmx:timeout", "htmx:sendAbort"]) on(lost, "form[data-patient]", wait);
  // A weak network takes long for a photo, and a dead one says nothing at all: whichever moves goes on.
  const still = new WeakMap();
  const watch = (event, form) => {
    clearTimeout(still.get(form));
    still.set(form, setTimeout(() => window.htmx.trigger(form, "htmx:abort"), STILL_MS));
  };
  for (const moved of ["htmx:beforeSend", "htmx:xhr:progress"]) on(moved, "form[data-patient]", watch);
  on("htmx:afterRequest", "form[data-patient]", (event, form) => clearTimeout(still.get(form)));
  const signedOut = (form) => $("[data-signed-out]", form);
  on("htmx:beforeOnLoad", "form[data-patient]", (event, form) => {
    if (event.target !== form) return;
    const { xhr } = event.detail;
    if (NOBODY_THERE.includes(xhr.status)) {
      event.preventDefault();
      wait(event, form);
      return;
    }
    rest(form, false);
    // Whoever waited longer than a sign-in lasts: its page would take the place of what was written.
    const out = signedOut(form), away = xhr.status >= 400 && xhr.getResponseHeader("HX-Redirect");
    out.hidden = !away;
    if (!away) return;
    event.preventDefault();
    pressed.set(form, event.detail.requestConfig.triggeringEvent.submitter);
    $("a", out).href = away;
    out.scrollIntoView({ block: "nearest" });
  });
  // Signed in again in another tab: a page of now has the token that this one lacks. Somebody else
  // on the same device must not send it as their own.
  const person = (root) => ($("meta[name=person]", root) || {}).content;
  const returned = async () => {
    const stuck = $$("form[data-patient]").filter((form) => !signedOut(form).hidden);
    if (document.hidden || !stuck.length) return;
    let text = "";
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (!answer.ok || answer.redirected) return;
      text = await answer.text();
    } catch {
      return;
    }
    const now = new DOMParser().parseFromString(text, "text/html");
    if (!person(now) || person(now) !== person(document)) return;
    const token = $("meta[name=csrf-token]", now).content;
    $("meta[name=csrf-token]").content = token;
    for (const field of $$("input[name=csrfmiddlewaretoken]")) field.value = token;
    for (const form of stuck) {
      signedOut(form).hidden = true;
      rest(form, true);
    }
    again();
  };
  on("click", "[data-send-now]", again);
  // Who goes on writing sends it when it is written.
  on("input", "form[data-patient][data-waiting]", (event, form) => rest(form, false));
  on("change", "form[data-patient][data-waiting]", (event, form) => rest(form, false));
  window.addEventListener("online", again);
  document.addEventListener("visibilitychange", () => document.hidden || again());
  document.addEventListener("visibilitychange", returned);
  window.addEventListener("focus", returned);
  setInterval(again, AGAIN_MS);
  window.addEventListener("beforeunload", (event) => {
    if (waits().length || $("[data-signed-out]:not([hidden])")) event.preventDefault();
  });
})();
