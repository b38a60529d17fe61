"""Where the shipped model's maps look, by method, as it is kept with it; what isn't is measured, bounded.

Peak on the lesion is the pointing game (Zhang et al. 2018, arXiv:1608.00507), heat on the lesion the
energy-based one (Wang et al. 2020, arXiv:1910.01279), each beside the best of four maps that know nothing.
"""

from typing import Any

from benchmarks import measure
from core.config.settings import Settings, settings
from core.explain import kept
from core.explain.localisation import drawn, keeping, localised, words
from core.explain.localisation.ground import ready
from core.explain.localisation.keeping import Looks
from core.explain.localisation.marked import some
from core.explain.localisation.measure import Localisation, of_baselines, of_method, of_sources
from core.explain.methods import DEFAULT
from core.explain.opening import network
from core.models.bundle import Bundle, load

SLICES = 10
"""Of each source, where nothing is kept."""


def live(bundle: Bundle, here: Settings) -> Looks:
    """The default method on some slices of each source."""
    path = here.shared_data / localised.FILE
    marked = some(localised.read(path, here.limits).slices, SLICES) if path.is_file() else ()
    several = [ready(one, bundle.card.preprocess) for one in (*marked, *drawn.slices(SLICES))]
    rows = of_method(network(bundle, DEFAULT, here.threads), several, DEFAULT, lambda _: None)
    return Looks(rows, of_baselines(several), of_sources(bundle, several, here.threads))


def line(row: Localisation) -> dict[str, Any]:
    """A method, or a baseline, on one source's slices."""
    return {
        "slices of": row.source,
        "map": words.title(row.method),
        "slices": row.slices,
        "peak on the lesion": words.ranged(row.pointing),
        "against the best that knows nothing": words.verdict(row.ahead_pointing) or "–",
        "heat on the lesion": words.ranged(row.energy),
        "against it": words.verdict(row.ahead_energy) or "–",
    }


def main() -> None:
    """Read or measure, and print."""
    here = settings()
    bundle = load(here.shipped_bundle)
    found = keeping.read(kept.read(bundle, here))
    looks = found if found.rows else live(bundle, here)
    names = list(dict.fromkeys(row.source for row in looks.rows))
    rows = [row for name in names for row in (*looks.rows, *looks.baselines) if row.source == name]
    outside = {
        f"outside_{one.label.lower()}": words.ranged(one.share) if one.share else "no heat"
        for one in found.outside
        if one.method == DEFAULT
    }
    measure.row(
        "localisation",
        intervals="95 %, over persons",
        measured="kept with the bundle" if found.rows else "now",
        heat_outside_the_body="share of the heat, by class" if outside else "not measured",
        **outside,
        table=[line(row) for row in rows],
    )


if __name__ == "__main__":
    main()
