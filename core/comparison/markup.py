"""The pieces of a report's HTML: everything foreign is escaped here."""

import base64
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.literal import markup

STYLE = """
:root{color-scheme:light}
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;
color:#1a1d21;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.2rem;border-bottom:1px solid #d5d9de}
h3{font-size:1rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;margin:.6rem 0}
th,td{padding:.25rem .6rem;border-bottom:1px solid #e3e6ea;text-align:right;vertical-align:top}
th:first-child,td:first-child{text-align:left}
td,th{overflow-wrap:anywhere;max-width:22rem}
th{font-weight:600}
.words td,.words th{text-align:left}
.confusion td{text-align:center;min-width:4rem}
.row{display:flex;flex-wrap:wrap;gap:2rem}
.row>div{min-width:0;max-width:100%}
.quiet{color:#59616b;font-size:.87rem}
.leaks{background:#fff1d6;border-left:4px solid #b45309;padding:.4rem .8rem}
.best{font-weight:700}
img{max-width:100%;height:auto}
"""


def text(value: object) -> str:
    """Text of others: no element, no attribute, nothing that turns direction."""
    return markup(str(value))


def table(head: Sequence[str], rows: Sequence[Sequence[str]], kind: str = "") -> str:
    """A table.

    Args:
        head: Its columns, escaped.
        rows: Its cells, escaped; those of the first column are heads.
        kind: A class of `STYLE`.
    """
    top = "".join(f'<th scope="col">{one}</th>' for one in head)
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>' + "".join(f"<td>{cell}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide"><table class="{kind}"><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def shaded(labels: Sequence[str], cells: Sequence[Sequence[str]], shares: NDArray[np.float64]) -> str:
    """A square table whose cells are shaded.

    Args:
        labels: Of rows and columns, not yet escaped.
        cells: (K, K) what stands in them.
        shares: (K, K) -1..1: blue above 0, red below; NaN is left white.
    """
    top = "".join(f'<th scope="col">{text(label)}</th>' for label in labels)
    body = "".join(
        f'<tr><th scope="row">{text(label)}</th>'
        + "".join(
            f'<td style="{_shade(float(share))}">{text(cell)}</td>'
            for cell, share in zip(row, line, strict=True)
        )
        + "</tr>"
        for label, row, line in zip(labels, cells, shares, strict=True)
    )
    return (
        '<div class="wide"><table class="confusion"><thead><tr><td class="quiet">truth \\ answer</td>'
        f"{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def picture(png: bytes, words: str) -> str:
    """A picture that lies in the page itself.

    Args:
        png: The picture.
        words: What it shows, for those who don't see it.
    """
    data = base64.b64encode(png).decode("ascii")
    return f'<img alt="{text(words)}" src="data:image/png;base64,{data}">'


def _shade(share: float) -> str:
    if not np.isfinite(share):
        return ""
    # no darker than black text can be read on, at 4.5 to 1
    strength = 0.7 * min(1.0, abs(share))
    full = (0, 90, 156) if share > 0 else (181, 54, 0)
    red, green, blue = (round(255 + strength * (one - 255)) for one in full)
    return f"background:rgb({red},{green},{blue})"
