"""A scan finds who uses the source, says what it means for the move, and never shows a line that may hold a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.model.errors import UsageError
from poc.inventory.model import Move
from poc.inventory.scan import patterns, scan

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = "pkc-abc.us-east-1.aws.confluent.cloud:9092"
FILES = {
    "pom.xml": "<dependency>\n<groupId>io.confluent</groupId>\n<artifactId>kafka-avro-serializer</artifactId>",
    "build.gradle": "implementation 'io.confluent:monitoring-interceptors:7.6.0'\nimplementation 'org.apache.kafka:kafka-clients:3.7'",
    "requirements.txt": "confluent-kafka[avro]==2.4\naiokafka\n",
    "package.json": '{"dependencies": {"@confluentinc/kafka-javascript": "1", "kafkajs": "2"}}',
    "go.mod": "require github.com/IBM/sarama v1.46.0\n",
    "Cargo.toml": 'rdkafka = "0.36"\n',
    "app.csproj": '<PackageReference Include="Confluent.Kafka" />',
    "client.properties": f'bootstrap.servers={SOURCE}\nsasl.jaas.config=x password="hunter2";\ngroup.protocol=consumer\n'
    "interceptor.classes=io.confluent.monitoring.clients.interceptor.MonitoringConsumerInterceptor\n"
    "basic.auth.credentials.source=USER_INFO\n",
    "infra/main.tf": 'resource "confluent_kafka_topic" "orders" {}\nresource "kafka_acl" "a" {}\n',
    ".github/workflows/deploy.yml": "run: confluent kafka topic create orders\n",
    "alerts/kafka.yml": "groups:\n- rules:\n  - alert: Lag\n    expr: confluent_kafka_server_consumer_lag_offsets > 1\n",
    "dashboards/kafka.json": '{"panels": [{"expr": "confluent_kafka_server_received_bytes"}]}',
    "node_modules/x/package.json": '{"dependencies": {"kafkajs": "2"}}',
    "README.md": "nothing of it\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "logo.png").write_bytes(b"\x89PNG\0kafkajs")
    (folder / "large.txt").write_bytes(b" " * 2_000_001)
    return folder


def test_each_use_is_found_where_it_is(repository: Path) -> None:
    found = {(one.pattern, one.file.removeprefix("shop/"), one.line): one for one in scan([repository], SOURCE).usages}
    assert set(found) == {
        ("confluent-serializers", "pom.xml", 3),
        ("confluent-licensed", "build.gradle", 1),
        ("java-client", "build.gradle", 2),
        ("python-client", "requirements.txt", 1),
        ("python-client", "requirements.txt", 2),
        ("node-client", "package.json", 1),
        ("go-client", "go.mod", 1),
        ("rust-client", "Cargo.toml", 1),
        ("dotnet-client", "app.csproj", 1),
        ("bootstrap-confluent-cloud", "client.properties", 1),
        ("source-address", "client.properties", 1),
        ("new-group-protocol", "client.properties", 3),
        ("interceptors", "client.properties", 4),
        ("schema-registry", "client.properties", 5),
        ("terraform-confluent", "infra/main.tf", 1),
        ("terraform-kafka", "infra/main.tf", 2),
        ("confluent-cli", ".github/workflows/deploy.yml", 1),
        ("metrics-confluent", "alerts/kafka.yml", 4),
        ("metrics-confluent", "dashboards/kafka.json", 1),
    }
    kinds = {(one.pattern, one.kind) for one in found.values()}
    assert {("metrics-confluent", "alert"), ("metrics-confluent", "dashboard"), ("confluent-cli", "ci")} <= kinds
    assert {one.move for one in found.values() if one.pattern == "interceptors"} == {Move.REPLACE}
    assert {one.move for one in found.values() if one.pattern == "java-client"} == {Move.AS_IS}


def test_no_secret_beside_a_match_is_shown(repository: Path) -> None:
    assert all("hunter2" not in one.model_dump_json() for one in scan([repository], SOURCE).usages)


def test_what_is_too_large_is_said(repository: Path) -> None:
    assert [(one.what, one.why) for one in scan([repository], None).unseen] == [
        ("large.txt", "larger than 2,000,000 bytes")
    ]


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere is no folder"):
        scan([tmp_path / "nowhere"], None)


def test_every_pattern_has_a_name_of_its_own() -> None:
    names = [one.id for one in patterns()]
    assert len(set(names)) == len(names) > 20
