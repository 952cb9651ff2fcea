"""Writing and reading records."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from confluent_kafka import TIMESTAMP_CREATE_TIME, KafkaException, TopicPartition
from kafka.protocol.consumer import FetchRequest, IsolationLevel, ListOffsetsRequest, OffsetForLeaderEpochRequest

from poc.compat.probe import Area, Outcome, Probe, no_effect, probe, seen, supported
from poc.compat.site import SECONDS, done

if TYPE_CHECKING:
    from poc.compat.site import Site

_CODECS = {0: "none", 1: "gzip", 2: "snappy", 3: "lz4", 4: "zstd"}
_BATCH_ATTRIBUTES = 21
"""Where a record batch's attributes stand (Kafka's documentation, "Record Batch")."""
_TOO_LARGE = 10
_OUT_OF_RANGE = 1


def batch_codec(site: Site, topic: str, offset: int = 0) -> str:
    """How the batch at an offset is compressed where it is kept: what the broker sends, not what a client shows."""
    raw = fetch(site, topic, offset).partitions[0].records
    data = bytes(raw) if raw is not None else b""
    attributes = int.from_bytes(data[_BATCH_ATTRIBUTES : _BATCH_ATTRIBUTES + 2])
    return _CODECS.get(attributes & 7, "unknown") if data else "nothing"


def fetch(site: Site, topic: str, offset: int = 0, rack: str = "") -> Any:
    """A Fetch of a topic's first partition by the protocol; its answer for the topic. Names, not ids: version 12."""
    partition = FetchRequest.FetchTopic.FetchPartition(
        partition=0, fetch_offset=offset, partition_max_bytes=2**20, current_leader_epoch=-1
    )
    request = FetchRequest(
        max_wait_ms=1000,
        min_bytes=1,
        max_bytes=2**20,
        isolation_level=0,
        session_id=0,
        session_epoch=-1,
        topics=[FetchRequest.FetchTopic(topic=topic, partitions=[partition])],
        rack_id=rack,
        max_version=12,
    )
    return site.wire.ask(request, site.wire.leader(topic)).responses[0]


def _written(site: Site, *, what: str, **conf: Any) -> Outcome:
    topic = site.topic(what)
    site.write(topic, [b"a", b"b", b"c"], **conf)
    values = [message.value() for message in site.read(topic, 3)]
    return seen(values == [b"a", b"b", b"c"], f"{len(values)} of 3 records read back in order")


def _compressed(site: Site, *, codec: str) -> Outcome:
    topic = site.topic(f"codec-{codec}")
    site.write(topic, [b"x" * 500] * 20, compression_type=codec, linger_ms=50)
    kept, back = batch_codec(site, topic), site.read(topic, 20)
    return seen(len(back) == 20 and kept == codec, f"{len(back)} of 20 records read back; kept as {kept}")  # noqa: PLR2004  # 20 were written


ROWS = (
    *(
        Probe(
            f"produce_{what.replace('-', '_')}",
            Area.RECORDS,
            title,
            f"Produce (0) {request}; Fetch (1)",
            partial(_written, what=what, **conf),
        )
        for what, title, request, conf in (
            ("acks-0", "Records are written without acknowledgement and read back", "acks=0", {"acks": 0}),
            ("acks-1", "Records are written with the leader's acknowledgement", "acks=1", {"acks": 1}),
            ("acks-all", "Records are written with all acknowledgements", "acks=all", {"acks": "all"}),
            ("idempotent", "An idempotent producer writes", "with a producer id", {"enable_idempotence": True}),
        )
    ),
    *(
        Probe(
            f"codec_{codec}",
            Area.RECORDS,
            f"Records compressed with {codec} are kept so and read back",
            f"Produce (0) compression.type={codec}; Fetch (1)",
            partial(_compressed, codec=codec),
            "KIP-110" if codec == "zstd" else "",
        )
        for codec in ("gzip", "snappy", "lz4", "zstd")
    ),
)


