"""byoc poc migrate, as a user types it: MirrorMaker 2 by the written properties, between two real clusters."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from bench.brokers import Mirror
from cli import docs
from poc.compat.site import wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bench.brokers import Cluster

    Byoc = Callable[..., Any]

# kafka-python leaves sockets to the collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
WORKLOAD = {
    "ingress": "1 MiB/s", "fan_out": 1, "retention": "1 d", "topics": 1, "partitions": 3, "record_size": "1 KiB",
}  # fmt: skip
SHORT = {gate: {"window": "1 s"} for gate in ("lag", "producers_stopped", "drained", "reverse_lag", "at_risk")}


def write(here: Path, source: str, target: str, **migration: Any) -> None:
    case = {
        "format": "byoc-poc/1",
        "name": "orders",
        "workload": WORKLOAD,
        "source": {"platform": "confluent-platform", "bootstrap": source},
        "target": {"platform": "automq", "bootstrap": target},
        "scope": {"topics": {"include": ["mig-*"]}, "groups": {"include": ["mig-*"]}},
        "people": {"platform": {"team": "streaming", "contact": "streaming@example.com"}},
        "gates": {"migration": {"owner": "platform"}},
        "migration": {"refresh": "1 s", "sync": "1 s", "tasks": 1, "gates": SHORT, **migration},
    }
    (here / "poc.yaml").write_text(yaml.safe_dump(case), "utf-8")


def runbook(here: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((here / "out" / "poc-orders" / "runbook.json").read_text())
    return found


def verdicts(here: Path, phase: str) -> dict[str, str]:
    return {gate["gate"]: gate["verdict"] for gate in runbook(here)["gates"] if gate["phase"] == phase}


def prepare(bootstrap: str) -> None:
    """A topic of three partitions with 20 records each, and as many that a transaction aborted: their ends are 42."""
    client = AdminClient({"bootstrap.servers": bootstrap})
    topics = [NewTopic("mig-orders", 3, 1, config={"retention.ms": "123456789"}), NewTopic("mig-empty", 1, 1)]
    for future in client.create_topics(topics).values():
        future.result(30)
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": "mig"})
    producer.init_transactions(60)
    for number in range(2):
        producer.begin_transaction()
        for each in range(60):
            producer.produce("mig-orders", f"{number}-{each}", partition=each % 3)
        producer.flush(60)
        (producer.abort_transaction if number == 1 else producer.commit_transaction)(60)
    set_groups(bootstrap, 42, 30)


def set_groups(bootstrap: str, end: int, middle: int) -> None:
    commit(bootstrap, "mig-end", [TopicPartition("mig-orders", number, end) for number in range(3)])
    commit(bootstrap, "mig-middle", [TopicPartition("mig-orders", 0, middle)])


def commit(bootstrap: str, group: str, offsets: list[TopicPartition]) -> None:
    """Set a group's offsets; a new cluster has no coordinator for a moment."""
    client = AdminClient({"bootstrap.servers": bootstrap})

    def done() -> bool:
        found = client.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, offsets)])[group].result(30)
        return all(one.error is None for one in found.topic_partitions)

    wait(done, "the offsets are not set", 60)


def committed(bootstrap: str, group: str) -> int:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group})
    (found,) = consumer.committed([TopicPartition("mig-orders", 0)], 30)
    consumer.close()
    return int(found.offset)


def until(byoc: Byoc, command: str, code: int, seconds: float = 150) -> Any:
    """Repeat a check until it comes to a code, as a user does."""
    end = time.monotonic() + seconds
    while (ran := byoc("poc", "migrate", command)).code != code and time.monotonic() < end:
        time.sleep(1)
    assert ran.code == code, ran.out + ran.err
    return ran


@pytest.fixture
def clusters(kafka_3: Cluster, kafka_4: Cluster) -> Iterator[tuple[Cluster, Cluster]]:
    yield kafka_3, kafka_4
    for cluster in (kafka_3, kafka_4):
        client = AdminClient({"bootstrap.servers": cluster.bootstrap})
        mine = [name for name in client.list_topics(timeout=10).topics if name.startswith(("mig-", "mm2-", "heartb"))]
        for future in client.delete_topics(mine).values() if mine else ():
            future.result(30)


