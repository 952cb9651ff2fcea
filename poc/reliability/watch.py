"""Watches the target's metadata while it is under load: which brokers are there, who leads each partition."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from confluent_kafka import KafkaException

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from confluent_kafka.admin import AdminClient, ClusterMetadata

_EVERY = 0.25
_MOST = 2000


class Watch(threading.Thread):
    """A thread that notes each change as (monotonic nanoseconds, words)."""

    def __init__(self, client: AdminClient, topic: str) -> None:
        super().__init__(daemon=True)
        self._client, self._topic = client, topic
        self._end = threading.Event()
        self.seen: list[tuple[int, str]] = []

    def run(self) -> None:
        """Asks until it is told to stop."""
        brokers: set[int] | None = None
        leaders: dict[int, int] = {}
        answered = True
        while not self._end.wait(_EVERY):
            try:
                now = self._client.list_topics(self._topic, timeout=2)
            except KafkaException as error:
                if answered:
                    self._note(f"the metadata is not answered: {error.args[0].str()}")
                answered = False
                continue
            if not answered:
                self._note("the metadata is answered again")
            answered = True
            brokers, leaders = self._compare(brokers, leaders, now)

    def _compare(
        self, brokers: set[int] | None, leaders: Mapping[int, int], now: ClusterMetadata
    ) -> tuple[set[int], dict[int, int]]:
        there = set(now.brokers)
        led = {number: one.leader for number, one in now.topics[self._topic].partitions.items()}
        if brokers is not None:
            for text in (*_members(brokers, there), *_moves(leaders, led)):
                self._note(text)
        return there, led

    def _note(self, text: str) -> None:
        if len(self.seen) < _MOST:
            self.seen.append((time.monotonic_ns(), text))

    def stop(self) -> None:
        """Ends it."""
        self._end.set()
        self.join()


def _members(before: set[int], after: set[int]) -> Iterator[str]:
    yield from (f"broker {one} left the metadata" for one in sorted(before - after))
    yield from (f"broker {one} is in the metadata again" for one in sorted(after - before))


def _moves(before: Mapping[int, int], after: Mapping[int, int]) -> Iterator[str]:
    """The changes of leaders, those of several partitions from one broker to another in one line."""
    moved: dict[tuple[int, int], list[int]] = {}
    for partition, leader in sorted(after.items()):
        if partition in before and before[partition] != leader:
            moved.setdefault((before[partition], leader), []).append(partition)
    for (left, right), partitions in moved.items():
        names = ", ".join(map(str, partitions))
        yield f"partitions {names}: {_leader(left)} → {_leader(right)}"


def _leader(broker: int) -> str:
    return "no leader" if broker < 0 else f"broker {broker} leads"
