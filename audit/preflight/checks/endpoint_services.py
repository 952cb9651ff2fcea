"""Whether AWS offers the stack's endpoint services in its zones, and what the roles call that no endpoint serves.

AWS page "DescribeVpcEndpointServices"; an interface endpoint has a network interface in each zone of its subnets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.preflight.asking import each
from audit.preflight.checks.zones import zones
from audit.preflight.judged import Judged, broken, holds, unknown
from audit.preflight.seen import unread
from audit.services.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.intended import Intended, Thing
    from audit.preflight.seen import Seen

TITLE = "The endpoint services are offered in these zones"
_SERVICES = "ec2:DescribeVpcEndpointServices"
_ROW = Row("ec2", "DescribeVpcEndpointServices", _SERVICES, "Shows which endpoint services the region's zones offer.")


def reads(intended: Intended, _caller: str) -> Iterator[Row]:
    """The services that the stack makes endpoints of."""
    yield from each(_ROW, [_asked(intended)] if _names(intended) else [])


def _asked(intended: Intended) -> dict[str, Any]:
    # A filter answers with what there is; names would make one that is not there an error for all.
    return {"Filters": [{"Name": "service-name", "Values": _names(intended)}]}


def _names(intended: Intended) -> list[str]:
    return sorted({str(thing.values["service_name"]) for thing in intended.of("aws_vpc_endpoint") if _is_aws(thing)})


def _is_aws(thing: Thing) -> bool:
    return ".amazonaws." in str(thing.values.get("service_name", ""))


def check(seen: Seen) -> Iterator[Judged]:
    """What is not offered, what is, and which actions need NAT or a proxy."""
    if _names(seen.intended):
        yield from _offered(seen)
    if seen.intended.unserved and not seen.intended.outward:
        services = sorted({action.partition(":")[0] for action in seen.intended.unserved})
        text = f"no endpoint serves {', '.join(services)}, whose actions the roles hold, and no NAT gateway leads out"
        yield unknown(
            "needs_proxy", seen.intended.region, text,
            way_out="give the console a proxy for them, or set network.nat",
        )  # fmt: skip


def _offered(seen: Seen) -> Iterator[Judged]:
    intended, params = seen.intended, _asked(seen.intended)
    evidence = seen.evidence(_SERVICES, params)
    found = seen.value(_SERVICES, "ServiceDetails[].[ServiceName, AvailabilityZones]", params)
    if isinstance(found, Unknown):
        yield unread(intended.region, "which endpoint services are offered", found)
        return
    offered: dict[str, list[str]] = dict(found or ())
    lacking = {name: _lacking(intended, name, offered) for name in _names(intended)}
    for name, missing in lacking.items():
        if name not in offered:
            text = f"{name} is not offered in {intended.region}"
            yield broken(
                "not_offered", name, text, evidence, way_out="give the service another way out, NAT or a proxy"
            )
        elif missing:
            text = f"{name} is not offered in {', '.join(missing)}, only in {', '.join(sorted(offered[name]))}"
            yield broken("zone_without_service", name, text, evidence, way_out="set other network.zone_letters")
    fine = [name for name, missing in lacking.items() if name in offered and not missing]
    if fine:
        text = f"{len(fine)} endpoint services are offered in {', '.join(zones(intended))}"
        yield holds("offered", intended.region, text, evidence)


def _lacking(intended: Intended, name: str, offered: dict[str, list[str]]) -> list[str]:
    """The zones in which the stack wants the service's interfaces and it has none; a gateway has none."""
    wanted = {
        intended.zone_of(str(subnet))
        for thing in intended.of("aws_vpc_endpoint", service_name=name)
        for subnet in thing.values.get("subnet_ids") or ()
    }
    return sorted(wanted - {""} - set(offered.get(name) or ()))
