"""From a run to its result: what was measured, against the SLOs, with what the run does not show."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from audit.model.verdict import Verdict
from poc.case.reliability import KINDS, LONG_ENOUGH
from poc.reliability import hooks, writer
from poc.reliability.figures import NEVER, NO_REPORT, Figures, latencies
from poc.reliability.result import (
    Counts,
    Event,
    FaultRow,
    Latencies,
    LoadRow,
    NotTested,
    Overhead,
    Point,
    ReliabilityResult,
    SloRow,
    StepRow,
)
from poc.reliability.shape import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from poc.case.model import Case
    from poc.case.reliability import Fault, Reliability, Slo
    from poc.reliability.run import Measured

_MOST_POINTS, _LAG_EVERY, _BEFORE = 240, SECOND // 10, 10 * SECOND
_FEW = 1000


def judge(case: Case, told: Reliability, platform: str, run: Measured) -> ReliabilityResult:
    """The result of a run; the same logs give the same result."""
    return _Judge(told, run, Figures.of(run.shape, run.written.start, run.written.sent, run.folder)).result(
        case.name, platform
    )


class _Judge:
    def __init__(self, told: Reliability, run: Measured, figures: Figures) -> None:
        self._told, self._run, self._figures = told, run, figures
        self._zero = run.written.start + round(told.load.warm_up * SECOND)
        self._end = self._moment(told.load.lasts)

    def _moment(self, seconds: float) -> int:
        return self._zero + round(seconds * SECOND)

    def _at(self, moment: int) -> float:
        return round((moment - self._zero) / SECOND, 3)

    def result(self, name: str, platform: str) -> ReliabilityResult:
        whole = self._figures.between(self._zero, self._end)
        steady = whole.copy()
        for fault in self._told.faults:
            steady &= ~self._figures.between(self._moment(fault.after), self._moment(fault.end))
        counts = self._counts()
        faults = tuple(self._fault(number, fault) for number, fault in enumerate(self._told.faults))
        calm = self._latencies(steady)
        slos = tuple(self._slos(self._told.slo, calm, counts, faults))
        return ReliabilityResult(
            case=name,
            began=datetime.fromtimestamp(self._run.began, UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            platform=platform,
            cluster=self._run.cluster,
            brokers=self._run.brokers,
            conditions=self._told.conditions,
            load=self._load(),
            client=dict(self._run.client),
            library=writer.client(),
            counts=counts,
            steady=calm,
            whole=self._latencies(whole),
            series=tuple(self._series()),
            faults=faults,
            slos=slos,
            overhead=self._overhead(),
            not_tested=tuple(self._not_tested()),
            notes=tuple(self._notes()),
            verdict=Verdict.worst(row.verdict for row in slos),
        )

    def _load(self) -> LoadRow:
        load = self._told.load
        return LoadRow(
            rate=load.rate,
            bursts=tuple((burst.after, burst.rate) for burst in load.bursts),
            partitions=load.partitions,
            groups=load.groups,
            record_size=self._run.shape.size,
            warm_up=load.warm_up,
            lasts=load.lasts,
        )

    def _latencies(self, which: NDArray[np.bool_]) -> dict[str, Latencies]:
        return {
            "acknowledgement": self._figures.acknowledgement(which),
            "end_to_end": self._figures.end_to_end(which),
        }

    def _counts(self) -> Counts:
        figures, back = self._figures, self._run.read_back
        given_up = ~figures.is_acknowledged
        codes, times = np.unique(figures.errors[given_up], return_counts=True)
        words = (_said(int(code)) for code in codes)
        return Counts(
            sent=len(figures.due),
            acknowledged=int(figures.is_acknowledged.sum()),
            given_up=int(given_up.sum()),
            errors=dict(zip(words, map(int, times), strict=True)),
            read_back=len(figures.stored),
            lost=len(figures.lost()) if back.whole else None,
            lost_in=figures.lost_ranges() if back.whole else (),
            duplicated=int((figures.copies[figures.copies > 1] - 1).sum()),
            out_of_order=figures.out_of_order(),
            stored_unacknowledged=int((given_up & (figures.copies > 0)).sum()),
            foreign=int((figures.stored["number"] < 0).sum()),
            read_back_whole=back.whole,
            read_back_said=back.said or ("" if back.whole else _short(back.ends, back.reached)),
        )

    def _series(self) -> Iterator[Point]:
        load = self._told.load
        width = max(1, round((load.warm_up + load.lasts) / _MOST_POINTS)) * SECOND
        begins = np.arange(self._run.written.start, self._run.written.end, width)
        lag = self._figures.lag(begins + width)
        came = np.searchsorted(np.sort(self._figures.acknowledged), np.append(begins, begins[-1] + width))
        for place, begin in enumerate(begins.tolist()):
            due = self._figures.between(begin, begin + width)
            yield Point(
                at=self._at(begin),
                acknowledged=int(came[place + 1] - came[place]),
                acknowledgement=self._figures.acknowledgement(due),
                end_to_end=self._figures.end_to_end(due),
                lag=int(lag[place]),
            )

    def _fault(self, number: int, fault: Fault) -> FaultRow:
        begin, end = self._moment(fault.after), self._moment(fault.end)
        window, done = self._figures.between(begin, end), [one for one in self._run.steps if one.fault == number]
        before, peak, drain = self._lag(begin, max([begin, *(one.end for one in done)]), end)
        return FaultRow(
            kind=fault.kind,
            begin=fault.after,
            end=fault.end,
            steps=tuple(
                StepRow(
                    at=self._at(one.begin),
                    seconds=round((one.end - one.begin) / SECOND, 3),
                    step=hooks.named(fault.steps[one.step]),
                    failed=one.failed or None,
                )
                for one in done
            ),
            events=tuple(Event(at=self._at(at), said=said) for at, said in self._run.events if begin <= at < end),
            gaps=self._figures.gaps(begin, end, self._zero),
            acknowledgement=self._figures.acknowledgement(window),
            end_to_end=self._figures.end_to_end(window),
            given_up=int((window & ~self._figures.is_acknowledged).sum()),
            lag_before=before,
            lag_peak=peak,
            drain=drain,
        )

    def _lag(self, begin: int, restored: int, end: int) -> tuple[int, int, float | None]:
        """The highest lag in the ten seconds before a fault, the highest in its window, and how long it took to drain.

        Drained means: no higher than before the fault, or than a second's records, and so until the window's end.
        """
        times = np.arange(max(self._zero, begin - _BEFORE), begin, _LAG_EVERY)
        before = int(self._figures.lag(times).max()) if len(times) else 0
        window = np.arange(begin, end, _LAG_EVERY)
        lag = self._figures.lag(window)
        high = np.flatnonzero(lag > max(before, self._told.load.rate))
        if not len(high):
            return before, int(lag.max()), 0.0
        if high[-1] == len(window) - 1:
            return before, int(lag.max()), None
        return before, int(lag.max()), max(0.0, round((int(window[high[-1] + 1]) - restored) / SECOND, 1))

    def _slos(
        self, slo: Slo, calm: dict[str, Latencies], counts: Counts, faults: tuple[FaultRow, ...]
    ) -> Iterator[SloRow]:
        named = (("acknowledgement", slo.acknowledgement_p99), ("end_to_end", slo.end_to_end_p99))
        for name, limit in named:
            if limit is not None:
                yield _latency(name, limit, calm[name])
        if slo.gap is not None:
            gaps = [gap.seconds for gap in self._figures.gaps(self._zero, self._run.written.end, self._zero)]
            longest = max(gaps, default=0.0)
            yield _at_most("longest gap of a partition", slo.gap, longest)
        if slo.drain is not None:
            yield _drained(slo.drain, faults)
        whole = counts.read_back_whole
        yield _counted("lost", slo.lost, counts.lost, whole=whole, said=counts.read_back_said)
        yield _counted("duplicated", slo.duplicated, counts.duplicated, whole=whole, said=counts.read_back_said)
        yield _counted("out of order", slo.out_of_order, counts.out_of_order, whole=whole, said=counts.read_back_said)
        yield _counted("given up by the client", slo.given_up, counts.given_up, whole=True, said="")
        undone = sum(not fault.done for fault in faults)
        if undone:
            why = "a step failed, so the fault may not have happened"
            yield SloRow(
                name="faults done", limit="all", measured=f"all but {undone}", verdict=Verdict.UNKNOWN, why=why
            )

    def _overhead(self) -> Overhead:
        handed = np.asarray(self._figures.sent != NEVER)
        spent = self._run.written.processor_seconds + self._run.reader_seconds
        took = (self._run.written.end - self._run.written.start) / SECOND
        zeros = np.zeros(len(self._run.floor.latencies), np.int64)
        return Overhead(
            floor=latencies(zeros, self._run.floor.latencies),
            late=latencies(self._figures.due[handed], self._figures.sent[handed]),
            cores=round(spent / took, 3),
        )

    def _not_tested(self) -> Iterator[NotTested]:
        done = {fault.kind for fault in self._told.faults}
        for kind, words in KINDS.items():
            if kind not in done and kind != "other":
                yield NotTested(what=f"{kind}: {words}", why="no fault of this kind is in poc.yaml")
        for name in ("acknowledgement_p99", "end_to_end_p99", "gap", "drain"):
            if getattr(self._told.slo, name) is None:
                yield NotTested(what=f"SLO {name}", why="no limit is in poc.yaml")
        yield NotTested(what="uneven keys", why="the prober writes evenly over the partitions")
        yield NotTested(what="transactions", why="the prober uses none; byoc poc compat tries them")
        yield NotTested(what="other clients' retry behaviour", why="the prober is one client library")

    def _notes(self) -> Iterator[str]:
        yield from self._run.notes
        if self._told.load.warm_up < LONG_ENOUGH:
            yield (
                f"the warm-up of {self._told.load.warm_up:g} s is below {LONG_ENOUGH:g} s: AutoMQ fails no broker over "
                "that dies within a minute of its start, so failures may look longer than they are later"
            )
        if self._told.conditions == "not stated":
            yield "the conditions are not stated: write build, WAL type, instances and zones into poc.yaml"
        if len(self._figures.due) < _FEW:
            yield f"of {len(self._figures.due)} records p99.9 is the slowest one"
        if self._run.brokers == 1:
            yield "the target has one broker: no failure of a broker can be survived"


def _said(code: int) -> str:
    return "no report came" if code == NO_REPORT else writer.said(code)


def _short(ends: dict[int, int], reached: dict[int, int]) -> str:
    parts = [f"{one}: {reached.get(one)} of {end}" for one, end in ends.items() if reached.get(one) != end]
    return f"it ended before the last record of partitions {'; '.join(parts[:10])}" if parts else "nothing was read"


def _latency(name: str, limit: float, found: Latencies) -> SloRow:
    words = f"{name.replace('_', ' ')} p99, outside faults"
    if not found.records:
        why = "no record was due outside the faults' windows"
        return SloRow(name=words, limit=_time(limit), measured="nothing", verdict=Verdict.UNKNOWN, why=why)
    if found.p99 is None:
        why = "over one record in a hundred never arrived"
        return SloRow(name=words, limit=_time(limit), measured="never", verdict=Verdict.BROKEN, why=why)
    return _at_most(words, limit, found.p99 / 1000)


def _at_most(name: str, limit: float, found: float) -> SloRow:
    verdict = Verdict.HOLDS if found <= limit else Verdict.BROKEN
    return SloRow(name=name, limit=_time(limit), measured=_time(found), verdict=verdict)


def _drained(limit: float, faults: tuple[FaultRow, ...]) -> SloRow:
    name = "lag drained after each fault"
    if not faults:
        why = "no fault was done"
        return SloRow(name=name, limit=_time(limit), measured="nothing", verdict=Verdict.UNKNOWN, why=why)
    never = [fault.kind for fault in faults if fault.drain is None]
    if never:
        why = f"still behind when watching ended: {', '.join(never)}"
        return SloRow(name=name, limit=_time(limit), measured="never", verdict=Verdict.BROKEN, why=why)
    return _at_most(name, limit, max(fault.drain or 0.0 for fault in faults))


def _counted(name: str, limit: int, found: int | None, *, whole: bool, said: str) -> SloRow:
    verdict = Verdict.BROKEN if found is not None and found > limit else Verdict.HOLDS if whole else Verdict.UNKNOWN
    why = f"the read-back is not whole: {said}" if not whole else ""
    shown = "not known" if found is None else f"{found:,}"
    return SloRow(name=f"records {name}", limit=f"{limit:,}", measured=shown, verdict=verdict, why=why)


def _time(seconds: float) -> str:
    return f"{seconds:.4g} s" if seconds >= 1 or not seconds else f"{seconds * 1000:.3g} ms"
