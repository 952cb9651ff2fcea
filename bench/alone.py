"""Runs a module of the bench in a process of its own, so that nothing else counts as its work."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from stacks.rehearsal.environment import clean

if TYPE_CHECKING:
    from collections.abc import Mapping


def alone(module: str, order: Mapping[str, Any]) -> dict[str, Any]:
    """What the module measured: it reads the order from standard input and prints its answer, both JSON.

    Raises CalledProcessError when it fails; what it had to say about that is on standard error.
    """
    done = subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps(order),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env=clean(os.environ),
    )
    return dict(json.loads(done.stdout))
