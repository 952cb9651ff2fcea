"""What EC2's raw answers say, looked up as plainly as can be: lists of dicts, nothing of the engine's."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audit.model.snapshot import Snapshot

Item = dict[str, Any]
_BLOCK = re.compile(r"'([0-9a-f.:]+/[0-9]+)'")
GONE = {"deleted", "deleting", "failed", "rejected", "expired", "detached", "detaching"}


@lru_cache(maxsize=1 << 16)
def _network(cidr: str) -> IPv4Network | IPv6Network:
    return ip_network(cidr, strict=False)


@lru_cache(maxsize=1 << 16)
def _address(text: str) -> IPv4Address | IPv6Address:
    return ip_address(text)


@lru_cache(maxsize=1 << 16)
def within(address: str, cidr: str) -> bool:
    one, network = _address(address), _network(cidr)
    return one.version == network.version and one in network


def length(cidr: str) -> int:
    return _network(cidr).prefixlen


def public(address: str) -> bool:
    return _address(address).is_global


def six(address: str) -> bool:
    return ":" in address


def borders(cidr: str) -> list[str]:
    """The first and last addresses of a block, and those beside them."""
    block = _network(cidr)
    ends = int(block[0]), int(block[-1])
    kind = type(block[0])
    return [str(kind(one)) for end in ends for one in (end - 1, end, end + 1) if 0 <= one < 2**block.max_prefixlen]


class Answers:
    """The listings of a snapshot by the ids in them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.records = snapshot.records
        self.vpcs = self._by("DescribeVpcs", "Vpcs", "VpcId")
        self.subnets = self._by("DescribeSubnets", "Subnets", "SubnetId")
        self.tables = self._by("DescribeRouteTables", "RouteTables", "RouteTableId")
        self.acls = self._by("DescribeNetworkAcls", "NetworkAcls", "NetworkAclId")
        self.groups = self._by("DescribeSecurityGroups", "SecurityGroups", "GroupId")
        self.interfaces = self._by("DescribeNetworkInterfaces", "NetworkInterfaces", "NetworkInterfaceId")
        self.doors = self._by("DescribeInternetGateways", "InternetGateways", "InternetGatewayId")
        self.six_doors = self._by(
            "DescribeEgressOnlyInternetGateways", "EgressOnlyInternetGateways", "EgressOnlyInternetGatewayId"
        )
        self.nats = self._by("DescribeNatGateways", "NatGateways", "NatGatewayId")
        self.endpoints = self._by("DescribeVpcEndpoints", "VpcEndpoints", "VpcEndpointId")
        self.peerings = self._by("DescribeVpcPeeringConnections", "VpcPeeringConnections", "VpcPeeringConnectionId")
        self.vpn_gateways = self._by("DescribeVpnGateways", "VpnGateways", "VpnGatewayId")
        self.hubs = self._by("DescribeTransitGateways", "TransitGateways", "TransitGatewayId")
        self.options = self._by(
            "DescribeTransitGatewayVpcAttachments", "TransitGatewayVpcAttachments", "TransitGatewayAttachmentId"
        )
        self.attachments = self._attachments()
        self.lists = self._asked("GetManagedPrefixListEntries", "PrefixListId", "Entries")
        self.routes = self._asked("SearchTransitGatewayRoutes", "TransitGatewayRouteTableId", "Routes")

    def _items(self, operation: str, name: str) -> list[tuple[str, Item]]:
        found = [r for r in self.records if r.operation == operation and r.response]
        return [(r.region, item) for r in found for item in (r.response or {}).get(name) or ()]

    def _by(self, operation: str, name: str, key: str) -> dict[str, Item]:
        return {item[key]: {**item, "region": region} for region, item in reversed(self._items(operation, name))}

    def _asked(self, operation: str, key: str, name: str) -> dict[str, list[Item]]:
        found = [r for r in self.records if r.operation == operation and r.response]
        return {r.params[key]: (r.response or {}).get(name) or [] for r in found}

    def _attachments(self) -> dict[tuple[str, str], Item]:
        """By gateway and id: both sides of a peering have one id; the gateway's owner says the association."""
        found: dict[tuple[str, str], Item] = {}
        for _, item in self._items("DescribeTransitGatewayAttachments", "TransitGatewayAttachments"):
            key = item["TransitGatewayId"], item["TransitGatewayAttachmentId"]
            found[key] = {**found.get(key, {}), **item}
        return found

    @cached_property
    def named(self) -> list[str]:
        """Every block that a rule, an ACL, a route or a list names."""
        texts = repr([self.groups, self.acls, self.tables, self.lists, self.routes])
        return sorted(set(_BLOCK.findall(texts)))

    def cidrs(self, vpc: str) -> list[str]:
        item = self.vpcs[vpc]
        four = [one["CidrBlock"] for one in item.get("CidrBlockAssociationSet") or ()] or [item["CidrBlock"]]
        return four + [one["Ipv6CidrBlock"] for one in item.get("Ipv6CidrBlockAssociationSet") or ()]

    def subnet_cidrs(self, subnet: str) -> list[str]:
        item = self.subnets[subnet]
        return [item["CidrBlock"], *(one["Ipv6CidrBlock"] for one in item.get("Ipv6CidrBlockAssociationSet") or ())]

    def subnet_at(self, vpc: str, address: str) -> str | None:
        """The subnet of a VPC that holds an address."""
        for name, item in self.subnets.items():
            if item["VpcId"] == vpc and any(within(address, cidr) for cidr in self.subnet_cidrs(name)):
                return name
        return None

    def table_of(self, subnet: str) -> Item:
        vpc = self.subnets[subnet]["VpcId"]
        own = [t for t in self.tables.values() if any(a.get("SubnetId") == subnet for a in t["Associations"])]
        main = [t for t in self.tables.values() if t["VpcId"] == vpc and any(a.get("Main") for a in t["Associations"])]
        return (own or main)[0]

    def acl_of(self, subnet: str) -> Item:
        return next(a for a in self.acls.values() if any(s["SubnetId"] == subnet for s in a["Associations"]))

    def zone(self, subnet: str) -> str:
        item = self.subnets[subnet]
        return str(item.get("AvailabilityZoneId") or item["AvailabilityZone"])

    def interface_at(self, subnet: str, address: str) -> Item | None:
        for item in self.interfaces.values():
            if item["SubnetId"] == subnet and address in addresses(item):
                return item
        return None

    def holds(self, prefix_list: str, address: str) -> int | None:
        """The length of the longest entry of a list that holds an address."""
        found = [length(e["Cidr"]) for e in self.lists.get(prefix_list, ()) if within(address, e["Cidr"])]
        return max(found, default=None)

    def blocks_public_access(self, subnet: str, way: str) -> bool:
        """VPC Block Public Access before a subnet, for ``in``, ``out`` by an own address, or ``nat`` and egress-only.

        "Block public access to VPCs and subnets" in the VPC guide.
        """
        vpc = self.subnets[subnet]["VpcId"]
        place = self.vpcs[vpc]["OwnerId"], self.vpcs[vpc]["region"]
        mode, exclusions = "off", []
        for record in self.records:
            if (record.account, record.region) == place and record.response:
                options = record.response.get("VpcBlockPublicAccessOptions")
                if record.operation == "DescribeVpcBlockPublicAccessOptions" and options:
                    mode = options["InternetGatewayBlockMode"]
                if record.operation == "DescribeVpcBlockPublicAccessExclusions":
                    exclusions = record.response.get("VpcBlockPublicAccessExclusions") or []
        if mode == "off" or (mode == "block-ingress" and way == "nat"):
            return False
        named = [e for e in exclusions if e["ResourceArn"].rpartition("/")[2] in (vpc, subnet)]
        modes = {exclusion["InternetGatewayExclusionMode"] for exclusion in named}
        outward = {"allow-bidirectional", "allow-egress"} if mode == "block-bidirectional" else {"allow-bidirectional"}
        return not modes & (outward if way != "in" else {"allow-bidirectional"})


def addresses(interface: Item) -> list[str]:
    private = [one["PrivateIpAddress"] for one in interface.get("PrivateIpAddresses") or ()]
    return private + [one["Ipv6Address"] for one in interface.get("Ipv6Addresses") or ()]
