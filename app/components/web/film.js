// A series as a strip of film. All frames are here, so the hand is followed at once; Python hears where it rests.
const REST_MS = 350;

export default function ({ parentElement, data, setStateValue }) {
  const find = (name) => parentElement.querySelector(name);
  const film = find(".film"), stage = find(".stage"), range = find("input"), roll = find(".roll");
  const { id, frames } = data;

  if (film.dataset.id !== id) {
    film.dataset.id = id;
    roll.replaceChildren(
      ...frames.map((frame) => {
        const small = document.createElement("img");
        small.alt = "";
        small.loading = "lazy";
        small.src = frame.picture;
        return small;
      })
    );
    range.max = frames.length - 1;
    range.value = Math.min(data.at, frames.length - 1);
  }
  range.disabled = frames.length < 2;
  stage.setAttribute("aria-label", data.words);

  const paint = () => {
    const at = Number(range.value), frame = frames[at];
    range.style.setProperty("--at", `${(100 * at) / Math.max(frames.length - 1, 1)}%`);
    stage.firstElementChild.src = frame.picture;
    stage.classList.toggle("out", frame.out);
    find("output").textContent = `${at + 1} of ${frames.length}`;
    range.setAttribute("aria-valuetext", `${at + 1} of ${frames.length}: ${frame.label}, ${frame.name}`);
    find(".mark").style.background = frame.shade;
    find("b").textContent = frame.label;
    find(".name").textContent = frame.name;
    find(".words").title = frame.title;
    [...roll.children].forEach((small, place) => {
      small.classList.toggle("on", place === at);
      small.title = frames[place].title;
    });
    // scrollIntoView would move the whole page too
    const small = roll.children[at];
    roll.scrollLeft = small.offsetLeft - (roll.clientWidth - small.offsetWidth) / 2;
  };
  const go = (to) => {
    const at = Math.min(Math.max(to, 0), frames.length - 1);
    if (at === Number(range.value)) return;
    range.value = at;
    moved();
  };
  const moved = () => {
    paint();
    clearTimeout(film.later);
    film.later = setTimeout(() => setStateValue("at", frames[Number(range.value)].title), REST_MS);
  };
  range.oninput = moved;
  roll.onclick = (event) => {
    const at = [...roll.children].indexOf(event.target);
    if (at >= 0) go(at);
  };
  stage.onkeydown = (event) => {
    const at = Number(range.value);
    const to = {
      ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1,
      PageDown: at + 10, PageUp: at - 10, Home: 0, End: frames.length - 1,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    go(to);
  };
  // the wheel turns slices only for who has clicked the picture; else the page scrolls
  stage.onwheel = (event) => {
    if (!stage.matches(":focus")) return;
    event.preventDefault();
    go(Number(range.value) + Math.sign(event.deltaY));
  };
  paint();
}
