from __future__ import annotations

import gc
import subprocess
import sys

from cli import garbage


class Circle:
    def __init__(self) -> None:
        self.itself = self


def circles() -> int:
    return sum(isinstance(found, Circle) for found in gc.get_objects())


def test_what_is_circular_is_gone_when_the_walk_has_ended() -> None:
    Circle()
    garbage.clear()
    assert circles() == 0


def test_byoc_looks_for_garbage_rarely() -> None:
    script = "import gc, sys; from cli.app import main\ntry: main()\nfinally: print(gc.get_threshold()[0])"
    done = subprocess.run([sys.executable, "-c", script, "--version"], capture_output=True, text=True, check=True)
    assert int(done.stdout.splitlines()[-1]) >= 10_000
