"""The ways between a VPC and other networks: internet, NAT, peering, transit and VPN gateways."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.services.ec2_interfaces import IF_ANY
from audit.services.ec2_vpc import subnet_arn, vpc_arn
from audit.services.facts import tags
from audit.services.row import Row, if_any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.services.facts import Element, Facts

_ec2 = partial(Row, "ec2")
_INTERNET, _EGRESS = "ec2:DescribeInternetGateways", "ec2:DescribeEgressOnlyInternetGateways"
_NAT, _PEERING = "ec2:DescribeNatGateways", "ec2:DescribeVpcPeeringConnections"
_TRANSIT, _ATTACHMENTS = "ec2:DescribeTransitGateways", "ec2:DescribeTransitGatewayVpcAttachments"
_VPN, _CONNECTIONS = "ec2:DescribeVpnGateways", "ec2:DescribeVpnConnections"

ROWS = (
    _ec2("DescribeInternetGateways", _INTERNET, "which VPCs have a door to the internet", **IF_ANY),
    _ec2("DescribeEgressOnlyInternetGateways", _EGRESS, "which VPCs let IPv6 out", **IF_ANY),
    _ec2("DescribeNatGateways", _NAT, "which subnets get out through a shared address", **IF_ANY),
    _ec2("DescribeVpcPeeringConnections", _PEERING, "which other VPCs are joined", **IF_ANY),
    _ec2(
        "DescribeTransitGateways",
        _TRANSIT,
        "which transit gateways the account sees",
        **if_any(_ATTACHMENTS, "TransitGatewayVpcAttachments"),
    ),
    _ec2("DescribeTransitGatewayVpcAttachments", _ATTACHMENTS, "which VPCs hang on a transit gateway", **IF_ANY),
    _ec2("DescribeVpnGateways", _VPN, "which VPCs are joined to other premises", **IF_ANY),
    _ec2("DescribeVpnConnections", _CONNECTIONS, "which premises are joined by VPN", **IF_ANY),
)

_GONE = {"deleted", "deleting", "failed", "rejected", "expired", "detached", "detaching"}


def describe(facts: Facts) -> Iterator[Element]:
    """The gateways that exist, and the VPCs that they are attached to."""
    yield from facts.described(_INTERNET, "InternetGateways", (NodeKind.INTERNET_GATEWAY,), _internet)
    yield from facts.described(_NAT, "NatGateways", (NodeKind.NAT_GATEWAY,), _nat)
    kinds = (NodeKind.GATEWAY,)
    yield from facts.described(_EGRESS, "EgressOnlyInternetGateways", kinds, _egress_only)
    yield from facts.described(_PEERING, "VpcPeeringConnections", kinds, _peering)
    yield from facts.described(_TRANSIT, "TransitGateways", kinds, _transit)
    yield from facts.described(_ATTACHMENTS, "TransitGatewayVpcAttachments", kinds, _attachment)
    yield from facts.described(_VPN, "VpnGateways", kinds, _vpn_gateway)
    yield from facts.described(_CONNECTIONS, "VpnConnections", kinds, _vpn_connection)


def _internet(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    vpcs = _attached(item.get("Attachments"))
    node_id = facts.arn("ec2", f"internet-gateway/{item['InternetGatewayId']}", account=item.get("OwnerId"))
    properties = {"vpcs": vpcs, "tags": tags(item)}
    kind = NodeKind.INTERNET_GATEWAY
    yield Node(node_id, kind, item["InternetGatewayId"], facts.account, facts.region, properties, (record,))
    for vpc in vpcs:
        yield Edge(node_id, vpc_arn(facts, vpc), EdgeKind.ATTACHED_TO, records=(record,))


def _attached(attachments: Iterable[dict[str, Any]] | None) -> list[str]:
    return [a["VpcId"] for a in attachments or () if a.get("VpcId") and a.get("State") not in _GONE]


def _nat(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name, addresses = item["NatGatewayId"], item.get("NatGatewayAddresses") or ()
    properties = {
        "vpc": item.get("VpcId"),
        "subnet": item.get("SubnetId"),
        "connectivity": item.get("ConnectivityType", "public"),
        "availability": item.get("AvailabilityMode", "zonal"),
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
    yield from _gateway(
        facts, ("egress-only-internet-gateway", name, "egress_only"), _attached(item.get("Attachments")), more, record
    )


def _gateway(
    facts: Facts, what: tuple[str, str, str], vpcs: list[str], more: dict[str, Any], record: str
) -> Iterator[Element]:
    resource, name, kind = what
    node_id = facts.arn("ec2", f"{resource}/{name}")
    properties = {"type": kind, "vpcs": vpcs, **more}
    yield Node(node_id, NodeKind.GATEWAY, name, facts.account, facts.region, properties, (record,))
    for vpc in vpcs:
        yield Edge(node_id, vpc_arn(facts, vpc), EdgeKind.ATTACHED_TO, records=(record,))


def _peering(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    state = (item.get("Status") or {}).get("Code")
    sides = [item.get("RequesterVpcInfo") or {}, item.get("AccepterVpcInfo") or {}]
    vpcs = [side["VpcId"] for side in sides if side.get("VpcId")] if state not in _GONE else []
    more = {"state": state, "sides": sides, "tags": tags(item)}
    what = ("vpc-peering-connection", item["VpcPeeringConnectionId"], "peering")
    yield from _gateway(facts, what, vpcs, more, record)


def _transit(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    name = item["TransitGatewayId"]
    more = {
        "state": item.get("State"),
        "owner": item.get("OwnerId"),
        "options": item.get("Options"),
        "tags": tags(item),
    }
    node_id = facts.arn("ec2", f"transit-gateway/{name}")
    properties = {"type": "transit_gateway", **more}
    yield Node(node_id, NodeKind.GATEWAY, name, facts.account, facts.region, properties, (record,))


def _attachment(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    vpcs = [item["VpcId"]] if item.get("VpcId") and item.get("State") not in _GONE else []
    more = {
        "gateway": item.get("TransitGatewayId"),
        "subnets": item.get("SubnetIds") or [],
        "state": item.get("State"),
        "options": item.get("Options"),
        "tags": tags(item),
    }
    what = ("transit-gateway-attachment", item["TransitGatewayAttachmentId"], "transit_gateway_attachment")
    yield from _gateway(facts, what, vpcs, more, record)


def _vpn_gateway(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    vpcs = _attached(item.get("VpcAttachments"))
    more = {"state": item.get("State"), "tags": tags(item)}
    yield from _gateway(facts, ("vpn-gateway", item["VpnGatewayId"], "vpn_gateway"), vpcs, more, record)


def _vpn_connection(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    gateway = item.get("VpnGatewayId") or item.get("TransitGatewayId")
    more = {"state": item.get("State"), "gateway": gateway, "tags": tags(item)}
    yield from _gateway(facts, ("vpn-connection", item["VpnConnectionId"], "vpn_connection"), [], more, record)
