"""Where a group goes on at the other side, by the record itself: translated offsets lag, so equality is no test.

The record at which a group would go on over there is looked for over here, by timestamp, key and value. At or in
front of the group's own offset it reads again; behind it, it skips records.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from confluent_kafka.admin import OffsetSpec

from poc.migrate.side import offset, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from confluent_kafka import Message

    from poc.inventory.brokers import Pair
    from poc.migrate.flow import Flow
    from poc.migrate.side import Group

_MOST = 2000
"""Records that are looked at for one that is the same."""


class Found(StrEnum):
    """What a comparison comes to."""

    BEHIND = "at or behind"
    AHEAD = "ahead"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Position:
    """A group in a partition: its offset here, the one over there, and what the two come to."""

    group: str
    pair: Pair
    here: int
    found: Found
    records: int = 0
    seconds: float = 0
    why: str = ""

    def __str__(self) -> str:
        topic, partition = self.pair
        many = "1 record" if self.records == 1 else f"{self.records} records"
        said = self.why or f"{many}, {self.seconds:g} s, read again"
        return f"{self.group}, {topic}, partition {partition}: {self.found}; {said}"


def positions(flow: Flow, mine: Mapping[str, Group], theirs: Mapping[str, Group]) -> list[Position]:
    """Every offset of the groups here against the one over there; raises UnreadError, KafkaException."""
    return [
        position
        for name, group in sorted(mine.items())
        for position in _group(flow, name, group.offsets, theirs[name].offsets if name in theirs else {})
    ]


def _group(flow: Flow, name: str, mine: Mapping[Pair, int], theirs: Mapping[Pair, int]) -> Iterable[Position]:
    there = {pair: theirs[flow.pair(pair)] for pair in mine if flow.pair(pair) in theirs}
    lacking = mine.keys() - there.keys()
    starts, ends = flow.here.starts(lacking), flow.here.ends(lacking)
    for pair in sorted(lacking):
        if starts[pair] != ends[pair]:  # of a partition without records nothing can be skipped
            yield Position(name, pair, mine[pair], Found.MISSING, why=f"{mine[pair]} is committed at one side only")
    beyond = _beyond(flow, mine, there)
    yield from (Position(name, pair, mine[pair], Found.UNKNOWN, why=why) for pair, why in sorted(beyond.items()))
    there = {pair: at for pair, at in there.items() if pair not in beyond}
    anchors = _anchors(flow, there)
    places = _places(flow, {pair: message for pair, (message, _) in anchors.items()})
    going_on = flow.here.first({pair: mine[pair] for pair in there})
    newest = flow.here.last_before({pair: mine[pair] for pair in there})
    for pair in sorted(there):
        if pair not in anchors:
            yield _unanchored(name, pair, mine[pair], going_on.get(pair), newest.get(pair))
            continue
        message, behind = anchors[pair]
        at = [place + behind for place in places[pair]]
        yield _judged(
            Position(name, pair, mine[pair], Found.UNKNOWN), at, message, going_on.get(pair), newest.get(pair)
        )


def _beyond(flow: Flow, mine: Mapping[Pair, int], there: Mapping[Pair, int]) -> dict[Pair, str]:
    """The partitions where a group's offset is behind all that is kept, and why nothing can be said of them."""
    ours, theirs = flow.here.ends(there), flow.there.ends(map(flow.pair, there))
    found = {}
    for pair in there:
        for side, at, end in ((flow.here, mine[pair], ours[pair]), (flow.there, there[pair], theirs[flow.pair(pair)])):
            if at > end:
                found[pair] = f"{at} is committed at the {side.alias}, where records end at {end}"
    return found


def _anchors(flow: Flow, there: Mapping[Pair, int]) -> dict[Pair, tuple[Message, int]]:
    """A record over there for each partition: the next one and 0, or the last one in front and 1."""
    back = {flow.pair(pair): pair for pair in there}
    wanted = {flow.pair(pair): at for pair, at in there.items()}
    following = flow.there.first(wanted)
    last = flow.there.last_before({pair: at for pair, at in wanted.items() if pair not in following})
    return {back[pair]: (message, 0) for pair, message in following.items()} | {
        back[pair]: (message, 1) for pair, message in last.items()
    }


def _places(flow: Flow, wanted: Mapping[Pair, Message]) -> dict[Pair, list[int]]:
    """The offsets here of the records that are the same as the one wanted."""
    times = {pair: OffsetSpec.for_timestamp(max(0, timestamp(message))) for pair, message in wanted.items()}
    starts = {pair: at for pair, at in flow.here.at_times(times).items() if at >= 0}
    found: dict[Pair, list[int]] = {pair: [] for pair in wanted}
    seen: Counter[Pair] = Counter()

    def wants(pair: Pair, message: Message) -> bool:
        seen[pair] += 1
        if _same(message, wanted[pair]):
            found[pair].append(offset(message))
        elif found[pair] and timestamp(message) > timestamp(wanted[pair]):
            return False
        return seen[pair] < _MOST

    flow.here.scan(starts, wants)
    return found


def _same(one: Message, other: Message) -> bool:
    return (timestamp(one), one.key(), one.value()) == (timestamp(other), other.key(), other.value())


def _unanchored(name: str, pair: Pair, here: int, going_on: Message | None, newest: Message | None) -> Position:
    """Nothing is over there to compare with: right only where nothing is here either."""
    if going_on is None and newest is None:
        return Position(name, pair, here, Found.BEHIND)
    return Position(name, pair, here, Found.UNKNOWN, why="no record is over there to compare with")


def _judged(
    told: Position, at: list[int], message: Message, going_on: Message | None, newest: Message | None
) -> Position:
    name, pair, here = told.group, told.pair, told.here
    if not at:
        why = "the record at which it goes on over there was not found here"
        return Position(name, pair, here, Found.UNKNOWN, why=why)
    skips = going_on is not None and offset(going_on) < at[0]
    if skips:
        why = f"records from {here} on are skipped, up to {at[0]}"
        return Position(name, pair, here, Found.AHEAD, records=at[0] - here, why=why)
    if going_on is not None and offset(going_on) < at[-1]:
        why = f"records from {at[0]} to {at[-1]} are alike, so its place among them is not known"
        return Position(name, pair, here, Found.UNKNOWN, why=why)
    again = max(0, here - at[0])
    if not again or newest is None:
        return Position(name, pair, here, Found.BEHIND)
    seconds = max(0, timestamp(newest) - timestamp(message)) / 1000
    return Position(name, pair, here, Found.BEHIND, again, seconds)
