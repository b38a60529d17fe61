"""The gate's line about a candidate that knows nothing: it has to be better than one fixed answer."""

from core.promotion.both import Both
from core.promotion.gate import Check
from core.promotion.ground import Ground


def check(both: Both | None, ground: Ground) -> Check:
    """Against a model that always gives the commonest class: what is no better knows nothing.

    On the candidate's own set it may be as good as what answers now because neither can read it.
    """
    title, limit = "Better than guessing", "macro F1 better beyond chance"
    if both is None:
        sentence = f"This can't be measured. {ground.reason}"
        return Check(name="guessing", title=title, met=None, limit=limit, sentence=sentence)
    found = both.over_guessing()
    better = found.low > 0.0
    return Check(
        name="guessing", title=title, met=better, limit=limit,
        figure=f"{signed(found.value)} (95 % {signed(found.low)} to {signed(found.high)})",
        sentence="Against always giving the commonest class of these slices, its macro F1 is "
        f"{'better beyond chance' if better else 'not better beyond chance: it knows nothing of use here'}.",
    )  # fmt: skip


def signed(value: float) -> str:
    """A difference, with its sign."""
    return f"{value:+.3f}".replace("-", "\N{MINUS SIGN}")
