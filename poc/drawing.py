"""What drawings of a proof of concept share: ink, letters, and SVG with the same bytes for the same figure."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from matplotlib.figure import Figure

INK, SOFT, LINE = "#1d1c1a", "#5d5952", "#d8d3c9"


def style(salt: str, *, values: str = SOFT) -> AbstractContextManager[None]:
    """The style in which figures are made and written; ``values`` is the color of the letters at the upright axis.

    Letters are drawn as outlines, and ids come from ``salt``.
    """
    rules: dict[Any, Any] = {
        "svg.fonttype": "path",
        "svg.hashsalt": salt,
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "text.color": INK,
        "axes.edgecolor": LINE,
        "axes.labelcolor": SOFT,
        "axes.titlesize": 10,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "xtick.color": SOFT,
        "ytick.color": values,
    }
    return mpl.rc_context(rules)


def svg(figure: Figure) -> str:
    """A figure as SVG, without a date."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return text.getvalue()
