"""From a run's logs to figures: pure arithmetic over arrays. Times are nanoseconds of the run's one clock."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from poc.reliability import logs
from poc.reliability.result import Gap, Latencies, Lost
from poc.reliability.shape import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from poc.reliability.shape import Shape

NEVER = np.iinfo(np.int64).max
"""Stands for the time of what did not happen; it is later than everything."""
NO_REPORT = 1_000_000
"""Stands for the error of a record of which no report came; librdkafka has no such code."""
_MILLISECOND = 1_000_000
_MOST_RANGES = 100


@dataclass(frozen=True)
class Figures:
    """A run by its records' numbers: when each was due, sent, acknowledged, and read by each group."""

    partitions: int
    due: NDArray[np.int64]
    sent: NDArray[np.int64]
    acknowledged: NDArray[np.int64]
    errors: NDArray[np.int32]
    read: Sequence[NDArray[np.int64]]
    stored: NDArray[np.void]

    @classmethod
    def of(cls, shape: Shape, start: int, sent: int, folder: Path) -> Figures:
        """From a run's folder; ``start`` is the writer's, ``sent`` how many records it handed to the client."""
        due = shape.due()[:sent] + start
        rows = logs.read(folder / "acknowledged.log", logs.ACKNOWLEDGED)
        handed, done, errors = np.full(sent, NEVER), np.full(sent, NEVER), np.full(sent, NO_REPORT, np.int32)
        handed[rows["number"]] = rows["sent"]
        errors[rows["number"]] = rows["error"]
        good = rows[rows["error"] == 0]
        done[good["number"]] = good["done"]
        groups = [_first(logs.read(path, logs.READ), sent) for path in sorted(folder.glob("group-*.log"))]
        return cls(shape.partitions, due, handed, done, errors, groups, logs.read(folder / "read-back.log", logs.READ))

    @cached_property
    def is_acknowledged(self) -> NDArray[np.bool_]:
        """By number."""
        return np.asarray(self.acknowledged != NEVER)

    @cached_property
    def copies(self) -> NDArray[np.int64]:
        """How often each record is stored, by number."""
        numbers = self.stored["number"]
        return np.bincount(numbers[numbers >= 0], minlength=len(self.due))

    def between(self, begin: int, end: int) -> NDArray[np.bool_]:
        """Which records were due from a moment until before another."""
        return np.asarray((self.due >= begin) & (self.due < end))

    def acknowledgement(self, which: NDArray[np.bool_]) -> Latencies:
        """From due to acknowledged."""
        return latencies(self.due[which], self.acknowledged[which])

    def end_to_end(self, which: NDArray[np.bool_]) -> Latencies:
        """From due to read, of acknowledged records, over all groups."""
        chosen = which & self.is_acknowledged
        done = np.concatenate([times[chosen] for times in self.read]) if self.read else np.zeros(0, np.int64)
        return latencies(np.tile(self.due[chosen], len(self.read)), done)

    def lag(self, moments: NDArray[np.int64]) -> NDArray[np.int64]:
        """Acknowledged and not yet read by the slowest group, at each moment."""
        there = np.searchsorted(np.sort(self.acknowledged), moments, "right")
        # A record may be read before its acknowledgement comes: only what is acknowledged counts as behind.
        times = [np.where(self.is_acknowledged, np.maximum(each, self.acknowledged), NEVER) for each in self.read]
        behind = [there - np.searchsorted(np.sort(each), moments, "right") for each in times]
        return np.max(behind, axis=0) if behind else np.zeros(len(moments), np.int64)

    def out_of_order(self) -> int:
        """Records that stand behind a later one of their partition, copies apart."""
        return sum(_behind(self.stored[self.stored["partition"] == one]) for one in range(self.partitions))

    def lost(self) -> NDArray[np.int64]:
        """The numbers of acknowledged records that are not stored."""
        return np.flatnonzero(self.is_acknowledged & (self.copies == 0))

    def lost_ranges(self) -> tuple[Lost, ...]:
        """The same as ranges of the partitions' own numbers, the first hundred."""
        return tuple(found for _, found in zip(range(_MOST_RANGES), self._ranges(), strict=False))

    def _ranges(self) -> Iterator[Lost]:
        numbers = self.lost()
        for one in range(self.partitions):
            own = numbers[numbers % self.partitions == one] // self.partitions
            if len(own):
                for run in np.split(own, np.flatnonzero(np.diff(own) > 1) + 1):
                    yield Lost(partition=one, first=int(run[0]), last=int(run[-1]))

    def gaps(self, begin: int, end: int, zero: int) -> tuple[Gap, ...]:
        """Each partition's longest time without an acknowledgement within a window; ``zero`` is the reports' time 0."""
        found = (self._gap(one, begin, end, zero) for one in range(self.partitions))
        return tuple(gap for gap in found if gap is not None)

    def _gap(self, partition: int, begin: int, end: int, zero: int) -> Gap | None:
        own = np.arange(partition, len(self.due), self.partitions)
        due, done = self.due[own], np.sort(self.acknowledged[own])
        done = done[done < end]
        # What waits at a moment: due and not acknowledged. While nothing waits, nothing can be missed.
        before = np.concatenate([[0], done])
        waits = np.searchsorted(due, before, "right") > np.arange(len(before))
        next_due = np.append(due, NEVER)[np.searchsorted(due, before, "right")]
        starts = np.maximum(np.where(waits, before, next_due), begin)
        ends = np.minimum(np.append(done, end), end)
        lengths = ends - starts
        if not len(own) or lengths.max() <= 0:
            return None
        worst = int(lengths.argmax())
        return Gap(
            partition=partition,
            at=round((int(starts[worst]) - zero) / SECOND, 3),
            seconds=round(int(lengths[worst]) / SECOND, 3),
        )


def latencies(due: NDArray[np.int64], done: NDArray[np.int64]) -> Latencies:
    """Percentiles of done less due, by nearest rank; what was never done is above all."""
    spans = np.sort(np.where(done == NEVER, NEVER, done - due))
    ranks = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "p999": 0.999, "most": 1.0}
    return Latencies(records=len(spans), **{name: _rank(spans, share) for name, share in ranks.items()})


def _rank(spans: NDArray[np.int64], share: float) -> float | None:
    if not len(spans):
        return None
    # Rounded first: 0.999 of a thousand must be 999, not the 999.0000000001 of binary fractions.
    value = int(spans[max(0, int(np.ceil(round(share * len(spans), 6))) - 1)])
    return None if value == NEVER else round(value / _MILLISECOND, 3)


def _first(rows: NDArray[np.void], sent: int) -> NDArray[np.int64]:
    """When each record was first read, by number."""
    times = np.full(sent, NEVER)
    known = rows[(rows["number"] >= 0) & (rows["number"] < sent)]
    np.minimum.at(times, known["number"], known["done"])
    return times


def _behind(rows: NDArray[np.void]) -> int:
    ordered = rows[np.argsort(rows["offset"], kind="stable")]["number"]
    ordered = ordered[ordered >= 0]
    _, firsts = np.unique(ordered, return_index=True)
    once = ordered[np.sort(firsts)]
    return int(np.sum(once < np.maximum.accumulate(once))) if len(once) else 0
