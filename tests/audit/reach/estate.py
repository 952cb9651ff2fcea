"""An estate of accounts, regions and VPCs told piece by piece in EC2's own words, and the graph that the kit makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from audit.graph.build import build
from audit.model.snapshot import GLOBAL, AccountEntry, Manifest, Record, Snapshot, Unreadable
from audit.services import modules
from audit.services.expressions import search
from audit.services.row import HOME, Row, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.graph import BoundaryGraph

A, B = "111111111111", "222222222222"
EAST, WEST = "us-east-1", "us-west-2"
HERE = (A, EAST)
ANYWHERE, ANYWHERE6 = "0.0.0.0/0", "::/0"
S3 = "52.216.0.0/15"
"""What the toy S3 prefix lists hold."""

Item = dict[str, Any]
Place = tuple[str, str]
"""An account and a region."""
_ABOUT_NETWORKS = (
    "apigateway_vpc_links", "cloudfront_vpc_origins", "directconnect", "ec2_", "elbv2", "globalaccelerator",
    "network_firewall", "route53", "vpc_lattice",
)  # fmt: skip
MODULES = tuple(one for one in modules() if one.__name__.rpartition(".")[2].startswith(_ABOUT_NETWORKS))
ROWS = {row.name: row for module in MODULES for row in module.ROWS}
_FIELDS = {
    "DescribeManagedPrefixLists": "PrefixLists",
    "DescribeInstances": "Reservations",
    "DescribeVpcEndpointServiceConfigurations": "ServiceConfigurations",
    "ListHostedZones": "HostedZones",
    "DescribeDirectConnectGateways": "directConnectGateways",
}
_ZONES = "abcdef"


@dataclass
class Estate:
    """Answers by (account, region) and operation; detail answers by (account, region), operation and what was asked."""

    said: dict[Place, dict[str, list[Item]]] = field(default_factory=dict)
    details: dict[tuple[Place, str, str], Item] = field(default_factory=dict)
    refused: set[tuple[str, str]] = field(default_factory=set)
    homes: dict[str, Place] = field(default_factory=dict)
    """Where each named thing stands."""

    def say(self, place: Place, operation: str, item: Item) -> Estate:
        """Add an item to a listing."""
        self.said.setdefault(place, {}).setdefault(operation, []).append(item)
        return self

    def detail(self, place: Place, operation: str, asked: str, answer: Item) -> Estate:
        """What a call for one thing answers."""
        self.details[place, operation, asked] = answer
        return self

    def refuse(self, operation: str, account: str = A) -> Estate:
        """A call that the auditor may not make in an account."""
        self.refused.add((account, operation))
        return self

    def vpc(self, name: str, *cidrs: str, place: Place = HERE, ipv6: str = "") -> Estate:
        """A VPC of its place's account."""
        self.homes[name] = place
        associated = {"CidrBlockState": {"State": "associated"}}
        item = {
            "VpcId": name, "CidrBlock": cidrs[0], "OwnerId": place[0], "IsDefault": False, "State": "available",
            "CidrBlockAssociationSet": [{"CidrBlock": cidr, **associated} for cidr in cidrs],
        }  # fmt: skip
        if ipv6:
            item["Ipv6CidrBlockAssociationSet"] = [
                {"Ipv6CidrBlock": ipv6, "Ipv6CidrBlockState": {"State": "associated"}}
            ]
        for attribute in ("enableDnsSupport", "enableDnsHostnames"):
            answer = {attribute[0].upper() + attribute[1:]: {"Value": True}}
            self.detail(place, "DescribeVpcAttribute", f"{name} {attribute}", answer)
        self.details.setdefault((place, "DescribeVpcBlockPublicAccessOptions", ""), _blocking("off"))
        return self.say(place, "DescribeVpcs", item)

    def block_public_access(self, mode: str, *exclusions: tuple[str, str], place: Place = HERE) -> Estate:
        """VPC Block Public Access in a place; exclusions are the id of a VPC or subnet, and a mode."""
        items = [
            {
                "ExclusionId": f"vpcbpa-exclude-{name}", "State": "create-complete", "InternetGatewayExclusionMode": allowed,
                "ResourceArn": f"arn:aws:ec2:{place[1]}:{place[0]}:{name.partition('-')[0]}/{name}",
            }
            for name, allowed in exclusions
        ]  # fmt: skip
        self.detail(place, "DescribeVpcBlockPublicAccessExclusions", "", {"VpcBlockPublicAccessExclusions": items})
        return self.detail(place, "DescribeVpcBlockPublicAccessOptions", "", _blocking(mode))

    def subnet(self, name: str, vpc: str, cidr: str, zone: str = "a", ipv6: str = "") -> Estate:
        """A subnet in a zone, whose letters mean other zones in other accounts."""
        account, region = self.homes[name] = self.homes[vpc]
        number = (_ZONES.index(zone) + (account != A)) % len(_ZONES) + 1
        item: Item = {
            "SubnetId": name, "VpcId": vpc, "CidrBlock": cidr, "OwnerId": account, "State": "available",
            "AvailabilityZone": f"{region}{zone}", "AvailabilityZoneId": f"{region}-az{number}",
        }  # fmt: skip
        if ipv6:
            item["Ipv6CidrBlockAssociationSet"] = [
                {"Ipv6CidrBlock": ipv6, "Ipv6CidrBlockState": {"State": "associated"}}
            ]
        return self.say((account, region), "DescribeSubnets", item)

    def table(self, name: str, vpc: str, *routes: Item, subnets: tuple[str, ...] = ()) -> Estate:
        """A route table with the local routes; without subnets it is the main one."""
        known = self.item("DescribeVpcs", "VpcId", vpc)
        state = {"State": "active", "Origin": "CreateRoute"}
        local = [
            {"DestinationCidrBlock": entry["CidrBlock"], "GatewayId": "local", **state}
            for entry in known["CidrBlockAssociationSet"]
        ]
        local += [
            {"DestinationIpv6CidrBlock": entry["Ipv6CidrBlock"], "GatewayId": "local", **state}
            for entry in known.get("Ipv6CidrBlockAssociationSet", ())
        ]
        named: list[Item] = [{"SubnetId": subnet, "Main": False} for subnet in subnets] or [{"Main": True}]
        item = {
            "RouteTableId": name, "VpcId": vpc, "OwnerId": self.homes[vpc][0], "PropagatingVgws": [],
            "Associations": [{**one, "AssociationState": {"State": "associated"}} for one in named],
            "Routes": [*local, *({**state, **route} for route in routes)],
        }  # fmt: skip
        return self.say(self.homes[vpc], "DescribeRouteTables", item)

    def acl(self, name: str, vpc: str, *entries: Item, subnets: tuple[str, ...]) -> Estate:
        """A network ACL with the closing entries that AWS adds; without entries it is open, as the default one."""
        ends = [(n, cidr, out) for n, cidr in enumerate((ANYWHERE, ANYWHERE6)) for out in (True, False)]
        opened = [entry(100 + n, out=out, cidr=cidr) for n, cidr, out in ends]
        closing = [entry(32767 + n, out=out, cidr=cidr, action="deny") for n, cidr, out in ends]
        item = {
            "NetworkAclId": name, "VpcId": vpc, "OwnerId": self.homes[vpc][0], "IsDefault": not entries,
            "Associations": [{"SubnetId": subnet, "NetworkAclId": name} for subnet in subnets],
            "Entries": [*(entries or opened), *closing],
        }  # fmt: skip
        return self.say(self.homes[vpc], "DescribeNetworkAcls", item)

    def group(self, name: str, vpc: str, ingress: list[Item], egress: list[Item] | None = None) -> Estate:
        """A security group; without egress rules told it has AWS's own, everything."""
        self.homes[name] = self.homes[vpc]
        every = [permission(cidrs=[ANYWHERE, ANYWHERE6], protocol="-1")]
        item = {
            "GroupId": name, "GroupName": name, "VpcId": vpc, "OwnerId": self.homes[vpc][0],
            "IpPermissions": ingress, "IpPermissionsEgress": every if egress is None else egress,
        }  # fmt: skip
        return self.say(self.homes[vpc], "DescribeSecurityGroups", item)

    def interface(self, name: str, subnet: str, address: str, *groups: str, public: str = "", **more: Any) -> Estate:
        """An interface; ``ipv6`` is its IPv6 address, ``instance`` the instance that it is attached to."""
        place = self.homes[name] = self.homes[subnet]
        ipv6, instance = more.pop("ipv6", ""), more.pop("instance", "")
        private: Item = {"PrivateIpAddress": address, "Primary": True}
        if public:
            private["Association"] = {"PublicIp": public, "IpOwnerId": place[0]}
        item: Item = {
            "NetworkInterfaceId": name, "SubnetId": subnet, "VpcId": self.item("DescribeSubnets", "SubnetId", subnet)["VpcId"],
            "OwnerId": place[0], "Status": "in-use", "PrivateIpAddress": address, "PrivateIpAddresses": [private],
            "Groups": [{"GroupId": group, "GroupName": group} for group in groups], "InterfaceType": "interface",
            "RequesterManaged": False, "SourceDestCheck": True, "Description": "",
            "Ipv6Addresses": [{"Ipv6Address": ipv6}] if ipv6 else [], **more,
        }  # fmt: skip
        if public:
            item["Association"] = private["Association"]
        if instance:
            item["Attachment"] = {"InstanceId": instance, "Status": "attached", "DeviceIndex": 0}
            self._instance(place, instance, item)
        return self.say(place, "DescribeNetworkInterfaces", item)

    def _instance(self, place: Place, name: str, interface: Item) -> None:
        machine = {
            "InstanceId": name, "State": {"Name": "running"}, "SubnetId": interface["SubnetId"],
            "VpcId": interface["VpcId"], "PrivateIpAddress": interface["PrivateIpAddress"],
            "SecurityGroups": interface["Groups"], "NetworkInterfaces": [dict(interface)],
        }  # fmt: skip
        self.say(place, "DescribeInstances", {"OwnerId": place[0], "Instances": [machine]})

    def internet_gateway(self, name: str, vpc: str) -> Estate:
        """An internet gateway, attached."""
        attached = [{"VpcId": vpc, "State": "available"}]
        item = {"InternetGatewayId": name, "OwnerId": self.homes[vpc][0], "Attachments": attached}
        return self.say(self.homes[vpc], "DescribeInternetGateways", item)

    def egress_only(self, name: str, vpc: str) -> Estate:
        """An egress-only internet gateway, attached."""
        item = {"EgressOnlyInternetGatewayId": name, "Attachments": [{"VpcId": vpc, "State": "attached"}]}
        return self.say(self.homes[vpc], "DescribeEgressOnlyInternetGateways", item)

    def nat(self, name: str, subnet: str, address: str, public: str = "", **more: Any) -> Estate:
        """A NAT gateway with its interface; private without a public address."""
        vpc, eni = self.item("DescribeSubnets", "SubnetId", subnet)["VpcId"], f"eni-of-{name}"
        where = {"PrivateIp": address, "NetworkInterfaceId": eni, "Status": "succeeded", "IsPrimary": True}
        item = {
            "NatGatewayId": name, "VpcId": vpc, "SubnetId": subnet, "State": "available",
            "ConnectivityType": "public" if public else "private",
            "NatGatewayAddresses": [{**where, "PublicIp": public} if public else where], **more,
        }  # fmt: skip
        about = {"InterfaceType": "nat_gateway", "Description": f"Interface for NAT Gateway {name}"}
        self.interface(eni, subnet, address, public=public, RequesterManaged=True, SourceDestCheck=False, **about)
        return self.say(self.homes[subnet], "DescribeNatGateways", item)

    def prefix_list(self, name: str, *entries: str, place: Place = HERE, title: str = "own", owner: str = "") -> Estate:
        """A managed prefix list."""
        item = {"PrefixListId": name, "PrefixListName": title, "OwnerId": owner or place[0], "AddressFamily": "IPv4"}
        self.detail(place, "GetManagedPrefixListEntries", name, {"Entries": [{"Cidr": cidr} for cidr in entries]})
        return self.say(place, "DescribeManagedPrefixLists", item)

    def s3_list(self, place: Place) -> Estate:
        """AWS's own list of S3's addresses, which each region has."""
        name = f"pl-s3-{place[1]}"
        if any(one["PrefixListId"] == name for one in self.listed("DescribeManagedPrefixLists", place)):
            return self
        return self.prefix_list(name, S3, place=place, title=f"com.amazonaws.{place[1]}.s3", owner="AWS")

    def s3_endpoint(self, name: str, vpc: str, *tables: str) -> Estate:
        """A gateway endpoint of S3; its routes are the tables' own affair (:func:`to_s3`)."""
        place = self.homes[vpc]
        self.s3_list(place)
        service = f"com.amazonaws.{place[1]}.s3"
        item = {
            "VpcEndpointId": name, "VpcEndpointType": "Gateway", "VpcId": vpc, "ServiceName": service,
            "RouteTableIds": list(tables), "State": "available", "PolicyDocument": "{}", "OwnerId": place[0],
        }  # fmt: skip
        return self.say(place, "DescribeVpcEndpoints", item)

    def peering(self, name: str, requester: str, accepter: str, state: str = "active") -> Estate:
        """A peering connection, which both sides' accounts and regions list."""
        sides = [self._side(vpc) for vpc in (requester, accepter)]
        item = {
            "VpcPeeringConnectionId": name, "Status": {"Code": state},
            "RequesterVpcInfo": sides[0], "AccepterVpcInfo": sides[1],
        }  # fmt: skip
        for place in dict.fromkeys((self.homes[requester], self.homes[accepter])):
            self.say(place, "DescribeVpcPeeringConnections", item)
        return self

    def _side(self, vpc: str) -> Item:
        account, region = self.homes[vpc]
        known = self.item("DescribeVpcs", "VpcId", vpc)
        side: Item = {
            "VpcId": vpc, "OwnerId": account, "Region": region, "CidrBlock": known["CidrBlock"],
            "CidrBlockSet": [{"CidrBlock": entry["CidrBlock"]} for entry in known["CidrBlockAssociationSet"]],
        }  # fmt: skip
        six = [{"Ipv6CidrBlock": one["Ipv6CidrBlock"]} for one in known.get("Ipv6CidrBlockAssociationSet", ())]
        return {**side, "Ipv6CidrBlockSet": six} if six else side

    def vpn_gateway(self, name: str, vpc: str, state: str = "available") -> Estate:
        """A virtual private gateway, attached."""
        self.homes[name] = self.homes[vpc]
        item = {
            "VpnGatewayId": name,
            "State": state,
            "Type": "ipsec.1",
            "VpcAttachments": [{"VpcId": vpc, "State": "attached"}],
        }
        return self.say(self.homes[vpc], "DescribeVpnGateways", item)

    def item(self, operation: str, key: str, name: str) -> Item:
        """The item of a listing, of any place."""
        return next(one for listed in self.said.values() for one in listed.get(operation, ()) if one[key] == name)

    def listed(self, operation: str, place: Place | None = None) -> list[Item]:
        """The items of a listing, of one place or of all."""
        return [one for where, found in self.said.items() if place in (None, where) for one in found.get(operation, ())]

    def snapshot(self) -> Snapshot:
        """What an audit of every account would have read."""
        accounts = sorted({account for account, _ in self.said})
        regions = sorted({region for _, region in self.said} - {GLOBAL})
        caller = {"Account": A, "Arn": f"arn:aws:iam::{A}:role/auditor", "UserId": "AROAEXAMPLE:auditor"}
        manifest = Manifest(
            taken_at="2026-11-23T00:00:00Z",
            caller=caller,
            accounts=tuple(AccountEntry(id=account) for account in accounts),
            regions=tuple(regions),
        )
        places = [(account, region) for account in accounts for region in (GLOBAL, *regions)]
        return Snapshot(manifest, tuple(record for place in places for record in _Asked(self, place).records()))

    def graph(self) -> BoundaryGraph:
        """The graph of the snapshot."""
        return build(self.snapshot(), MODULES)


