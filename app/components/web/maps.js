// Maps side by side over one slice: zoom, opacity, threshold and contours move here, at once and all alike.
export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  const find = (name) => parentElement.querySelector(name);
  const panes = find(".panes");

  const make = (tag, name, parent) => {
    const node = document.createElement(tag);
    node.className = name;
    parent.append(node);
    return node;
  };

  // a picture is swapped only when the next one is ready, so that nothing blinks
  const put = (image, uri) => {
    if (image.dataset.uri === uri) return;
    image.dataset.uri = uri;
    const next = new Image();
    next.src = uri;
    next.decode().catch(() => {}).then(() => { if (image.dataset.uri === uri) image.src = uri; });
  };

  const colours = Uint8Array.from(atob(data.colours), (one) => one.charCodeAt(0));
  const look = () => ({ mode: data.mode, least: Number(find(".threshold").value) / 100 });
  const paint = (pane) => draw(pane.querySelector("canvas"), pane.grid, colours, look());

  const load = (pane, uri) => {
    if (pane.uri === uri) return;
    pane.uri = uri;
    if (!uri) { pane.grid = null; return; }
    const image = new Image();
    image.src = uri;
    image.decode().then(() => {
      if (pane.uri !== uri) return;
      pane.grid = read(image);
      paint(pane);
      pane.dataset.drawn = pane.dataset.method;
    }).catch(() => {});
  };

  const build = () => {
    const pane = make("figure", "pane", panes);
    const head = make("figcaption", "head", pane);
    make("span", "title", head);
    make("span", "peak", head);
    const view = make("div", "view", pane);
    make("img", "slice", view).alt = "";
    for (const [tag, name] of [["canvas", "heat"], ["span", "dot"], ["span", "note"], ["span", "value"]]) make(tag, name, view);
    const cover = make("div", "cover", view);
    make("span", "where", cover);
    make("button", "act", cover).type = "button";
    make("i", "", cover);
    return pane;
  };

  const cover = (pane, { state, words, share }) => {
    const box = pane.querySelector(".cover"), button = pane.querySelector(".act");
    box.classList.toggle("on", state === "wait" || state === "over");
    box.classList.toggle("ended", state === "over");
    box.style.setProperty("--share", Math.round(100 * share) + "%");
    pane.querySelector(".where").textContent = words;
    button.textContent = state === "wait" ? "Stop" : "Try again";
    button.onclick = () => setTriggerValue(state === "wait" ? "stop" : "again", pane.dataset.method);
  };

  const fill = (pane, panel) => {
    if (pane.dataset.method !== panel.key) delete pane.dataset.drawn;
    pane.dataset.method = panel.key;
    pane.dataset.state = panel.state;
    pane.querySelector(".title").textContent = panel.title;
    pane.querySelector(".head").title = panel.says;
    pane.querySelector(".peak").textContent = panel.peak;
    pane.querySelector(".note").textContent = panel.note;
    put(pane.querySelector(".slice"), data.slice);
    load(pane, panel.heat ?? "");
    cover(pane, panel);
  };

  // one map leaves room for the slice without heat: anatomy is read there
  const plain = { key: "", state: "plain", title: "Slice", says: data.name, peak: data.name, note: "", words: "", share: 0 };
  const panels = data.beside ? [plain, ...data.panels] : data.panels;
  const all = () => [...panes.children];
  while (panes.children.length > panels.length) panes.lastChild.remove();
  while (panes.children.length < panels.length) build();
  panes.dataset.count = panels.length;
  panes.style.setProperty("--ratio", data.ratio);
  panes.setAttribute("aria-label", data.words);
  find(".zero").textContent = data.zero;
  find(".one").textContent = data.one;
  find(".ramp").style.background = data.ramp;
  find(".above").classList.toggle("on", data.mode === "Threshold");

  const slider = (name, start, told, move) => {
    const range = find(name), shown = range.parentElement.querySelector("output");
    const show = () => {
      const [low, high] = [Number(range.min), Number(range.max)];
      range.style.setProperty("--at", (100 * (range.value - low)) / (high - low) + "%");
      shown.textContent = range.value + " %";
      move(Number(range.value));
    };
    // Python's value counts once, at the start: later it may lag behind the hand
    if (!range.dataset.ready) { range.value = Math.round(100 * start); range.dataset.ready = "1"; }
    range.oninput = () => {
      show();
      clearTimeout(range.later);
      range.later = setTimeout(() => setStateValue(told, Number(range.value) / 100), 250);
    };
    // Streamlit hears no shortcut from a field
    range.onkeydown = steps({ j: 1, k: -1 });
    return show;
  };
  const steps = (keys) => (event) => {
    const step = keys[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    setTriggerValue("step", step);
  };
  // lines are drawn whole: faint ones would be lost on the slice
  const fade = slider(".opacity", data.opacity, "opacity", (percent) => {
    panes.style.setProperty("--opacity", percent / 100);
    for (const canvas of parentElement.querySelectorAll("canvas")) canvas.style.opacity = data.mode === "Contours" ? 1 : percent / 100;
  });
  const cut = slider(".threshold", data.threshold, "threshold", () => all().forEach(paint));
  find(".opacity").disabled = data.mode === "Contours";
  all().forEach((pane, at) => fill(pane, panels[at]));
  fade();
  cut();

  zoomed(panes);
  pointed(panes, all);
  panes.onkeydown = steps({ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 });

  // how far the slow ones are comes from a small component of its own, without the pictures
  const hear = (event) => {
    for (const one of event.detail) {
      const pane = all().find((other) => other.dataset.method === one.key && other.dataset.state === "wait");
      if (pane) cover(pane, one);
    }
  };
  document.addEventListener("ex-progress", hear);
  return () => document.removeEventListener("ex-progress", hear);
}

