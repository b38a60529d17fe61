// A listbox of slices with two answers each. Text goes in as textContent only: a class's name can never be markup.
export default function ({ parentElement, data, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  const { items, chosen } = data;

  const make = (tag, name, text) => {
    const node = document.createElement(tag);
    node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  };
  const line = (letter, one, figure) => {
    const row = make("div", "line"), mark = make("span", "mark");
    mark.style.background = one.shade;
    row.append(make("span", "letter", letter), mark, make("span", "label", one.label));
    if (figure !== undefined) row.append(make("span", "figure", figure));
    return row;
  };
  const tile = (item, at) => {
    const node = make("div", "tile");
    node.setAttribute("role", "option");
    node.id = "pair-" + at;
    node.dataset.id = item.id;
    node.title = item.title;
    const said = item.answers.map((one) => `${one.letter} says ${one.label}, ${one.percent}`).join("; ");
    node.setAttribute("aria-label", `Truth ${item.truth.label}; ${said}; ${item.title}`);
    if (item.picture) {
      const picture = make("img", "");
      picture.src = item.picture;
      picture.alt = "";
      node.append(picture);
    } else node.append(make("div", "none", "not on this machine"));
    const words = make("div", "words");
    words.append(line("is", item.truth));
    for (const one of item.answers) words.append(line(one.letter, one, (one.right ? "\u2713 " : "") + one.percent));
    words.append(make("div", "group", item.group));
    node.append(words);
    return node;
  };

  const signature = JSON.stringify(items.map((item) => [item.id, item.answers, Boolean(item.picture)]));
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
    if (matchMedia("(max-width: 640px)").matches) document.querySelector(".st-key-d-one")?.scrollIntoView();
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
