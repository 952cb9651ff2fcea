"""What the checks share: a reading that cannot be made is missing evidence, and the worst of a window counts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from confluent_kafka import KafkaException

from poc.inventory.brokers import why
from poc.migrate.positions import Found
from poc.migrate.runbook import Reading
from poc.migrate.side import Group, UnreadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from poc.case.migration import GateName
    from poc.case.scope import Scope
    from poc.inventory.brokers import Pair
    from poc.migrate.flow import Flow, Left
    from poc.migrate.positions import Position
    from poc.migrate.side import Side

_FEW = 20
_SKEW = 2.0


def readings(ways: Mapping[GateName, Callable[[], Reading]]) -> dict[str, Reading]:
    """Every gate measured; one whose evidence could not be read says why, and has no value."""
    return {gate: reading(way) for gate, way in ways.items()}


def reading(way: Callable[[], Reading]) -> Reading:
    """One gate measured."""
    try:
        return way()
    except UnreadError as error:
        return Reading(None, f"could not be measured: {error}")
    except (KafkaException, TimeoutError) as error:
        return Reading(None, f"could not be measured: {why(error)}")


def counted(what: str, cases: Sequence[str], of: int) -> Reading:
    """How many cases there are among so many; nothing at all to look at is missing evidence."""
    if not of:
        return Reading(None, f"there is nothing in scope to look at ({what})")
    return Reading(len(cases), f"{len(cases)} of {of} {what}", few(cases))


def few(cases: Sequence[str]) -> tuple[str, ...]:
    """The first of them, and how many more there are."""
    more = (f"and {len(cases) - _FEW} more",) if len(cases) > _FEW else ()
    return (*cases[:_FEW], *more)


def pairs(topics: Mapping[str, int], names: Iterable[str]) -> list[Pair]:
    """The partitions of some topics."""
    return [(name, number) for name in sorted(names) for number in range(topics[name])]


def alive(flow: Flow) -> Reading:
    """Seconds since the newest heartbeat of a direction."""
    if flow.linked:
        return Reading(None, "AutoMQ's linking writes no heartbeat: look at the link's state in its console")
    heard = flow.heard()
    if heard is None:
        return Reading(None, f"no heartbeat from {flow.here.alias} to {flow.there.alias} is at {flow.there.bootstrap}")
    age = time.time() - heard / 1000
    if age < -_SKEW:
        return Reading(None, f"the newest heartbeat is {-age:.1f} s in the future: set the clocks")
    return Reading(round(max(0.0, age), 1), f"{max(0.0, age):.1f} s ago")


def watched(window: float, look: Callable[[], Mapping[Pair, Left]]) -> list[Mapping[Pair, Left]]:
    """What was seen during a window: at its beginning, every second, at its end."""
    end = time.monotonic() + window
    seen = [look()]
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(1.0, left))
        seen.append(look())
    return seen


def lag(flow: Flow, wanted: Sequence[Pair], window: float, floor: Mapping[Pair, int] | None = None) -> Reading:
    """Seconds behind: the age of the oldest record that was not copied, the worst of the window."""
    if not wanted:
        return Reading(None, "no topic is in scope")
    seen = watched(window, lambda: flow.not_copied(flow.here.ends(wanted), floor))
    worst = max((left.age for now in seen for left in now.values()), default=0.0)
    return Reading(round(worst, 1), f"{worst:.1f} s, the worst of {len(seen)} looks in {window:g} s", _left(seen[-1]))


def left_over(flow: Flow, wanted: Sequence[Pair], window: float, floor: Mapping[Pair, int] | None = None) -> Reading:
    """Records that were not copied, the worst of the window."""
    if not wanted:
        return Reading(None, "no topic is in scope")
    seen = watched(window, lambda: flow.not_copied(flow.here.ends(wanted), floor))
    worst = max(sum(left.records for left in now.values()) for now in seen)
    return Reading(worst, f"{worst} records, the worst of {len(seen)} looks in {window:g} s", _left(seen[-1]))


def _left(now: Mapping[Pair, Left]) -> tuple[str, ...]:
    return few(
        [f"{topic}, partition {number}: {left.records} records" for (topic, number), left in sorted(now.items())]
    )


def translated(found: Sequence[Position]) -> Reading:
    """Offsets that are missing or ahead; one that is not known leaves no value, unless others are wrong already."""
    cases = [one for one in found if one.found is not Found.BEHIND]
    wrong = [one for one in cases if one.found is not Found.UNKNOWN]
    told = counted("offsets are missing, ahead or not known", list(map(str, cases)), len(found))
    if told.value is None:
        return told
    most = max((one.seconds for one in found), default=0.0)
    text = f"{told.text}; at most {most:g} s are read again"
    return Reading(len(wrong) if len(wrong) == len(cases) or wrong else None, text, told.detail)


def of_kind(found: Sequence[Position], kind: Found, what: str) -> Reading:
    """Offsets of one kind; one that is not known leaves no value, unless others are of the kind already."""
    cases = [str(one) for one in found if one.found is kind]
    told = counted(what, cases, len(found))
    unknown = [str(one) for one in found if one.found is Found.UNKNOWN]
    if unknown and not cases:
        return Reading(None, f"{len(unknown)} of {len(found)} offsets could not be compared", few(unknown))
    return told


def scoped(side: Side, wanted: Callable[[str], bool]) -> dict[str, int]:
    """The topics in scope with their partitions, without those that replication itself makes."""
    return {name: many for name, many in side.topics().items() if wanted(name) and not _own(name)}


def groups(side: Side, scope: Scope) -> dict[str, Group]:
    """The groups in scope with what they committed in topics in scope; without those that committed nothing there."""
    topics = scoped(side, scope.topics.holds)
    found = {
        name: Group(one.members, {pair: at for pair, at in one.offsets.items() if pair[0] in topics})
        for name, one in side.groups(scope.groups).items()
    }
    return {name: one for name, one in found.items() if one.offsets}


def _own(name: str) -> bool:
    """MirrorMaker 2's own topics, which it never copies, and the brokers' own."""
    return name.startswith(("__", "mm2-")) or name.endswith((".internal", "-internal", "heartbeats"))