def make_and_fail_the_cutover(byoc: Byoc, here: Path, source: str, target: str) -> None:
    """The cutover's check as it should be, with a group that would skip records, and right again."""
    until(byoc, "check", 0)
    until(byoc, "cutover-check", 0)
    assert not [
        name for name in AdminClient({"bootstrap.servers": source}).list_topics(timeout=10).topics if "mm2" in name
    ]
    # What a transaction aborted is not copied, and counts as no lag.
    assert runbook(here)["cutover_ends"]["mig-orders-0"] == 50
    assert runbook(here)["cutover_offsets"]["mig-middle/mig-orders-0"] == 62
    left = AdminClient({"bootstrap.servers": target})
    groups = {one.group_id for one in left.list_consumer_groups().result(20).valid}
    assert not [name for name in groups | left.list_topics(timeout=10).topics.keys() if name.startswith("byoc-poc-")]
    right = committed(target, "mig-middle")
    commit(target, "mig-middle", [TopicPartition("mig-orders", 0, 48)])
    ran = byoc("poc", "migrate", "cutover-check")
    assert ran.code == 1
    found = verdicts(here, "cutover")
    assert (found["offsets_ahead"], found["replay"], found["offsets_missing"]) == ("reverse", "pause", "continue")
    assert "mig-middle, mig-orders, partition 0: ahead; records from 62 on are skipped" in ran.out
    assert byoc("poc", "migrate", "check").code == 2
    commit(target, "mig-middle", [TopicPartition("mig-orders", 0, right)])
    until(byoc, "cutover-check", 0)


def write_new(bootstrap: str, count: int, partition: int) -> None:
    producer = Producer({"bootstrap.servers": bootstrap})
    for number in range(count):
        producer.produce("mig-orders", f"new-{number}", partition=partition)
    assert producer.flush(30) == 0


def copied(bootstrap: str) -> bool:
    if "mig-orders" not in AdminClient({"bootstrap.servers": bootstrap}).list_topics(timeout=10).topics:
        return False
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "ends"})
    ends = [consumer.get_watermark_offsets(TopicPartition("mig-orders", number))[1] for number in range(3)]
    consumer.close()
    return ends == [20, 20, 20]


def write_one_by_one(bootstrap: str, count: int) -> None:
    """Records that come one after the other, so that MirrorMaker 2 notes many pairs of offsets."""
    producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 0})
    for number in range(count):
        for partition in range(3):
            producer.produce("mig-orders", f"later-{number}", partition=partition)
        assert producer.flush(30) == 0
        time.sleep(0.05)


def ended(bootstrap: str, partition: int, end: int) -> None:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "ends"})
    here = TopicPartition("mig-orders", partition)
    wait(lambda: consumer.get_watermark_offsets(here)[1] == end, f"partition {partition} does not end at {end}", 60)
    consumer.close()


def test_a_migration_and_the_way_back(
    byoc: Byoc, here: Path, clusters: tuple[Cluster, Cluster], tmp_path: Path
) -> None:
    source, target = clusters
    prepare(source.bootstrap)
    write(here, source.bootstrap, target.bootstrap, rollback_owner="platform")
    folder = here / "out" / "poc-orders"
    assert byoc("poc", "migrate", "plan").code == 0
    assert set(verdicts(here, "before").values()) == {"pause"}
    ran = byoc("poc", "migrate", "check")
    assert (ran.code, set(verdicts(here, "before").values())) == (2, {"pause"})
    assert "MirrorMaker 2 has not run there" in ran.out

    with Mirror(target.kafka, tmp_path / "forward", (folder / "mm2-forward.properties").read_text()):
        # MirrorMaker 2 translates offsets of what it copies from its start on.
        wait(lambda: copied(target.bootstrap), "the first records are not copied", 120)
        write_one_by_one(source.bootstrap, 30)
        set_groups(source.bootstrap, 72, 62)
        make_and_fail_the_cutover(byoc, here, source.bootstrap, target.bootstrap)

    assert byoc("poc", "migrate", "rollback-check").code == 2
    assert verdicts(here, "rollback")["at_risk"] == "pause"
    with Mirror(source.kafka, tmp_path / "reverse", (folder / "mm2-reverse.properties").read_text()) as back:
        until(byoc, "rollback-check", 0)
        write_new(target.bootstrap, 30, 0)
        # Nothing but what is new is sent back.
        ended(source.bootstrap, 0, 72 + 30)
        until(byoc, "rollback-check", 0)
        assert back.process is not None
        back.process.end()
        write_new(target.bootstrap, 7, 1)
        ran = byoc("poc", "migrate", "rollback-check")
    assert ran.code == 2
    assert "Going back now loses nothing: 7 records" in ran.out
    found = runbook(here)
    jsonschema.validate(found, json.loads(docs.PAGES["docs/schemas/runbook.schema.json"]()))
    assert (found["source"]["product"], found["target"]["product"]) == ("Apache Kafka", "Apache Kafka")
    assert set(verdicts(here, "cutover").values()) == {"continue"}
    page = (folder / "runbook.md").read_text()
    assert "| **pause** | Going back now loses nothing | 7 records" in page
    assert (folder / "runbook.pdf").read_bytes().startswith(b"%PDF")


