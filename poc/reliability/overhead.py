"""What the prober itself adds: the same writer at the same rate against librdkafka's own broker in its own process.

That broker keeps nothing on disk and replicates nothing: what is left is the client, Python and the loopback interface.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from poc.reliability import logs
from poc.reliability.children import Children
from poc.reliability.shape import SECOND
from poc.reliability.writer import WriterPlan, Written, write

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PARTITIONS = 4
"""Topics of that broker have four partitions."""


@dataclass(frozen=True)
class Floor:
    """Latencies in nanoseconds, one for each record, with the target left out."""

    latencies: NDArray[np.int64]


def floor(plan: WriterPlan, seconds: float) -> Floor:
    """Measures it for a few seconds, the first of them not counted."""
    warm = min(1.0, seconds / 2)
    shape = replace(plan.shape, pieces=[(seconds, plan.shape.fastest)], partitions=_PARTITIONS)
    own = {name: plan.settings[name] for name in ("linger.ms", "acks", "compression.type", "socket.nagle.disable")}
    with tempfile.TemporaryDirectory() as folder, Children() as children:
        alone = replace(
            plan,
            settings={**own, "bootstrap.servers": "127.0.0.1:9", "test.mock.num.brokers": "1"},
            topic="overhead",
            shape=shape,
            log=Path(folder) / "log",
        )
        child = children.start(write, alone)
        start = child.receive(int)
        child.receive(Written)
        rows = logs.read(alone.log, logs.ACKNOWLEDGED)
    due = shape.due()[rows["number"]]
    counted = (due >= warm * SECOND) & (rows["error"] == 0)
    return Floor(np.asarray((rows["done"] - start - due)[counted], dtype=np.int64))
