"""One cluster as a check reads it: topics, configs, groups, offsets, records. Nothing is written or committed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import kafka.errors
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from audit.model.errors import BrokerError
from poc import connection
from poc.compat.known import product_of
from poc.compat.settings import settings
from poc.compat.site import QUIET
from poc.compat.wire import Wire
from poc.inventory import brokers
from poc.inventory.brokers import EARLIEST, LATEST, Pair, committed, list_offsets, why

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from confluent_kafka.admin import AdminClient, ConfigEntry

    from poc.case.cluster import Cluster
    from poc.case.scope import Names
    from poc.inventory.model import Unseen

SECONDS = 60
_WORKERS = 8
_READS = {
    "enable.auto.commit": False,
    "enable.partition.eof": True,
    "auto.offset.reset": "earliest",
    "isolation.level": "read_committed",
    "group.id": "byoc-reader",  # a client wants one; nothing subscribes or commits by it, so it never comes to be
}


class UnreadError(Exception):
    """Something that a gate rests on could not be read; the message says what and why."""


@dataclass(frozen=True)
class Group:
    """A group: how many members it has, and what it committed."""

    members: int
    offsets: Mapping[Pair, int]


@dataclass(frozen=True)
class Side:
    """A cluster: ``client`` is librdkafka's configuration, ``alias`` its name in MirrorMaker 2."""

    bootstrap: str
    alias: str
    product: str
    admin: AdminClient
    client: Mapping[str, str]

    def topics(self) -> dict[str, int]:
        """How many partitions each topic has."""
        known = self.admin.list_topics(timeout=SECONDS).topics
        return {name: len(one.partitions) for name, one in known.items() if one.error is None}

    def configs(self, names: Iterable[str]) -> dict[str, dict[str, ConfigEntry]]:
        """The configs of topics, by topic and key; raises UnreadError."""
        unseen: list[Unseen] = []
        found = brokers.configs_of(self.admin, sorted(names), unseen, dict)
        for one in unseen:
            raise UnreadError(f"{one.what} at {self.bootstrap}: {one.why}")
        return found

    def groups(self, scope: Names) -> dict[str, Group]:
        """The groups in scope; raises UnreadError where one of them cannot be read."""
        listed = self.admin.list_consumer_groups(request_timeout=SECONDS).result(SECONDS)
        for error in listed.errors:
            raise UnreadError(f"groups at {self.bootstrap}: {why(error)}")
        names = sorted(one.group_id for one in listed.valid if scope.holds(one.group_id))
        if not names:
            return {}
        described = self.admin.describe_consumer_groups(names, request_timeout=SECONDS)
        members = {name: len(future.result(SECONDS).members) for name, future in described.items()}
        with ThreadPoolExecutor(_WORKERS) as pool:
            offsets = dict(pool.map(partial(committed, self.admin), names))
        for name, found in offsets.items():
            if isinstance(found, str):
                raise UnreadError(f"offsets of {name} at {self.bootstrap}: {found}")
        return {name: Group(members[name], found) for name, found in offsets.items() if not isinstance(found, str)}

    def ends(self, pairs: Iterable[Pair]) -> dict[Pair, int]:
        """End offsets; raises UnreadError where one is not told."""
        return self._offsets(dict.fromkeys(pairs, LATEST))

    def starts(self, pairs: Iterable[Pair]) -> dict[Pair, int]:
        """The offsets at which what is kept begins; raises UnreadError where one is not told."""
        return self._offsets(dict.fromkeys(pairs, EARLIEST))

    def at_times(self, wanted: Mapping[Pair, Any]) -> dict[Pair, int]:
        """Offsets by an OffsetSpec each; -1 where there is none; raises UnreadError where one is not told."""
        return self._offsets(wanted)

    def _offsets(self, wanted: Mapping[Pair, Any]) -> dict[Pair, int]:
        found = list_offsets(self.admin, wanted) if wanted else {}
        for topic, partition in sorted(wanted.keys() - found.keys()):
            raise UnreadError(f"offsets of {topic}, partition {partition}, at {self.bootstrap} are not told")
        return found

    def scan(self, starts: Mapping[Pair, int], wants: Callable[[Pair, Message], bool]) -> None:
        """Show ``wants`` the records of each partition from an offset on, until it says False or they end.

        Only committed records are shown. Raises UnreadError where reading does not come to an end.
        """
        if not starts:
            return
        consumer = Consumer({**self.client, **_READS, "logger": QUIET})
        try:
            consumer.assign([TopicPartition(*pair, offset) for pair, offset in starts.items()])
            self._scan(consumer, set(starts), wants)
        finally:
            consumer.close()

    def _scan(self, consumer: Consumer, open_: set[Pair], wants: Callable[[Pair, Message], bool]) -> None:
        end = time.monotonic() + SECONDS
        while open_:
            if time.monotonic() > end:
                topic, partition = min(open_)
                raise UnreadError(f"{topic}, partition {partition}, at {self.bootstrap} was not read in {SECONDS} s")
            for message in consumer.consume(500, 0.2):
                pair = message.topic(), message.partition()
                error = message.error()
                if error is None:
                    if pair in open_ and not wants(pair, message):
                        open_.discard(pair)
                        consumer.pause([TopicPartition(*pair)])
                elif error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001  # its public name
                    open_.discard(pair)
                elif not error.retriable():
                    raise KafkaException(error)

    def first(self, starts: Mapping[Pair, int]) -> dict[Pair, Message]:
        """The first record of each partition at or behind an offset; nothing for one that has none there."""
        found: dict[Pair, Message] = {}

        def wants(pair: Pair, message: Message) -> bool:
            found[pair] = message
            return False

        self.scan(starts, wants)
        return found

    def last_before(self, before: Mapping[Pair, int], reach: int = 100) -> dict[Pair, Message]:
        """The last record of each partition in front of an offset; nothing where ``reach`` offsets hold none."""
        starts = self.starts(before)
        found: dict[Pair, Message] = {}

        def wants(pair: Pair, message: Message) -> bool:
            if offset(message) >= before[pair]:
                return False
            found[pair] = message
            return True

        from_ = {pair: max(starts[pair], end - reach) for pair, end in before.items() if end > starts[pair]}
        self.scan(from_, wants)
        return found


def opened(cluster: Cluster, alias: str, fetch: Callable[[str], str]) -> Side:
    """A cluster that answers; raises BrokerError, or UsageError for a secret or a file that is not there."""
    ways = settings(cluster, fetch)
    admin = connection.reach(ways.librdkafka)
    try:
        with Wire(ways.python) as wire:
            product = product_of(wire)
    except kafka.errors.KafkaError as error:
        raise BrokerError(f"{cluster.bootstrap}: {error}: look at address, network and credentials") from None
    return Side(cluster.bootstrap, alias, product, admin, ways.librdkafka)


def offset(message: Message) -> int:
    """A record's offset."""
    found = message.offset()
    if found is None:
        raise UnreadError("a record came without its offset")
    return int(found)


def timestamp(message: Message) -> int:
    """A record's timestamp in milliseconds; -1 where it has none."""
    return int(message.timestamp()[1])
