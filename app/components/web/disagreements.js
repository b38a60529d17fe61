// A tile is a slice with what is true and what two models say.
const line = (letter, one, figure) => {
  const row = make("div", "line"), mark = make("span", "mark");
  mark.style.background = one.shade;
  row.append(make("span", "letter", letter), mark, make("span", "label", one.label));
  if (figure !== undefined) row.append(make("span", "figure", figure));
  return row;
};

const tile = (item) => {
  const node = make("div", "tile");
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

export default function (component) {
  listbox(component, tile, (item) => [item.id, item.answers, Boolean(item.picture)], ".st-key-d-one");
}
