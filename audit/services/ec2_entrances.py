"""EC2's own ways into a VPC that need no public address and no gateway route."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import Node, NodeKind
from audit.services.ec2_interfaces import IF_ANY
from audit.services.ec2_vpc import SUBNETS
from audit.services.facts import tags
from audit.services.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.services.facts import Element, Facts

_ec2 = partial(Row, "ec2")
_CONNECT, _VPN = "ec2:DescribeInstanceConnectEndpoints", "ec2:DescribeClientVpnEndpoints"
_VERIFIED = "ec2:DescribeVerifiedAccessEndpoints"

ROWS = (
    _ec2("DescribeInstanceConnectEndpoints", _CONNECT, "which VPCs can be entered by EC2 Instance Connect", **IF_ANY),
    _ec2("DescribeClientVpnEndpoints", _VPN, "which VPCs people enter by Client VPN", **IF_ANY),
    _ec2("DescribeVerifiedAccessEndpoints", _VERIFIED, "which VPCs people enter by Verified Access", **IF_ANY),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Entrances: EC2 Instance Connect endpoints, Client VPN endpoints, Verified Access endpoints."""
    kinds = (NodeKind.ENTRANCE,)
    yield from facts.described(_CONNECT, "InstanceConnectEndpoints", kinds, _connect)
    yield from facts.described(_VPN, "ClientVpnEndpoints", kinds, _vpn)
    yield from facts.described(_VERIFIED, "VerifiedAccessEndpoints", kinds, _verified)


def vpc_of_subnets(facts: Facts, subnets: Iterable[str]) -> str | None:
    """The VPC of the first subnet known; None when no subnet is known: then the entrance may lead to any VPC."""
    known = facts.value(SUBNETS, "Subnets[].[SubnetId, VpcId]")
    vpcs = {} if isinstance(known, Unknown) else dict(known or ())
    return next((vpcs[subnet] for subnet in subnets if subnet in vpcs), None)


def _entrance(
    facts: Facts, what: tuple[str, str], properties: dict[str, Any], item: dict[str, Any], record: str
) -> Node:
    resource, name = what
    node_id = facts.arn("ec2", f"{resource}/{name}")
    properties = {**properties, "tags": tags(item)}
    return Node(node_id, NodeKind.ENTRANCE, name, facts.account, facts.region, properties, (record,))


def _connect(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    if item.get("State") == "delete-complete":
        return
    properties = {
        "type": "instance_connect",
        "vpc": item.get("VpcId"),
        "subnets": [item["SubnetId"]] if item.get("SubnetId") else [],
        "groups": item.get("SecurityGroupIds") or [],
        "preserves_client_address": item.get("PreserveClientIp", False),
        "state": item.get("State"),
    }
    yield _entrance(facts, ("instance-connect-endpoint", item["InstanceConnectEndpointId"]), properties, item, record)


def _vpn(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    properties = {
        "type": "client_vpn",
        "vpc": item.get("VpcId"),
        "groups": item.get("SecurityGroupIds") or [],
        "clients": item.get("ClientCidrBlock"),
        "state": (item.get("Status") or {}).get("Code"),
    }
    yield _entrance(facts, ("client-vpn-endpoint", item["ClientVpnEndpointId"]), properties, item, record)


def _verified(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    options = [item.get(name) or {} for name in ("LoadBalancerOptions", "RdsOptions", "CidrOptions")]
    subnets = [subnet for option in options for subnet in option.get("SubnetIds") or ()]
    properties = {
        "type": "verified_access",
        "vpc": vpc_of_subnets(facts, subnets),
        "subnets": subnets,
        "groups": item.get("SecurityGroupIds") or [],
        "state": (item.get("Status") or {}).get("Code"),
    }
    yield _entrance(facts, ("verified-access-endpoint", item["VerifiedAccessEndpointId"]), properties, item, record)
