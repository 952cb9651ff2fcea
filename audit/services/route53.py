"""Route 53 hosted zones: the VPCs in which private ones resolve, and to what."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.services.reading import then
from audit.services.row import Detail, Row, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.facts import Fact
    from audit.services.facts import Element, Facts

_route53 = partial(Row, "route53", scope=Scope.GLOBAL)
_ZONES, _ZONE = "route53:ListHostedZones", "route53:GetHostedZone"
_RECORDS = "route53:ListResourceRecordSets"

ROWS = (
    _route53("ListHostedZones", _ZONES, "which names are served"),
    _route53(
        "GetHostedZone",
        _ZONE,
        "in which VPCs a private zone resolves",
        parent=_ZONES,
        each="HostedZones[?Config.PrivateZone].{Id: Id}",
    ),
    _route53(
        "ListResourceRecordSets",
        _RECORDS,
        "which addresses the names in a private zone stand for",
        parent=_ZONE,
        each='VPCs && {HostedZoneId: "$params".Id}',
        detail=Detail.ZONE,
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Hosted zones; ``vpcs`` is a list of ids for private ones, ``records`` what they hold, None for public ones."""
    yield from facts.described(_ZONES, "HostedZones", (NodeKind.HOSTED_ZONE,), _zone)


def _zone(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name = item["Id"].rpartition("/")[2]
    private = bool((item.get("Config") or {}).get("PrivateZone"))
    joined = facts.value(_ZONE, "VPCs", {"Id": item["Id"]}) if private else []
    unread = isinstance(joined, Unknown)
    vpcs = [] if unread else joined or []
    properties = {
        "private": private,
        "zone_name": item.get("Name"),
        "vpcs": joined if unread else [vpc["VPCId"] for vpc in vpcs],
        "records": _records(facts, item["Id"]) if private else None,
    }
    node_id = facts.arn("route53", f"hostedzone/{name}", account="")
    yield Node(node_id, NodeKind.HOSTED_ZONE, name, facts.account, facts.region, properties, (record,))
    for vpc in vpcs:
        target = facts.arn("ec2", f"vpc/{vpc['VPCId']}", region=vpc["VPCRegion"])
        yield Edge(node_id, target, EdgeKind.SERVES, records=(record,))


def _records(facts: Facts, zone: str) -> Fact:
    found = facts.value(_RECORDS, "ResourceRecordSets", {"HostedZoneId": zone})
    return then(found, lambda records: [_told(record) for record in records])


def _told(record: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": record.get("Name"),
        "type": record.get("Type"),
        "values": [one.get("Value") for one in record.get("ResourceRecords") or ()],
        "alias": (record.get("AliasTarget") or {}).get("DNSName"),
    }
