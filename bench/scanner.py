"""A posture scanner side by side: prowler, where it is installed, on the bench's account."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.world import Cost, meter
from stacks.rehearsal.environment import clean

if TYPE_CHECKING:
    import resource

    from bench.world import World

PROGRAM = "prowler"
SERVICES = ("iam", "s3", "kms", "ec2", "vpc", "cloudtrail", "cloudwatch")
"""The services that a boundary is made of, and no others: the scanner has ninety."""
_FOUND = {0, 3}
"""Its exit codes for a scan that was done: nothing failed, something did."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """Which scanner, and what it took."""

    version: str
    cost: Cost


def measure(world: World) -> Scanned | None:
    """Let the scanner look at the account; none where it is not installed. Raises CalledProcessError when it fails."""
    program = shutil.which(PROGRAM)
    if program is None:
        return None
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    endpoint, region = world.emulator.endpoint_url, world.emulator.region
    before, began = meter(endpoint)["calls"], time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "aws", "--services", *SERVICES, "--region", region, "--no-banner", "-o", folder]
        usage = _run(
            [*command, "--output-formats", "json-ocsf"], {**_credentials(region), "AWS_ENDPOINT_URL": endpoint}
        )
    seconds = time.perf_counter() - began
    calls = meter(endpoint)["calls"] - before
    cost = Cost(seconds, usage.ru_utime + usage.ru_stime, calls, usage.ru_maxrss * 1024)
    return Scanned(f"{PROGRAM} {said.stdout.split()[-1]}", cost)


def _credentials(region: str) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": region,
        "PATH": os.environ["PATH"],
    }


def _run(command: list[str], environment: dict[str, str]) -> resource.struct_rusage:
    """Run it to its end and return what it and its own children used."""
    running = subprocess.Popen(
        command, env={**clean(os.environ), **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode not in _FOUND:
        raise subprocess.CalledProcessError(running.returncode, command)
    return usage
