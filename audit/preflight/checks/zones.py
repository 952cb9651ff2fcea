"""Whether the availability zones are there for the account, and offer the instance types that the stack starts in them.

AWS pages "DescribeAvailabilityZones", "DescribeInstanceTypeOfferings".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.facts import Unknown
from audit.preflight.asking import each
from audit.preflight.judged import Judged, broken, holds
from audit.preflight.seen import unread
from audit.services.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.model.intended import Intended
    from audit.preflight.seen import Seen

TITLE = "The zones are available and offer the instance types"
_ZONES, _OFFERS = "ec2:DescribeAvailabilityZones", "ec2:DescribeInstanceTypeOfferings"
_ZONE_ROW = Row("ec2", "DescribeAvailabilityZones", _ZONES, "Shows the zones that the account has.")
_OFFER_ROW = Row("ec2", "DescribeInstanceTypeOfferings", _OFFERS, "Shows the zones that offer an instance type.")


def reads(intended: Intended, _caller: str) -> Iterator[Row]:
    """The region's zones, and the zones of each instance type."""
    yield _ZONE_ROW
    yield from each(_OFFER_ROW, map(_asked, _placed(intended)))


def _asked(kind: str) -> dict[str, object]:
    return {"LocationType": "availability-zone", "Filters": [{"Name": "instance-type", "Values": [kind]}]}


def _placed(intended: Intended) -> Mapping[str, set[str]]:
    """Instance types to the zones that the stack starts them in; "" where the subnet is not the stack's own."""
    found: dict[str, set[str]] = {}
    for thing in intended.of("aws_instance"):
        kind = thing.values.get("instance_type")
        if isinstance(kind, str):
            found.setdefault(kind, set()).add(intended.zone_of(str(thing.values.get("subnet_id") or "")))
    return found


def zones(intended: Intended) -> list[str]:
    """The zones of the stack's own subnets, or those that its settings name where it makes none."""
    own = {str(thing.values.get("availability_zone") or "") for thing in intended.of("aws_subnet")} - {""}
    return sorted(own) or list(intended.zones)


def check(seen: Seen) -> Iterator[Judged]:
    """One sentence for the zones, one for each instance type."""
    yield from _zones(seen)
    for kind, wanted in _placed(seen.intended).items():
        yield from _offered(seen, kind, sorted(wanted - {""}) or zones(seen.intended))


def _zones(seen: Seen) -> Iterator[Judged]:
    wanted, evidence = zones(seen.intended), seen.evidence(_ZONES)
    listed = seen.value(_ZONES, "AvailabilityZones[].[ZoneName, State]")
    if isinstance(listed, Unknown):
        yield unread(seen.intended.region, "which zones the account has", listed)
        return
    states = dict(listed or ())
    lacking = [zone for zone in wanted if states.get(zone) != "available"]
    if not lacking:
        yield holds("zones_available", seen.intended.region, f"{', '.join(wanted)} are available", evidence)
    usable = sorted(zone for zone, state in states.items() if state == "available")
    for zone in lacking:
        text = f"{zone} is {states[zone]}" if zone in states else f"the account has no zone {zone}"
        letters = ", ".join(name.removeprefix(seen.intended.region) for name in usable)
        yield broken("zone_not_there", zone, text, evidence, way_out=f"set network.zone_letters; there are {letters}")


def _offered(seen: Seen, kind: str, wanted: list[str]) -> Iterator[Judged]:
    evidence = seen.evidence(_OFFERS, _asked(kind))
    offers = seen.value(_OFFERS, "InstanceTypeOfferings[].Location", _asked(kind))
    if isinstance(offers, Unknown):
        yield unread(kind, f"which zones offer {kind}", offers)
        return
    lacking = [zone for zone in wanted if zone not in (offers or ())]
    if not lacking:
        yield holds("offered", kind, f"{kind} is offered in {', '.join(wanted)}", evidence)
        return
    where = f"only in {', '.join(sorted(offers))}" if offers else f"in no zone of {seen.intended.region}"
    way = f"choose another console.instance_type{', or other network.zone_letters' if offers else ''}"
    yield broken("not_offered", kind, f"{kind} is not offered in {', '.join(lacking)}, {where}", evidence, way_out=way)
