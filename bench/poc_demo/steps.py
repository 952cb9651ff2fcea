"""The demo's steps: each is told when it begins and timed, and one that fails is named with the place of its log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from confluent_kafka import KafkaException

from bench.brokers import NoKafkaError
from stacks.rehearsal.environment import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from types import TracebackType

_BYOC = Path(sys.executable).with_name("byoc")
_END_SECONDS = 20.0
_WIDTH = 160
_FAILED = 3
"""The exit code of a command that could not do its work; those below are verdicts."""


class DemoError(Exception):
    """Something went otherwise than the demo needs; the message says what, and where more is told."""


class StepFailedError(Exception):
    """A step of the demo failed; the message names it."""


@dataclass
class Steps:
    """What was done, with its seconds, told as it goes."""

    began: float = field(default_factory=time.monotonic)
    done: list[tuple[str, float]] = field(default_factory=list)

    @contextmanager
    def step(self, title: str, *about: str) -> Iterator[None]:
        """A step; ``about`` are lines for somebody who sees it for the first time. Raises StepFailedError."""
        start = time.monotonic()
        minutes, seconds = divmod(int(start - self.began), 60)
        self.say(f"\n{minutes}:{seconds:02}  {len(self.done) + 1}. {title}")
        for line in about:
            self.tell(line)
        try:
            yield
        except (DemoError, NoKafkaError, KafkaException, OSError) as error:
            raise StepFailedError(f"step {len(self.done) + 1}, {title}, failed: {error}") from error
        self.done.append((title, time.monotonic() - start))

    def tell(self, line: str) -> None:
        """A line within a step, cut where a terminal ends."""
        self.say(f"      {line}"[:_WIDTH])

    def say(self, line: str) -> None:
        """A line."""
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


@dataclass
class Command:
    """A command of ``byoc`` as a process of its own; a context manager that ends it, and what it started."""

    words: tuple[str, ...]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def line(self) -> str:
        """What a user types."""
        return " ".join(("byoc", *self.words))

    def __enter__(self) -> Self:
        with self.log.open("wb") as out:
            # A group of its own: Ctrl-C comes to the demo alone, which then ends what it started in its order.
            self.process = subprocess.Popen(
                [_BYOC, *self.words], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                env=clean(os.environ), process_group=0,
            )  # fmt: skip
        self.log.with_suffix(".pid").write_text(str(self.process.pid))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_END_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def wait(self, good: Collection[int]) -> int:
        """Its exit code; raises DemoError for one that is not good, with the last line it said."""
        if self.process is None:
            raise DemoError(f"{self.line} was not started")
        code = self.process.wait()
        if code not in good:
            last = next((line for line in reversed(self.said()) if line.strip()), "it said nothing")
            raise DemoError(f"{self.line} exited with {code} ({last}); its log is {self.log}")
        return code

    def said(self) -> list[str]:
        """The lines it wrote."""
        return self.log.read_text("utf-8", "replace").splitlines()


@dataclass
class Byoc:
    """Runs commands of ``byoc``, one log each."""

    steps: Steps
    logs: Path
    _count: int = 0

    def command(self, *words: str) -> Command:
        """A command that is not started yet."""
        self._count += 1
        name = "-".join(word for word in words[:3] if not word.startswith("-") and "/" not in word)
        return Command(words, self.logs / f"{self._count:02}-{name}.log")

    def run(self, *words: str, good: Collection[int] = (0,), shows: Callable[[str], bool] = bool) -> None:
        """Run one and tell the lines of it that are worth it; raises DemoError for an exit code that is not good."""
        command = self.command(*words)
        self.steps.tell(f"$ {command.line}")
        began = time.monotonic()
        with command:
            code = command.wait(good)
        told, said = list(filter(shows, command.said())), [line for line in command.said() if line.strip()]
        for line in told:
            self.steps.tell(f"  {line}")
        hidden = f"{len(said) - len(told)} lines more in {command.log}; " if len(said) > len(told) else ""
        self.steps.tell(f"  [{hidden}exit code {code}, {time.monotonic() - began:.0f} s]")

    def until_continue(self, *words: str, seconds: float) -> None:
        """Repeat a check, as a user does, until its gates say continue; raises DemoError when they do not in time."""
        end = time.monotonic() + seconds
        command = self.command(*words)
        while True:
            self.steps.tell(f"$ {command.line}")
            began = time.monotonic()
            with command:
                code = command.wait(range(_FAILED))
            # The verdict, and the gates that make it.
            verdict, *gates = command.said()
            self.steps.tell(f"  {verdict}")
            for line in gates:
                if line.startswith("continue" if code == 0 else ("pause", "reverse")):
                    self.steps.tell(f"    {line}")
            self.steps.tell(f"  [exit code {code}, {time.monotonic() - began:.0f} s]")
            if code == 0:
                return
            if time.monotonic() > end:
                raise DemoError(f"{command.line} does not say continue after {seconds:g} s; its log is {command.log}")
