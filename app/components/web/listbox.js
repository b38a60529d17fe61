// Tiles to choose one of, by pointer or keys. Text goes in as textContent only: a name can never be markup.
const make = (tag, name, text) => {
  const node = document.createElement(tag);
  node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
};

// `tile` draws an item, `signature` says what a tile is drawn from, `beside` is where the chosen one is shown large
const listbox = ({ parentElement, data, setTriggerValue }, tile, signature, beside) => {
  const grid = parentElement.querySelector(".grid");
  const { items, chosen } = data;

  const drawn = (item, at) => {
    const node = tile(item);
    node.setAttribute("role", "option");
    node.id = "tile-" + at;
    node.dataset.id = item.id;
    return node;
  };
  const now = JSON.stringify(items.map(signature));
  if (grid.dataset.signature !== now) {
    grid.replaceChildren(...items.map(drawn));
    grid.dataset.signature = now;
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
    // on a narrow page the large picture stands out of sight
    if (matchMedia("(max-width: 640px)").matches) document.querySelector(beside)?.scrollIntoView();
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
};
