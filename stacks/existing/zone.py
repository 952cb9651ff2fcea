"""The hosted zone that the settings name: whether it is there, private, of that name, and seen by the VPC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacks.existing.reading import Reader
    from stacks.setting_zone import HostedZone
    from stacks.settings import Settings


@dataclass(frozen=True)
class Zone:
    """A zone as GetHostedZone answers for it, None when there is none, with the VPCs that see it."""

    facts: Mapping[str, Any] | None
    vpcs: Sequence[Mapping[str, Any]] = ()


def read(reader: Reader, identity: str) -> Zone:
    """Ask AWS for a zone."""
    found = reader.answer("route53", "GetHostedZone", {"Id": identity}, ("NoSuchHostedZone",))
    return Zone(None) if found is None else Zone(found["HostedZone"], found.get("VPCs", []))


def problems(settings: Settings, found: Zone) -> list[str]:
    """Everything that keeps the environment from using the zone, a sentence for each thing."""
    given = settings.hosted_zone
    return [] if given is None else list(_problems(settings, given, found))


def _problems(settings: Settings, given: HostedZone, found: Zone) -> Iterator[str]:
    head, vpc = f"hosted_zone.existing {given.existing}", settings.network.existing
    if found.facts is None:
        yield f"{head} is not there: name a private zone of {settings.aws_account_id}"
        return
    name = str(found.facts["Name"]).rstrip(".")
    if not found.facts.get("Config", {}).get("PrivateZone"):
        yield f"{head} is public, and would tell the brokers' addresses to everybody: name a private zone"
    if name != given.name:
        yield f"{head} is the zone {name}, hosted_zone.name says {given.name}: write {name}"
    if "LinkedService" in found.facts:
        keeper = found.facts["LinkedService"].get("ServicePrincipal", "another service")
        yield f"{head} is kept by {keeper}, which alone writes its records: name another zone"
    if (vpc, settings.region) not in {(one["VPCId"], one["VPCRegion"]) for one in found.vpcs}:
        yield f"{head} is not associated with {vpc}: let its owner do what `byoc requests STACK` prints for it"
