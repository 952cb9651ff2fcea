"""VPCs, subnets and route tables: where packets can go."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import Citation, Edge, EdgeKind, Node, NodeKind
from audit.model.verdict import NOT_JOINED
from audit.services.facts import tags
from audit.services.row import Detail, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.facts import Fact
    from audit.services.facts import Element, Facts

_ec2 = partial(Row, "ec2")
VPCS, SUBNETS = "ec2:DescribeVpcs", "ec2:DescribeSubnets"
_ATTRIBUTE = "ec2:DescribeVpcAttribute"
_TABLES = "ec2:DescribeRouteTables"

ROWS = (
    _ec2("DescribeVpcs", VPCS, "which networks there are, and their addresses"),
    _ec2(
        "DescribeVpcAttribute",
        _ATTRIBUTE,
        "whether the VPC's resolver answers",
        parent=VPCS,
        each=(
            "Vpcs[].[{VpcId: VpcId, Attribute: 'enableDnsSupport'}, {VpcId: VpcId, Attribute: 'enableDnsHostnames'}][]"
        ),
        detail=Detail.VPC,
    ),
    _ec2("DescribeSubnets", SUBNETS, "which subnets there are"),
    _ec2("DescribeRouteTables", _TABLES, "where each subnet's packets go"),
)

TARGETS = {
    "GatewayId": "",
    "NatGatewayId": "natgateway",
    "TransitGatewayId": "transit-gateway",
    "VpcPeeringConnectionId": "vpc-peering-connection",
    "EgressOnlyInternetGatewayId": "egress-only-internet-gateway",
    "NetworkInterfaceId": "network-interface",
    "CarrierGatewayId": "carrier-gateway",
    "LocalGatewayId": "local-gateway",
    "CoreNetworkArn": "",
    "OdbNetworkArn": "",
}
"""Fields of a route that name its target, and the resource type of their ids."""
_GATEWAYS = {
    "igw": "internet-gateway",
    "vgw": "vpn-gateway",
    "vpce": "vpc-endpoint",
    "eigw": "egress-only-internet-gateway",
}


def describe(facts: Facts) -> Iterator[Element]:
    """VPCs, subnets and route tables, what contains what, and each route as an edge."""
    yield from facts.described(VPCS, "Vpcs", (NodeKind.VPC,), _vpc)
    yield from facts.described(SUBNETS, "Subnets", (NodeKind.SUBNET,), _subnet)
    yield from facts.described(_TABLES, "RouteTables", (NodeKind.ROUTE_TABLE,), _table)


def vpc_arn(facts: Facts, vpc: str) -> str:
    """A VPC's ARN: in a shared VPC that of the owner, as DescribeVpcs says it."""
    owner = _owners(facts, VPCS, "Vpcs[].[VpcId, OwnerId]").get(vpc) or facts.account
    return facts.arn("ec2", f"vpc/{vpc}", account=owner)


def subnet_arn(facts: Facts, subnet: str) -> str:
    """A subnet's ARN: in a shared VPC that of the owner, as DescribeSubnets says it."""
    owner = _owners(facts, SUBNETS, "Subnets[].[SubnetId, OwnerId]").get(subnet) or facts.account
    return facts.arn("ec2", f"subnet/{subnet}", account=owner)


def shared(owner: str, record: str) -> Unknown:
    """What a participant of a shared VPC is not told, as the account that owns the VPC would settle it.

    After "Responsibilities and permissions for owners and participants" in the VPC guide.
    """
    return Unknown(f"sts:AssumeRole into account {owner}", NOT_JOINED, record)


def of_owner(facts: Facts, owner: str, value: Fact, record: str) -> Fact:
    """A fact that the owner of a VPC alone is told: of a participant's answer, unknown."""
    return value if owner == facts.account else shared(owner, record)


def told_by_owner(facts: Facts, owner: str) -> bool:
    """Whether the account that owns a thing of a shared VPC was walked too, and tells the whole of it."""
    return owner != facts.account and any(facts.snapshot.find("ec2", "DescribeVpcs", owner, facts.region))


def _owners(facts: Facts, name: str, path: str) -> dict[str, str | None]:
    if path not in facts.memo:
        known = facts.value(name, path)
        facts.memo[path] = {} if isinstance(known, Unknown) else dict(known or ())
    owners: dict[str, str | None] = facts.memo[path]
    return owners


