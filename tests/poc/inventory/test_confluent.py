"""Confluent's services by their REST APIs: pages are followed, keys go nowhere else, what is refused is said."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from loopback_server import JsonAnswers, serving

from poc.case.cluster import Cluster
from poc.inventory.confluent import read, rest_address
from poc.inventory.model import Move

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = {
    "/subjects": ["orders-value", "orders-key"],
    "/contexts": [".", ".other"],
    "/connectors": ["sink"],
    "/connector-plugins": [{"class": "io.confluent.connect.s3.S3SinkConnector"}, {"class": "org.apache.kafka.x.File"}],
    "/connect/v1/environments/env-a/clusters/lkc-a/connectors": ["managed-sink"],
    "/ksqldbcm/v2/clusters": {"data": [{"id": "lksqlc-1", "spec": {"display_name": "queries"}}]},
    "/fcpm/v2/compute-pools": {"data": []},
    "/kafka/v3/clusters/lkc-a/links": {"data": [{"link_name": "to-west"}]},
    "/iam/v2/role-bindings": {"data": [{"principal": "User:sa-1", "role_name": "DeveloperRead"}]},
    "/iam/v2/service-accounts": {"data": [{"id": "sa-1", "display_name": "orders"}]},
    "/iam/v2/identity-providers": {"data": [{"id": "op-1"}], "metadata": {"next": "https://elsewhere.example.com/"}},
}
ASKED: list[tuple[str, str]] = []


class Answers(JsonAnswers):
    """Answers as Confluent's documentation shows them; API keys come on two pages, and statements are refused."""

    def do_GET(self) -> None:  # noqa: N802  # http.server calls it so
        key = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        ASKED.append((self.path, key))
        self.say(*self._found(self.path))

    def _found(self, path: str) -> tuple[int, Any]:
        bare = path.partition("?")[0]
        if path == "/iam/v2/api-keys":
            return 200, {"data": [{"id": "K1"}], "metadata": {"next": f"{self.here}/iam/v2/api-keys?page_token=2"}}
        if bare == "/iam/v2/api-keys":
            return 200, {"data": [{"id": "K2"}], "metadata": {"next": None}}
        if bare == "/cmk/v2/clusters/lkc-a":
            return 200, {"spec": {"http_endpoint": self.here}}
        if bare == "/sql/v1/environments/env-a/statements":
            return 403, {}
        return (200, PAGES[bare]) if bare in PAGES else (404, {})


@pytest.fixture
def cloud() -> Iterator[str]:
    ASKED.clear()
    with serving(Answers) as address:
        yield address


def login(name: str) -> dict[str, str]:
    return {"username": name, "password": f"secretsmanager:{name}"}


def at(url: str) -> Cluster:
    confluent = {"environment": "env-a", "cluster": "lkc-a", "login": login("cloud"), "url": url}
    return Cluster.model_validate(
        {
            "platform": "confluent-cloud",
            "bootstrap": "b:9092",
            "registry": {"url": url, "login": login("registry")},
            "connect": {"url": url},
            "confluent": {**confluent, "cluster_login": login("cluster")},
        }
    )


def word(name: str) -> str:
    return f"word-of-{name}"


def test_what_each_service_lists(cloud: str) -> None:
    source = at(cloud)
    services, unseen = read(source, rest_address(source, word), word)
    found = {(one.service, one.name) for one in services}
    assert found == {
        ("Schema Registry", "orders-value"),
        ("Schema Registry", "orders-key"),
        ("Schema Registry contexts", ".other"),
        ("Connect", "sink"),
        ("licensed connector plugins", "io.confluent.connect.s3.S3SinkConnector"),
        ("managed connectors", "managed-sink"),
        ("ksqlDB", "queries"),
        ("cluster links", "to-west"),
        ("role bindings", "User:sa-1 DeveloperRead"),
        ("service accounts", "orders"),
        ("API keys", "K1"),
        ("API keys", "K2"),
    }
    assert {one.move for one in services if one.service == "role bindings"} == {Move.REPLACE}
    lacking = {one.what: one.why for one in unseen}
    assert lacking["Flink statements"].endswith("answered 403: not there, or not for this key")
    assert "elsewhere.example.com, to which no key is sent" in lacking["identity providers"]
    assert "word-of" not in str(lacking)


def test_each_key_goes_where_it_belongs(cloud: str) -> None:
    source = at(cloud)
    read(source, rest_address(source, word), word)
    keys = {path.partition("?")[0]: key for path, key in ASKED}
    assert keys["/subjects"] == "registry:word-of-registry"
    assert keys["/connectors"] == ""
    assert keys["/iam/v2/service-accounts"] == "cloud:word-of-cloud"
    assert keys["/kafka/v3/clusters/lkc-a/links"] == "cluster:word-of-cluster"


def test_what_is_not_named_is_not_seen() -> None:
    services, unseen = read(Cluster(platform="other", bootstrap="b:9092"), None, word)
    assert services == []
    why = {one.what: one.why for one in unseen}
    assert why["Schema Registry"].startswith("the case names no registry")
    assert why["ksqlDB"].startswith("the case has no key of Confluent Cloud")
