"""runbook.json: every gate with what was measured; format ``byoc-runbook/1``. Missing or old evidence pauses."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from audit.model.verdict import Verdict
from poc.migrate.gates import Phase, rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from poc.case.model import Case
    from poc.migrate.gates import GateRow

FORMAT = "byoc-runbook/1"
Word = Literal["continue", "pause", "reverse"]
_VERDICTS: dict[Word, Verdict] = {"continue": Verdict.HOLDS, "pause": Verdict.UNKNOWN, "reverse": Verdict.BROKEN}
_WORST: tuple[Word, ...] = ("reverse", "pause", "continue")
UNMEASURED = "not measured yet"


@dataclass(frozen=True)
class Reading:
    """What was measured: a value, or None where evidence is missing; in words; and the cases one by one."""

    value: float | None
    text: str
    detail: tuple[str, ...] = ()


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")


class SideRow(_Row):
    """A cluster: what the case says of it, and what the brokers themselves tell once they were asked."""

    bootstrap: str
    platform: str
    product: str = Field(default="", description="empty until a check asked the brokers")


class GateState(_Row):
    """A gate and where it stands."""

    gate: str
    phase: Phase
    title: str
    unit: str
    how: str
    threshold: float
    window_seconds: float
    otherwise: Literal["pause", "reverse"]
    owner: str = Field(description="empty: nobody answers for it")
    verdict: Word
    measured: str
    value: float | None
    detail: tuple[str, ...]
    measured_at: str = Field(description="ISO-8601 UTC; empty: never")
    expires: str = Field(description="from this moment on the evidence is too old and pauses")


class Runbook(_Row):
    """The migration of a case."""

    format: Literal["byoc-runbook/1"] = "byoc-runbook/1"
    case: str
    as_of: str
    tool: str
    replication_policy: str
    source: SideRow
    target: SideRow
    gates: tuple[GateState, ...]
    assumptions: tuple[str, ...]
    cutover_ends: dict[str, int] = Field(
        default={}, description="end offsets of the target when everything was copied, by TOPIC-PARTITION"
    )
    cutover_offsets: dict[str, int] = Field(
        default={}, description="what groups had committed at the source then, by GROUP/TOPIC-PARTITION"
    )

    def of(self, phase: Phase) -> tuple[GateState, ...]:
        """The gates of a phase."""
        return tuple(one for one in self.gates if one.phase is phase)

    def text(self) -> str:
        """The document as runbook.json holds it."""
        return self.model_dump_json(indent=1) + "\n"


def word(gates: Iterable[GateState]) -> Word:
    """Reverse over pause over continue; pause when there is nothing."""
    return min((one.verdict for one in gates), key=_WORST.index, default="pause")


def verdict(gates: Iterable[GateState]) -> Verdict:
    """The same as the audit says it."""
    return _VERDICTS[word(gates)]


@dataclass(frozen=True)
class Cutover:
    """How both sides stood when everything was copied: see Runbook."""

    ends: Mapping[str, int]
    offsets: Mapping[str, int]


@dataclass(frozen=True)
class Measured:
    """What a check brought: the products that answered, readings by gate, and the cutover if all was copied."""

    source: str = ""
    target: str = ""
    readings: Mapping[str, Reading] = field(default_factory=dict)
    cutover: Cutover | None = None


def runbook(case: Case, before: Runbook | None, found: Measured, now: str) -> Runbook:
    """The runbook with new readings over those of an earlier one of the same clusters, all judged as of ``now``.

    The case must have a source and a target.
    """
    source, target = (_side(case, side) for side in ("source", "target"))
    if before is not None and (before.case, before.source.bootstrap, before.target.bootstrap) != (
        case.name,
        source.bootstrap,
        target.bootstrap,
    ):
        before = None
    old = {one.gate: one for one in before.gates} if before is not None else {}
    then = Cutover(before.cutover_ends, before.cutover_offsets) if before is not None else Cutover({}, {})
    then = found.cutover or then
    return Runbook(
        case=case.name,
        as_of=now,
        tool=case.migration.tool,
        replication_policy=case.migration.replication_policy,
        source=source.model_copy(update={"product": found.source or (before.source.product if before else "")}),
        target=target.model_copy(update={"product": found.target or (before.target.product if before else "")}),
        gates=tuple(_state(row, found.readings.get(row.gate), old.get(row.gate), now) for row in rows(case)),
        assumptions=tuple(_assumptions(case)),
        cutover_ends=dict(then.ends),
        cutover_offsets=dict(then.offsets),
    )


def _side(case: Case, which: Literal["source", "target"]) -> SideRow:
    cluster = case.source if which == "source" else case.target
    if cluster is None:
        raise ValueError(which)
    return SideRow(bootstrap=cluster.bootstrap, platform=cluster.platform)


def _state(row: GateRow, reading: Reading | None, old: GateState | None, now: str) -> GateState:
    if reading is not None:
        value, text, detail, at = reading.value, reading.text, reading.detail, now
    elif old is not None:
        value, text, detail, at = old.value, old.measured, old.detail, old.measured_at
    else:
        value, text, detail, at = None, UNMEASURED, (), ""
    expires = later(at, row.valid_for) if at else ""
    return GateState(
        gate=row.gate,
        phase=row.phase,
        title=row.title,
        unit=row.unit,
        how=row.how,
        threshold=row.threshold,
        window_seconds=row.window,
        otherwise=row.otherwise,
        owner=row.owner or "",
        verdict=_judged(row, value, expires, now),
        measured=text,
        value=value,
        detail=detail,
        measured_at=at,
        expires=expires,
    )


def _judged(row: GateRow, value: float | None, expires: str, now: str) -> Word:
    if value is None or not expires or now >= expires:
        return "pause"
    return "continue" if value <= row.threshold else row.otherwise


def named(pair: tuple[str, int]) -> str:
    """A partition as the document names it."""
    return f"{pair[0]}-{pair[1]}"


def later(moment: str, seconds: float) -> str:
    """A moment some seconds after another (ISO-8601 UTC)."""
    then = datetime.fromisoformat(moment) + timedelta(seconds=seconds)
    return then.isoformat(timespec="seconds").replace("+00:00", "Z")


def _assumptions(case: Case) -> Iterable[str]:
    told = case.migration
    if told.vendor_confirmed is not None:
        word_ = told.vendor_confirmed
        yield f"{word_.who} confirmed on {word_.date}: {word_.what}"
    if told.tool == "mirrormaker-2":
        yield "MirrorMaker 2 copies at least once: a restart may copy records again, and nothing here counts those"
        yield "transactions arrive as their committed records; their boundaries are not kept"
    yield "ACLs, quotas, users and schemas are moved apart from this runbook: byoc poc inventory lists them"
    yield "timestamps of records are kept by the target's topics: with LogAppendTime no offset can be compared"
    yield "clocks of this machine and of the hosts that replicate agree to within a second"
