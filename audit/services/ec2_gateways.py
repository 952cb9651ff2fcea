"""The ways between a VPC and other networks that stand in the VPC: internet, egress-only and NAT gateways, peering."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.services.ec2_interfaces import IF_ANY
from audit.services.ec2_vpc import VPCS, subnet_arn, vpc_arn
from audit.services.facts import tags
from audit.services.row import Row, if_any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.services.facts import Element, Facts

_ec2 = partial(Row, "ec2")
_INTERNET, _EGRESS = "ec2:DescribeInternetGateways", "ec2:DescribeEgressOnlyInternetGateways"
_NAT, _PEERING = "ec2:DescribeNatGateways", "ec2:DescribeVpcPeeringConnections"

ROWS = (
    _ec2("DescribeInternetGateways", _INTERNET, "which VPCs have a door to the internet", **IF_ANY),
    _ec2(
        "DescribeEgressOnlyInternetGateways",
        _EGRESS,
        "which VPCs let IPv6 out",
        # Without an IPv6 block there are no packets that such a gateway would pass.
        **if_any(VPCS, "Vpcs[?Ipv6CidrBlockAssociationSet]"),
    ),
    _ec2("DescribeNatGateways", _NAT, "which subnets get out through a shared address", **IF_ANY),
    _ec2("DescribeVpcPeeringConnections", _PEERING, "which other VPCs are joined", **IF_ANY),
)

GONE = {"deleted", "deleting", "failed", "rejected", "expired", "detached", "detaching"}
"""States of what joins no networks any more."""


def describe(facts: Facts) -> Iterator[Element]:
    """The gateways that exist, and the VPCs that they are attached to."""
    yield from facts.described(_INTERNET, "InternetGateways", (NodeKind.INTERNET_GATEWAY,), _internet)
    yield from facts.described(_NAT, "NatGateways", (NodeKind.NAT_GATEWAY,), _nat)
    kinds = (NodeKind.GATEWAY,)
    yield from facts.described(_EGRESS, "EgressOnlyInternetGateways", kinds, _egress_only)
    yield from facts.described(_PEERING, "VpcPeeringConnections", kinds, _peering)


def _internet(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    vpcs = attached(item.get("Attachments"))
    node_id = facts.arn("ec2", f"internet-gateway/{item['InternetGatewayId']}", account=item.get("OwnerId"))
    properties = {"vpcs": vpcs, "tags": tags(item)}
    kind = NodeKind.INTERNET_GATEWAY
    yield Node(node_id, kind, item["InternetGatewayId"], facts.account, facts.region, properties, (record,))
    for vpc in vpcs:
        yield Edge(node_id, vpc_arn(facts, vpc), EdgeKind.ATTACHED_TO, records=(record,))


def attached(attachments: Iterable[dict[str, Any]] | None) -> list[str]:
    """The VPCs that a gateway is attached to."""
    return [a["VpcId"] for a in attachments or () if a.get("VpcId") and a.get("State") not in GONE]


def _nat(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, addresses = item["NatGatewayId"], item.get("NatGatewayAddresses") or ()
    properties = {
        "vpc": item.get("VpcId"),
        "subnet": item.get("SubnetId"),
        "connectivity": item.get("ConnectivityType", "public"),
        "availability": item.get("AvailabilityMode", "zonal"),
        # A regional one stands in no subnet: with a route table of its own and addresses in each zone.
        "table": item.get("RouteTableId"),
        "zones": sorted({a["AvailabilityZone"] for a in addresses if a.get("AvailabilityZone")}),
        "appliances": item.get("AttachedAppliances") or [],
        "addresses": [a["PublicIp"] for a in addresses if a.get("PublicIp")],
        "private_addresses": [a["PrivateIp"] for a in addresses if a.get("PrivateIp")],
        "interfaces": [a["NetworkInterfaceId"] for a in addresses if a.get("NetworkInterfaceId")],
        "state": item.get("State"),
        "tags": tags(item),
    }
    node_id = facts.arn("ec2", f"natgateway/{name}")
    yield Node(node_id, NodeKind.NAT_GATEWAY, name, facts.account, facts.region, properties, (record,))
    if item.get("SubnetId"):
        yield Edge(subnet_arn(facts, item["SubnetId"]), node_id, EdgeKind.CONTAINS, records=(record,))


def _egress_only(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name = item["EgressOnlyInternetGatewayId"]
    more = {"tags": tags(item)}
    yield from gateway(
        facts, ("egress-only-internet-gateway", name, "egress_only"), attached(item.get("Attachments")), more, record
    )


def gateway(
    facts: Facts, what: tuple[str, str, str], vpcs: list[str], more: dict[str, Any], record: str
) -> Iterator[Element]:
    """A gateway and the VPCs that it is attached to; ``what`` is its resource type in ARNs, its id, its type here."""
    resource, name, kind = what
    node_id = facts.arn("ec2", f"{resource}/{name}")
    properties = {"type": kind, "vpcs": vpcs, **more}
    yield Node(node_id, NodeKind.GATEWAY, name, facts.account, facts.region, properties, (record,))
    for vpc in vpcs:
        yield Edge(node_id, vpc_arn(facts, vpc), EdgeKind.ATTACHED_TO, records=(record,))


def _peering(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    state = (item.get("Status") or {}).get("Code")
    sides = [item.get("RequesterVpcInfo") or {}, item.get("AccepterVpcInfo") or {}]
    live = [side for side in sides if side.get("VpcId") and state not in GONE]
    vpcs = [side["VpcId"] for side in live]
    more = {"vpcs": vpcs, "state": state, "sides": sides, "tags": tags(item)}
    what = ("vpc-peering-connection", item["VpcPeeringConnectionId"], "peering")
    yield from gateway(facts, what, [], more, record)
    node_id = facts.arn("ec2", f"{what[0]}/{what[1]}")
    for side in live:
        # The other side may be another account's, or in another region.
        region, account = side.get("Region"), side.get("OwnerId")
        here = region in (None, facts.region) and account in (None, facts.account)
        target = (
            vpc_arn(facts, side["VpcId"])
            if here
            else facts.arn("ec2", f"vpc/{side['VpcId']}", region=region, account=account)
        )
        yield Edge(node_id, target, EdgeKind.ATTACHED_TO, records=(record,))