@probe(Area.RECORDS, "Headers of records stay", "Produce (0) with headers", "KIP-82")
def headers(site: Site) -> Outcome:
    topic = site.topic("headers")
    given = [("trace", b"1"), ("trace", b"2"), ("empty", None)]
    site.send(site.producer(), topic, [b"v"], headers=given)
    (back,) = site.read(topic, 1)
    return seen(back.headers() == given, f"headers {back.headers()}")


@probe(Area.RECORDS, "A record may have no key, and no value (a tombstone)", "Produce (0) with nulls")
def tombstone(site: Site) -> Outcome:
    topic = site.topic("tombstone")
    site.write(topic, [None], key=b"gone")
    site.write(topic, [b"v"], key=None)
    first, second = site.read(topic, 2)
    return seen((first.value(), second.key()) == (None, None), "a null value and a null key read back")


@probe(Area.RECORDS, "The time that a producer sets stays", "Produce (0), CreateTime", "KIP-32")
def create_time(site: Site) -> Outcome:
    topic = site.topic("create-time")
    then = int(time.time() * 1000) - 3_600_000
    site.send(site.producer(), topic, [b"v"], timestamp=then)
    kind, told = site.read(topic, 1)[0].timestamp()
    return seen((kind, told) == (TIMESTAMP_CREATE_TIME, then), f"CreateTime {told} for {then}")


@probe(Area.RECORDS, "A record of 4 MiB is taken where the topic allows it", "Produce (0), max.message.bytes=5242880")
def record_of_4_mib(site: Site) -> Outcome:
    topic = site.topic("large", max__message__bytes="5242880")
    site.write(topic, [b"x" * 4 * 2**20], message_max_bytes=5_000_000)
    (back,) = site.read(topic, 1, fetch_max_bytes=6_000_000, message_max_bytes=5_000_000)
    size = len(back.value() or b"")
    return seen(size == 4 * 2**20, f"{size} bytes read back")


@probe(Area.RECORDS, "A record that is too large for its topic is told as such", "Produce (0), max.message.bytes=2000")
def record_too_large(site: Site) -> Outcome:
    topic = site.topic("too-large", max__message__bytes="2000")
    try:
        site.write(topic, [b"x" * 5000])
    except KafkaException as error:
        return seen(error.args[0].code() == _TOO_LARGE, f"{error.args[0].name()}")
    return no_effect("a record of 5,000 bytes was taken")


@probe(Area.RECORDS, "A topic can be written to as soon as it was created", "CreateTopics (19), Produce (0) at once")
def produce_at_once(site: Site) -> Outcome:
    from confluent_kafka.admin import NewTopic  # noqa: PLC0415  # Site.topic waits for leaders, which this must not

    name = site.note_topic("at-once")
    done(site.admin.create_topics([NewTopic(name, 3, -1)], request_timeout=SECONDS))
    began = time.monotonic()
    site.write(name, [b"v"])
    return supported(f"the first record was acknowledged {(time.monotonic() - began) * 1000:.0f} ms after creation")


@probe(Area.RECORDS, "Reading starts at any offset", "Fetch (1) from offset 2")
def fetch_by_offset(site: Site) -> Outcome:
    topic = site.topic("by-offset")
    site.write(topic, [b"0", b"1", b"2", b"3"])
    values = [message.value() for message in site.read(topic, 2, offset=2)]
    return seen(values == [b"2", b"3"], f"{values} from offset 2 on")


@probe(Area.RECORDS, "An offset beyond the end is told as such", "Fetch (1) from offset 1000")
def fetch_out_of_range(site: Site) -> Outcome:
    from kafka.errors import OffsetOutOfRangeError  # noqa: PLC0415  # only here

    topic = site.topic("out-of-range")
    try:
        fetch(site, topic, offset=1000)
    except OffsetOutOfRangeError:
        return supported("OFFSET_OUT_OF_RANGE")
    return no_effect("no error was told")


@probe(Area.RECORDS, "A fetch that names its rack is answered", "Fetch (1) with rack_id", "KIP-392")
def fetch_with_rack(site: Site) -> Outcome:
    topic = site.topic("rack")
    site.write(topic, [b"v"])
    answer = fetch(site, topic, rack="use1-az1").partitions[0]
    replica = getattr(answer, "preferred_read_replica", -1)
    return supported(f"records or a nearer replica are told (preferred_read_replica {replica})")


