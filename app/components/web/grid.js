// A listbox of pictures. Text goes in as textContent only: a file's name can never be markup.
export default function ({ parentElement, data, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  const { items, chosen } = data;

  const make = (tag, name, text) => {
    const node = document.createElement(tag);
    node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  // names are alike at the front and count at the end
  const short = (name) => (name.length <= 18 ? name : name.slice(0, 6) + "\u2026" + name.slice(-11));

  const tile = (item, at) => {
    const node = make("div", item.out ? "tile out" : "tile");
    node.setAttribute("role", "option");
    node.id = "tile-" + at;
    node.dataset.id = item.id;
    node.title = item.title + (item.was ? `\nwas ${item.was}` : "");
    node.setAttribute("aria-label", `${item.label}: ${item.name}`);
    const picture = make("img", "");
    picture.src = item.picture;
    picture.alt = "";
    const line = make("div", "line"), mark = make("span", "mark");
    mark.style.background = item.shade;
    line.append(mark, make("span", "label", item.label));
    if (item.was) line.append(make("span", "was"));
    node.append(picture, line, make("div", "name", short(item.name)));
    return node;
  };

  const signature = JSON.stringify(items.map((item) => [item.id, item.label, item.was]));
  if (grid.dataset.signature !== signature) {
    grid.replaceChildren(...items.map(tile));
    grid.dataset.signature = signature;
  }

  const mark = (id) => {
    for (const node of grid.children) {
      const on = node.dataset.id === id;
      node.classList.toggle("chosen", on);
      node.setAttribute("aria-selected", on ? "true" : "false");
      if (on) grid.setAttribute("aria-activedescendant", node.id);
    }
    grid.dataset.chosen = id ?? "";
  };
  const choose = (id) => {
    if (id === grid.dataset.chosen) return;
    mark(id);
    setTriggerValue("picked", id);
    // on a narrow page the large picture stands above the grid, out of sight
    if (matchMedia("(max-width: 640px)").matches) document.querySelector(".st-key-gallery-one")?.scrollIntoView();
  };

  grid.onclick = (event) => {
    const node = event.target.closest(".tile");
    if (node) choose(node.dataset.id);
  };
  grid.onkeydown = (event) => {
    const at = items.findIndex((item) => item.id === grid.dataset.chosen);
    const wide = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + wide, ArrowUp: at - wide, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (to >= 0 && to < items.length) choose(items[to].id);
  };
  mark(chosen);
}
