// Tells Python where a person zoomed to: a plot that has grown is another element, and begins there.
const bound = new WeakSet();
let tell = null;

const END = /^[xy]axis\.(range|autorange)/;

const ends = (axis) => (axis.autorange ? null : [...axis.range]);

const name = (plot) => {
  const place = plot.closest('[class*="st-key-c-chart-"]');
  return place ? /st-key-c-chart-(\d+)/.exec(place.className)[1] : null;
};

const bind = (plot) => {
  if (bound.has(plot) || !plot.on || !name(plot)) return;
  bound.add(plot);
  plot.on("plotly_relayout", (event) => {
    if (tell && Object.keys(event).some((key) => END.test(key)))
      tell(name(plot), { x: ends(plot.layout.xaxis), y: ends(plot.layout.yaxis) });
  });
};

export default function ({ parentElement, data, setStateValue }) {
  const kept = (parentElement.kept ??= {});
  tell = (plot, ranges) => {
    kept[`${plot} ${data.scale}`] = ranges;
    setStateValue("ranges", { ...kept });
  };
  const timer = setInterval(() => document.querySelectorAll(".js-plotly-plot").forEach(bind), 300);
  return () => clearInterval(timer);
}
