from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audit.model.errors import RehearsalError, SettingsError
from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.run import Target, deploy, rehearsal

if TYPE_CHECKING:
    from stacks.rehearsal.emulator import Emulator

HERE = Path(__file__).parent
CONFIG: dict[str, Any] = {"region": "eu-west-1", "network": {"cidr": "10.0.0.0/16"}, "token": "hush-hush"}


def target(program: str) -> Target:
    return Target(
        stack="test",
        account="111122223333",
        region="eu-west-1",
        config=CONFIG,
        secrets=["token"],
        program=f"programs:{program}",
    )


@pytest.fixture(autouse=True)
def programs_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    # A rehearsal must not follow the caller's own account: an address that answers nobody.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://192.0.2.1:1")


def children(parent: int) -> set[int]:
    command = ["ps", "-o", "pid=,args=", "--ppid", str(parent)]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    return {int(line.split()[0]) for line in lines if "stacks.rehearsal." in line}


def programs() -> set[int]:
    command = ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    return {int(line.split()[0]) for line in lines if "stacks.rehearsal.child" in line}


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_program_deploys_and_its_outputs_come_back() -> None:
    seen: list[str] = []
    with rehearsal(target("tiny"), progress=seen.append) as run:
        assert run.resources == 2
        assert seen == ["Vpc main", "Subnet first"]
        assert run.outputs["tags"] == {"Name": "main", "automqVendor": "automq"}
        assert run.outputs["subnet"]["zone"] == "eu-west-1a"
        assert run.outputs["settings"] == {"cidr": "10.0.0.0/16"}
        assert run.secrets == frozenset()
        cloud = Cloud(run.environment, "111122223333", "eu-west-1")
        vpc = cloud.call("ec2", "DescribeVpcs", {"VpcIds": [run.outputs["vpc"]]})["Vpcs"][0]
        assert {"Key": "automqVendor", "Value": "automq"} in vpc["Tags"]
        assert vpc["OwnerId"] == "111122223333"
        assert "backup:ListBackupSelections" in run.cannot_show


def test_a_secret_reaches_aws_and_no_output(running: Emulator, cloud: Cloud) -> None:
    run = deploy(target("with_secret"), running)
    assert run.outputs["value"] == "[secret]"
    assert run.secrets == {"value"}
    assert "hush-hush" not in repr(run)
    value = cloud.call("secretsmanager", "GetSecretValue", {"SecretId": run.outputs["arn"]})
    assert value["SecretString"] == "hush-hush"


@pytest.mark.parametrize(
    ("program", "error", "says"),
    [
        ("unknown_type", RehearsalError, r"aws:sqs/queue:Queue queue: .*no row.*stacks/rehearsal/types"),
        ("refused", RehearsalError, r"aws:ec2/subnet:Subnet outside: ec2:CreateSubnet was refused"),
        ("bad_settings", SettingsError, "environment_id is 40 characters long"),
        ("fault", RehearsalError, r"in programs, line \d+: ZeroDivisionError: no part of AWS"),
        ("leaks", RehearsalError, r"ValueError: cannot read \[secret\]$"),
        ("dies", RehearsalError, "ended before it had deployed: exit code 7"),
        ("missing", RehearsalError, "AttributeError"),
    ],
)
def test_a_failing_program_says_why_and_leaves_no_process(
    running: Emulator, program: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        deploy(target(program), running)
    assert programs() == set()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_its_parent(how: signal.Signals) -> None:
    script = (
        "import sys; from test_run import target; from stacks.rehearsal.run import rehearsal\n"
        "with rehearsal(target('waits'), progress=lambda text: print(text, flush=True)): pass"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "Vpc main\n"
    started = children(parent.pid)
    assert len(started) == 2
    parent.send_signal(how)
    parent.wait(20)
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while any(alive(pid) for pid in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(pid) for pid in started)
