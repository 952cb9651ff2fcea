"""What a workload comes to in a month of 730 hours, in GiB of 2^30 bytes; compressed and not compressed stay apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from poc.case.workload import Workload

HOURS = Decimal(730)
"""Of a month: 365 days of 24 hours by 12, as AWS's own calculator takes it."""
SECONDS = HOURS * 3600
GIB, MIB = Decimal(1 << 30), Decimal(1 << 20)


@dataclass(frozen=True, slots=True)
class Volume:
    """Bytes a second as sent, compressed, on average and at the peak; how often read; bytes kept, one copy."""

    ingress: Decimal
    peak: Decimal
    fan_out: Decimal
    kept: Decimal
    ratio: Decimal
    partitions: int

    @classmethod
    def of(cls, workload: Workload) -> Volume:
        """The workload of poc.yaml."""
        ingress = _exact(workload.ingress)
        peak = _exact(workload.peak.ingress) if workload.peak is not None else ingress
        kept = _exact(workload.retained) if workload.retained is not None else ingress * _exact(workload.retention)
        ratio, read = _exact(workload.compression.ratio), workload.fan_out
        fan_out = _exact(read) if read is not None else _exact(workload.egress or 0) / ingress
        return cls(ingress, peak, fan_out, kept, ratio, workload.partitions)

    @property
    def written(self) -> Decimal:
        """GiB a month that producers write, compressed."""
        return self.ingress * SECONDS / GIB

    @property
    def read(self) -> Decimal:
        """GiB a month that consumers read, compressed."""
        return self.written * self.fan_out

    @property
    def stored(self) -> Decimal:
        """GiB that are kept, one copy, compressed."""
        return self.kept / GIB

    def scaled(
        self, *, load: Decimal = Decimal(1), fan_out: Decimal = Decimal(1), kept: Decimal = Decimal(1)
    ) -> Volume:
        """The same with more or less load, readers or retention; more load is also kept."""
        return replace(
            self,
            ingress=self.ingress * load,
            peak=self.peak * load,
            fan_out=self.fan_out * fan_out,
            kept=self.kept * load * kept,
        )

    def compressed(self, factor: Decimal) -> Volume:
        """The same records, compressed better or worse by a factor; never below their own size."""
        ratio = max(self.ratio * factor, Decimal(1))
        return replace(self.scaled(load=self.ratio / ratio), ratio=ratio)


def _exact(number: float) -> Decimal:
    return Decimal(str(number))
