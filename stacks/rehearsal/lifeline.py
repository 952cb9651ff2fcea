"""A child of a rehearsal ends with its parent, however the parent ends: its standard input closes, and it leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import IO, TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PATIENCE_SECONDS = 3.0


def hold(stream: TextIO) -> None:
    """In the child: leave Ctrl-C to the parent, and end as soon as the parent's end of the stream closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(stream,), daemon=True, name="lifeline").start()


def spawn(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """In the parent: start a module of ours, with its arguments, in a child with three pipes and its own session."""
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(environment),
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


def end(child: subprocess.Popen[str]) -> None:
    """In the parent: end the child and reap it; a child that is gone already is fine."""
    child.terminate()
    try:
        child.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    for stream in (child.stdin, child.stdout, child.stderr):
        if stream is not None:
            _close(stream)


def _close(stream: IO[str]) -> None:
    try:
        stream.close()
    except BrokenPipeError:
        # What was still to be written had a reader that is gone.
        return


def _watch(stream: TextIO) -> None:
    while stream.read(1):
        pass
    os._exit(0)
