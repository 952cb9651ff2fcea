"""What hangs on transit gateways: VPCs, VPN connections, Direct Connect gateways, other transit gateways."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import NOT_COLLECTED
from audit.services.ec2_gateways import GONE
from audit.services.ec2_transit import ATTACHMENTS, gateway_arn, table_of
from audit.services.facts import tags
from audit.services.row import Row, if_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

    Told = dict[str, tuple[dict[str, Any], str]]
    """What each listing says of one attachment: the item and its record's id."""

_ec2 = partial(Row, "ec2")
_VPCS, _PEERINGS = "ec2:DescribeTransitGatewayVpcAttachments", "ec2:DescribeTransitGatewayPeeringAttachments"
_LISTINGS = {
    ATTACHMENTS: "TransitGatewayAttachments",
    # An emulator lists every attachment in each of these, those of other kinds with nothing in them.
    _VPCS: "TransitGatewayVpcAttachments[?VpcId]",
    _PEERINGS: "TransitGatewayPeeringAttachments[?AccepterTgwInfo]",
}
_PEERED = {"peering", "tgw-peering"}

ROWS = (
    # Not only where there are interfaces: the account of a hub may have a gateway and its tables alone.
    _ec2("DescribeTransitGatewayAttachments", ATTACHMENTS, "which networks hang on a transit gateway"),
    _ec2(
        "DescribeTransitGatewayVpcAttachments",
        _VPCS,
        "by which subnets packets enter a VPC, and whether groups may be named across",
        **if_any(ATTACHMENTS, "TransitGatewayAttachments[?ResourceType=='vpc']"),
    ),
    _ec2(
        "DescribeTransitGatewayPeeringAttachments",
        _PEERINGS,
        "which transit gateways are joined, and in which regions",
        **if_any(ATTACHMENTS, "TransitGatewayAttachments[?ends_with(ResourceType, 'peering')]"),
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """The attachments of every kind, each as whichever listings there are tell of it."""
    told: dict[str, Told] = {}
    for name, path in _LISTINGS.items():
        for found in facts.listing(name, path, NodeKind.GATEWAY):
            if isinstance(found, Gap):
                yield found
                continue
            # A peering within one region is one item, and an attachment with an id of its own on each side.
            ids = (found[0]["TransitGatewayAttachmentId"], found[0].get("AccepterTransitGatewayAttachmentId"))
            for attachment in filter(None, ids):
                told.setdefault(attachment, {})[name] = found
    for attachment in sorted(told):
        yield from _attachment(facts, attachment, told[attachment])


def _attachment(facts: Facts, name: str, told: Told) -> Iterator[Element]:
    general, vpc_item, peering = (told.get(listing, ({}, ""))[0] for listing in _LISTINGS)
    ours, peer = _sides(facts, name, general, peering)
    what = _resource(general, vpc_item, ours, peer)
    kind, state = what["resource_type"], general.get("State") or vpc_item.get("State") or peering.get("State")
    owner = facts.account if kind in _PEERED else what["resource_owner"] or facts.account
    vpc = what["resource"] if kind == "vpc" and state not in GONE else None
    unread = _unread(facts, _VPCS) if kind == "vpc" and not vpc_item else None
    properties = {
        "type": "transit_gateway_attachment",
        **what,
        "vpcs": [vpc] if vpc else [],
        "subnets": unread or vpc_item.get("SubnetIds") or [],
        "options": unread or vpc_item.get("Options") or peering.get("Options"),
        "state": state,
        "table": table_of(facts, name, general, what["gateway"]),
        "peer": peer if kind in _PEERED else None,
        "tags": {key: value for item, _ in told.values() for key, value in tags(item).items()},
    }
    records = tuple(dict.fromkeys(record for _, record in told.values()))
    node_id = facts.arn("ec2", f"transit-gateway-attachment/{name}", account=owner)
    yield Node(node_id, NodeKind.GATEWAY, name, facts.account, facts.region, properties, records)
    if what["gateway"]:
        yield Edge(node_id, gateway_arn(facts, what["gateway"]), EdgeKind.ATTACHED_TO, records=records)
    if vpc:
        yield Edge(node_id, facts.arn("ec2", f"vpc/{vpc}", account=owner), EdgeKind.ATTACHED_TO, records=records)


def _resource(
    general: dict[str, Any], vpc: dict[str, Any], ours: dict[str, Any], peer: dict[str, Any]
) -> dict[str, Any]:
    """The gateway and what is attached to it; where the listing of every kind was not read, as the others say it."""
    return {
        "gateway": general.get("TransitGatewayId") or vpc.get("TransitGatewayId") or ours.get("TransitGatewayId"),
        "resource_type": general.get("ResourceType") or ("vpc" if vpc else "peering"),
        "resource": general.get("ResourceId") or vpc.get("VpcId") or peer["gateway"],
        "resource_owner": general.get("ResourceOwnerId") or vpc.get("VpcOwnerId") or peer["account"],
    }


def _sides(
    facts: Facts, name: str, general: dict[str, Any], peering: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Our side of a peering as AWS tells it, and the other as ``{gateway, account, region, attachment}``."""
    if not peering:
        unread = _unread(facts, _PEERINGS)
        other = {"gateway": general.get("ResourceId"), "account": general.get("ResourceOwnerId")}
        return {}, {**other, "region": unread, "attachment": unread}
    sides = [peering.get("RequesterTgwInfo") or {}, peering.get("AccepterTgwInfo") or {}]
    # Across regions both sides have one id; within a region the accepter has another.
    ids = [peering["TransitGatewayAttachmentId"], peering.get("AccepterTransitGatewayAttachmentId")]
    ids[1] = ids[1] or ids[0]
    accepts = _accepts(facts, name, ids, sides, general.get("TransitGatewayId"))
    ours, other = sides[accepts], sides[not accepts]
    peer = {"gateway": other.get("TransitGatewayId"), "account": other.get("OwnerId"), "region": other.get("Region")}
    return ours, {**peer, "attachment": ids[not accepts]}


def _accepts(facts: Facts, name: str, ids: list[str], sides: list[dict[str, Any]], gateway: str | None) -> bool:
    if gateway is not None:
        return bool(sides[1].get("TransitGatewayId") == gateway)
    if ids[0] != ids[1]:
        return name == ids[1]
    return (sides[1].get("OwnerId"), sides[1].get("Region")) == (facts.account, facts.region)


def _unread(facts: Facts, name: str) -> Unknown:
    """Why a listing tells nothing of an attachment: not read, or not in it."""
    why = facts.unknown(name, next(facts.records(name), None))
    return why or Unknown(facts.rows[name].permission, NOT_COLLECTED, "")
