"""byoc poc reliability, as a user types it, on real brokers of Apache Kafka."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import boto3
import jsonschema
import pytest
import yaml
from confluent_kafka.admin import AdminClient

from cli import docs
from cli.ec2_commands import run_on_ec2
from poc.case.reliability import Ec2, Step
from poc.reliability import hooks
from poc.reliability.hooks import StepFailedError
from stacks.rehearsal.emulator import emulator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.brokers import Cluster

    Byoc = Callable[..., Any]

WORKLOAD = {
    "ingress": "1 MiB/s", "fan_out": 1, "retention": "1 d", "topics": 1, "partitions": 4, "record_size": "1 KiB",
}  # fmt: skip


def write(here: Path, bootstrap: str, **reliability: Any) -> None:
    case = {
        "format": "byoc-poc/1",
        "name": "orders",
        "workload": WORKLOAD,
        "target": {"platform": "apache-kafka", "bootstrap": bootstrap},
        "reliability": reliability,
    }
    (here / "poc.yaml").write_text(yaml.safe_dump(case), "utf-8")


def test_a_broker_that_is_killed_costs_a_gap_and_no_record(
    byoc: Byoc, here: Path, kafka_cluster: Callable[..., Cluster], tmp_path: Path
) -> None:
    with kafka_cluster("3.9.1", tmp_path / "brokers", brokers=2) as cluster, cluster.kept_running():
        down = cluster.folder / "broker-2.down"
        kill = f"touch {down}; kill -9 $(cat {cluster.folder}/broker-2.pid)"
        steps = [{"command": ["sh", "-c", kill]}, {"after": "4 s", "command": ["rm", str(down)]}]
        write(
            here,
            cluster.bootstrap,
            conditions="two brokers on one machine",
            load={"rate": 300, "partitions": 4, "replication_factor": 2, "warm_up": "3 s", "lasts": "16 s"},
            slo={"gap": "60 s"},
            faults=[{"kind": "broker-failure", "after": "2 s", "watch": "13 s", "steps": steps}],
        )
        ran = byoc("poc", "reliability", "--prefix", "mine-")
        left = AdminClient({"bootstrap.servers": cluster.bootstrap}).list_topics(timeout=10).topics
    assert ran.code == 0, ran.out + ran.err
    assert not [name for name in left if name.startswith("mine-")]
    folder = here / "out" / "poc-orders"
    found = json.loads((folder / "reliability.json").read_text())
    jsonschema.validate(found, json.loads(docs.PAGES["docs/schemas/reliability.schema.json"]()))
    counts, (fault,) = found["counts"], found["faults"]
    assert counts["sent"] == counts["acknowledged"] == counts["read_back"] == 300 * 19
    assert (counts["lost"], counts["duplicated"], counts["out_of_order"]) == (0, 0, 0)
    assert any(event["said"] == "broker 2 left the metadata" for event in fault["events"])
    # The brokers' session lasts three seconds here: until then the partitions that the dead one led do not answer.
    assert max(gap["seconds"] for gap in fault["gaps"]) > 1
    assert found["overhead"]["floor"]["records"] > 0
    assert [step["failed"] for step in fault["steps"]] == [None, None]
    page = (folder / "reliability.html").read_text()
    assert "apache-kafka, 2 brokers" in page
    assert "coordinated omission" in page
    assert page.count("<svg") == 4
    assert "broker 2 left the metadata" in ran.out
    assert "not tested: crash-loop, two-brokers" in ran.out


def test_what_is_broken_or_was_not_done_is_said(byoc: Byoc, here: Path, kafka_4: Cluster) -> None:
    write(
        here,
        kafka_4.bootstrap,
        load={"rate": 50, "partitions": 2, "warm_up": "1 s", "lasts": "4 s"},
        slo={"acknowledgement_p99": "60 s", "end_to_end_p99": "1 ms"},
        faults=[
            {"kind": "scale-out", "after": "1 s", "watch": "1 s", "steps": [{"command": ["no-such-program"]}]},
            {"kind": "cold-read", "after": "2 s", "watch": "1 s", "steps": [{"cold_read": True}]},
        ],
    )
    ran = byoc("poc", "reliability")
    assert ran.code == 1
    found = json.loads((here / "out" / "poc-orders" / "reliability.json").read_text())
    verdicts = {row["name"]: row["verdict"] for row in found["slos"]}
    assert verdicts["acknowledgement p99, outside faults"] == "holds"
    assert verdicts["end to end p99, outside faults"] == "broken"
    assert verdicts["faults done"] == "unknown"
    assert verdicts["records lost"] == "holds"
    assert "no-such-program cannot be run" in ran.out
    assert any("below 60 s" in note for note in found["notes"])
    assert (here / "out" / "poc-orders" / "reliability-logs" / "cold-1-0.log").stat().st_size > 0
    assert byoc("poc", "reliability", "--fail-on", "never").code == 0


def test_a_target_that_is_not_there_is_one_sentence(byoc: Byoc, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("poc.reliability.run._CONNECT_SECONDS", 1.0)
    write(here, "127.0.0.1:9", load={"rate": 1, "lasts": "1 s"})
    assert byoc("poc", "reliability").sentence.startswith("the target does not answer (")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"load": {"rate": 100_000, "lasts": "1 h"}}, "are more than 20,000,000: lower rate or lasts"),
        ({"faults": [{"kind": "other", "after": "1 s", "watch": "9 s", "steps": [{}]}]}, "set one"),
        (
            {"faults": [{"kind": "other", "after": "1 s", "watch": "9 s", "steps": [{"cold_read": True}]}]},
            "watched until 10 s, the load ends at 5 s",
        ),
    ],
)
def test_a_case_that_cannot_be_run_is_refused(byoc: Byoc, here: Path, changed: dict[str, Any], said: str) -> None:
    write(here, "127.0.0.1:9", **{"load": {"rate": 1, "lasts": "5 s"}, **changed})
    ran = byoc("poc", "reliability")
    assert ran.code == 3
    assert said in ran.err


def test_a_command_on_ec2_that_does_not_succeed_is_a_step_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    with emulator("111122223333", "us-east-1") as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        image = boto3.client("ec2").register_image(Name="image", RootDeviceName="/dev/xvda")["ImageId"]
        (made,) = boto3.client("ec2").run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"]
        there = Ec2(region="us-east-1", instances=(made["InstanceId"],), commands=("true",))
        assert run_on_ec2(there, 5).startswith("command ")
        with pytest.raises(StepFailedError, match="Systems Manager"):
            run_on_ec2(there.model_copy(update={"instances": ("i-00000000",), "region": "nowhere-1"}), 1)


def test_a_signal_reaches_a_local_process(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    (tmp_path / "pid").write_text(str(process.pid))
    step = Step.model_validate({"process": {"pid_file": str(tmp_path / "pid"), "signal": "KILL"}})
    hooks.do(step, lambda *_: "")
    assert process.wait(10) == -signal.SIGKILL
    with pytest.raises(StepFailedError, match="cannot be signalled"):
        hooks.do(step, lambda *_: "")
