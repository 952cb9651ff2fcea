"""The runbook's gates as data: what is measured, how, for how long it counts, and what follows above the threshold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from poc.case.migration import GateName
    from poc.case.model import Case

HOUR, DAY = 3600.0, 86_400.0


class Phase(StrEnum):
    """When a gate is measured, and by which command."""

    BEFORE = "before"
    CUTOVER = "cutover"
    ROLLBACK = "rollback"

    @property
    def command(self) -> str:
        """The command that measures it."""
        return "byoc poc migrate " + {"before": "check"}.get(self.value, f"{self.value}-check")


@dataclass(frozen=True)
class GateRow:
    """A gate. ``unit`` is what the value counts; a ``window`` of 0 is a single look."""

    gate: GateName
    phase: Phase
    title: str
    unit: str
    how: str
    threshold: float = 0
    window: float = 0
    valid_for: float = DAY
    otherwise: Literal["pause", "reverse"] = "pause"
    owner: str | None = None


_B, _C, _R = Phase
ROWS = (
    GateRow("topics", _B, "Topics are at the target", "topics missing", "metadata of both sides, topics in scope"),
    GateRow(
        "partitions", _B, "Topics have the same partitions", "topics that differ", "metadata of both sides: keys stay "
        "with their partition only while the number is the same",
    ),
    GateRow(
        "configs", _B, "Topic configs are the same", "configs that differ", "what is set at the source against what "
        "is in effect at the target, without what migration.may_differ names",
    ),
    GateRow(
        "groups", _B, "Groups are at the target", "groups missing", "groups in scope with offsets at the source, and "
        "with offsets at the target",
    ),
    GateRow(
        "mirror_alive", _B, "Replication is alive", "seconds since it was heard", "the newest heartbeat from source to "
        "target that MirrorMaker 2 wrote at the target, by its timestamp and this machine's clock", 30, valid_for=HOUR,
    ),
    GateRow(
        "lag", _B, "Replication keeps up", "seconds behind", "the age of the oldest record of the source that was not "
        "copied, by the offsets that MirrorMaker 2 commits; the worst of the window", 30, 10, HOUR,
    ),
    GateRow(
        "translated_offsets", _B, "Groups' offsets are translated", "offsets missing or ahead", "the record at which a "
        "group goes on at the target, looked for at the source; at or behind the source's offset is right",
        valid_for=HOUR,
    ),
    GateRow(
        "producers_stopped", _C, "Producers have stopped", "records written", "end offsets of the source at the "
        "beginning and the end of the window", 0, 10, HOUR,
    ),
    GateRow(
        "groups_stopped", _C, "Consumers have stopped", "members", "members of the groups in scope, on both sides: "
        "offsets are copied only while a group is empty", valid_for=HOUR,
    ),
    GateRow(
        "drained", _C, "Everything is copied", "records not copied", "records of the source behind the offsets that "
        "MirrorMaker 2 committed; the worst of the window", 0, 3, HOUR,
    ),
    GateRow(
        "offsets_missing", _C, "No group starts without its offset", "offsets missing", "group by group, partition by "
        "partition: committed at the source and not at the target", valid_for=HOUR,
    ),
    GateRow(
        "offsets_ahead", _C, "No group skips records", "offsets ahead", "as for translated offsets: a target ahead of "
        "the source skips records", valid_for=HOUR, otherwise="reverse",
    ),
    GateRow(
        "replay", _C, "What groups read again is agreed", "seconds read again", "from the record at which a group goes "
        "on at the target to the last one that it read at the source, by their timestamps; gates.migration.replay",
        valid_for=HOUR,
    ),
    GateRow(
        "markers", _C, "A marker is written and read for each group", "groups without their marker", "a record in a "
        "topic of its own at the target, read, committed and read back by a group of the same name behind the prefix",
        valid_for=HOUR, otherwise="reverse",
    ),
    GateRow(
        "reverse_alive", _R, "Replication back is alive", "seconds since it was heard", "the newest heartbeat from "
        "target to source that MirrorMaker 2 wrote at the source", 30, valid_for=HOUR,
    ),
    GateRow(
        "reverse_lag", _R, "Replication back keeps up", "seconds behind", "the age of the oldest record of the target "
        "that was not copied back; the worst of the window", 30, 5, HOUR,
    ),
    GateRow(
        "at_risk", _R, "Going back now loses nothing", "records that would be lost", "records written at the target "
        "since the cutover that are not at the source; the worst of the window", 0, 5, HOUR,
    ),
    GateRow(
        "reverse_offsets", _R, "Groups' offsets are valid at the source", "offsets missing or ahead", "the record at "
        "which a group would go on at the source, looked for at the target", valid_for=HOUR,
    ),
    GateRow(
        "rollback_owner", _R, "Somebody decides to go back", "owners missing", "migration.rollback_owner of poc.yaml",
    ),
)  # fmt: skip


def rows(case: Case) -> tuple[GateRow, ...]:
    """The gates with the case's own limits and owners."""
    return tuple(_limited(case, row) for row in ROWS)


def _limited(case: Case, row: GateRow) -> GateRow:
    gate = case.gates.migration
    if row.gate == "replay":
        row = replace(row, threshold=gate.replay)
    row = replace(row, owner=gate.owner)
    own = case.migration.gates.get(row.gate)
    if own is None:
        return row
    given = {name: value for name, value in own if value is not None}
    return replace(row, **given)