def test_evidence_that_is_too_old_pauses(byoc: Byoc, here: Path) -> None:
    write(here, "127.0.0.1:9", "127.0.0.1:10", rollback_owner="platform")
    byoc("poc", "migrate", "plan")
    path = here / "out" / "poc-orders" / "runbook.json"
    told = json.loads(path.read_text())
    for gate in told["gates"]:
        if gate["phase"] == "before":
            gate.update(value=0, measured="0", measured_at="2026-01-01T00:00:00Z")
        if gate["phase"] == "cutover":
            gate.update(value=0, measured="0", measured_at="2999-01-01T00:00:00Z")
    path.write_text(json.dumps(told))
    byoc("poc", "migrate", "plan")
    assert set(verdicts(here, "before").values()) == {"pause"}
    assert set(verdicts(here, "cutover").values()) == {"continue"}
    assert "too old" in (path.parent / "runbook.md").read_text()
    # What was measured of other brokers is no evidence.
    write(here, "127.0.0.1:11", "127.0.0.1:10")
    byoc("poc", "migrate", "plan")
    assert set(verdicts(here, "cutover").values()) == {"pause"}


def test_no_secret_stands_in_what_the_plan_writes(byoc: Byoc, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POC_WORD", "word-of-the-test")
    (here / "key.pem").write_text("key-of-the-test")
    write(here, "127.0.0.1:9", "127.0.0.1:10", replication_policy="default")
    case = yaml.safe_load((here / "poc.yaml").read_text())
    sasl = {"protocol": "SASL_SSL", "mechanism": "SCRAM-SHA-512", "username": 'a"b'}
    case["source"]["security"] = {**sasl, "password": "env:POC_WORD"}
    case["target"]["security"] = {
        **sasl, "password": "secretsmanager:poc/target#password", "certificate": "ca.pem", "key": "certs/key.pem",
    }  # fmt: skip
    case["scope"]["topics"] = {"include": ["orders.*"], "exclude": ["orders.?x"]}
    (here / "poc.yaml").write_text(yaml.safe_dump(case))
    assert byoc("poc", "migrate", "plan").code == 0
    written = "".join(file.read_text("utf-8", "replace") for file in (here / "out" / "poc-orders").iterdir())
    assert "of-the-test" not in written
    forward = (here / "out" / "poc-orders" / "mm2-forward.properties").read_text()
    for line in (
        r'source.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="a\\"b" password="${env:POC_WORD}";',
        "target.ssl.keystore.key=${dir:certs:key.pem}",
        "# BYOC_POC_TARGET_PASSWORD is the secret poc/target#password of AWS Secrets Manager",
        "replication.policy.class=org.apache.kafka.connect.mirror.DefaultReplicationPolicy",
        r"source->target.topics=orders\\..*",
        "target->source.enabled=false",
        "\ntarget.offset.flush.interval.ms=5000\n",
    ):
        assert line in forward
    reverse = (here / "out" / "poc-orders" / "mm2-reverse.properties").read_text()
    assert "target->source.consumer.auto.offset.reset=latest" in reverse
    assert "\nsource.offset.flush.interval.ms=5000\n" in reverse


@pytest.mark.parametrize(
    ("migration", "said"),
    [
        ({"tool": "automq-linking"}, "vendor_confirmed is not set: name who confirmed the source and when"),
        ({"rollback_owner": "nobody"}, "migration.rollback_owner is nobody, whom people do not name"),
        ({"gates": {"no_such": {"threshold": 1}}}, "no_such"),
        ({"gates": {"lag": {"window": "10"}}}, "10 has no unit"),
        ({"source_alias": "a", "target_alias": "a"}, "name the clusters apart"),
    ],
)
def test_a_plan_that_does_not_fit_is_refused(byoc: Byoc, here: Path, migration: dict[str, Any], said: str) -> None:
    write(here, "127.0.0.1:9", "127.0.0.1:10", **migration)
    ran = byoc("poc", "migrate", "plan")
    assert ran.code == 3
    assert said in ran.err
    assert not (here / "out").exists()


def test_linking_is_planned_where_the_vendor_confirmed_the_source(byoc: Byoc, here: Path) -> None:
    word = {"who": "AutoMQ support", "date": "2027-01-15", "what": "this source"}
    write(here, "127.0.0.1:9", "127.0.0.1:10", tool="automq-linking", vendor_confirmed=word)
    byoc("poc", "migrate", "plan")
    folder = here / "out" / "poc-orders"
    assert not (folder / "mm2-forward.properties").exists()
    assert "AutoMQ support confirmed on 2027-01-15: this source" in (folder / "runbook.md").read_text()


def test_what_is_not_there_is_one_sentence(byoc: Byoc, here: Path, kafka_3: Cluster) -> None:
    write(here, kafka_3.bootstrap, "127.0.0.1:9")
    assert byoc("poc", "migrate", "check").sentence.startswith("127.0.0.1:9: ")
    assert byoc("poc", "migrate", "cutover-check", "--prefix", "*").sentence.startswith("--prefix * must be")
    folder = here / "out" / "poc-orders"
    folder.mkdir(parents=True)
    (folder / "runbook.json").write_text("{}")
    assert "is no runbook of this kit" in byoc("poc", "migrate", "check").sentence
    case = yaml.safe_load((here / "poc.yaml").read_text())
    del case["source"]
    (here / "poc.yaml").write_text(yaml.safe_dump(case))
    assert "has no section source" in byoc("poc", "migrate", "plan").sentence
