"""A run against Apache Kafka: what it refuses is told, all else is seen, nothing stays, and nothing else is touched."""

from __future__ import annotations

import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from confluent_kafka.admin import AdminClient, AlterConfigOpType

from audit.model.errors import BrokerError, UsageError
from poc.case.clients import Clients
from poc.case.cluster import Cluster as Stated
from poc.compat import markdown
from poc.compat.compare import compare
from poc.compat.probe import Area, State, probes
from poc.compat.probes import configs
from poc.compat.run import clean, opened, run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.brokers import Cluster
    from poc.compat.matrix import Compatibility, Result

# kafka-python and aiokafka leave sockets to the collector when a broker goes away.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
SCRIPT = """
import os
from confluent_kafka import Producer
producer = Producer({"bootstrap.servers": os.environ["BYOC_BOOTSTRAP"]})
for number in range(int(os.environ["BYOC_RECORDS"])):
    producer.produce(os.environ["BYOC_TOPIC"], str(number))
producer.flush()
"""


def none(name: str) -> str:
    raise AssertionError(f"no secret is asked for, and {name} was")


def plain(cluster: Cluster) -> Stated:
    return Stated(platform="automq", bootstrap=cluster.bootstrap)


@pytest.fixture(scope="module")
def matrix(kafka_3: Cluster) -> Compatibility:
    """Kafka 3.9 as the target, with Java's client, and commands that work, fail and do nothing."""
    commands = [
        {"name": "works", "command": [sys.executable, "-c", SCRIPT]},
        {"name": "fails", "command": ["sh", "-c", "echo 'Error: no such broker' >&2; exit 4"]},
        {"name": "idles", "command": ["true"]},
    ]
    clients = Clients.model_validate({"java_libs": str(kafka_3.kafka.jars), "commands": commands})
    before = topics(kafka_3)
    found = compare("orders", plain(kafka_3), None, clients, "byoc-matrix-", none, seconds=500)
    assert topics(kafka_3) - before <= {"__consumer_offsets", "__transaction_state"}
    return found


@pytest.fixture(scope="module")
def both(kafka_3: Cluster, kafka_4: Cluster) -> Compatibility:
    """Some probes at Kafka 4.1 and at Kafka 3.9 beside it."""
    only = ("group_consumer_protocol", "transactions_2", "config_message_*", "api_*", "headers")
    return compare("orders", plain(kafka_4), plain(kafka_3), Clients(), "byoc-both-", none, only, seconds=500)


def topics(cluster: Cluster) -> set[str]:
    return set(AdminClient({"bootstrap.servers": cluster.bootstrap}).list_topics(timeout=10).topics)


def slow(found: Compatibility) -> set[str]:
    """What a busy machine kept from an answer: said so, and never a yes."""
    words = ("no answer to judge by: ", " of 100 records written", "were over", "was over")
    late = [row for row in found.rows if row.target.state is State.NOT_TESTED]
    return {row.id for row in late if any(word in row.target.answer for word in words)}


def states(found: Compatibility, *wanted: State) -> set[str]:
    return {row.id for row in found.rows if row.target.state in wanted}


def test_what_answers_is_named_by_what_it_shows_not_by_what_the_case_says(matrix: Compatibility) -> None:
    assert (matrix.target.product, matrix.target.stated) == ("Apache Kafka", "automq")
    page = markdown.page(matrix)
    assert page.startswith("# Compatibility of Apache Kafka: orders\n")
    assert "**Target: Apache Kafka** (poc.yaml says automq)" in page


def test_what_kafka_refuses(matrix: Compatibility) -> None:
    refused = states(matrix, State.REFUSED)
    assert {name for name in refused if not name.startswith("api_")} == {
        "config_remote_storage_enable", "create_replication_factor", "delegation_token", "group_consumer_protocol",
        "reassign_two_replicas", "telemetry", "transactions_2",
    } - slow(matrix)  # fmt: skip
    assert {"api_76", "api_88"} <= refused
    assert "api_75" not in refused


def test_nothing_is_overridden_or_without_effect_on_kafka(matrix: Compatibility) -> None:
    assert states(matrix, State.OVERRIDDEN, State.ACCEPTED_NO_EFFECT) == set()


def test_what_no_client_can_see_is_not_said_to_be_supported(matrix: Compatibility) -> None:
    unseen = states(matrix, State.NOT_TESTED)
    configs = {name for name in unseen if name.startswith("config_")}
    assert {"config_retention_ms", "config_flush_messages", "config_preallocate"} <= configs
    assert unseen - configs - slow(matrix) <= {
        "acl_deny_first", "acl_enforced", "client_idles", "handshake_mtls", "handshake_oauthbearer", "handshake_plain",
        "handshake_scram_sha_256", "handshake_scram_sha_512", "handshake_tls", "wrong_password", "client_fails",
    }  # fmt: skip
    seen = states(matrix, State.SUPPORTED) | slow(matrix)
    assert {"config_cleanup_policy", "config_compression_type"} <= seen


def test_each_result_has_request_answer_and_time(matrix: Compatibility) -> None:
    assert all(row.request and row.target.answer and row.target.at.endswith("Z") for row in matrix.rows)


