"""The processes of a run, apart from each other so that none waits for another's interpreter; none outlives the run."""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

from audit.model.errors import KitError

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess
    from multiprocessing.synchronize import Event
    from types import TracebackType

_END_SECONDS = 5
T = TypeVar("T")


class ProberError(KitError):
    """The prober could not do its work; nothing is proven by such a run."""


@dataclass
class Child:
    """A process and the end of the pipe that it sends to."""

    process: SpawnProcess
    pipe: Connection

    def receive(self, kind: type[T]) -> T:
        """What it sends next; raises ProberError if that is its trouble in words, or if it died."""
        try:
            found = self.pipe.recv()
        except EOFError:
            self.process.join()
            raise ProberError(
                f"a process of the prober ended with exit code {self.process.exitcode}: see above, and run again"
            ) from None
        if not isinstance(found, kind):
            raise ProberError(f"the prober cannot write to the target: {found}")
        return found


class Children:
    """The children of a run; a context manager that ends those that are left."""

    def __init__(self) -> None:
        # Forked clients of librdkafka do not work: each process starts on its own.
        self._context = multiprocessing.get_context("spawn")
        self._all: list[Child] = []

    def event(self) -> Event:
        """Something that children can be told."""
        return self._context.Event()

    def start(self, target: Callable[..., None], *arguments: Any) -> Child:
        """Starts ``target(*arguments, pipe)``."""
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(target=target, args=(*arguments, theirs), daemon=True)
        process.start()
        theirs.close()
        self._all.append(Child(process, ours))
        return self._all[-1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._all:
            if kind is not None:
                child.process.terminate()
            child.process.join(_END_SECONDS)
            if child.process.is_alive():
                child.process.kill()
                child.process.join()
            child.pipe.close()
            child.process.close()
