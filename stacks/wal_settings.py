"""What the write-ahead log's mode asks of the other settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.layout import Wal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacks.setting_groups import Console


def zones_problem(wal: Wal, zones: Sequence[str], console: Console) -> str | None:
    """What does not fit the number of zones, None when all does."""
    if wal is Wal.EBS and len(zones) != 1:
        # A volume attaches only to instances of its own zone (page "Amazon EBS volumes"), and failover reattaches it.
        return (
            f"wal EBSWAL needs one zone, network.zone_letters names {len(zones)}: name the one zone, or take S3WAL, "
            "which outlives the loss of a zone"
        )
    if console.access == "load_balancer" and len(zones) == 1:
        # Page "Application Load Balancers": at least two zones have to be given.
        return (
            "console.access load_balancer needs subnets in two zones, network.zone_letters names one: take "
            "session_manager, or name three zones"
        )
    return None