def _vpc(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, owner = item["VpcId"], item.get("OwnerId", facts.account)
    properties = {
        "cidrs": _cidrs(item),
        "is_default": item.get("IsDefault", False),
        "owner": owner,
        "dns_support": _attribute(facts, name, "enableDnsSupport"),
        "dns_hostnames": _attribute(facts, name, "enableDnsHostnames"),
        "tags": of_owner(facts, owner, tags(item), record),
    }
    node = Node(vpc_arn(facts, name), NodeKind.VPC, name, facts.account, facts.region, properties, (record,))
    yield node
    yield Edge(owner, node.id, EdgeKind.CONTAINS, records=(record,))


def _attribute(facts: Facts, vpc: str, name: str) -> Any:
    path = name[0].upper() + name[1:] + ".Value"
    return facts.value(_ATTRIBUTE, path, {"VpcId": vpc, "Attribute": name})


def _cidrs(item: dict[str, Any]) -> list[str]:
    found = [item["CidrBlock"]] if item.get("CidrBlock") else []
    for field, state, cidr in (
        ("CidrBlockAssociationSet", "CidrBlockState", "CidrBlock"),
        ("Ipv6CidrBlockAssociationSet", "Ipv6CidrBlockState", "Ipv6CidrBlock"),
    ):
        found += [a[cidr] for a in item.get(field) or () if (a.get(state) or {}).get("State") in (None, "associated")]
    return list(dict.fromkeys(found))


def _subnet(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    six = item.get("Ipv6CidrBlockAssociationSet") or ()
    name, owner = item["SubnetId"], item.get("OwnerId", facts.account)
    properties = {
        "vpc": item["VpcId"],
        "owner": owner,
        "cidr": item.get("CidrBlock"),
        "ipv6_cidrs": [a["Ipv6CidrBlock"] for a in six if a.get("Ipv6CidrBlockState", {}).get("State") == "associated"],
        "zone": item.get("AvailabilityZone"),
        # Accounts name zones differently; only their ids compare.
        "zone_id": item.get("AvailabilityZoneId"),
        "map_public_ip": item.get("MapPublicIpOnLaunch", False),
        "tags": of_owner(facts, owner, tags(item), record),
    }
    node = Node(subnet_arn(facts, name), NodeKind.SUBNET, name, facts.account, facts.region, properties, (record,))
    yield node
    yield Edge(vpc_arn(facts, item["VpcId"]), node.id, EdgeKind.CONTAINS, records=(record,))


def _table(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, owner = item["RouteTableId"], item.get("OwnerId", facts.account)
    if told_by_owner(facts, owner):
        return
    live = [a for a in item.get("Associations") or () if _associated(a)]
    subnets = [a["SubnetId"] for a in live if a.get("SubnetId")]
    properties = {
        "vpc": item["VpcId"],
        "routes": item.get("Routes") or [],
        "main": any(a.get("Main") for a in live),
        "subnets": subnets,
        "gateways": [a["GatewayId"] for a in live if a.get("GatewayId")],
        "propagating": [v["GatewayId"] for v in item.get("PropagatingVgws") or ()],
        "tags": tags(item),
    }
    node_id = facts.arn("ec2", f"route-table/{name}", account=owner)
    yield Node(node_id, NodeKind.ROUTE_TABLE, name, facts.account, facts.region, properties, (record,))
    yield Edge(vpc_arn(facts, item["VpcId"]), node_id, EdgeKind.CONTAINS, records=(record,))
    for subnet in subnets:
        yield Edge(subnet_arn(facts, subnet), node_id, EdgeKind.USES_ROUTES, records=(record,))
    yield from _routes(facts, item, node_id, record)


def _associated(association: dict[str, Any]) -> bool:
    return (association.get("AssociationState") or {}).get("State") in (None, "associated", "associating")


def _routes(facts: Facts, item: dict[str, Any], table: str, record: str) -> Iterator[Element]:
    for number, route in enumerate(item.get("Routes") or ()):
        target = route_target(facts, route)
        if target is not None:
            because = (Citation(record, f"route_table/{item['RouteTableId']}", f"/Routes/{number}"),)
            properties = {"destination": destination(route), "state": route.get("State", "active")}
            yield Edge(table, target, EdgeKind.ROUTES_TO, properties, (record,), because)


def destination(route: dict[str, Any]) -> str:
    """What a route's packets are for: a CIDR of either family, or a prefix list's id."""
    fields = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    return next((str(route[field]) for field in fields if route.get(field)), "")


def route_target(facts: Facts, route: dict[str, Any]) -> str | None:
    """The node id of a route's target; None for the local route."""
    for field, kind in TARGETS.items():
        name = route.get(field)
        if name == "local":
            return None
        if name:
            resource = kind or _GATEWAYS.get(name.partition("-")[0], "")
            return facts.arn("ec2", f"{resource}/{name}") if resource else str(name)
    return None