// Grey values of a picture, 0 to 255, one a pixel.
function read(image) {
  const canvas = document.createElement("canvas");
  const [wide, tall] = [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, wide, tall);
  const values = new Uint8Array(wide * tall);
  for (let at = 0; at < values.length; at++) values[at] = data[4 * at];
  return { wide, tall, values };
}

const LEVELS = [0.5, 0.8], FINE = 4;

function draw(canvas, grid, colours, { mode, least }) {
  const scale = mode === "Contours" ? FINE : 1;
  canvas.width = (grid?.wide ?? 1) * scale;
  canvas.height = (grid?.tall ?? 1) * scale;
  if (!grid) return;
  const context = canvas.getContext("2d");
  if (mode === "Contours") {
    for (const level of LEVELS) outline(context, grid, 255 * level, colours);
    return;
  }
  const picture = context.createImageData(grid.wide, grid.tall), { data } = picture;
  const from = 255 * least;
  for (let at = 0; at < grid.values.length; at++) {
    const value = grid.values[at];
    data[4 * at] = colours[3 * value];
    data[4 * at + 1] = colours[3 * value + 1];
    data[4 * at + 2] = colours[3 * value + 2];
    // heat: as much colour as there is heat; threshold: all or nothing
    data[4 * at + 3] = mode === "Threshold" ? (value && value >= from ? 255 : 0) : value;
  }
  context.putImageData(picture, 0, 0);
}

// Marching squares: a line where the value passes the level, between the middles of pixels.
function outline(context, { wide, tall, values }, level, colours) {
  const path = new Path2D();
  const at = (x, y) => (x < 0 || y < 0 || x >= wide || y >= tall ? 0 : values[y * wide + x]);
  for (let y = -1; y < tall; y++) {
    for (let x = -1; x < wide; x++) {
      const a = at(x, y), b = at(x + 1, y), c = at(x + 1, y + 1), d = at(x, y + 1), inside = a >= level;
      if (b >= level === inside && c >= level === inside && d >= level === inside) continue;
      const ends = crossings([a, b, c, d], level).map(([dx, dy]) => [(x + 0.5 + dx) * FINE, (y + 0.5 + dy) * FINE]);
      for (let one = 0; one + 1 < ends.length; one += 2) {
        path.moveTo(...ends[one]);
        path.lineTo(...ends[one + 1]);
      }
    }
  }
  const value = 3 * Math.round(level);
  context.lineCap = "round";
  for (const [width, style] of [[9, "#000"], [5, `rgb(${colours[value]}, ${colours[value + 1]}, ${colours[value + 2]})`]]) {
    context.lineWidth = width;
    context.strokeStyle = style;
    context.stroke(path);
  }
}

