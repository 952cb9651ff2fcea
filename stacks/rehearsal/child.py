"""The child that runs the stack's program: one order on standard input, one JSON line a message on standard output.

    {"progress": "Vpc main"}                                            as each resource is made
    {"outputs": {…}, "secrets": ["password"], "resources": 104, "declared": […]}    at the end
    {"error": "RehearsalError", "message": "…"}                         or this

Pulumi keeps its state in globals, so that a program has a process of its own.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import select
import sys
import threading
from dataclasses import dataclass
from functools import partial
from traceback import walk_tb
from typing import TYPE_CHECKING, Any, TextIO

import pulumi
from pulumi.runtime import config
from pulumi.runtime.mocks import set_mocks
from pulumi.runtime.settings import get_root_resource
from pulumi.runtime.stack import Stack, run_pulumi_func

from audit.model.errors import KitError
from stacks.rehearsal import lifeline
from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.imports import prepare
from stacks.rehearsal.monitor import Door, Monitor, Provider, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType


_NOT_THE_PROGRAM = frozenset({"pulumi", "pulumi_aws", "pulumi_kubernetes", "asyncio", "concurrent", "google",
                              "__main__", "importlib"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Order:
    """What the parent asks for; ``config`` has full keys, ``project:name``, and text values."""

    project: str
    stack: str
    config: Mapping[str, str]
    secrets: tuple[str, ...]
    program: str
    account: str
    region: str
    environment: Mapping[str, str]

    @classmethod
    def read(cls, line: str) -> Order:
        """Read the order's line."""
        body = json.loads(line)
        return cls(**{**body, "secrets": tuple(body["secrets"])})


class Messages:
    """The lines to the parent; threads write whole lines. ``secrets`` are values that no error message shows."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self.secrets: set[str] = set()

    def fail(self, kind: str, message: str) -> None:
        """Send an error; AWS and botocore repeat in theirs what they were given."""
        for secret in self.secrets:
            message = message.replace(secret, "[secret]")
        self.send(error=kind, message=message)

    def send(self, **message: Any) -> None:
        """Send one message."""
        with self._lock:
            self._stream.write(json.dumps(message) + "\n")
            self._stream.flush()


def main() -> None:
    """Take the order, run the program, report, leave."""
    messages = Messages(_own_stdout())
    doors: list[Door] = []
    sys.excepthook = partial(_report, messages, doors)
    # The order comes once the emulator has started: until then there is time to import.
    prepare(sys.argv[1], lambda: bool(select.select([sys.stdin], [], [], 0)[0]))
    order = Order.read(sys.stdin.readline())
    lifeline.hold(sys.stdin)
    messages.secrets = {order.config[key] for key in order.secrets if order.config.get(key)}
    os.environ.update(order.environment)
    cloud = Cloud(order.environment, order.account, order.region)
    door = Door(cloud, _default_provider(order.config), lambda text: messages.send(progress=text))
    doors.append(door)
    monitor = Monitor(door)
    outputs, secret = asyncio.new_event_loop().run_until_complete(_run(order, door, monitor))
    if door.failed is not None:
        raise door.failed
    messages.send(outputs=outputs, secrets=secret, resources=door.made, declared=monitor.declared)
    _leave(0)


def _report(
    messages: Messages, doors: list[Door], kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Tell the parent what ended the program; a resource that failed says more than what followed from it."""
    first = next((door.failed for door in doors if door.failed), error)
    if isinstance(first, KitError):
        messages.fail(type(first).__name__, str(first))
    else:
        messages.fail("RehearsalError", f"the stack's program failed{_place(trace)}: {kind.__name__}: {error}")
    _leave(1)


def _place(trace: TracebackType | None) -> str:
    """Where in the program's own code it happened, the innermost such place."""
    frames = [(frame.f_globals.get("__name__", ""), line) for frame, line in walk_tb(trace)]
    ours = [(name, line) for name, line in frames if name.partition(".")[0] not in _NOT_THE_PROGRAM]
    ours = [place for place in ours if not place[0].startswith("stacks.rehearsal")]
    return f" in {ours[-1][0]}, line {ours[-1][1]}" if ours else ""


def _own_stdout() -> TextIO:
    """Keep standard output for messages: what the program prints goes to standard error."""
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return stream


def _leave(code: int) -> None:
    # Pulumi's pool of threads would be waited for otherwise.
    sys.stderr.flush()
    os._exit(code)


def _default_provider(settings: Mapping[str, str]) -> Provider:
    return Provider.read({key.removeprefix("aws:"): value for key, value in settings.items() if key.startswith("aws:")})


async def _run(order: Order, door: Door, monitor: Monitor) -> tuple[dict[str, Any], list[str]]:
    config.set_all_config(dict(order.config), list(order.secrets))
    set_mocks(door, project=order.project, stack=order.stack, preview=False, monitor=monitor)
    await run_pulumi_func(_entry(order.program))
    root = get_root_resource()
    exported = root.outputs if isinstance(root, Stack) else {}
    values = {name: await plain(value) for name, value in exported.items()}
    return (
        {name: "[secret]" if secret else value for name, (value, secret) in values.items()},
        sorted(name for name, (_, secret) in values.items() if secret),
    )


def _entry(program: str) -> Callable[[], None]:
    """The function that ``module:function`` names; outputs that it returns are exported."""
    module, _, name = program.partition(":")
    function = getattr(importlib.import_module(module), name)

    def run() -> None:
        returned = function()
        for key, value in (returned or {}).items():
            pulumi.export(key, value)

    return run


if __name__ == "__main__":
    main()
