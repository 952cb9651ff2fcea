"""The proof of concept's commands as a user types them, on one broker of Apache Kafka."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from confluent_kafka.admin import AdminClient, NewTopic

from bench.brokers import Cluster, find
from stacks.rehearsal.environment import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

RATE, WARM_UP, LASTS = 5_000, 10, 60
TOPICS = 10_000
_TOPICS_AT_ONCE = 500
_JUDGED = {0, 1, 2}
"""Exit codes of a command that did its work."""
# Ten thousand logs on one disk: an index is made as large as it may get when its log is.
_MANY_LOGS = {"log.index.size.max.bytes": "4096"}


@dataclass(frozen=True, slots=True)
class Proved:
    """What became of the load; the prober's own part in latency, in ms; seconds of compatibility and inventory.

    ``late_p99`` is how long after it was due a record was handed to the client: a prober that cannot hold the rate
    falls behind more and more. ``unaccounted`` counts what was lost, doubled or given up.
    """

    kafka: str
    rate: int
    unaccounted: int
    floor_p99: float
    late_p99: float
    cores: float
    probes: int
    compat: float
    topics: int
    inventory: float


def measure() -> Proved:
    """Prove it; raises NoKafkaError without Kafka's jars, CalledProcessError when a command did not do its work."""
    kafka = find()
    with TemporaryDirectory() as folder:
        place = Path(folder)
        with Cluster(kafka, place / "loaded") as cluster:
            loaded = _reliability(place, cluster)
            compat, took = _byoc(place, "compat", "--target", cluster.bootstrap)
        with Cluster(kafka, place / "full", settings=_MANY_LOGS) as cluster:
            _fill(cluster)
            inventory, seconds = _byoc(_case(place, cluster, "source"), "inventory")
    counts, overhead = loaded["counts"], loaded["overhead"]
    return Proved(
        kafka=kafka.version,
        rate=RATE,
        unaccounted=counts["sent"] - counts["read_back"] + counts["duplicated"] + counts["given_up"],
        floor_p99=overhead["floor"]["p99"],
        late_p99=overhead["late"]["p99"],
        cores=overhead["cores"],
        probes=len(compat["rows"]),
        compat=took,
        topics=len(inventory["topics"]),
        inventory=seconds,
    )


def _reliability(place: Path, cluster: Cluster) -> dict[str, Any]:
    load = {"rate": RATE, "partitions": 12, "warm_up": f"{WARM_UP} s", "lasts": f"{LASTS} s"}
    found, _ = _byoc(_case(place, cluster, "target", reliability={"load": load}), "reliability")
    return found


def _case(place: Path, cluster: Cluster, side: str, **more: Any) -> Path:
    workload = {"ingress": "5 MiB/s", "fan_out": 1, "retention": "1 d", "topics": 1, "partitions": 12}
    case = {
        "format": "byoc-poc/1",
        "name": "bench",
        "workload": {**workload, "record_size": "1 KiB"},
        side: {"platform": "apache-kafka", "bootstrap": cluster.bootstrap},
        **more,
    }
    (place / "poc.yaml").write_text(json.dumps(case), "utf-8")  # JSON is YAML
    return place


def _byoc(place: Path, command: str, *arguments: str) -> tuple[dict[str, Any], float]:
    """What a command of ``byoc poc`` prints, and its seconds by the clock."""
    line = [str(Path(sys.executable).with_name("byoc")), "poc", command, *arguments, "--format", "json"]
    began = time.perf_counter()
    done = subprocess.run(line, cwd=place, stdout=subprocess.PIPE, text=True, env=clean(os.environ), check=False)
    if done.returncode not in _JUDGED:
        raise subprocess.CalledProcessError(done.returncode, line, done.stdout)
    return dict(json.loads(done.stdout)), time.perf_counter() - began


def _fill(cluster: Cluster) -> None:
    admin = AdminClient({"bootstrap.servers": cluster.bootstrap})
    for topics in _batches():
        for made in admin.create_topics(topics, operation_timeout=60, request_timeout=90).values():
            made.result()
    while len(admin.list_topics(timeout=60).topics) < TOPICS:  # a broker learns of them after its controller
        time.sleep(0.5)


def _batches() -> Iterator[list[NewTopic]]:
    for first in range(0, TOPICS, _TOPICS_AT_ONCE):
        yield [NewTopic(f"orders-{number:05}", 1, 1) for number in range(first, first + _TOPICS_AT_ONCE)]