def _list(site: Site, topic: str, timestamp: int) -> int:
    """The offset that ListOffsets tells for a timestamp, or one of its special values."""
    partition = ListOffsetsRequest.ListOffsetsTopic.ListOffsetsPartition(
        partition_index=0, current_leader_epoch=-1, timestamp=timestamp
    )
    request = ListOffsetsRequest(
        replica_id=-1,
        isolation_level=IsolationLevel.READ_UNCOMMITTED,
        topics=[ListOffsetsRequest.ListOffsetsTopic(name=topic, partitions=[partition])],
        min_version=7,
    )
    answer = site.wire.ask(request, site.wire.leader(topic))
    return int(answer.topics[0].partitions[0].offset)


def _dated(site: Site, what: str) -> str:
    topic = site.topic(what)
    producer = site.producer()
    for moment in (1_000_000, 3_000_000, 2_000_000):
        site.send(producer, topic, [b"v"], timestamp=int(time.time() * 1000) - 10_000_000 + moment)
    return topic


@probe(Area.RECORDS, "The first and the next offset are found", "ListOffsets (2): earliest, latest")
def list_offsets(site: Site) -> Outcome:
    topic = _dated(site, "list-offsets")
    found = _list(site, topic, -2), _list(site, topic, -1)
    return seen(found == (0, 3), f"earliest {found[0]}, latest {found[1]} of 3 records")


@probe(Area.RECORDS, "The first offset at or after a time is found", "ListOffsets (2): a timestamp")
def list_offsets_by_time(site: Site) -> Outcome:
    topic = _dated(site, "list-by-time")
    found = _list(site, topic, int(time.time() * 1000) - 10_000_000 + 1_500_000)
    return seen(found == 1, f"offset {found}; the second record is the first after that time")


@probe(Area.RECORDS, "The record with the latest time is found", "ListOffsets (2): max timestamp", "KIP-734")
def list_offsets_max_timestamp(site: Site) -> Outcome:
    found = _list(site, _dated(site, "list-max"), -3)
    return seen(found == 1, f"offset {found}; the second of three records is the latest")


@probe(Area.RECORDS, "Where an epoch of leadership ended is told", "OffsetForLeaderEpoch (23)", "KIP-320")
def offset_for_leader_epoch(site: Site) -> Outcome:
    topic = site.topic("epoch")
    site.write(topic, [b"a", b"b"])
    kind = OffsetForLeaderEpochRequest.OffsetForLeaderTopic
    partition = kind.OffsetForLeaderPartition(
        partition=0, current_leader_epoch=-1, leader_epoch=site.wire.topic(topic).partitions[0].leader_epoch
    )
    request = OffsetForLeaderEpochRequest(replica_id=-1, topics=[kind(topic=topic, partitions=[partition])])
    answer = site.wire.ask(request, site.wire.leader(topic))
    end = answer.topics[0].partitions[0].end_offset
    return seen(end == 2, f"end offset {end} of 2 records")  # noqa: PLR2004  # two were written


@probe(Area.RECORDS, "Records before an offset are deleted", "DeleteRecords (21)", "KIP-107")
def delete_records(site: Site) -> Outcome:
    topic = site.topic("delete-records")
    site.write(topic, [b"0", b"1", b"2"])
    low = done(site.admin.delete_records([TopicPartition(topic, 0, 2)], request_timeout=SECONDS)).low_watermark
    first = [message.offset() for message in site.read(topic, 1, auto_offset_reset="earliest")]
    return seen((low, first) == (2, [2]), f"low watermark {low}, first record at {first}")


@probe(Area.RECORDS, "Records of one partition keep their order", "Produce (0), 1,000 records; Fetch (1)")
def order(site: Site) -> Outcome:
    topic = site.topic("order")
    site.write(topic, [str(number) for number in range(1000)], linger_ms=5, enable_idempotence=True)
    values = [int(message.value() or b"-1") for message in site.read(topic, 1000)]
    return seen(values == list(range(1000)), f"{len(values)} of 1,000 records read back in the order written")