class _Asked:
    """The rows asked in one account and region, as the walk asks them."""

    def __init__(self, estate: Estate, place: Place) -> None:
        self.estate, self.place = estate, place
        self.accounts = sorted({account for account, _ in estate.said})

    def records(self) -> Iterator[Record]:
        scope = Scope.GLOBAL if self.place[1] == GLOBAL else Scope.REGIONAL
        for row in ROWS.values():
            if row.scope is scope:
                yield from self.asked(row)

    def asked(self, row: Row) -> list[Record]:
        if row.parent is None:
            return [self._record(row, {})]
        found = {}
        for parent, each in ((row.parent, str(row.each)), *row.also.items()):
            if parent in ROWS:
                place = GLOBAL if ROWS[parent].scope is Scope.GLOBAL else self.place[1]
                above = _Asked(self.estate, (self.place[0], place)).asked(ROWS[parent])
                found |= {repr(params): params for record in above for params in self._led(each, record)}
        return [self._record(row, params) for params in found.values()]

    def _led(self, each: str, record: Record) -> Iterator[Item]:
        if record.response is None:
            return
        found = search(each, {**record.response, "$params": record.params, "$accounts": self.accounts})
        for one in found if isinstance(found, list) else [found]:
            if isinstance(one, dict) and one.get(HOME) in (None, self.place[1]):
                yield {key: value for key, value in one.items() if key != HOME}

    def _record(self, row: Row, params: Item) -> Record:
        where, sent = (*self.place, row.service, row.operation), {**row.params, **params}
        if (self.place[0], row.operation) in self.estate.refused:
            return Record(*where, sent, unreadable=Unreadable("UnauthorizedOperation", row.permission))
        asked = " ".join(value for value in params.values() if isinstance(value, str))
        answer = self.estate.details.get((self.place, row.operation, asked))
        if answer is None:
            items = self.estate.said.get(self.place, {}).get(row.operation, [])
            name = _FIELDS.get(row.operation, row.operation.removeprefix("Describe").removeprefix("List"))
            answer = {name: items} if items or not params else {}
        return Record(*where, sent, answer)


