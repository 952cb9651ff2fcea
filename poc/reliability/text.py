"""A reliability result for the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from poc.reliability.result import Latencies, ReliabilityResult

OMISSION = (
    "Latencies count from the moment a record was due by the schedule, not from the moment it was sent: a target that "
    "stops answering cannot thin out the load and hide its own delay (coordinated omission)."
)
ONE_CLOCK = "End to end is measured on one machine's one clock: no other host's clock is used, so none can be wrong."


def shown(found: ReliabilityResult) -> Iterator[str]:
    """What the command prints."""
    counts = found.counts
    yield f"{found.verdict.value}: {found.case} on {found.platform}, {found.conditions}"
    yield ""
    for row in found.slos:
        why = f"  ({row.why})" if row.why else ""
        yield f"  {row.verdict.value:<8}{row.name:<44}{row.measured:>12}  limit {row.limit}{why}"
    yield ""
    yield f"records  {counts.sent:,} sent, {counts.acknowledged:,} acknowledged, {counts.read_back:,} read back"
    yield f"{'milliseconds':<42}{'p50':>9}{'p95':>9}{'p99':>9}{'p99.9':>9}{'most':>9}"
    for name, times in found.steady.items():
        yield _line(f"{name.replace('_', ' ')}, outside faults", times)
    for name, times in found.whole.items():
        yield _line(f"{name.replace('_', ' ')}, faults included", times)
    yield _line("the prober alone, without the target", found.overhead.floor)
    yield _line("late: sent after it was due", found.overhead.late)
    yield f"the prober took {found.overhead.cores:.2f} of a core"
    for fault in found.faults:
        longest = max((gap.seconds for gap in fault.gaps), default=0.0)
        drained = "never" if fault.drain is None else f"{fault.drain:g} s"
        yield f"{fault.kind}: longest gap {longest:g} s, lag peak {fault.lag_peak:,}, drained after {drained}"
        done = [(step.at, step.step + (f": NOT DONE: {step.failed}" if step.failed else "")) for step in fault.steps]
        for at, said in sorted([*done, *((event.at, event.said) for event in fault.events)]):
            yield f"  {at:8.1f} s  {said}"
    for note in found.notes:
        yield f"note: {note}"
    yield f"not tested: {', '.join(one.what.partition(':')[0] for one in found.not_tested)}"


def _line(name: str, row: Latencies) -> str:
    values = (row.p50, row.p95, row.p99, row.p999, row.most)
    return f"{name:<42}" + "".join(f"{number(one, row.records):>9}" for one in values)


def number(value: float | None, records: int) -> str:
    """Milliseconds; in words where nothing was measured, or where it never came."""
    if value is None:
        return "never" if records else "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"  # noqa: PLR2004 - three figures are enough
