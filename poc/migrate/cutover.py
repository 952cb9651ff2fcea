"""At the cutover: nothing moves any more, everything is copied, and groups go on at or behind where they were."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from confluent_kafka import KafkaException

from poc.migrate import markers, measuring
from poc.migrate.positions import Found, Position, positions
from poc.migrate.runbook import Cutover, Measured, Reading, named
from poc.migrate.side import UnreadError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from poc.case.migration import GateName
    from poc.case.model import Case
    from poc.inventory.brokers import Pair
    from poc.migrate.flow import Flow
    from poc.migrate.gates import GateRow


def check(case: Case, flow: Flow, rows: Mapping[GateName, GateRow], prefix: str) -> Measured:
    """Everything that must hold between the last record at the source and the first at the target.

    Makes one topic and one group for each group at the target, all behind ``prefix``, and takes them away again.
    """
    found = measuring.readings(
        {
            "producers_stopped": partial(producers_stopped, case, flow, rows["producers_stopped"].window),
            "groups_stopped": partial(groups_stopped, case, flow),
            "drained": partial(drained, case, flow, rows["drained"].window),
        }
    )
    found |= _offsets(case, flow)
    found["markers"] = measuring.reading(partial(markers.read, case, flow, prefix))
    done = found["drained"].value is not None and found["drained"].value <= rows["drained"].threshold
    return Measured(flow.here.product, flow.there.product, found, _cutover(case, flow) if done else None)


def _cutover(case: Case, flow: Flow) -> Cutover | None:
    """Where both sides stand now; None where that cannot be read, so that it stays unknown."""
    try:
        ends = flow.there.ends(_over_there(case, flow))
        groups = measuring.groups(flow.here, case.scope)
    except (UnreadError, KafkaException, TimeoutError):
        return None
    return Cutover(
        {named(pair): end for pair, end in ends.items()},
        {f"{name}/{named(pair)}": at for name, one in groups.items() for pair, at in one.offsets.items()},
    )


def _wanted(case: Case, flow: Flow) -> Sequence[Pair]:
    topics = measuring.scoped(flow.here, case.scope.topics.holds)
    return measuring.pairs(topics, topics)


def _over_there(case: Case, flow: Flow) -> Sequence[Pair]:
    topics = measuring.scoped(flow.there, case.scope.topics.holds)
    return measuring.pairs(topics, topics)


def producers_stopped(case: Case, flow: Flow, window: float) -> Reading:
    """Records that are still written at the source."""
    wanted = _wanted(case, flow)
    if not wanted:
        return Reading(None, "no topic is in scope")
    before = flow.here.ends(wanted)
    time.sleep(window)
    after = flow.here.ends(wanted)
    grown = {pair: after[pair] - before[pair] for pair in wanted if after[pair] > before[pair]}
    told = [f"{topic}, partition {number}: {many} records" for (topic, number), many in sorted(grown.items())]
    total = sum(grown.values())
    return Reading(total, f"{total} records in {window:g} s", measuring.few(told))


def groups_stopped(case: Case, flow: Flow) -> Reading:
    """Members of groups on both sides."""
    groups = [
        (side, name, one) for side in (flow.here, flow.there) for name, one in side.groups(case.scope.groups).items()
    ]
    if not groups:
        return Reading(None, "no group is in scope")
    busy = [f"{name} at the {side.alias}: {one.members} members" for side, name, one in groups if one.members]
    total = sum(one.members for _, _, one in groups)
    return Reading(total, f"{total} members in {len(busy)} groups", measuring.few(busy))


def drained(case: Case, flow: Flow, window: float) -> Reading:
    """Records that were not copied."""
    return measuring.left_over(flow, _wanted(case, flow), window)


def _offsets(case: Case, flow: Flow) -> dict[str, Reading]:
    """The three gates on offsets, from one comparison."""
    compared: list[Position] = []

    def compare() -> Reading:
        theirs = flow.there.groups(case.scope.groups)
        if moved := sorted(name for name, one in theirs.items() if one.members):
            return Reading(None, f"{', '.join(moved)} has members at the target: what it reads there moves its offsets")
        compared.extend(positions(flow, measuring.groups(flow.here, case.scope), theirs))
        return Reading(0, "compared")

    done = measuring.reading(compare)
    if done.value is None:
        return dict.fromkeys(("offsets_missing", "offsets_ahead", "replay"), done)
    of_kind: Callable[[Found, str], Reading] = partial(measuring.of_kind, compared)
    return {
        "offsets_missing": of_kind(Found.MISSING, "offsets are missing"),
        "offsets_ahead": of_kind(Found.AHEAD, "offsets are ahead"),
        "replay": _replay(compared),
    }


def _replay(compared: Sequence[Position]) -> Reading:
    behind = [one for one in compared if one.found is Found.BEHIND]
    if not compared or len(behind) < len(compared):
        return Reading(
            None, f"{len(compared) - len(behind)} of {len(compared)} offsets are not at or behind the source's"
        )
    most = max(one.seconds for one in behind)
    records = sum(one.records for one in behind)
    told = [str(one) for one in sorted(behind, key=lambda one: -one.seconds) if one.records]
    return Reading(most, f"at most {most:g} s, {records} records in all {len(behind)} offsets", measuring.few(told))