def _blocking(mode: str) -> Item:
    return {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": mode, "ExclusionsAllowed": "allowed"}}


def permission(
    port: int | tuple[int, int] | None = None,
    *,
    cidrs: list[str] | None = None,
    groups: list[str] | None = None,
    lists: list[str] | None = None,
    protocol: str = "tcp",
    **pair: str,
) -> Item:
    """An IpPermission as DescribeSecurityGroups says it; ``pair`` is what a group reference says besides its id."""
    said: Item = {
        "IpProtocol": protocol,
        "IpRanges": [{"CidrIp": cidr} for cidr in cidrs or () if ":" not in cidr],
        "Ipv6Ranges": [{"CidrIpv6": cidr} for cidr in cidrs or () if ":" in cidr],
        "UserIdGroupPairs": [{"GroupId": group, "UserId": A, **pair} for group in groups or ()],
        "PrefixListIds": [{"PrefixListId": name} for name in lists or ()],
    }
    if port is not None:
        low, high = port if isinstance(port, tuple) else (port, port)
        said |= {"FromPort": low, "ToPort": high}
    return said


def entry(
    number: int, *, out: bool, cidr: str = ANYWHERE, ports: tuple[int, int] | None = None, action: str = "allow"
) -> Item:
    """A network ACL entry as DescribeNetworkAcls says it."""
    where = {"Ipv6CidrBlock": cidr} if ":" in cidr else {"CidrBlock": cidr}
    said: Item = {"RuleNumber": number, "Egress": out, "RuleAction": action, **where}
    if ports is None:
        return {**said, "Protocol": "-1"}
    return {**said, "Protocol": "6", "PortRange": {"From": ports[0], "To": ports[1]}}


def route(destination: str, target: str, **more: str) -> Item:
    """A route by its target's id, as DescribeRouteTables says it."""
    if destination.startswith("pl-"):
        where = {"DestinationPrefixListId": destination}
    else:
        where = {"DestinationIpv6CidrBlock" if ":" in destination else "DestinationCidrBlock": destination}
    fields = {
        "nat": "NatGatewayId", "tgw": "TransitGatewayId", "pcx": "VpcPeeringConnectionId", "eni": "NetworkInterfaceId",
        "eigw": "EgressOnlyInternetGatewayId", "i": "InstanceId",
    }  # fmt: skip
    return {**where, fields.get(target.partition("-")[0], "GatewayId"): target, **more}
