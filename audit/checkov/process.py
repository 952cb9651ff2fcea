"""checkov as a process of its own: started early, given a plan, asked for what failed. It asks no server anything."""

from __future__ import annotations

import json
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.checkov import environment
from audit.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VERSION = "3.3.30"
_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Failed:
    """A check that failed: of which resource, by Terraform's address, and the arguments that it looked at."""

    check: str
    name: str
    address: str
    severity: str | None = None
    guideline: str | None = None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What checkov found of a plan.

    Attributes:
        failed: the checks that failed, a resource each.
        passed: check, address, and the arguments that it looked at.
        resources: the addresses that it saw.
        types: Terraform's types that some check of it is about.
    """

    failed: tuple[Failed, ...]
    passed: tuple[tuple[str, str, tuple[str, ...]], ...]
    resources: frozenset[str]
    types: frozenset[str]


class Checkov:
    """A checkov that imports while others work, and then checks one plan."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def check(self, plan: Mapping[str, Any]) -> Checked:
        """What it finds; raises UsageError when it crashes, is another version, or could not read the plan."""
        with tempfile.TemporaryDirectory(prefix="byoc-plan-") as folder:
            path = Path(folder) / "plan.json"
            path.write_text(json.dumps(plan), "utf-8")
            try:
                said, complained = self._process.communicate(f"{path}\n", timeout=_SECONDS)
            except subprocess.TimeoutExpired as error:
                raise UsageError(f"checkov did not end within {_SECONDS} seconds: nothing was checked") from error
        if self._process.returncode:
            last = next((line.strip() for line in reversed(complained.splitlines()) if line.strip()), "no message")
            raise UsageError(
                f"checkov ended with exit code {self._process.returncode} ({last[:300]}): nothing was checked; "
                f"delete its environment in {environment.cache()} to have it made again"
            )
        return read(said)


@contextmanager
def checkov() -> Iterator[Checkov]:
    """Start checkov, whose environment is made at first use; raises UsageError when it cannot be made or started."""
    with resources.as_file(environment.project()) as folder:
        command = [str(environment.python()), "-I", str(folder / "run.py")]
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env=environment.clean(),
            )
        except OSError as error:
            raise UsageError(
                f"checkov does not start ({error.strerror}): delete its environment in {environment.cache()}"
            ) from error
        try:
            yield Checkov(process)
        finally:
            process.kill()
            process.communicate()


def read(said: str) -> Checked:
    """The answer of checkov; raises UsageError for one that is none, of another version, or about a plan unread."""
    try:
        found = json.loads(said)
        version, unparsed = found["version"], found["unparsed"]
        failed = tuple(
            Failed(one["check"], one["name"], one["address"], one["severity"], one["guideline"], tuple(one["keys"]))
            for one in found["failed"]
        )
        passed = tuple((check, address, tuple(keys)) for check, address, keys in found["passed"])
        checked = Checked(failed, passed, frozenset(found["resources"]), frozenset(found["types"]))
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError("checkov gave no answer that this kit can read: nothing was checked") from error
    if version != VERSION:
        raise UsageError(f"this is checkov {version}, the kit works with {VERSION}: delete {environment.cache()}")
    if unparsed:
        raise UsageError("checkov could not read the plan: nothing was checked; this is a fault of the kit, report it")
    return checked
