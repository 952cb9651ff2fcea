"""The brokers that other tests use are real ones: what is written is read, and what dies comes back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic
from kafka_jars import check, have, pinned

from bench.brokers import VERSIONS, Cluster, Mirror, NoKafkaError, find, known_brokers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def create(cluster: Cluster, topic: str, partitions: int, copies: int) -> None:
    client = AdminClient({"bootstrap.servers": cluster.bootstrap})
    client.create_topics([NewTopic(topic, partitions, copies)])[topic].result(10)


def write(cluster: Cluster, topic: str, count: int) -> None:
    producer = Producer({"bootstrap.servers": cluster.bootstrap, "enable.idempotence": True})
    for number in range(count):
        producer.produce(topic, str(number))
    assert producer.flush(20) == 0


def read(bootstrap: str, topic: str, count: int, seconds: float = 20) -> list[bytes | None]:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "reader", "auto.offset.reset": "earliest"})
    consumer.subscribe([topic])
    found: list[bytes | None] = []
    end = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < end:
        found += [message.value() for message in consumer.consume(count, 0.2) if message.error() is None]
    consumer.close()
    return found


@pytest.mark.parametrize("fixture", ["kafka_3", "kafka_4"])
def test_what_is_written_is_read(fixture: str, request: pytest.FixtureRequest) -> None:
    cluster = request.getfixturevalue(fixture)
    create(cluster, "written", 3, 1)
    write(cluster, "written", 300)
    assert sorted(read(cluster.bootstrap, "written", 300)) == sorted(str(number).encode() for number in range(300))


def test_two_brokers_outlive_the_death_of_one_and_mirrormaker_copies_them(
    kafka_cluster: Callable[..., Cluster], kafka_4: Cluster, tmp_path: Path
) -> None:
    with kafka_cluster("3.9.1", tmp_path / "source", brokers=2) as source:
        create(source, "kept", 4, 2)
        write(source, "kept", 100)
        source.process(2).end(signal.SIGKILL)
        write(source, "kept", 100)
        source.process(2).start()
        source.wait()
        assert known_brokers(source.bootstrap) == [1, 2]
        properties = f"""clusters=source,target
source.bootstrap.servers={source.bootstrap}
target.bootstrap.servers={kafka_4.bootstrap}
source->target.enabled=true
source->target.topics=kept
replication.policy.class=org.apache.kafka.connect.mirror.IdentityReplicationPolicy
replication.factor=1
checkpoints.topic.replication.factor=1
heartbeats.topic.replication.factor=1
offset-syncs.topic.replication.factor=1
offset.storage.replication.factor=1
status.storage.replication.factor=1
config.storage.replication.factor=1
dedicated.mode.enable.internal.rest=false
plugin.discovery=service_load
"""
        with Mirror(source.kafka, tmp_path / "mirror", properties):
            assert len(read(kafka_4.bootstrap, "kept", 200, 90)) == 200


def test_brokers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    program = f"""
import os, pathlib
from bench.brokers import Cluster, find
with Cluster(find(), pathlib.Path({str(tmp_path)!r})) as cluster:
    print(cluster.process(1).pid, flush=True)
    os.kill(os.getpid(), 9)
"""
    try:
        find()
    except NoKafkaError as error:
        pytest.skip(str(error))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    pid = int(done.stdout)
    end = time.monotonic() + 20
    while _lives(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _lives(pid)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_broker_that_cannot_start_says_why(kafka_cluster: Callable[..., Cluster], tmp_path: Path) -> None:
    cluster = kafka_cluster("3.9.1", tmp_path, settings={"listeners": "NOSUCH://127.0.0.1:1"})
    with pytest.raises(NoKafkaError, match="NOSUCH"), cluster:
        pass


def test_missing_jars_are_said_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(NoKafkaError, match=r"3\.9\.1 are not in .*: install Java 17 or later and Maven"):
        find("3.9.1", tmp_path)


@pytest.mark.parametrize("version", VERSIONS)
def test_jars_that_are_kept_are_not_copied_again(version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        before = find(version)
    except NoKafkaError as error:
        pytest.skip(str(error))
    monkeypatch.setattr("kafka_jars._copy", lambda *_: pytest.fail("copied again"))
    assert have(version) == before


def test_a_jar_that_is_changed_missing_or_added_is_named(tmp_path: Path) -> None:
    digests = {"a.jar": "0" * 64, "gone.jar": "1" * 64}
    for name in ("a.jar", "more.jar"):
        (tmp_path / name).write_bytes(b"other")
    with pytest.raises(NoKafkaError, match=r"a\.jar, gone\.jar, more\.jar"):
        check(tmp_path, digests)


def test_every_pinned_digest_is_a_sha256_of_a_jar_with_a_version() -> None:
    for version in VERSIONS:
        digests = pinned(version)
        assert f"kafka_2.13-{version}.jar" in digests
        assert all(len(digest) == 64 and name.endswith(".jar") for name, digest in digests.items())
