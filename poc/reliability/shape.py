"""The load's shape: when which record is due, where it goes, and what it is made of."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from poc.case.reliability import Load

_HEAD = struct.Struct(">8sQ")
SMALLEST = _HEAD.size
SECOND = 1_000_000_000


@dataclass(frozen=True)
class Shape:
    """A run's records: pieces of constant rate, as (seconds, records a second), and how they are made."""

    pieces: Sequence[tuple[float, int]]
    partitions: int
    size: int
    ratio: float
    run: bytes

    @classmethod
    def of(cls, load: Load, size: int, ratio: float, run: bytes) -> Shape:
        """The shape of a load, its warm-up first."""
        ends = [*(burst.after for burst in load.bursts), load.lasts]
        rates = [load.rate, *(burst.rate for burst in load.bursts)]
        starts = [-load.warm_up, *(burst.after for burst in load.bursts)]
        pieces = [(end - start, rate) for start, end, rate in zip(starts, ends, rates, strict=True)]
        return cls(pieces, load.partitions, max(size, SMALLEST), ratio, run)

    def due(self) -> NDArray[np.int64]:
        """When each record is due, in nanoseconds after the start."""
        found, start = [], 0.0
        for seconds, rate in self.pieces:
            found.append(start + np.arange(round(seconds * rate)) / rate)
            start += seconds
        return np.asarray(np.concatenate(found) * SECOND, dtype=np.int64)

    @property
    def fastest(self) -> int:
        """The highest rate."""
        return max(rate for _, rate in self.pieces)

    def tail(self) -> bytes:
        """What follows a record's head: as much random as the compression's ratio leaves, then zeros."""
        length = self.size - SMALLEST
        fresh = round(length / self.ratio)
        return np.random.default_rng(1).bytes(fresh) + bytes(length - fresh)

    def head(self, number: int) -> bytes:
        """A record's first bytes: the run and the record's number in it, which no other record has."""
        return _HEAD.pack(self.run, number)

    def number(self, value: bytes | None) -> int | None:
        """A record's number; None for what this run did not write."""
        if value is None or len(value) < SMALLEST:
            return None
        run, number = _HEAD.unpack_from(value)
        return int(number) if run == self.run else None
