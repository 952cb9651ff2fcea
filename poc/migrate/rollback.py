"""While going back is open: replication back is alive and keeps up, and what going back now would lose."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from poc.migrate import measuring
from poc.migrate.positions import Found, positions
from poc.migrate.runbook import Measured, Reading, named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from poc.case.migration import GateName
    from poc.case.model import Case
    from poc.inventory.brokers import Pair
    from poc.migrate.flow import Flow
    from poc.migrate.gates import GateRow
    from poc.migrate.positions import Position
    from poc.migrate.runbook import Cutover


def check(case: Case, back: Flow, rows: Mapping[GateName, GateRow], then: Cutover) -> Measured:
    """Everything about the flow from the target to the source."""
    wanted = measuring.scoped(back.here, case.scope.topics.holds)
    every = measuring.pairs(wanted, wanted)
    # Replication back begins at the ends: until it copied a record of a partition, the cutover's end is its floor.
    floor = _floor(every, then.ends)
    found = measuring.readings(
        {
            "reverse_alive": partial(measuring.alive, back),
            "reverse_lag": partial(measuring.lag, back, every, rows["reverse_lag"].window, floor),
            "at_risk": partial(measuring.left_over, back, every, rows["at_risk"].window, floor),
            "reverse_offsets": partial(reverse_offsets, case, back, then),
            "rollback_owner": partial(rollback_owner, case),
        }
    )
    return Measured(back.there.product, back.here.product, found)


def _floor(every: list[Pair], ends: Mapping[str, int]) -> dict[Pair, int]:
    return {pair: ends[named(pair)] for pair in every if named(pair) in ends}


def reverse_offsets(case: Case, back: Flow, then: Cutover) -> Reading:
    """Whether groups could go on at the source.

    A group that reads again at the target what it had read at the source is not skipped anything by its own offset.
    """
    ours, theirs = measuring.groups(back.here, case.scope), back.there.groups(case.scope.groups)

    def own(one: Position) -> bool:
        pair = back.pair(one.pair)
        return theirs[one.group].offsets[pair] == then.offsets.get(f"{one.group}/{named(pair)}")

    found = positions(back, ours, theirs)
    return measuring.translated(
        [replace(one, found=Found.BEHIND) if one.found is Found.AHEAD and own(one) else one for one in found]
    )


def rollback_owner(case: Case) -> Reading:
    """Who decides."""
    name = case.migration.rollback_owner
    if name is None:
        return Reading(None, "nobody is named: set migration.rollback_owner in poc.yaml")
    return Reading(0, f"{case.people[name].team}, {case.people[name].contact}")
