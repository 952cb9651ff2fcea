"""Evidence bundles: of the bench's account as a user types it, in CPU seconds; and a large one, by its memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from bench.alone import alone
from stacks.rehearsal.environment import clean

if TYPE_CHECKING:
    from bench.world import World

LARGE = 500_000_000
_JUDGED = {0, 1, 2}
"""Exit codes of a check that did its work."""


@dataclass(frozen=True, slots=True)
class Bundled:
    """CPU seconds of writing, checking and redacting, the bundle's bytes; the large one's seconds and most memory."""

    write: float
    verify: float
    redact: float
    size: int
    large: int
    large_write: float
    large_verify: float
    large_peak: int


def measure(made: World) -> Bundled:
    """Bundle the account and a large snapshot; raises CalledProcessError when one could not be done."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        made.audit(made.emulator.region, keep=str(place / "snapshot"))
        (place / "contract.json").write_text(
            json.dumps(made.rehearsed.outputs["boundary"] | {"emulated": True}), "utf-8"
        )
        _seconds(place, "keygen", "--out", "key")
        write = _seconds(place, "bundle", "--from", ".", "--key", "key", "--out", "b.zip")
        verify = _seconds(place, "verify", "b.zip", "--key", "key.pub")
        redact = _seconds(place, "bundle", "--from", "b.zip", "--redact", "--key", "key", "--out", "r.zip")
        size = (place / "b.zip").stat().st_size
        large = alone("bench.large", {"folder": folder, "bytes": LARGE})
    return Bundled(write, verify, redact, size, LARGE, large["write"], large["verify"], large["peak"])


def _seconds(place: Path, *arguments: str) -> float:
    command = [str(Path(sys.executable).with_name("byoc")), "evidence", *arguments]
    before = _children()
    done = subprocess.run(command, cwd=place, stdout=subprocess.DEVNULL, env=clean(os.environ), check=False)
    if done.returncode not in _JUDGED:
        raise subprocess.CalledProcessError(done.returncode, command)
    return _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
