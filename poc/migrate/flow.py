"""Replication in one direction: what was copied so far, and whether it is alive, by what MirrorMaker 2 writes."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from poc.migrate.side import UnreadError, offset, timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from confluent_kafka import Message

    from poc.inventory.brokers import Pair
    from poc.migrate.side import Side

HEARTBEATS = "heartbeats"
_MOST = 1000
"""Records that are counted one by one; beyond them offsets are subtracted."""


@dataclass(frozen=True)
class Flow:
    """From ``here`` to ``there``; ``linked`` is AutoMQ's linking, which keeps offsets."""

    here: Side
    there: Side
    identity: bool
    linked: bool = False

    def remote(self, topic: str) -> str:
        """A topic's name over there."""
        return topic if self.identity else f"{self.here.alias}.{topic}"

    def pair(self, pair: Pair) -> Pair:
        """A partition's topic by its name over there."""
        return self.remote(pair[0]), pair[1]

    def copied(self) -> dict[Pair, int]:
        """The offset, here, of the last record that was copied of each partition; raises UnreadError for none at all.

        MirrorMaker 2 commits them as Kafka Connect's source offsets (Apache Kafka, "Geo-Replication").
        """
        topic = f"mm2-offsets.{self.here.alias}.internal"
        many = self.there.topics().get(topic)
        if many is None:
            raise UnreadError(f"{topic} is not at {self.there.bootstrap}: MirrorMaker 2 has not run there")
        found: dict[Pair, int] = {}

        def wants(_: Pair, message: Message) -> bool:
            pair, value = _source_offset(message)
            if pair is not None:
                found.pop(pair, None)
                if value is not None:
                    found[pair] = value
            return True

        self.there.scan(self.there.starts((topic, number) for number in range(many)), wants)
        return found

    def not_copied(self, ends: Mapping[Pair, int], floor: Mapping[Pair, int] | None = None) -> dict[Pair, Left]:
        """What of each partition, up to its end here, is not over there.

        ``floor`` is where a partition began that has no copied offset yet, the beginning of what is kept otherwise.
        """
        if self.linked:
            done = self.there.ends(map(self.pair, ends))
            following = {pair: done[self.pair(pair)] for pair in ends}
        else:
            copied = self.copied()
            starts = floor if floor is not None else self.here.starts(ends)
            if unknown := sorted(ends.keys() - copied.keys() - starts.keys()):
                topic, partition = unknown[0]
                raise UnreadError(
                    f"how far {topic}, partition {partition}, was copied is not known, and of {len(unknown) - 1} more"
                )
            following = {pair: copied[pair] + 1 if pair in copied else starts[pair] for pair in ends}
        return self._left({pair: following[pair] for pair, end in ends.items() if following[pair] < end}, ends)

    def _left(self, following: Mapping[Pair, int], ends: Mapping[Pair, int]) -> dict[Pair, Left]:
        # Offsets also count the marks of transactions, which are no records: so records are looked at.
        found: dict[Pair, Left] = {}

        def wants(pair: Pair, message: Message) -> bool:
            if offset(message) >= ends[pair]:
                return False
            left = found.get(pair, Left(0, timestamp(message)))
            found[pair] = Left(left.records + 1, left.oldest)
            return left.records + 1 < _MOST

        self.here.scan(following, wants)
        for pair, left in found.items():
            if left.records >= _MOST:
                found[pair] = Left(ends[pair] - following[pair], left.oldest)
        return found

    def heard(self) -> int | None:
        """When the newest heartbeat of this direction was written, in milliseconds; None where there is none."""
        many = self.there.topics().get(HEARTBEATS)
        if many is None:
            return None
        pairs = [(HEARTBEATS, number) for number in range(many)]
        starts, ends = self.there.starts(pairs), self.there.ends(pairs)
        key = b"".join(_string(alias) for alias in (self.here.alias, self.there.alias))
        newest: list[int] = []

        def wants(_: Pair, message: Message) -> bool:
            if message.key() == key:
                newest.append(timestamp(message))
            return True

        self.there.scan({pair: max(starts[pair], ends[pair] - 500) for pair in pairs}, wants)
        return max(newest, default=None)


@dataclass(frozen=True)
class Left:
    """Records that were not copied, and the timestamp of the oldest in milliseconds."""

    records: int
    oldest: int

    @property
    def age(self) -> float:
        """Seconds since the oldest was written."""
        return max(0.0, time.time() - self.oldest / 1000)


def _string(text: str) -> bytes:
    content = text.encode()
    return len(content).to_bytes(2, "big") + content


def _source_offset(message: Message) -> tuple[Pair | None, int | None]:
    try:
        connector, where = json.loads(message.key() or b"")
        pair = str(where["topic"]), int(where["partition"])
        value = message.value()
        told = None if value is None else int(json.loads(value)["offset"])
    except (ValueError, KeyError, TypeError):
        return None, None
    return (pair, told) if connector == "MirrorSourceConnector" else (None, None)