const CORNERS = [[0, 0], [1, 0], [1, 1], [0, 1]];

function crossings(corners, level) {
  const found = [];
  for (let one = 0; one < 4; one++) {
    const other = (one + 1) % 4, a = corners[one], b = corners[other];
    if (a >= level === b >= level) continue;
    const part = (level - a) / (b - a), [x, y] = CORNERS[one], [u, v] = CORNERS[other];
    found.push([x + part * (u - x), y + part * (v - y)]);
  }
  return found;
}

// One zoom for all panes, which are of one size: a double click goes in there or out again, dragging moves.
function zoomed(panes) {
  const IN = 2.5, MOST = 8;
  const zoom = (panes.zoom ??= { scale: 1, x: 0, y: 0 });
  const within = (value, room) => Math.min(0, Math.max(room * (1 - zoom.scale), value));
  const place = () => {
    // the last one: the first may not be shown
    const view = panes.lastElementChild.querySelector(".view");
    zoom.x = within(zoom.x, view.clientWidth);
    zoom.y = within(zoom.y, view.clientHeight);
    panes.style.setProperty("--zoom", `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})`);
    panes.classList.toggle("zoomed", zoom.scale > 1);
  };
  const to = (scale, event) => {
    const view = event.target.closest?.(".view") ?? panes.lastElementChild.querySelector(".view");
    const at = view.getBoundingClientRect(), x = event.clientX - at.left, y = event.clientY - at.top;
    const by = scale / zoom.scale;
    zoom.x = x - by * (x - zoom.x);
    zoom.y = y - by * (y - zoom.y);
    zoom.scale = scale;
    place();
  };
  place();
  const idle = (event) => event.target.closest?.(".head, .cover");
  panes.ondblclick = (event) => { if (!idle(event)) to(zoom.scale > 1 ? 1 : IN, event); };
  panes.onwheel = (event) => {
    if (!event.ctrlKey || idle(event)) return;
    event.preventDefault();
    to(Math.min(MOST, Math.max(1, zoom.scale * Math.exp(-event.deltaY / 300))), event);
  };
  panes.onpointerdown = (event) => { if (zoom.scale > 1 && !idle(event)) panes.setPointerCapture(event.pointerId); };
  panes.drag = (event) => {
    if (!panes.hasPointerCapture(event.pointerId)) return;
    zoom.x += event.movementX;
    zoom.y += event.movementY;
    place();
  };
  if (!panes.watched) {
    // another width, another room to move in
    panes.watched = new ResizeObserver(() => panes.isConnected && panes.lastElementChild && zoomed(panes));
    panes.watched.observe(panes);
  }
}

// The place under the pointer, shown in all panes, with each map's value there.
function pointed(panes, all) {
  const clear = () => {
    for (const pane of all()) {
      pane.querySelector(".value").textContent = "";
      pane.querySelector(".dot").style.visibility = "hidden";
    }
  };
  panes.onpointerleave = clear;
  panes.onpointermove = (event) => {
    panes.drag?.(event);
    const view = event.target.closest?.(".view");
    if (!view || event.target.closest(".cover")) { clear(); return; }
    const box = view.getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
    for (const pane of all()) {
      const dot = pane.querySelector(".dot");
      dot.style.visibility = pane.contains(view) ? "hidden" : "visible";
      dot.style.left = x + "px";
      dot.style.top = y + "px";
      pane.querySelector(".value").textContent = pane.grid ? valued(pane.grid, panes.zoom, box, x, y) : "";
    }
  };
}

function valued({ wide, tall, values }, zoom, box, x, y) {
  const fit = Math.min(box.width / wide, box.height / tall);
  const column = Math.floor(((x - zoom.x) / zoom.scale - (box.width - wide * fit) / 2) / fit);
  const row = Math.floor(((y - zoom.y) / zoom.scale - (box.height - tall * fit) / 2) / fit);
  if (column < 0 || row < 0 || column >= wide || row >= tall) return "";
  return (values[row * wide + column] / 255).toFixed(2);
}
