"""``byoc plan-check`` as a user types it: of the production stack, and of an export with many resources."""

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

from audit.checkov import environment
from stacks.rehearsal.environment import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

STACK, RESOURCES = "production", 300
_JUDGED = {0, 1, 2}
"""Exit codes of a check that did its work."""


@dataclass(frozen=True, slots=True)
class Checked:
    """Seconds by the clock: of the stack, and of the export with so many resources."""

    stack: float
    resources: int
    export: float


def measure() -> Checked:
    """Check both, checkov's environment made before; raises CalledProcessError when a check could not be done."""
    environment.python()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "export.json"
        file.write_text(json.dumps(export(RESOURCES)), "utf-8")
        return Checked(_seconds(STACK), RESOURCES, _seconds(str(file)))


def export(resources: int) -> dict[str, Any]:
    """An export of that many resources: buckets with their settings, groups, instances, roles with policies."""
    found = [state for number in range(resources) for state in _states(number)][:resources]
    return {"version": 3, "deployment": {"manifest": {"time": "2026-01-01T00:00:00Z"}, "resources": found}}


def _seconds(what: str) -> float:
    command = [str(Path(sys.executable).with_name("byoc")), "plan-check", what, "--format", "json"]
    began = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, env=clean(os.environ), check=False)
    if done.returncode not in _JUDGED:
        raise subprocess.CalledProcessError(done.returncode, command)
    return time.perf_counter() - began


def _states(number: int) -> Iterator[dict[str, Any]]:
    bucket = _state("aws:s3/bucket:Bucket", f"logs-{number}", {"bucket": f"logs-{number}"})
    yield bucket
    of_it = {"bucket": f"logs-{number}"}
    refers = {"bucket": [bucket["urn"]]}
    closed = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    yield _state(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        f"logs-{number}",
        {**of_it, **dict.fromkeys(closed, True)},
        refers,
    )
    yield _state("aws:s3/bucketPolicy:BucketPolicy", f"logs-{number}", {**of_it, "policy": _policy(number)}, refers)
    yield _state("aws:iam/policy:Policy", f"reader-{number}", {"policy": _policy(number)})
    group = _state(
        "aws:ec2/securityGroup:SecurityGroup",
        f"web-{number}",
        {"ingress": [{"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}]},
    )
    yield group
    inputs = {"ami": "ami-0123456789abcdef0", "instanceType": "m6i.large", "vpcSecurityGroupIds": [group["id"]]}
    yield _state("aws:ec2/instance:Instance", f"web-{number}", inputs, {"vpcSecurityGroupIds": [group["urn"]]})


def _state(kind: str, name: str, inputs: dict[str, Any], refers: dict[str, list[str]] | None = None) -> dict[str, Any]:
    urn = f"urn:pulumi:bench::bench::{kind}::{name}"
    known = {"urn": urn, "type": kind, "custom": True, "id": f"{name}-{kind.rpartition(':')[2]}"}
    return {**known, "inputs": inputs, "propertyDependencies": refers or {}}


def _policy(number: int) -> str:
    actions = [f"s3:{verb}Object" for verb in ("Get", "Put", "Delete")]
    statement = {"Effect": "Allow", "Action": actions, "Resource": f"arn:*:s3:::logs-{number}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
