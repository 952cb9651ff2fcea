"""Previews of the poc stack, and of one of at least 300 resources, on Pulumi's own engine, as a user types them.

The account holds nothing.
The engine attaches to the rehearsal's provider (docs/deploy.md), which runs with the embedded AWS in processes of their
own. What is measured is ``pulumi preview``: the engine, its language host and the stack's program.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import yaml

from audit.model.errors import RehearsalError
from bench.engine import find
from bench.world import STACK, Cost, cpu_and_peak
from stacks.rehearsal import lifeline
from stacks.rehearsal.emulator import drain
from stacks.rehearsal.environment import clean
from stacks.settings import PROJECT
from stacks.stack_files import stack_settings, stack_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bench.engine import Engine

_CHECKOUT = Path(__file__).parent.parent
LARGE = "large"
"""Clients by PrivateLink, where each broker's port has a listener and targets of its own: at least 300 resources."""
_LARGE_OF, _LARGE_BROKERS = "privatelink", 49
_PASSPHRASE = "a passphrase for trials"  # noqa: S105 of a state that is thrown away


@dataclass(frozen=True, slots=True)
class Preview:
    """How many resources a preview showed, the engine's version, and the cost without the provider's."""

    resources: int
    engine: str
    cost: Cost


def measure(stack: str = STACK) -> Preview:
    """Preview a stack, by default poc.

    Raises NoEngineError without an engine, RehearsalError when its provider does not start, and CalledProcessError when
    the engine fails.
    """
    engine = find()
    settings, _ = stack_settings(_LARGE_OF if stack == LARGE else stack)
    with TemporaryDirectory() as place, _provider(settings.aws_account_id, settings.region) as variables:
        pulumi = _Pulumi(engine, Path(place), variables)
        if stack == LARGE:
            pulumi.add(LARGE, _large())
        pulumi.run("stack", "init", stack, "--secrets-provider", "passphrase")
        pulumi.run("config", "set", "--stack", stack, "--secret", "automq_config", given=settings.automq_config.text)
        return pulumi.preview(stack)


def _large() -> dict[str, Any]:
    values, _ = stack_values(_LARGE_OF)
    clients = values["clients"]
    return {**values, "clients": {**clients, "private_link": {**clients["private_link"], "brokers": _LARGE_BROKERS}}}


@contextmanager
def _provider(account: str, region: str) -> Iterator[dict[str, str]]:
    """The variables that send the engine to a provider of its own."""
    child = lifeline.spawn(["stacks.rehearsal.provider_server", account, region], clean(os.environ))
    said = drain(child)
    try:
        line = child.stdout.readline() if child.stdout else ""
        if not line:
            raise RehearsalError(f"the provider did not start: {' '.join(said)}")
        yield dict(json.loads(line))
    finally:
        lifeline.end(child)


class _Pulumi:
    """The `pulumi` program, in a copy of what it reads of the project's root: it writes to the stack's file."""

    def __init__(self, engine: Engine, place: Path, provider: Mapping[str, str]) -> None:
        self._engine, self._root, self._printed = engine, place / "root", place / "printed.json"
        self._environment = {**clean(os.environ), **provider, **engine.variables(place, _PASSPHRASE)}
        shutil.copytree(_CHECKOUT / "stacks", self._root / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(_CHECKOUT / "Pulumi.yaml", self._root)

    def add(self, stack: str, values: Mapping[str, Any]) -> None:
        """Write a stack's file with these settings."""
        text = yaml.safe_dump({"config": {f"{PROJECT}:{name}": value for name, value in values.items()}})
        (self._root / "stacks" / f"Pulumi.{stack}.yaml").write_text(text, "utf-8")

    def run(self, *arguments: str, given: str | None = None) -> None:
        """Run it to its end; raises CalledProcessError."""
        command = [str(self._engine.program), *arguments, "--non-interactive"]
        subprocess.run(
            command, cwd=self._root, env=self._environment, input=given, text=True, check=True, stdout=sys.stderr
        )

    def preview(self, stack: str) -> Preview:
        """Preview everything, with what it and its children used; raises CalledProcessError."""
        command = [str(self._engine.program), "preview", "--stack", stack, "--json", "--non-interactive"]
        began = time.perf_counter()
        with self._printed.open("wb") as printed:
            child = subprocess.Popen(command, cwd=self._root, env=self._environment, stdout=printed)
            _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        text = self._printed.read_text("utf-8")
        if child.returncode != 0:
            sys.stderr.write(text)
            raise subprocess.CalledProcessError(child.returncode, command, text)
        cpu, most = cpu_and_peak(used)
        resources = sum(json.loads(text)["changeSummary"].values())
        return Preview(resources, self._engine.version, Cost(seconds, cpu, 0, most))
