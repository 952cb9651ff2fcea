"""Transactions: exactly-once within Kafka."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from confluent_kafka import KafkaException, Producer, TopicPartition
from kafka.protocol.admin import DescribeProducersRequest, DescribeTransactionsRequest, ListTransactionsRequest
from kafka.protocol.metadata import CoordinatorType

from poc.compat.probe import Area, Outcome, no_effect, probe, refused, seen, supported
from poc.compat.site import SECONDS

if TYPE_CHECKING:
    from poc.compat.site import Site

_FENCED = {47, 90}
"""INVALID_PRODUCER_EPOCH and PRODUCER_FENCED (Kafka protocol, "Error Codes")."""


def _started(site: Site, what: str, **conf: int) -> Producer:
    producer = site.producer(transactional_id=site.name(f"txn-{what}"), **conf)
    producer.init_transactions(SECONDS)
    producer.begin_transaction()
    return producer


def _committed(site: Site, topic: str, count: int, seconds: float = 3) -> int:
    """How many records a consumer of committed records gets; it looks for one more than ``count`` for a while."""
    from poc.compat.site import collect  # noqa: PLC0415  # only here

    with site.consumer(site.name("reader"), isolation_level="read_committed") as consumer:
        consumer.assign([TopicPartition(topic, 0, 0)])
        return len(collect(consumer, count + 1, seconds))


@probe(
    Area.TRANSACTIONS,
    "What is committed is read",
    "InitProducerId (22), AddPartitionsToTxn (24), EndTxn (26)",
    "KIP-98",
)
def transaction_commit(site: Site) -> Outcome:
    topic = site.topic("commit")
    producer = _started(site, "commit")
    site.send(producer, topic, [b"a", b"b"])
    producer.commit_transaction(SECONDS)
    count = _committed(site, topic, 2)
    return seen(count == 2, f"{count} of 2 committed records read")  # noqa: PLR2004  # two were written


@probe(Area.TRANSACTIONS, "What is aborted is not read by who reads committed records", "EndTxn (26) abort", "KIP-98")
def transaction_abort(site: Site) -> Outcome:
    topic = site.topic("abort")
    producer = _started(site, "abort")
    site.send(producer, topic, [b"a", b"b"])
    producer.abort_transaction(SECONDS)
    committed, all_ = _committed(site, topic, 0), len(site.read(topic, 2, isolation_level="read_uncommitted"))
    return seen((committed, all_) == (0, 2), f"{committed} read as committed, {all_} of 2 as uncommitted")


@probe(Area.TRANSACTIONS, "An open transaction hides what comes after it", "Fetch (1), last stable offset", "KIP-98")
def last_stable_offset(site: Site) -> Outcome:
    topic = site.topic("stable")
    producer = _started(site, "stable")
    site.send(producer, topic, [b"open"])
    site.write(topic, [b"after"])
    hidden = _committed(site, topic, 0, 1.5)
    producer.commit_transaction(SECONDS)
    shown = _committed(site, topic, 2)
    return seen((hidden, shown) == (0, 2), f"{hidden} records before the commit, {shown} after")


@probe(
    Area.TRANSACTIONS, "Offsets are committed with the records", "AddOffsetsToTxn (25), TxnOffsetCommit (28)", "KIP-447"
)
def transaction_offsets(site: Site) -> Outcome:
    source, sink = site.topic("txn-in"), site.topic("txn-out")
    site.write(source, [b"1", b"2"])
    group = site.note_group("txn-offsets")
    producer = _started(site, "offsets")
    with site.consumer(group) as consumer:
        consumer.subscribe([source])
        from poc.compat.site import collect  # noqa: PLC0415  # only here

        count = len(collect(consumer, 2))
        site.send(producer, sink, [b"out"])
        producer.send_offsets_to_transaction(
            [TopicPartition(source, 0, count)], consumer.consumer_group_metadata(), SECONDS
        )
        producer.commit_transaction(SECONDS)
        told = consumer.committed([TopicPartition(source, 0)], SECONDS)[0].offset
    return seen(told == 2, f"offset {told} committed after 2 records")  # noqa: PLR2004  # two were written


@probe(
    Area.TRANSACTIONS, "An older producer of the same id is fenced", "InitProducerId (22) raises the epoch", "KIP-98"
)
def transaction_fencing(site: Site) -> Outcome:
    topic = site.topic("fencing")
    old = _started(site, "fencing")
    site.send(old, topic, [b"old"])
    _started(site, "fencing")
    try:
        site.send(old, topic, [b"zombie"])
        old.commit_transaction(SECONDS)
    except KafkaException as error:
        told = error.args[0]
        return seen(told.fatal() or told.code() in _FENCED, f"{told.name()}, fatal: {told.fatal()}")
    return no_effect("the older producer committed")


@probe(
    Area.TRANSACTIONS, "A transaction that takes too long is aborted", "InitProducerId (22) transaction_timeout_ms=1000"
)
def transaction_timeout(site: Site) -> Outcome:
    topic = site.topic("timeout")
    producer = _started(site, "timeout", transaction_timeout_ms=1000, message_timeout_ms=1000)
    site.send(producer, topic, [b"late"])
    site.write(topic, [b"after"])
    began = time.monotonic()
    # The coordinator looks for late ones every 10 s (transaction.abort.timed.out.transaction.cleanup.interval.ms).
    while time.monotonic() - began < SECONDS * 2:
        if _committed(site, topic, 1, 1) == 1:
            return supported(f"aborted within {time.monotonic() - began:.0f} s; what came after it is read")
    return no_effect(f"not aborted after {SECONDS * 2:.0f} s")


@probe(Area.TRANSACTIONS, "Open transactions are listed", "ListTransactions (66)", "KIP-664")
def list_transactions(site: Site) -> Outcome:
    topic = site.topic("list-txn")
    producer = _started(site, "list")
    site.send(producer, topic, [b"v"])
    answers = [
        site.wire.ask(ListTransactionsRequest(max_version=1), node)
        for node in sorted(site.admin.list_topics(timeout=SECONDS).brokers)
    ]
    ids = {state.transactional_id for answer in answers for state in answer.transaction_states}
    producer.abort_transaction(SECONDS)
    return seen(site.name("txn-list") in ids, f"{site.name('txn-list')} is among {len(ids)} transactions")


@probe(Area.TRANSACTIONS, "A transaction is described", "DescribeTransactions (65)", "KIP-664")
def describe_transaction(site: Site) -> Outcome:
    topic = site.topic("describe-txn")
    producer = _started(site, "describe")
    site.send(producer, topic, [b"v"])
    name = site.name("txn-describe")
    node = site.wire.coordinator(name, CoordinatorType.TRANSACTION)
    (state,) = site.wire.ask(DescribeTransactionsRequest(transactional_ids=[name]), node).transaction_states
    producer.abort_transaction(SECONDS)
    return seen(state.transaction_state == "Ongoing", f"state {state.transaction_state}")


@probe(Area.TRANSACTIONS, "Who writes to a partition is told", "DescribeProducers (61)", "KIP-664")
def describe_producers(site: Site) -> Outcome:
    topic = site.topic("producers")
    producer = _started(site, "producers")
    site.send(producer, topic, [b"v"])
    one = DescribeProducersRequest.TopicRequest(name=topic, partition_indexes=[0])
    answer = site.wire.ask(DescribeProducersRequest(topics=[one]), site.wire.leader(topic))
    found = answer.topics[0].partitions[0].active_producers
    producer.abort_transaction(SECONDS)
    return seen(len(found) == 1, f"{len(found)} active producers of 1")


@probe(Area.TRANSACTIONS, "Transactions of the second version are on", "feature transaction.version 2", "KIP-890")
def transactions_2(site: Site) -> Outcome:
    level = site.features.get("transaction.version")
    if level is None:
        return refused("the broker knows no feature transaction.version; it came with Kafka 4.0")
    return seen(level >= 2, f"transaction.version {level}")  # noqa: PLR2004  # the title says it
