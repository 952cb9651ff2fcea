"""The arithmetic of a reliability report, on runs whose every record is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poc.case.reliability import Load
from poc.reliability.figures import NEVER, NO_REPORT, Figures, latencies
from poc.reliability.logs import READ
from poc.reliability.result import Lost
from poc.reliability.shape import SECOND, Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

MS = SECOND // 1000


def figures(
    acknowledged: Sequence[int], stored: Sequence[int], partitions: int = 1, read: Sequence[int] | None = None
) -> Figures:
    """A run of one record a second, due at second 1, 2, …; each is acknowledged at its millisecond, -1 is never."""
    due = (np.arange(len(acknowledged)) + 1) * SECOND
    done = np.array([NEVER if one < 0 else one * MS for one in acknowledged], dtype=np.int64)
    rows = np.zeros(len(stored), READ)
    rows["number"], rows["offset"] = stored, range(len(stored))
    rows["partition"] = [max(one, 0) % partitions for one in stored]
    got = done if read is None else np.array([NEVER if one < 0 else one * MS for one in read], dtype=np.int64)
    return Figures(partitions, due, due, done, np.where(done == NEVER, NO_REPORT, 0).astype(np.int32), [got], rows)


def test_what_was_acknowledged_and_is_not_there_is_lost_and_named_by_its_partitions_own_numbers() -> None:
    found = figures([1000] * 10, stored=[0, 1, 3, 5, 9], partitions=2)
    assert found.lost().tolist() == [2, 4, 6, 7, 8]
    assert found.lost_ranges() == (
        Lost(partition=0, first=1, last=4),
        Lost(partition=1, first=3, last=3),
    )


def test_a_record_that_the_client_gave_up_is_not_lost() -> None:
    assert figures([1000, -1, 3000], stored=[0, 2]).lost().tolist() == []


def test_copies_and_order_are_counted_apart() -> None:
    found = figures([1000] * 5, stored=[0, 2, 1, 1, 3, 2, 4])
    assert (found.copies - 1)[found.copies > 1].tolist() == [1, 1]
    assert found.out_of_order() == 1


@given(st.permutations(range(8)), st.data())
def test_only_records_behind_a_later_one_are_out_of_order(order: list[int], data: st.DataObject) -> None:
    copies = data.draw(st.lists(st.sampled_from(order), max_size=4))
    behind = sum(any(other > one for other in order[:place]) for place, one in enumerate(order))
    # A copy comes after its original, so it adds no first occurrence.
    assert figures([1000] * 8, stored=[*order, *copies]).out_of_order() == behind


def test_percentiles_are_of_nearest_rank_and_never_above_what_came() -> None:
    spans = np.arange(1, 1001) * MS
    found = latencies(np.zeros(1000, np.int64), spans)
    assert (found.p50, found.p95, found.p99, found.p999, found.most) == (500, 950, 990, 999, 1000)
    spans[-11:] = NEVER
    found = latencies(np.zeros(1000, np.int64), spans)
    assert (found.p50, found.p95, found.p99) == (500, 950, None)
    assert latencies(np.zeros(0, np.int64), np.zeros(0, np.int64)).records == 0


def test_a_pause_of_the_target_is_in_the_latency_of_every_record_that_was_due_in_it() -> None:
    # Due at 1 s … 10 s, the target answers nothing from 3 s to 9 s and then all at once.
    done = [one * 1000 if not 3 <= one < 9 else 9000 for one in range(1, 11)]
    found = figures(done, stored=range(10))
    assert found.acknowledgement(found.between(3 * SECOND, 9 * SECOND)).p50 == 3000
    assert found.gaps(0, 11 * SECOND, 0)[0].seconds == 6


def test_a_gap_lasts_from_what_was_due_and_not_from_the_silence_before_it() -> None:
    assert figures([1200, 2100], stored=[0, 1]).gaps(0, 10 * SECOND, 0)[0].seconds == pytest.approx(0.2)


def test_a_partition_that_never_answers_again_has_a_gap_until_the_end() -> None:
    (gap,) = figures([1000, -1, -1], stored=[0]).gaps(0, 30 * SECOND, 0)
    assert (gap.at, gap.seconds) == (2, 28)


def test_a_gap_counts_within_its_window_alone() -> None:
    (gap,) = figures([1000, 9000, 9000], stored=range(3)).gaps(4 * SECOND, 6 * SECOND, 0)
    assert (gap.at, gap.seconds) == (4, 2)


def test_lag_is_what_is_acknowledged_and_not_read() -> None:
    found = figures([1000, 2000, 3000, -1], stored=range(3), read=[900, 8000, 8500, -1])
    moments = np.array([500, 1500, 2500, 5000, 8200, 9000]) * MS
    assert found.lag(moments).tolist() == [0, 0, 1, 2, 1, 0]


def test_the_schedule_holds_each_rate_for_its_time() -> None:
    load = Load.model_validate(
        {"rate": 10, "warm_up": "2 s", "lasts": "4 s", "bursts": [{"after": "3 s", "rate": 100}]}
    )
    shape = Shape.of(load, 100, 1, b"12345678")
    due = shape.due() / SECOND
    assert len(due) == 150
    assert (due < 5).sum() == 50
    assert np.all(np.diff(due) > 0)
    assert shape.number(shape.head(7) + shape.tail()) == 7
    assert len(shape.head(7) + shape.tail()) == 100
    assert shape.number(b"something of somebody else") is None


@pytest.mark.parametrize(("ratio", "zeros"), [(1, 0), (4, 3)])
def test_a_records_bytes_compress_as_the_workload_says(ratio: float, zeros: int) -> None:
    tail = Shape([(1, 1)], 1, 4016, ratio, b"12345678").tail()
    assert tail.endswith(bytes(zeros * 1000))
    assert tail[: len(tail) - zeros * 1000].count(0) < 40
