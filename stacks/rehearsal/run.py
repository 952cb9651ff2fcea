"""A rehearsal as a context: the embedded AWS, with the stack's program run against it in a child of its own."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.model import errors
from audit.model.errors import KitError, RehearsalError
from stacks.rehearsal import lifeline, surroundings
from stacks.rehearsal.emulator import Emulator, drain, emulator
from stacks.rehearsal.environment import clean
from stacks.rehearsal.imports import PROGRAM
from stacks.rehearsal.types import cannot_show

if TYPE_CHECKING:
    import subprocess
    from collections import deque
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from stacks.rehearsal.surroundings.step import Step

PROJECT = "automq-byoc"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A deployed rehearsal, alive until its context ends.

    Attributes:
        emulator: the embedded AWS.
        outputs: the stack's outputs as JSON; a secret one reads ``[secret]``.
        secrets: the names of the secret outputs.
        resources: how many resources of AWS the program made.
        cannot_show: ``service:Operation`` to why the emulator's answer proves nothing, for the snapshot's manifest.
        declared: every resource as the program declares it, in the shape of an export; a secret reads ``[secret]``.
    """

    emulator: Emulator
    outputs: Mapping[str, Any]
    secrets: frozenset[str]
    resources: int
    cannot_show: Mapping[str, str]
    declared: Sequence[Mapping[str, Any]] = ()

    @property
    def endpoint_url(self) -> str:
        """Where the embedded AWS listens."""
        return self.emulator.endpoint_url

    @property
    def environment(self) -> dict[str, str]:
        """The variables that send boto3 there."""
        return self.emulator.environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is rehearsed: the stack's name, where it deploys, and its config with plain values.

    ``config`` keys without a colon get the project's name before them; values that are no text are written as JSON.
    ``secrets`` names the keys whose values are secret.
    """

    stack: str
    account: str
    region: str
    config: Mapping[str, Any]
    secrets: Collection[str] = ()
    project: str = PROJECT
    program: str = PROGRAM

    def order(self, running: Emulator) -> str:
        """The child's order, one line of JSON."""
        body = {
            "project": self.project,
            "stack": self.stack,
            "config": {self._key(key): _text(value) for key, value in self.config.items()},
            "secrets": [self._key(key) for key in self.secrets],
            "program": self.program,
            "account": self.account,
            "region": self.region,
            "environment": running.environment,
        }
        return json.dumps(body) + "\n"

    def _key(self, key: str) -> str:
        return key if ":" in key else f"{self.project}:{key}"


@contextmanager
def rehearsal(
    target: Target, *, before: Iterable[Step] = (), progress: Callable[[str], None] = lambda _: None
) -> Iterator[Rehearsal]:
    """Deploy a stack into an embedded AWS of its own.

    Args:
        target: what is rehearsed.
        before: the steps that make what is there already.
        progress: told of each resource as it is made, ``Vpc main``.

    Raises:
        RehearsalError: the emulator did not start, a resource could not be made, or the program failed.
        KitError: what the program itself raised, such as SettingsError.
    """
    with _child(target.program) as child, emulator(target.account, target.region) as running:
        surroundings.make(before, running)
        yield _deploy(child, target, running, progress)


def deploy(target: Target, running: Emulator, *, progress: Callable[[str], None] = lambda _: None) -> Rehearsal:
    """Deploy a stack into an embedded AWS that runs already; raises as rehearsal does."""
    with _child(target.program) as child:
        return _deploy(child, target, running, progress)


@contextmanager
def _child(program: str) -> Iterator[subprocess.Popen[str]]:
    # Pulumi takes a second to import: its child starts first, and waits for its order while the emulator starts.
    child = lifeline.spawn(["stacks.rehearsal.child", program], clean(os.environ))
    try:
        yield child
    finally:
        lifeline.end(child)


def _deploy(
    child: subprocess.Popen[str], target: Target, running: Emulator, progress: Callable[[str], None]
) -> Rehearsal:
    result = _converse(child, target.order(running), progress)
    return Rehearsal(
        running,
        result["outputs"],
        frozenset(result["secrets"]),
        result["resources"],
        cannot_show(),
        result["declared"],
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _converse(child: subprocess.Popen[str], order: str, progress: Callable[[str], None]) -> dict[str, Any]:
    written = drain(child)
    if child.stdin is None or child.stdout is None:
        raise RehearsalError("the program's process has no pipes: this is a fault of the kit, report it")
    try:
        child.stdin.write(order)
        child.stdin.flush()
    except BrokenPipeError:
        raise _died(child, written) from None
    for line in child.stdout:
        message = json.loads(line)
        if "progress" in message:
            progress(message["progress"])
        elif "error" in message:
            raise _error(message["error"], message["message"])
        else:
            return dict(message)
    raise _died(child, written)


def _error(kind: str, message: str) -> KitError:
    known = getattr(errors, kind, RehearsalError)
    return known(message) if isinstance(known, type) and issubclass(known, KitError) else RehearsalError(message)


def _died(child: subprocess.Popen[str], written: deque[str]) -> RehearsalError:
    child.wait()
    last = next((line.strip() for line in reversed(written) if line.strip()), f"exit code {child.returncode}")
    return RehearsalError(f"the stack's program ended before it had deployed: {last}")
