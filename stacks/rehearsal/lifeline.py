"""A child of a rehearsal ends with its parent, however the parent ends: its standard input closes, and it leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATIENCE_SECONDS = 3.0


def hold(stream: TextIO) -> None:
    """In the child: leave Ctrl-C to the parent, and end as soon as the parent's end of the stream closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(stream,), daemon=True, name="lifeline").start()


def spawn(module: str, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """In the parent: start a module of ours in a child with three pipes, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", module],
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


def _close(stream: TextIO) -> None:
    try:
        stream.close()
    except BrokenPipeError:
        # What was still to be written had a reader that is gone.
        return


def _watch(stream: TextIO) -> None:
    while stream.read(1):
        pass
    os._exit(0)
