"""A reliability result as drawings (SVG): latency over time, records and lag over time, the gaps of each partition.

The same result gives the same bytes: letters are drawn as outlines, ids come from a fixed salt, and no date is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from poc.drawing import LINE, SOFT, style, svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from poc.reliability.result import FaultRow, Latencies, ReliabilityResult

FAULT = "#f3d9cf"
_PERCENTILES = {"p50": "#5b8fc9", "p95": "#1b4f8f", "p99": "#c0792a", "p999": "#a3210f"}
_MOST_PARTITIONS = 24


def plots(found: ReliabilityResult) -> dict[str, str]:
    """The drawings by file name."""
    with style("byoc-reliability"):
        drawn = {
            "reliability-acknowledgement.svg": _latency(found, "acknowledgement", "From due to acknowledged"),
            "reliability-end-to-end.svg": _latency(found, "end_to_end", "From due to read, over all groups"),
            "reliability-flow.svg": _flow(found),
        }
        if any(fault.gaps for fault in found.faults):
            drawn["reliability-gaps.svg"] = _gaps(found)
        return {name: svg(figure) for name, figure in drawn.items()}


def _bare(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    axes.set_axisbelow(True)
    axes.grid(color=LINE, linewidth=0.6)


def _faults(axes: Axes, found: ReliabilityResult, *, named: bool = True) -> None:
    """The faults' windows as bands, their steps as lines; the warm-up as a paler band."""
    axes.axvspan(-found.load.warm_up, 0, color="#f1efea", linewidth=0, zorder=0)
    for fault in found.faults:
        axes.axvspan(fault.begin, fault.end, color=FAULT, linewidth=0, zorder=0)
        for step in fault.steps:
            axes.axvline(step.at, color="#a3210f", linewidth=0.8, linestyle=(0, (2, 2)))
        if named:
            place = (fault.begin, 1.0)
            axes.annotate(
                fault.kind, place, (3, -11), xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=8
            )
    if named:
        axes.annotate(
            "warm-up",
            (-found.load.warm_up, 1.0),
            (3, -11),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            fontsize=8,
            color=SOFT,
        )


def _latency(found: ReliabilityResult, name: str, title: str) -> Figure:
    figure = Figure(figsize=(8.6, 3.2), layout="constrained")
    axes = figure.subplots()
    _faults(axes, found)
    at = [point.at for point in found.series]
    rows: list[Latencies] = [getattr(point, name) for point in found.series]
    highest = max((row.most for row in rows if row.most is not None), default=1.0)
    for key, color in _PERCENTILES.items():
        values = [getattr(row, key) if row.records else None for row in rows]
        axes.plot(at, [float("nan") if one is None else one for one in values], color=color, linewidth=1.4)
        never = [moment for moment, row, one in zip(at, rows, values, strict=True) if row.records and one is None]
        axes.plot(never, [highest * 1.6] * len(never), color=color, linestyle="", marker="x", markersize=4)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.set_ylabel("milliseconds")
    axes.set_xlabel("seconds after the warm-up, by when records were due; ×: so many never came")
    axes.set_title(title)
    _bare(axes)
    handles = [
        Line2D([], [], color=color, linewidth=1.8, label="p99.9" if key == "p999" else key)
        for key, color in _PERCENTILES.items()
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=4, frameon=False)
    return figure


def _flow(found: ReliabilityResult) -> Figure:
    figure = Figure(figsize=(8.6, 3.8), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True)
    at = [point.at for point in found.series]
    width = at[1] - at[0] if len(at) > 1 else 1
    _faults(upper, found)
    upper.plot(at, [point.acknowledged / width for point in found.series], color="#1b4f8f", linewidth=1.4)
    upper.set_title("Records acknowledged a second")
    upper.set_ylim(bottom=0)
    _faults(lower, found, named=False)
    lower.fill_between(at, [point.lag for point in found.series], color="#c0792a", alpha=0.35, linewidth=0)
    lower.plot(at, [point.lag for point in found.series], color="#c0792a", linewidth=1.2)
    lower.set_title("Lag: acknowledged and not yet read by the slowest group")
    lower.set_ylim(bottom=0)
    lower.set_xlabel("seconds after the warm-up")
    for axes in (upper, lower):
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        _bare(axes)
    return figure


def _gaps(found: ReliabilityResult) -> Figure:
    shown = [fault for fault in found.faults if fault.gaps]
    rows = sum(min(len(fault.gaps), _MOST_PARTITIONS) for fault in shown)
    figure = Figure(figsize=(8.6, 0.7 + 0.8 * len(shown) + 0.2 * rows), layout="constrained")
    heights = [min(len(fault.gaps), _MOST_PARTITIONS) + 2 for fault in shown]
    for axes, fault in zip(
        figure.subplots(len(shown), 1, squeeze=False, height_ratios=heights).flat, shown, strict=True
    ):
        _partitions(axes, fault)
    return figure


def _partitions(axes: Axes, fault: FaultRow) -> None:
    worst = sorted(fault.gaps, key=lambda gap: -gap.seconds)[:_MOST_PARTITIONS]
    gaps = sorted(worst, key=lambda gap: -gap.partition)
    for place, gap in enumerate(gaps):
        axes.barh(place, gap.seconds, left=gap.at, color="#1b4f8f", height=0.6)
        axes.annotate(f" {gap.seconds:.2f} s", (gap.at + gap.seconds, place), va="center", fontsize=8)
    for step in fault.steps:
        axes.axvline(step.at, color="#a3210f", linewidth=0.8, linestyle=(0, (2, 2)))
    axes.set_yticks(range(len(gaps)), [f"partition {gap.partition}" for gap in gaps])
    axes.margins(x=0.12)
    axes.set_title(f"{fault.kind}: the longest time without an acknowledgement")
    axes.set_xlabel("seconds after the warm-up; dotted: the fault's steps")
    _bare(axes)
