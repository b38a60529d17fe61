// A listbox of thumbnails. Text goes in as textContent only: a file's name can never be markup.
export default function ({ parentElement, data, setTriggerValue }) {
  const list = parentElement.querySelector(".strip");
  const { items, chosen, colours } = data;

  const make = (tag, name, text) => {
    const node = document.createElement(tag);
    node.className = name;
    if (text !== undefined) node.textContent = text;
    return node;
  };

  // scanners name slices alike at the front and count at the end
  const short = (name) => (name.length <= 30 ? name : name.slice(0, 11) + "\u2026" + name.slice(-16));

  const row = (item) => {
    const node = make("div", "item");
    node.setAttribute("role", "option");
    node.id = "case-" + item.id;
    node.dataset.id = item.id;
    node.title = item.name;
    const picture = make("img", "thumb");
    picture.src = item.picture;
    picture.alt = "";
    picture.loading = "lazy";
    const words = make("div", "words");
    const line = make("div", "line");
    const mark = make("span", item.declined ? "mark hollow" : "mark");
    if (!item.declined) mark.style.background = colours[item.label];
    line.append(mark, make("span", "label", item.declined ? "Declined" : item.label));
    if (!item.declined) line.append(make("span", "percent", item.percent));
    words.append(line, make("div", "name", short(item.name)));
    node.append(picture, words);
    node.setAttribute("aria-label", `${item.name}: ${item.declined ? "declined" : item.label + ", " + item.percent}`);
    if (item.declined) node.classList.add("declined");
    return node;
  };

  const signature = items.map((item) => item.id).join();
  if (list.dataset.signature !== signature) {
    list.replaceChildren(...items.map(row));
    list.dataset.signature = signature;
  }

  const mark = (id, scroll) => {
    for (const node of list.children) {
      const on = node.dataset.id === id;
      node.classList.toggle("chosen", on);
      node.setAttribute("aria-selected", on ? "true" : "false");
      if (on) {
        list.setAttribute("aria-activedescendant", node.id);
        if (scroll) reveal(node);
      }
    }
    list.dataset.chosen = id;
  };

  // scrollIntoView would move the whole page too
  const reveal = (node) => {
    const top = node.offsetTop - list.offsetTop, left = node.offsetLeft - list.offsetLeft;
    if (top < list.scrollTop) list.scrollTop = top;
    if (top + node.offsetHeight > list.scrollTop + list.clientHeight)
      list.scrollTop = top + node.offsetHeight - list.clientHeight;
    if (left < list.scrollLeft) list.scrollLeft = left;
    if (left + node.offsetWidth > list.scrollLeft + list.clientWidth)
      list.scrollLeft = left + node.offsetWidth - list.clientWidth;
  };

  const choose = (id) => {
    if (id === list.dataset.chosen) return;
    mark(id, true);
    setTriggerValue("picked", id);
  };

  list.onclick = (event) => {
    const node = event.target.closest(".item");
    if (node) choose(node.dataset.id);
  };

  list.onkeydown = (event) => {
    const ids = items.map((item) => item.id);
    const at = ids.indexOf(list.dataset.chosen);
    const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: ids.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (to >= 0 && to < ids.length) choose(ids[to]);
  };

  mark(chosen, list.dataset.chosen !== chosen);
}
