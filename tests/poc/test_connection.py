"""What clients are told of a cluster: librdkafka's configuration and Java's properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.model.errors import UsageError
from poc.case.cluster import Cluster
from poc.connection import java, librdkafka

if TYPE_CHECKING:
    from pathlib import Path

AT = {"platform": "other", "bootstrap": "b1:9092, b2:9092"}


def vault(name: str) -> str:
    return f"the secret {name}"


def test_a_plain_cluster_needs_its_addresses_only() -> None:
    cluster = Cluster.model_validate(AT)
    plain = {"bootstrap.servers": "b1:9092,b2:9092", "security.protocol": "PLAINTEXT"}
    assert librdkafka(cluster, vault) == java(cluster, vault) == plain


def test_a_password_with_quotes_does_not_end_javas_option() -> None:
    security = {
        "protocol": "SASL_SSL",
        "mechanism": "SCRAM-SHA-512",
        "username": "poc",
        "password": r'secretsmanager:"\quoted',
    }
    cluster = Cluster.model_validate(AT | {"security": security})
    assert librdkafka(cluster, vault)["sasl.password"] == r'the secret "\quoted'
    assert java(cluster, vault)["sasl.jaas.config"] == (
        "org.apache.kafka.common.security.scram.ScramLoginModule required "
        r'username="poc" password="the secret \"\\quoted";'
    )


def test_a_token_is_asked_for_at_its_endpoint() -> None:
    oauth = {"token_endpoint": "https://login.example.com/t", "client_id": "c", "client_secret": "secretsmanager:s"}
    security = {"protocol": "SASL_SSL", "mechanism": "OAUTHBEARER", "oauth": oauth}
    cluster = Cluster.model_validate(AT | {"security": security})
    assert librdkafka(cluster, vault)["sasl.oauthbearer.client.secret"] == "the secret s"
    assert java(cluster, vault)["sasl.oauthbearer.token.endpoint.url"] == "https://login.example.com/t"
    assert 'clientSecret="the secret s"' in java(cluster, vault)["sasl.jaas.config"]


def test_certificates_go_to_java_as_text_and_to_librdkafka_as_files(tmp_path: Path) -> None:
    files = {name: str(tmp_path / name) for name in ("ca", "certificate", "key")}
    for name in files:
        (tmp_path / name).write_text(f"PEM of {name}")
    cluster = Cluster.model_validate(AT | {"security": {"protocol": "SSL", **files}})
    assert librdkafka(cluster, vault)["ssl.key.location"] == files["key"]
    assert java(cluster, vault)["ssl.keystore.key"] == "PEM of key"
    (tmp_path / "ca").unlink()
    for make in (librdkafka, java):
        with pytest.raises(UsageError, match=r"ca is no file, and poc.yaml's security names it"):
            make(cluster, vault)
