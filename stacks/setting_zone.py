"""The settings of the private hosted zone: made, or named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from stacks.setting_groups import Part

if TYPE_CHECKING:
    from stacks.settings import Settings


class HostedZone(Part):
    """A private zone of the account, associated with the existing VPC: console and brokers write records into it."""

    existing: str = Field(description="the zone's id", pattern=r"^Z[A-Z0-9]{1,31}$")
    name: str = Field(
        description="the zone's name, in lower case and without the final dot",
        pattern=r"^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)+$",
        max_length=200,
    )


def zone_problem(settings: Settings) -> str | None:
    """What is wrong with the zone that the settings name, None when nothing is."""
    if settings.hosted_zone is None or settings.network.existing is not None:
        return None
    return (
        f"hosted_zone.existing {settings.hosted_zone.existing} cannot be associated with a VPC that is yet to be "
        "made: name a VPC in network.existing, or leave hosted_zone out"
    )
