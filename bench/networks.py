"""Many networks as a graph: VPCs behind transit gateways, the same for the same numbers and seed, no AWS anywhere."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.model.graph import BoundaryGraph, Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, REGION = "111122223333", "us-east-1"
PORT = 9112
_ARN = "arn:aws"
_ARN = "arn:aws"
_ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")
_PREMISES = "192.168.0.0/16"


@dataclass(frozen=True, slots=True)
class Networks:
    """How many interfaces, groups, subnets, VPCs and transit gateways."""

    interfaces: int = 20_000
    groups: int = 2_000
    subnets: int = 400
    vpcs: int = 40
    gateways: int = 2

    def __str__(self) -> str:
        return (
            f"{self.interfaces:,} interfaces, {self.groups:,} groups, {self.subnets} subnets, {self.vpcs} VPCs, "
            f"{self.gateways} transit gateways"
        )


def graph(size: Networks, seed: int = 1) -> BoundaryGraph:
    """The graph: every fifth group guards a listener; VPCs of one transit gateway route to one another."""
    made = BoundaryGraph()
    for node in _Making(size, random.Random(seed)).nodes():  # noqa: S311 a chosen sequence, no secret
        made.add(node)
    return made


def listeners(size: Networks) -> list[str]:
    """The groups that guard listeners."""
    return [_group(number) for number in range(0, size.groups, 5)]


@dataclass
class _Making:
    size: Networks
    chance: random.Random

    def nodes(self) -> Iterator[Node]:
        yield Node(ACCOUNT, NodeKind.ACCOUNT, ACCOUNT, ACCOUNT, "global", {})
        for gateway in range(self.size.gateways):
            yield from self._gateway(gateway)
        for vpc in range(self.size.vpcs):
            yield from self._vpc(vpc)
        for number in range(self.size.groups):
            yield self._guard(number)
        for number in range(self.size.interfaces):
            yield self._interface(number)

    def _gateway(self, number: int) -> Iterator[Node]:
        name, table = f"tgw-{number}", f"tgw-rtb-{number}"
        facts = {"state": "available", "owner": ACCOUNT, "options": {"SecurityGroupReferencingSupport": "enable"}}
        yield _node(NodeKind.GATEWAY, "transit-gateway", name, {"type": "transit_gateway", **facts})
        own = [vpc for vpc in range(self.size.vpcs) if vpc % self.size.gateways == number]
        routes = [
            {
                "DestinationCidrBlock": _cidr(vpc), "Type": "propagated", "State": "active",
                "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": f"tgw-attach-{vpc}"}],
            }
            for vpc in own
        ]  # fmt: skip
        listed = {"gateway": name, "state": "available", "routes": routes, "complete": True}
        joined: dict[str, Any] = {"associations": [f"tgw-attach-{vpc}" for vpc in own], "propagations": []}
        yield _node(NodeKind.TRANSIT_ROUTE_TABLE, "transit-gateway-route-table", table, {**listed, **joined})

    def _vpc(self, number: int) -> Iterator[Node]:
        name, gateway = f"vpc-{number}", number % self.size.gateways
        yield _node(NodeKind.VPC, "vpc", name, {"cidrs": [_cidr(number)], "owner": ACCOUNT, "dns_support": True})
        own = self._subnets(number)
        for subnet in own:
            facts = {"vpc": name, "cidr": _subnet_cidr(number, subnet), "ipv6_cidrs": [], "map_public_ip": False}
            zone = _ZONES[subnet % len(_ZONES)]
            yield _node(NodeKind.SUBNET, "subnet", f"subnet-{number}-{subnet}", {**facts, "zone": zone})
        yield from self._filters(number, [f"subnet-{number}-{subnet}" for subnet in own])
        attached: dict[str, Any] = {
            "type": "transit_gateway_attachment", "gateway": f"tgw-{gateway}", "vpcs": [name], "state": "available",
            "subnets": [f"subnet-{number}-{subnet}" for subnet in own[: len(_ZONES)]], "options": {},
            "resource_type": "vpc", "resource": name, "table": f"tgw-rtb-{gateway}", "peer": None,
        }  # fmt: skip
        yield _node(NodeKind.GATEWAY, "transit-gateway-attachment", f"tgw-attach-{number}", attached)

    def _subnets(self, vpc: int) -> list[int]:
        return list(range(self.size.subnets // self.size.vpcs)) if vpc < self.size.vpcs else []

    def _filters(self, vpc: int, subnets: list[str]) -> Iterator[Node]:
        """Two route tables and two ACLs a VPC, halves of its subnets each."""
        gateway, half = f"tgw-{vpc % self.size.gateways}", len(subnets) // 2
        for number, members in enumerate((subnets[:half], subnets[half:])):
            routes = [
                {"DestinationCidrBlock": _cidr(vpc), "GatewayId": "local", "State": "active"},
                {"DestinationCidrBlock": "10.0.0.0/8", "TransitGatewayId": gateway, "State": "active"},
            ]
            facts = {"vpc": f"vpc-{vpc}", "routes": routes, "main": number == 0, "subnets": members, "gateways": []}
            yield _node(NodeKind.ROUTE_TABLE, "route-table", f"rtb-{vpc}-{number}", facts)
            entries = [_entry(100, out=out, cidr="10.0.0.0/8") for out in (True, False)]
            entries += [_entry(90, out=False, cidr=_PREMISES, action="deny")] if number else []
            acl = {"vpc": f"vpc-{vpc}", "entries": entries, "subnets": members}
            yield _node(NodeKind.NETWORK_ACL, "network-acl", f"acl-{vpc}-{number}", acl)

    def _guard(self, number: int) -> Node:
        vpc = number % self.size.vpcs
        near = [f for f in range(vpc, self.size.groups, self.size.vpcs) if f != number]
        peers = [_cidr(self.chance.randrange(self.size.vpcs)), "10.0.0.0/8"]
        ingress = [_rule(cidrs=[self.chance.choice(peers)], groups=[_group(number), _group(self.chance.choice(near))])]
        others = [_rule(443, cidrs=["10.0.0.0/8"]), _rule(22, cidrs=[_PREMISES])]
        everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        facts = {
            "vpc": f"vpc-{vpc}", "ingress": [*(ingress if number % 5 == 0 else ()), *others], "egress": [everything],
        }  # fmt: skip
        return _node(NodeKind.SECURITY_GROUP, "security-group", _group(number), facts)

    def _interface(self, number: int) -> Node:
        """By turns in every group, which is used in two subnets of its VPC."""
        turn = number % (2 * self.size.groups)
        group = turn % self.size.groups
        vpc, each = group % self.size.vpcs, self.size.subnets // self.size.vpcs
        subnet = (group // self.size.vpcs + turn // self.size.groups) % each
        host = number // (2 * self.size.groups) * (self.size.groups // self.size.vpcs) + group // self.size.vpcs
        facts = {
            "vpc": f"vpc-{vpc}", "subnet": f"subnet-{vpc}-{subnet}", "groups": [_group(group)], "ipv6_addresses": [],
            "private_addresses": [_host(vpc, subnet, host)], "public_addresses": [], "prefixes": [], "instance": None,
            "requester_managed": False, "description": "",
        }  # fmt: skip
        return _node(NodeKind.NETWORK_INTERFACE, "network-interface", f"eni-{number}", facts)


def _node(kind: NodeKind, resource: str, name: str, facts: dict[str, Any]) -> Node:
    return Node(f"{_ARN}:ec2:{REGION}:{ACCOUNT}:{resource}/{name}", kind, name, ACCOUNT, REGION, facts)


def _group(number: int) -> str:
    return f"sg-{number}"


def _cidr(vpc: int) -> str:
    return f"10.{vpc}.0.0/16"


def _subnet_cidr(vpc: int, subnet: int) -> str:
    return f"10.{vpc}.{8 * subnet}.0/21"


def _host(vpc: int, subnet: int, number: int) -> str:
    return f"10.{vpc}.{8 * subnet + (number + 10) // 256}.{(number + 10) % 256}"


def _entry(number: int, *, out: bool, cidr: str, action: str = "allow") -> dict[str, Any]:
    return {"RuleNumber": number, "Egress": out, "CidrBlock": cidr, "RuleAction": action, "Protocol": "-1"}


def _rule(port: int = PORT, *, cidrs: list[str], groups: list[str] | None = None) -> dict[str, Any]:
    pairs = [{"GroupId": group, "UserId": ACCOUNT} for group in groups or ()]
    ranges = [{"CidrIp": cidr} for cidr in cidrs]
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": ranges, "UserIdGroupPairs": pairs}
