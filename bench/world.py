"""The bench's account: an embedded AWS in a process of its own, filled, with the poc footprint rehearsed into it."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bench import account
from bench.alone import alone
from bench.embedded import METER
from stacks import stack_files
from stacks.rehearsal import lifeline, run, standin
from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.emulator import Emulator, drain
from stacks.rehearsal.environment import clean
from stacks.stack_files import load_stack_file, rehearsed_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.account import Shape
    from stacks.rehearsal.run import Rehearsal

STACK = "poc"


@dataclass(frozen=True, slots=True)
class Cost:
    """What something took: seconds, CPU seconds of our processes, calls that arrived, bytes at most."""

    seconds: float
    cpu: float
    calls: int
    peak: int


@dataclass(frozen=True, slots=True)
class Walk:
    """One audit: its phases' costs, its whole cost, its records, the claims of each verdict, bytes of report.html."""

    phases: dict[str, Cost]
    total: Cost
    records: int
    found: dict[str, int]
    page: int


@dataclass(frozen=True)
class World:
    """The filled account, alive until its context ends."""

    emulator: Emulator
    rehearsed: Rehearsal
    deploying: Cost
    regions: tuple[str, ...] = field(default=())

    def audit(self, *regions: str, everything: bool = False, keep: str | None = None) -> Walk:
        """Audit the account in a process of its own; ``keep`` names a folder for the snapshot."""
        order = {
            "endpoint": self.emulator.endpoint_url,
            "regions": regions,
            "contract": self.rehearsed.outputs["boundary"] | {"emulated": True},
            "everything": everything,
            "cannot_show": dict(self.rehearsed.cannot_show),
        } | ({"keep": keep} if keep else {})
        before, began = meter(self.emulator.endpoint_url), time.perf_counter()
        said = alone("bench.measured", order)
        seconds = time.perf_counter() - began
        calls = meter(self.emulator.endpoint_url)["calls"] - before["calls"]
        return _walk(said, seconds, calls)


def _walk(said: dict[str, Any], seconds: float, calls: int) -> Walk:
    phases = {
        name: Cost(p["seconds"], p["cpu"], calls if name == "walk" else 0, p["peak"])
        for name, p in said["phases"].items()
    }
    total = Cost(seconds, said["total"]["cpu"], calls, said["total"]["peak"])
    return Walk(phases, total, said["records"], said["found"], said["page"])


def meter(endpoint_url: str) -> dict[str, Any]:
    """How many calls have arrived so far, and what CPU they cost the embedded AWS."""
    with urllib.request.urlopen(endpoint_url + METER, timeout=60) as answer:  # noqa: S310 loopback
        return dict(json.load(answer))


@contextmanager
def world(shape: Shape, tell: Callable[[str], None]) -> Iterator[World]:
    """Make the account; raises RehearsalError when something does not start or deploy."""
    settings, _ = rehearsed_settings(stack_files.stack_file(STACK))
    with _embedded(settings.aws_account_id, settings.region) as emulator:
        tell(f"filling an account with {shape}")
        account.fill(Cloud(emulator.environment, emulator.account, emulator.region), shape)
        tell(f"rehearsing {STACK} into it")
        rehearsed, cost = _deploy(emulator, settings.automq_config.text)
        brokers = standin.Brokers.read(rehearsed.outputs)
        standin.stand_in(brokers, rehearsed.environment, emulator.account, emulator.region)
        yield World(emulator, rehearsed, cost)


def _deploy(emulator: Emulator, automq_config: str) -> tuple[Rehearsal, Cost]:
    values, _ = load_stack_file(stack_files.stack_file(STACK))
    config = {**values, "automq_config": automq_config}
    target = run.Target(stack=STACK, account=emulator.account, region=emulator.region, config=config)
    calls, began, used = meter(emulator.endpoint_url)["calls"], time.perf_counter(), _children()
    rehearsed = run.deploy(target, emulator)
    seconds = time.perf_counter() - began
    # The program's process has ended, the embedded AWS has not: what ended meanwhile is ours alone.
    cpu, most = _children()[0] - used[0], _children()[1]
    return rehearsed, Cost(seconds, cpu, meter(emulator.endpoint_url)["calls"] - calls, most)


def _children() -> tuple[float, int]:
    return cpu_and_peak(resource.getrusage(resource.RUSAGE_CHILDREN))


def cpu_and_peak(used: resource.struct_rusage) -> tuple[float, int]:
    """CPU seconds, and the most bytes that one process had at a time."""
    unit = 1 if sys.platform == "darwin" else 1024
    return used.ru_utime + used.ru_stime, used.ru_maxrss * unit


@contextmanager
def _embedded(account_id: str, region: str) -> Iterator[Emulator]:
    variables = {
        "MOTO_ACCOUNT_ID": account_id,
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
        "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": region,
    }
    child = lifeline.spawn(["bench.embedded"], clean(os.environ) | variables)
    drain(child)
    try:
        port = child.stdout.readline().strip() if child.stdout else ""
        yield Emulator(f"http://127.0.0.1:{port}", account_id, region)
    finally:
        lifeline.end(child)
