// Two layers, slice and heat: the opacity moves here, at once, and Python hears where it ended.
export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  const find = (name) => parentElement.querySelector(name);
  const box = find(".box"), range = find(".opacity"), shown = find(".value");

  // a picture is swapped only when the next one is ready, so that nothing blinks
  const put = (image, uri) => {
    if (image.dataset.uri === uri) return;
    image.dataset.uri = uri;
    if (!uri) { image.removeAttribute("src"); return; }
    const next = new Image();
    next.src = uri;
    next.decode().catch(() => {}).then(() => { if (image.dataset.uri === uri) image.src = uri; });
  };

  box.classList.toggle("both", data.both);
  box.setAttribute("aria-label", data.words);
  for (const image of parentElement.querySelectorAll("img.slice")) put(image, data.slice);
  put(find("img.heat"), data.heat ?? "");
  find(".ramp").style.background = data.ramp;
  find(".legend").style.visibility = data.heat ? "visible" : "hidden";
  find(".none").textContent = data.none ?? "";
  find(".top").textContent = data.one;

  const paint = (percent) => {
    find("img.heat").style.opacity = percent / 100;
    range.style.setProperty("--at", percent + "%");
    shown.textContent = percent + " %";
  };
  // Python's value counts once, at the start: later it may lag behind the hand
  if (!range.dataset.ready) {
    range.value = Math.round(data.opacity * 100);
    range.dataset.ready = "1";
  }
  range.disabled = !data.heat;
  paint(Number(range.value));
  range.oninput = () => {
    paint(Number(range.value));
    clearTimeout(range.later);
    range.later = setTimeout(() => setStateValue("opacity", Number(range.value) / 100), 250);
  };
  // zoom: a double click goes in there or out again, dragging moves; both panes and all slices alike
  const IN = 2.5;
  if (box.zoom?.both !== data.both) box.zoom = { scale: 1, x: 0, y: 0, both: data.both };
  const zoom = box.zoom;
  const within = (value, room) => Math.min(0, Math.max(room * (1 - zoom.scale), value));
  const place = () => {
    const pane = find(".pane:last-of-type");
    zoom.x = within(zoom.x, pane.clientWidth);
    zoom.y = within(zoom.y, pane.clientHeight);
    box.style.setProperty("--zoom", `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})`);
    box.classList.toggle("zoomed", zoom.scale > 1);
  };
  place();
  box.ondblclick = (event) => {
    // a box that is being dragged is itself the target
    const pane = event.target.closest(".pane") ?? find(".pane:last-of-type");
    const at = pane.getBoundingClientRect();
    zoom.scale = zoom.scale > 1 ? 1 : IN;
    zoom.x = (event.clientX - at.left) * (1 - zoom.scale);
    zoom.y = (event.clientY - at.top) * (1 - zoom.scale);
    place();
  };
  box.onpointerdown = (event) => { if (zoom.scale > 1) box.setPointerCapture(event.pointerId); };
  box.onpointermove = (event) => {
    if (!box.hasPointerCapture(event.pointerId)) return;
    zoom.x += event.movementX;
    zoom.y += event.movementY;
    place();
  };

  const steps = (keys) => (event) => {
    const step = keys[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    setTriggerValue("step", step);
  };
  box.onkeydown = steps({ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 });
  // arrows belong to the opacity while it has the focus, and Streamlit hears no shortcut from a field
  range.onkeydown = steps({ j: 1, k: -1 });
}
