"""The cost model as drawings (SVG): both sides by what they pay for, under changes, and over growth.

The same result gives the same bytes: letters are drawn as outlines, ids come from a fixed salt, and no date is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from poc.cost.line import Group
from poc.drawing import INK, LINE, SOFT, style, svg

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

    from poc.cost.result import CostResult, CurveRow, SideRow

CONFLUENT, AUTOMQ = "#8a6d3b", "#1b4f8f"
"""The two sides' colors."""
_GROUPS = {
    Group.SOFTWARE: "#1b4f8f",
    Group.COMPUTE: "#5b8fc9",
    Group.TRAFFIC: "#c0792a",
    Group.STORAGE: "#3f7d58",
    Group.REQUESTS: "#86b79a",
    Group.LOGGING: "#a24c5b",
    Group.FOOTPRINT: "#8a8f98",
    Group.OTHER: "#d1a45c",
    Group.SUPPORT: "#6b5b95",
    Group.PEOPLE: "#3b3a36",
}


def plots(found: CostResult) -> dict[str, str]:
    """The drawings by file name."""
    with style("byoc-cost", values=INK):
        return {
            "cost-sides.svg": svg(_sides(found)),
            "cost-changes.svg": svg(_changes(found)),
            "cost-growth.svg": svg(_growth(found)),
        }


def _bare(axes: Axes) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    axes.set_axisbelow(True)
    axes.grid(axis="x", color=LINE, linewidth=0.6)


def _dollars(axes: Axes, axis: str = "x") -> None:
    shown = FuncFormatter(lambda value, _: f"${value:,.0f}")
    (axes.xaxis if axis == "x" else axes.yaxis).set_major_formatter(shown)


def _names(found: CostResult) -> tuple[tuple[str, SideRow], ...]:
    return ((f"AutoMQ{_said(found.automq)}", found.automq), (f"Confluent{_said(found.confluent)}", found.confluent))


def _said(side: SideRow) -> str:
    """What must be said beside a side's name."""
    return ("" if side.whole else "\n(not wholly priced)") + ("\nWEAK list prices" if side.weak else "")


def _sides(found: CostResult) -> Figure:
    figure = Figure(figsize=(8.2, 3.4), layout="constrained")
    axes = figure.subplots()
    seen: dict[str, str] = {}
    for place, (_, side) in enumerate(_names(found)):
        left = 0.0
        for group, color in _GROUPS.items():
            usd = float(sum(line.usd or 0 for line in side.lines if line.group is group))
            if usd > 0:
                axes.barh(place, usd, left=left, color=color, height=0.5, edgecolor="white", linewidth=0.8)
                seen[group.value] = color
                left += usd
        low, high = float(side.low), float(side.high)
        axes.plot([low, high], [place - 0.36, place - 0.36], color=INK, linewidth=1.2, marker="|", markersize=7)
        axes.text(left, place, f"  ${left:,.2f}", va="center", ha="left", fontweight="bold")
    axes.set_yticks(range(2), [name for name, _ in _names(found)])
    axes.set_xlim(0, max(float(found.automq.high), float(found.confluent.high)) * 1.2 or 1)
    axes.set_title(f"US dollars a month, {found.label}")
    axes.set_xlabel("thin lines: from the lowest to the highest of all assumptions")
    _bare(axes)
    _dollars(axes)
    order = [group.value for group in _GROUPS if group.value in seen]
    handles = [Patch(color=seen[name], label=name) for name in order]
    figure.legend(handles=handles, loc="outside lower center", ncols=5, frameon=False, fontsize=8)
    return figure


def _changes(found: CostResult) -> Figure:
    rows = list(reversed(found.sensitivities))
    figure = Figure(figsize=(8.2, 0.8 + 0.3 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for usd, color in ((found.confluent.usd, CONFLUENT), (found.automq.usd, AUTOMQ)):
        axes.axvline(float(usd), color=color, linewidth=0.9, linestyle=(0, (4, 3)))
    for place, row in enumerate(rows):
        for now, then, color, offset in (
            (found.confluent.usd, row.confluent, CONFLUENT, 0.1),
            (found.automq.usd, row.automq, AUTOMQ, -0.1),
        ):
            axes.plot(
                [float(now), float(then)], [place + offset] * 2, color=color, linewidth=2.2, solid_capstyle="butt"
            )
            axes.plot(float(then), place + offset, marker="o", markersize=4.5, color=color)
    axes.set_yticks(range(len(rows)), [f"{row.name} ×{row.factor:f}" for row in rows])
    axes.set_title(f"What both sides come to when one thing is otherwise, {found.label}")
    axes.margins(x=0.08)
    _bare(axes)
    _dollars(axes)
    _legend(figure)
    return figure


def _legend(figure: Figure) -> None:
    handles = [
        Line2D([], [], color=color, marker="o", markersize=4.5, linewidth=2.2, label=name)
        for name, color in (("Confluent", CONFLUENT), ("AutoMQ", AUTOMQ))
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=2, frameon=False)


def _growth(found: CostResult) -> Figure:
    figure = Figure(figsize=(8.2, 3.1), layout="constrained")
    for axes, curve in zip(figure.subplots(1, len(found.curves), sharey=True), found.curves, strict=True):
        _curve(axes, curve)
        _met(axes, found, curve)
    figure.axes[0].set_ylabel(f"US dollars a month, {found.label}")
    _dollars(figure.axes[0], "y")
    _legend(figure)
    return figure


def _curve(axes: Axes, curve: CurveRow) -> None:
    at = [float(point[0]) for point in curve.points]
    for place, color in ((1, CONFLUENT), (2, AUTOMQ)):
        axes.plot(at, [float(point[place]) for point in curve.points], color=color, linewidth=1.8)
    axes.axvline(float(curve.now), color=SOFT, linewidth=0.8, linestyle=(0, (2, 3)))
    axes.set_title(curve.name)
    axes.set_xlabel(f"{curve.unit}; dotted: now")
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.grid(color=LINE, linewidth=0.6)
    axes.tick_params(length=0)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _met(axes: Axes, found: CostResult, curve: CurveRow) -> None:
    """Mark where the sides meet, where that is within the drawing."""
    first, last = curve.points[0][0], curve.points[-1][0]
    for one in found.break_evens:
        if one.name == curve.name and one.at is not None and first <= one.at <= last:
            cost = next(_between(curve, float(one.at)))
            axes.plot(float(one.at), cost, marker="o", markersize=6, color="white", markeredgecolor=INK)
            axes.annotate(
                f"equal at {one.at:,.1f}", (float(one.at), cost), (6, -14), textcoords="offset points", fontsize=8
            )


def _between(curve: CurveRow, at: float) -> Iterator[float]:
    """Confluent's side at a value between two points."""
    for (left, cost, _), (right, then, _) in zip(curve.points, curve.points[1:], strict=False):
        if float(left) <= at <= float(right):
            yield float(cost) + (at - float(left)) / float(right - left) * float(then - cost)
