// A tile is a slice with its class, and a dot where a person changed that.
// names are alike at the front and count at the end
const short = (name) => (name.length <= 18 ? name : name.slice(0, 6) + "\u2026" + name.slice(-11));

const tile = (item) => {
  const node = make("div", item.out ? "tile out" : "tile");
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

export default function (component) {
  listbox(component, tile, (item) => [item.id, item.label, item.was], ".st-key-gallery-one");
}