def test_clients_and_commands(matrix: Compatibility) -> None:
    found = {row.id: row.target for row in matrix.rows if row.area is Area.CLIENTS}
    working = {"client_confluent_kafka", "client_kafka_python", "client_aiokafka", "client_java", "client_works"}
    lacking = {name: found[name].answer for name in working - slow(matrix) if found[name].state is not State.SUPPORTED}
    assert lacking == {}
    said = found["client_fails"].answer
    assert "imed out" in said or said.endswith("sh exited with 4: Error: no such broker")


def test_nothing_is_left(matrix: Compatibility, kafka_3: Cluster) -> None:
    assert matrix.target.left_behind == ()
    client = AdminClient({"bootstrap.servers": kafka_3.bootstrap})
    groups = client.list_consumer_groups().result(10).valid
    assert [one.group_id for one in groups if one.group_id.startswith("byoc-matrix-")] == []
    users = client.describe_user_scram_credentials().result(10)
    assert [name for name in users if name.startswith("byoc-matrix-")] == []


def test_differences_are_those_that_both_sides_answered(both: Compatibility) -> None:
    differing = {row.id for row in both.rows if row.differs}
    assert {"transactions_2", "config_message_timestamp_difference_max_ms"} <= differing
    assert "config_message_downconversion_enable" not in differing  # its effect was not seen at the source
    assert "headers" not in differing
    assert f"## {len(differing)} differences between source and target" in markdown.page(both)


def some(*names: str) -> list[str]:
    return list(names)


def ran(cluster: Stated, prefix: str, ids: list[str]) -> tuple[dict[str, Result], tuple[str, ...]]:
    with opened(cluster, Clients(), prefix, none) as site:
        try:
            return run(site, [one for one in probes() if one.id in ids], 300), clean(site)
        finally:
            clean(site)


def test_handshakes_and_acls_where_listeners_are_named(stated: Callable[[str], Stated]) -> None:
    asked = some(
        "handshake_tls", "handshake_mtls", "handshake_plain", "handshake_scram_sha_256", "handshake_scram_sha_512",
        "wrong_password", "acl_enforced", "acl_deny_first", "delegation_token", "client_kafka_python",
        "client_aiokafka", "api_versions_of_the_future",
    )  # fmt: skip
    found, left = ran(stated("admin"), "byoc-guarded-", asked)
    assert {name: result.answer for name, result in found.items() if result.state is not State.SUPPORTED} == {}
    assert left == ()


def test_a_probe_that_an_acl_refuses_is_never_supported(stated: Callable[[str], Stated]) -> None:
    asked = some("produce_acks_all", "acl_topic", "quota_client", "scram_sha_256", "transaction_commit", "list_groups")
    found, left = ran(stated("low"), "byoc-low-", asked)
    assert {name: result.state for name, result in found.items()} == dict.fromkeys(asked, State.NOT_TESTED)
    assert all("AUTHORIZATION_FAILED" in result.answer for result in found.values())
    assert [name for name in left if name.startswith("topic")] == []


def test_wrong_credentials_are_one_sentence_without_the_password(
    stated: Callable[[str], Stated], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POC_ADMIN", "hunter2-wrong")
    with pytest.raises(BrokerError, match=r"[Aa]uthentication.*: look at address") as told:
        ran(stated("admin"), "byoc-wrong-", some("metadata"))
    assert "hunter2" not in str(told.value)


def test_a_prefix_in_use_is_refused_and_its_topics_stay(kafka_3: Cluster) -> None:
    from confluent_kafka.admin import NewTopic  # noqa: PLC0415 only here

    client = AdminClient({"bootstrap.servers": kafka_3.bootstrap})
    client.create_topics([NewTopic("mine-orders", 1, 1)])["mine-orders"].result(10)
    with pytest.raises(UsageError, match=r"topics of the prefix mine- are there already \(mine-orders\)"):
        ran(plain(kafka_3), "mine-", some("metadata"))
    assert "mine-orders" in topics(kafka_3)


def test_a_broker_that_dies_in_the_middle_leaves_no_false_yes(
    kafka_cluster: Callable[..., Cluster], tmp_path: Path
) -> None:
    with (
        kafka_cluster("3.9.1", tmp_path / "dying") as cluster,
        opened(plain(cluster), Clients(), "byoc-dies-", none) as site,
    ):
        chosen = [one for one in probes() if one.area in {Area.RECORDS, Area.TOPICS}]
        killer = threading.Timer(1.5, cluster.process(1).end, [signal.SIGKILL])
        killer.start()
        began = time.monotonic()
        found = run(site, chosen, 20)
        assert time.monotonic() - began < 60
        killer.join()
        assert {one.id for one in chosen} == set(found)
        assert State.NOT_TESTED in {result.state for result in found.values()}
        assert {result.state for result in found.values()} <= {State.SUPPORTED, State.NOT_TESTED, State.REFUSED}
        after = [result for result in found.values() if result.state is State.NOT_TESTED]
        assert all(result.answer for result in after)
        left = clean(site)
        assert left == ("what is left could not be listed",) or "look for the prefix byoc-dies-" in left[0]


def test_a_config_that_the_leader_hears_of_late_has_its_effect(kafka_3: Cluster) -> None:
    with opened(plain(kafka_3), Clients(), "byoc-late-", none) as site:
        topic = site.topic("late")
        change = (site, topic, "max.message.bytes", "2000", AlterConfigOpType.SET)
        late = threading.Timer(1, configs._change, change)
        late.start()
        try:
            found = configs._in_time(configs._limits_size, site, topic, "set")
        finally:
            late.join()
            clean(site)
    assert found.state is State.SUPPORTED, found
