"""The inventory of real brokers: topics, own configs, lag, ACLs, quotas, users; and that nothing is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

from audit.model.errors import BrokerError
from poc.case.cluster import Cluster as Stated
from poc.case.scope import Names, Scope
from poc.compat.site import wait
from poc.inventory import page
from poc.inventory.take import take

if TYPE_CHECKING:
    from bench.brokers import Cluster

# kafka-python leaves sockets to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def none(name: str) -> str:
    raise AssertionError(name)


def committed(consumer: Consumer, offsets: list[TopicPartition]) -> bool:
    """Whether a commit went through; a new cluster has no coordinator for a moment."""
    try:
        consumer.commit(offsets=offsets, asynchronous=False)
    except KafkaException:
        return False
    return True


def prepare(bootstrap: str) -> None:
    client = AdminClient({"bootstrap.servers": bootstrap})
    topics = [NewTopic("inv-orders", 2, 1, config={"retention.ms": "1234567"}), NewTopic("inv-other", 1, 1)]
    for future in client.create_topics(topics).values():
        future.result(30)
    acl = AclBinding(
        ResourceType.TOPIC,
        "inv-",
        ResourcePatternType.PREFIXED,
        "User:inv",
        "*",
        AclOperation.READ,
        AclPermissionType.ALLOW,
    )
    for future in client.create_acls([acl]).values():
        future.result(30)
    producer = Producer({"bootstrap.servers": bootstrap})
    for number in range(10):
        producer.produce("inv-orders", str(number), partition=number % 2)
    assert producer.flush(30) == 0
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "inv-readers"})
    offsets = [TopicPartition("inv-orders", 0, 2), TopicPartition("inv-orders", 1, 5)]
    wait(lambda: committed(consumer, offsets), "the group has no coordinator", 60)
    consumer.close()


def test_what_runs_at_the_source(kafka_3: Cluster) -> None:
    prepare(kafka_3.bootstrap)
    source = Stated(platform="confluent-platform", bootstrap=kafka_3.bootstrap)
    scope = Scope(topics=Names(include=("inv-o*",), exclude=("inv-other",)), groups=Names(include=("inv-*",)))
    found, bill = take("orders", source, scope, [], none)
    assert bill == ()
    assert found.product == "Apache Kafka"
    topics = {one.name: one for one in found.topics}
    assert (topics["inv-orders"].partitions, topics["inv-orders"].configs) == (2, {"retention.ms": "1234567"})
    assert (topics["inv-orders"].in_scope, topics["inv-other"].in_scope) == (True, False)
    groups = {one.name: one for one in found.groups}
    assert (groups["inv-readers"].lag, groups["inv-readers"].topics) == (3, ("inv-orders",))
    assert [one.operation for one in found.acls if one.principal == "User:inv"] == ["READ"]
    what = {one.what for one in found.unseen}
    assert {"Schema Registry", "clients, Terraform, CI, dashboards"} <= what
    assert "consumer groups" not in what
    text = page.page(found)
    assert "| inv-orders | 2 | 1 | retention.ms=1234567 | yes |" in text
    assert "## What could not be seen" in text


def test_no_broker_there() -> None:
    with pytest.raises(BrokerError, match=r"127\.0\.0\.1:1: .*look at address"):
        take("orders", Stated(platform="other", bootstrap="127.0.0.1:1"), Scope(), [], none)
