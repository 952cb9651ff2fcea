"""``byoc poc compat`` as a user types it: what it prints and writes, and what it cannot take."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from poc.case import template
from poc.compat.matrix import Compatibility

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.brokers import Cluster

    Byoc = Callable[..., Any]

FEW = ("--only", "metadata", "--only", "create_replication_factor", "--only", "api_76", "--only", "config_flush_ms")
# kafka-python leaves sockets to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def test_a_cluster_is_probed_by_its_address_alone(byoc: Byoc, here: Path, kafka_3: Cluster) -> None:
    ran = byoc("poc", "compat", "--target", kafka_3.bootstrap, "--prefix", "cli-compat-", *FEW)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"Apache Kafka at {kafka_3.bootstrap}: 4 probes\n")
    assert "REFUSED create_replication_factor: INVALID_REPLICATION_FACTOR" in ran.out
    assert "REFUSED API keys: ShareGroupHeartbeat" in ran.out
    assert ran.out.endswith("wrote out/poc-compat/compatibility.md and compatibility.json\n")
    written = Compatibility.model_validate_json((here / "out/poc-compat/compatibility.json").read_text("utf-8"))
    assert written.target.prefix == "cli-compat-"
    assert "| state | probes | meaning |" in (here / "out/poc-compat/compatibility.md").read_text("utf-8")


def test_a_case_gives_name_and_source(byoc: Byoc, here: Path, kafka_3: Cluster) -> None:
    values = yaml.safe_load(template.render("orders"))
    values["target"] = {"platform": "automq", "bootstrap": kafka_3.bootstrap}
    values["source"] = {"platform": "apache-kafka", "bootstrap": kafka_3.bootstrap}
    (here / "poc.yaml").write_text(yaml.safe_dump(values), "utf-8")
    ran = byoc("poc", "compat", "--only", "metadata", "--format", "json")
    found = json.loads(ran.out)
    assert (found["case"], found["source"], found["target"]["stated"]) == ("orders", None, "automq")
    assert found["target"]["product"] == "Apache Kafka"
    sentence = byoc("poc", "compat", "--source", "case", "--only", "headers", "--out", "compared").sentence
    assert sentence.startswith("source and target are the same cluster")
    assert not (here / "compared").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "poc.yaml cannot be read"),
        (["--target", "broker"], "--target 'broker' is no broker: write host:port"),
        (["--target", "127.0.0.1:1", "--prefix", "a b"], "--prefix a b must be 3 to 41 letters"),
        (["--target", "127.0.0.1:1"], "127.0.0.1:1: "),
        (["--target", "127.0.0.1:1", "--source", "case"], "poc.yaml cannot be read"),
        (["--target", "127.0.0.1:1", "--only", "nothing"], "no probe is called nothing"),
    ],
)
def test_what_it_cannot_take(byoc: Byoc, here: Path, options: list[str], says: str) -> None:
    assert says in byoc("poc", "compat", *options).sentence
    assert not (here / "out").exists()
