"""A broker with the ways in that clients use: TLS, certificates, SASL; and a user who may do little."""

from __future__ import annotations

import gc
import shutil
import subprocess
import threading
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from confluent_kafka.admin import (
    AdminClient,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from poc.case.cluster import Cluster as Stated
from poc.compat.site import wait

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.brokers import Cluster

WORDS = {"POC_ADMIN": "admin-secret", "POC_LOW": "low-secret"}
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The collector may come upon what a client left while one of these tests runs.
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning"))
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


@pytest.fixture(scope="module", autouse=True)
def _leavings() -> Iterator[None]:
    """The sockets that kafka-python and aiokafka leave to the collector when a broker goes away."""
    yield
    # A probe that its run did not wait for goes on by itself, and leaves its sockets only when it ends.
    for thread in threading.enumerate():
        if thread.name.startswith("probe"):
            thread.join(60)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def openssl(folder: Path, *arguments: str) -> None:
    program = shutil.which("openssl")
    assert program is not None, "the tests of TLS need openssl on PATH"
    subprocess.run([program, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, a broker's and a client's certificate, as PEM."""
    folder = tmp_path_factory.mktemp("certificates")
    new = ("-newkey", "rsa:2048", "-nodes", "-days", "2")
    openssl(folder, "req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=authority")
    for name in ("broker", "client"):
        openssl(folder, "req", *new[:-2], "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.pem")
    (folder / "keystore.pem").write_text((folder / "broker.key").read_text() + (folder / "broker.pem").read_text())
    return folder


@pytest.fixture(scope="module")
def guarded(
    kafka_cluster: Callable[..., Cluster], certificates: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """One broker with SASL and TLS; `admin` is its super user, `low` may do nothing until something is granted."""
    settings = {
        "super.users": "User:ANONYMOUS;User:admin",
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
        "listener.name.sasl.plain.sasl.jaas.config": f'{PLAIN} required user_admin="admin-secret" user_low="low-secret";',
        "listener.name.sasl.scram-sha-256.sasl.jaas.config": f"{SCRAM} required;",
        "listener.name.sasl.scram-sha-512.sasl.jaas.config": f"{SCRAM} required;",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(certificates / "keystore.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(certificates / "ca.pem"),
        "listener.name.tls.ssl.client.auth": "required",
        "ssl.principal.mapping.rules": "RULE:^CN=client$/admin/,DEFAULT",
        "delegation.token.secret.key": "a-key-of-the-test",
    }
    listeners = {"SASL": "SASL_PLAINTEXT", "TLS": "SSL"}
    folder = tmp_path_factory.mktemp("guarded")
    with kafka_cluster("3.9.1", folder, settings=settings, listeners=listeners) as cluster:
        client = AdminClient({"bootstrap.servers": cluster.bootstrap})
        changes = [
            UserScramCredentialUpsertion(user, ScramCredentialInfo(kind, 4096), word)
            for user, word in (("admin", b"admin-secret"), ("low", b"low-secret"))
            for kind in (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512)
        ]
        for change in changes:
            for future in client.alter_user_scram_credentials([change]).values():
                future.result(20)
        wait(lambda: _known(client), "the users are not known")
        yield cluster


def _known(client: AdminClient) -> bool:
    found: Any = client.describe_user_scram_credentials(["admin", "low"])
    return all(len(future.result(20).scram_credential_infos) == 2 for future in found.values())


def sasl(mechanism: str, user: str) -> dict[str, str]:
    """The security of a user of the broker's SASL listener."""
    word = f"env:POC_{user.upper()}"
    return {"protocol": "SASL_PLAINTEXT", "mechanism": mechanism, "username": user, "password": word}


@pytest.fixture
def stated(guarded: Cluster, certificates: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Stated]:
    """The guarded broker as a case states it, for a user of SCRAM-SHA-512; its other listeners are named too."""
    for name, word in WORDS.items():
        monkeypatch.setenv(name, word)
    files = {"ca": "ca.pem", "certificate": "client.pem", "key": "client.key"}
    mutual = {"protocol": "SSL", **{part: str(certificates / name) for part, name in files.items()}}
    at = guarded.address("SASL")
    others = [{"bootstrap": at, "security": sasl(kind, "admin")} for kind in ("PLAIN", "SCRAM-SHA-256")]

    def state(user: str) -> Stated:
        return Stated.model_validate(
            {
                "platform": "apache-kafka",
                "bootstrap": at,
                "security": sasl("SCRAM-SHA-512", user),
                "listeners": [*others, {"bootstrap": guarded.address("TLS"), "security": mutual}],
            }
        )

    return state
