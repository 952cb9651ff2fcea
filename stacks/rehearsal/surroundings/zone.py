"""The hosted zone that settings name, associated with the VPC that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks.rehearsal.surroundings.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.settings import Settings


def steps(settings: Settings) -> Iterator[Step]:
    """The call of the team that keeps the zones."""
    zone = settings.hosted_zone
    if zone is not None:
        made = {"Name": zone.name, "CallerReference": zone.existing, "HostedZoneConfig": {"PrivateZone": True}}
        vpc = {"VPCRegion": settings.region, "VPCId": settings.network.existing}
        yield Step("route53", "CreateHostedZone", {**made, "VPC": vpc}, (zone.existing,))
