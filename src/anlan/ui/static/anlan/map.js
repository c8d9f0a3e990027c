// A map of areas as SVG: no tiles, nothing from outside, each area a link that the keyboard
// reaches. Boundaries come from a GeoJSON address that the office's own server answers.
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const make = (name, attributes = {}, parent) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (parent) parent.append(element);
    return element;
  };
  const WIDTH = 1000;

  // Equirectangular at the middle latitude: true enough within a province, and it can be inverted.
  const projection = (features, pins) => {
    let [west, south, east, north] = [180, 90, -180, -90];
    const see = ([x, y]) => { west = Math.min(west, x); east = Math.max(east, x); south = Math.min(south, y); north = Math.max(north, y); };
    const walk = (part) => typeof part[0] === "number" ? see(part) : part.forEach(walk);
    for (const feature of features) if (feature.geometry) walk(feature.geometry.coordinates);
    if (features.length) for (const pin of pins) see(pin.at);
    else for (const pin of pins) { see([pin.at[0] - 0.02, pin.at[1] - 0.02]); see([pin.at[0] + 0.02, pin.at[1] + 0.02]); }
    const squeeze = Math.cos(((south + north) / 2) * Math.PI / 180) || 1;
    const scale = WIDTH / Math.max(1e-9, (east - west) * squeeze);
    return {
      height: (north - south) * scale,
      to: ([x, y]) => [(x - west) * squeeze * scale, (north - y) * scale],
      from: ([x, y]) => [x / (squeeze * scale) + west, north - y / scale],
    };
  };
  const outline = (geometry, to) => {
    const ring = (points) => "M" + points.map((point) => to(point).map((n) => n.toFixed(1)).join(" ")).join("L") + "Z";
    const polygon = (rings) => rings.map(ring).join("");
    if (!geometry) return "";
    return geometry.type === "Polygon" ? polygon(geometry.coordinates)
      : geometry.type === "MultiPolygon" ? geometry.coordinates.map(polygon).join("") : "";
  };
  const grade = (place, bounds) => {
    if (!place || place.value === null) return "mx";
    if (place.value <= 0 || !bounds.length) return "m0";
    const at = bounds.findIndex((bound) => place.value <= bound);
    const last = at < 0 ? bounds.length - 1 : at;
    // Few classes still span the whole scale, so that the largest is always the darkest.
    return `m${bounds.length === 1 ? 4 : 1 + Math.round(last * 4 / (bounds.length - 1))}`;
  };

  const draw = async (root) => {
    if (root.dataset.drawn) return;
    root.dataset.drawn = "1";
    const holder = document.getElementById(root.dataset.map);
    if (!holder) return;
    const data = JSON.parse(holder.textContent);
    const svg = root.querySelector("[data-map-svg]");
    const tip = root.querySelector(".map-tip");
    const legend = root.querySelector("[data-legend]");
    let features = [];
    if (root.dataset.shapes) {
      try {
        const response = await fetch(root.dataset.shapes, { credentials: "same-origin" });
        if (!response.ok) throw new Error(String(response.status));
        features = (await response.json()).features;
      } catch {
        svg.remove();
        root.querySelector(".map-zoom").remove();
        legend.textContent = data.words.failed;
        return;
      }
    }
    const places = new Map(data.places.map((place) => [place.code, place]));
    const view = projection(features, data.pins);
    const margin = 12;
    const whole = { x: -margin, y: -margin, w: WIDTH + 2 * margin, h: view.height + 2 * margin };
    const box = { ...whole };
    const defs = make("defs", {}, svg);
    const hatch = make("pattern", { id: "map-missing", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, defs);
    make("rect", { width: 6, height: 6, class: "hatch-ground" }, hatch);
    make("rect", { width: 1.5, height: 6, class: "hatch-line" }, hatch);
    const shapes = make("g", {}, svg);
    const labels = make("g", { "aria-hidden": "true" }, svg);
    const points = make("g", {}, svg);
    const texts = [];

    const say = (event, name, words) => {
      tip.replaceChildren();
      const bold = document.createElement("b");
      bold.textContent = name;
      tip.append(bold, words);
      tip.hidden = false;
      const frame = root.getBoundingClientRect();
      const x = event.clientX === undefined || event.type === "focus" ? frame.width / 2 : event.clientX - frame.left + 14;
      const y = event.clientY === undefined || event.type === "focus" ? 12 : event.clientY - frame.top + 14;
      tip.style.left = `${Math.max(0, Math.min(x, frame.width - tip.offsetWidth - 4))}px`;
      tip.style.top = `${y}px`;
    };
    const hush = () => { tip.hidden = true; };

    for (const feature of features) {
      const code = String(feature.properties.code);
      const place = places.get(code);
      const name = (place && place.name) || feature.properties.name || code;
      // A map without figures shows where something lies, and nothing is missing from it.
      const plain = !data.places.length;
      const words = plain ? "" : place && place.value !== null ? place.words : data.words.none;
      const path = outline(feature.geometry, view.to);
      if (!path) continue;
      const link = place && place.link ? make("a", { href: place.link, "aria-label": `${name} ${words}` }, shapes) : make("g", {}, shapes);
      const shape = make("path", { d: path, class: plain ? "m1" : grade(place, data.bounds), "fill-rule": "evenodd" }, link);
      link.addEventListener("pointermove", (event) => say(event, name, words));
      link.addEventListener("pointerleave", hush);
      link.addEventListener("focus", (event) => say(event, name, words));
      link.addEventListener("blur", hush);
      if (plain) continue; // Its one area is named beside it, and a pin may lie on its middle.
      const bounds = shape.getBBox();
      const middle = feature.properties.center ? view.to(feature.properties.center)
        : [bounds.x + bounds.width / 2, bounds.y + bounds.height / 2];
      texts.push({ x: middle[0], y: middle[1], room: bounds.width, name });
    }
    for (const pin of data.pins) {
      const [x, y] = view.to(pin.at);
      const holder = pin.link ? make("a", { href: pin.link, "aria-label": pin.label }, points) : make("g", {}, points);
      const dot = make("circle", { cx: x, cy: y, r: 6, class: "pin" }, holder);
      dot.dataset.pin = "1";
      holder.addEventListener("pointermove", (event) => say(event, pin.label, ""));
      holder.addEventListener("pointerleave", hush);
    }

    // Names and pins keep their size on the screen; a name that has no room waits for zooming in.
    const fit = () => {
      svg.setAttribute("viewBox", `${box.x} ${box.y} ${box.w} ${box.h}`);
      const frame = svg.getBoundingClientRect();
      const unit = Math.max(box.w / (frame.width || 1), box.h / (frame.height || 1));
      labels.replaceChildren();
      const letter = parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.86;
      const taken = [];
      for (const text of [...texts].sort((a, b) => b.room - a.room)) {
        const w = text.name.length * letter * unit, h = letter * 1.3 * unit;
        const rect = [text.x - w / 2, text.y - h / 2, text.x + w / 2, text.y + h / 2];
        if (w > text.room * 1.35 || taken.some((t) => t[0] < rect[2] && t[2] > rect[0] && t[1] < rect[3] && t[3] > rect[1])) continue;
        taken.push(rect);
        const label = make("text", { x: text.x, y: text.y + letter * 0.35, transform: `translate(${text.x} ${text.y}) scale(${unit}) translate(${-text.x} ${-text.y})` }, labels);
        label.textContent = text.name;
      }
      for (const dot of points.querySelectorAll("circle")) dot.setAttribute("r", 6 * unit);
      return unit;
    };
    const zoom = (factor, x = box.x + box.w / 2, y = box.y + box.h / 2) => {
      const w = Math.min(whole.w, Math.max(whole.w / 40, box.w * factor));
      const real = w / box.w;
      box.x = x - (x - box.x) * real; box.y = y - (y - box.y) * real;
      box.w = w; box.h *= real;
      fit();
    };
    root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-zoom]");
      if (!button) return;
      if (button.dataset.zoom === "all") { Object.assign(box, whole); fit(); } else zoom(button.dataset.zoom === "in" ? 0.6 : 1 / 0.6);
    });
    const where = (event) => {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      return [point.x, point.y];
    };
    svg.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // The page scrolls; with Ctrl the map zooms.
      event.preventDefault();
      zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, ...where(event));
    }, { passive: false });
    let drag = null;
    svg.addEventListener("pointerdown", (event) => { drag = { x: event.clientX, y: event.clientY, moved: false }; });
    window.addEventListener("pointermove", (event) => {
      if (!drag) return;
      const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
      if (!drag.moved && Math.hypot(dx, dy) < 5) return;
      drag.moved = true;
      const unit = Math.max(box.w / svg.clientWidth, box.h / svg.clientHeight);
      box.x -= dx * unit; box.y -= dy * unit;
      drag.x = event.clientX; drag.y = event.clientY;
      svg.setAttribute("viewBox", `${box.x} ${box.y} ${box.w} ${box.h}`);
    });
    window.addEventListener("pointerup", () => { const was = drag; setTimeout(() => { if (drag === was) drag = null; }); if (drag && !drag.moved) drag = null; });
    svg.addEventListener("click", (event) => {
      if (drag && drag.moved) { event.preventDefault(); event.stopPropagation(); return; }
      if (!data.choose) return;
      event.preventDefault();
      const [x, y] = where(event);
      const degrees = view.from([x, y]);
      points.replaceChildren();
      make("circle", { cx: x, cy: y, r: 6 * fit(), class: "pin" }, points);
      data.choose.forEach((name, i) => {
        const field = document.querySelector(`[name="${name}"]`);
        if (field) { field.value = degrees[i].toFixed(6); field.dispatchEvent(new Event("change", { bubbles: true })); }
      });
    }, true);

    const words = (value) => data.percent ? `${(value * 100).toFixed(1)}%` : new Intl.NumberFormat(document.documentElement.lang).format(value);
    const entry = (css, text) => {
      const span = document.createElement("span");
      const swatch = make("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" });
      make("rect", { x: 0.5, y: 0.5, width: 13, height: 13, rx: 2, class: css }, swatch);
      span.append(swatch, text);
      legend.append(span);
    };
    legend.replaceChildren();
    const shown = data.places.length > 0;
    if (shown && data.places.some((place) => place.value === null)) entry("mx", data.words.none);
    if (shown && data.places.some((place) => place.value !== null && place.value <= 0)) entry("m0", data.words.zero);
    // Between whole numbers the next class begins one further up; a rate or a score has no next one.
    const counts = !data.percent && data.places.every((place) => place.value === null || Number.isInteger(place.value));
    data.bounds.forEach((bound, i) => {
      const low = i ? data.bounds[i - 1] : null;
      entry(grade({ value: bound }, data.bounds), low === null ? `≤ ${words(bound)}` : !counts ? `${words(low)}–${words(bound)}` : low + 1 >= bound ? words(bound) : `${words(low + 1)}–${words(bound)}`);
    });
    fit();
    new ResizeObserver(fit).observe(svg);
  };
  const all = (root = document) => { for (const one of root.querySelectorAll("[data-map]")) draw(one); };
  all();
  document.addEventListener("htmx:afterSettle", (event) => all(event.target));
})();
