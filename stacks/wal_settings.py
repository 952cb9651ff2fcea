"""What the write-ahead log's mode asks of the other settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from components.layout import Wal
from stacks.setting_groups import Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stacks.setting_groups import Console


class FileSystems(Part):
    """The EFS file systems of FSWAL: encrypted, mounted with TLS and by brokers alone."""

    count: int = Field(
        default=1,
        ge=0,
        le=10,
        description="how many the stack makes; 0 leaves them to the console, whose own have no policy, so that whoever "
        "reaches one mounts it",
    )
    throughput_mibps: int = Field(
        default=10, ge=10, le=1024, description="the provisioned throughput of each, in MiB a second"
    )


def file_systems_problem(wal: Wal, file_systems: FileSystems | None) -> str | None:
    """What is wrong with file systems in this mode, None when nothing is."""
    if file_systems is not None and wal is not Wal.FILE_SYSTEM:
        return f"file_systems belongs to wal FSWAL, wal is {wal}: set wal to FSWAL, or leave file_systems out"
    return None


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
