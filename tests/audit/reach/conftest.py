"""A toy VPC told piece by piece in EC2's own words, and the graph that the kit makes of it."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audit.graph.build import build
from audit.model.snapshot import GLOBAL, AccountEntry, Manifest, Record, Snapshot, Unreadable
from audit.services import (
    apigateway_vpc_links,
    cloudfront_vpc_origins,
    directconnect,
    ec2_account,
    ec2_compute,
    ec2_endpoints,
    ec2_entrances,
    ec2_filters,
    ec2_gateways,
    ec2_interfaces,
    ec2_transit,
    ec2_transit_attachments,
    ec2_vpc,
    ec2_vpn,
    elbv2,
    globalaccelerator,
    network_firewall,
    route53resolver,
    rows,
    vpc_lattice,
)
from audit.services.row import Scope

if TYPE_CHECKING:
    from audit.model.graph import BoundaryGraph
    from audit.services.row import Row

# Lets the tests of this folder import the estates and the reference beside them.
sys.path.insert(0, str(Path(__file__).parent))

ACCOUNT, REGION = "111111111111", "us-east-1"
MODULES = (
    apigateway_vpc_links, cloudfront_vpc_origins, directconnect, ec2_account, ec2_compute, ec2_endpoints, ec2_entrances, ec2_filters,
    ec2_gateways, ec2_interfaces, ec2_transit, ec2_transit_attachments, ec2_vpc, ec2_vpn, elbv2, globalaccelerator, network_firewall, route53resolver, vpc_lattice,
)  # fmt: skip
ANYWHERE = "0.0.0.0/0"
_ELB = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}"
_LISTS = {
    "DescribeVpcs": "Vpcs", "DescribeSubnets": "Subnets", "DescribeRouteTables": "RouteTables",
    "DescribeNetworkAcls": "NetworkAcls", "DescribeSecurityGroups": "SecurityGroups",
    "DescribeNetworkInterfaces": "NetworkInterfaces", "DescribeInternetGateways": "InternetGateways",
    "DescribeNatGateways": "NatGateways", "DescribeVpcEndpoints": "VpcEndpoints",
    "DescribeManagedPrefixLists": "PrefixLists", "DescribeVpcPeeringConnections": "VpcPeeringConnections",
}  # fmt: skip


def arn(resource: str) -> str:
    return f"arn:aws:ec2:{REGION}:{ACCOUNT}:{resource}"


@dataclass
class Toy:
    """One VPC, vpc-1 with 10.0.0.0/16, whose subnets, tables, ACLs, groups and interfaces are added one by one."""

    said: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in _LISTS})
    lists: dict[str, list[str]] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    details: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    cidr: str = "10.0.0.0/16"

    def __post_init__(self) -> None:
        self.said["DescribeVpcs"].append({"VpcId": "vpc-1", "CidrBlock": self.cidr, "OwnerId": ACCOUNT})
        self.answers["ec2:DescribeVpcBlockPublicAccessOptions"] = {
            "VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}
        }

    def subnet(self, name: str, cidr: str) -> Toy:
        item = {"SubnetId": name, "VpcId": "vpc-1", "CidrBlock": cidr, "AvailabilityZone": f"{REGION}a"}
        self.said["DescribeSubnets"].append(item)
        return self

    def table(self, name: str, *routes: dict[str, Any], subnets: tuple[str, ...] = ()) -> Toy:
        """A route table with the local route; without subnets it is the main one."""
        state: dict[str, Any] = {"State": "active"}
        local = {"DestinationCidrBlock": self.cidr, "GatewayId": "local", **state}
        named = [{"SubnetId": subnet, "Main": False} for subnet in subnets]
        self.said["DescribeRouteTables"].append(
            {
                "RouteTableId": name,
                "VpcId": "vpc-1",
                "Associations": named or [{"Main": True}],
                "Routes": [local, *({**state, **route} for route in routes)],
            }
        )
        return self

    def acl(self, name: str, *entries: dict[str, Any], subnets: tuple[str, ...]) -> Toy:
        associations = [{"SubnetId": subnet} for subnet in subnets]
        self.said["DescribeNetworkAcls"].append(
            {"NetworkAclId": name, "VpcId": "vpc-1", "Associations": associations, "Entries": list(entries)}
        )
        return self

    def open_acl(self, *subnets: str) -> Toy:
        """AWS's default ACL: everything passes."""
        return self.acl("acl-open", entry(100, out=False), entry(100, out=True), subnets=subnets)

    def acl_of_public(self) -> Toy:
        """An open ACL of the public subnet's own."""
        return self.acl("acl-public", entry(100, out=False), entry(100, out=True), subnets=("subnet-public",))

    def group(self, name: str, ingress: list[dict[str, Any]], egress: list[dict[str, Any]] | None = None) -> Toy:
        every = [permission(cidrs=[ANYWHERE], protocol="-1")]
        self.said["DescribeSecurityGroups"].append(
            {
                "GroupId": name,
                "GroupName": name,
                "VpcId": "vpc-1",
                "OwnerId": ACCOUNT,
                "IpPermissions": ingress,
                "IpPermissionsEgress": every if egress is None else egress,
            }
        )
        return self

    def interface(self, name: str, subnet: str, address: str, *groups: str, public: str = "", **more: Any) -> Toy:
        item: dict[str, Any] = {
            "NetworkInterfaceId": name, "VpcId": "vpc-1", "SubnetId": subnet, "OwnerId": ACCOUNT, "Status": "in-use",
            "PrivateIpAddresses": [{"PrivateIpAddress": address, "Primary": True}],
            "Groups": [{"GroupId": group} for group in groups], **more,
        }  # fmt: skip
        if public:
            item["Association"] = {"PublicIp": public}
        self.said["DescribeNetworkInterfaces"].append(item)
        return self

    def internet_gateway(self, *vpcs: str) -> Toy:
        attached = [{"VpcId": vpc, "State": "available"} for vpc in vpcs or ("vpc-1",)]
        self.said["DescribeInternetGateways"].append({"InternetGatewayId": "igw-1", "Attachments": attached})
        return self

    def nat_gateway(self, subnet: str, **more: Any) -> Toy:
        item = {"NatGatewayId": "nat-1", "VpcId": "vpc-1", "SubnetId": subnet, "State": "available", **more}
        self.said["DescribeNatGateways"].append(item)
        return self

    def s3_endpoint(self, *tables: str) -> Toy:
        self.said["DescribeVpcEndpoints"].append(
            {
                "VpcEndpointId": "vpce-s3",
                "VpcEndpointType": "Gateway",
                "VpcId": "vpc-1",
                "ServiceName": f"com.amazonaws.{REGION}.s3",
                "RouteTableIds": list(tables),
                "State": "available",
                "PolicyDocument": "{}",
            }
        )
        return self.prefix_list("pl-s3", ["52.216.0.0/15"], f"com.amazonaws.{REGION}.s3", owner="AWS")

    def balancer(self, scheme: str, port: int, target: dict[str, Any], kind: str = "app", **more: Any) -> Toy:
        """A load balancer in subnet-c and sg-door, listening on a port before one target."""
        arn, targets = f"{_ELB}:loadbalancer/{kind}/door/1", f"{_ELB}:targetgroup/tg/1"
        kinds = {"app": "application", "net": "network"}
        item = {"LoadBalancerArn": arn, "LoadBalancerName": "door", "Scheme": scheme, "Type": kinds[kind]}
        zones = [{"SubnetId": "subnet-c"}]
        self.answers |= {
            "elbv2:DescribeLoadBalancers": {
                "LoadBalancers": [{**item, "VpcId": "vpc-1", "SecurityGroups": ["sg-door"], "AvailabilityZones": zones}]
            },
            "elbv2:DescribeListeners": {"Listeners": [{"Port": port, "Protocol": "HTTPS"}]},
            "elbv2:DescribeTargetGroups": {
                "TargetGroups": [
                    {"TargetGroupArn": targets, "TargetGroupName": "tg", "VpcId": "vpc-1", "LoadBalancerArns": [arn]}
                ]
            },
            "elbv2:DescribeTargetHealth": {"TargetHealthDescriptions": [{"Target": target}]},
        }
        self.details |= {
            "elbv2:DescribeListeners": {"LoadBalancerArn": arn},
            "elbv2:DescribeTargetHealth": {"TargetGroupArn": targets},
        }
        about = {"Description": f"ELB {kind}/door/1", "RequesterManaged": True, **more}
        return self.interface("eni-door", "subnet-c", "10.0.2.20", "sg-door", **about)

    def load_balancer(
        self, name: str, *listeners: dict[str, Any], groups: tuple[str, ...] = (), scheme: str = "internal", **more: Any
    ) -> Toy:
        """A load balancer such as ``net/front`` with the listeners that :func:`listener` makes; its interfaces apart."""
        arn = balancer_arn(name)
        kinds = {"app": "application", "net": "network", "gwy": "gateway"}
        kind, _, title = name.partition("/")
        item: dict[str, Any] = {
            "LoadBalancerArn": arn, "LoadBalancerName": title, "Scheme": scheme, "Type": kinds[kind], "VpcId": "vpc-1",
            "AvailabilityZones": [{"SubnetId": "subnet-c"}], "IpAddressType": "ipv4", **more,
        }  # fmt: skip
        if groups:
            item["SecurityGroups"] = list(groups)
        self.answers.setdefault("elbv2:DescribeLoadBalancers", {"LoadBalancers": []})["LoadBalancers"].append(item)
        self._answered("elbv2:DescribeListeners", {"LoadBalancerArn": arn}, {"Listeners": list(listeners)})
        return self

    def door_of(self, name: str, subnet: str, address: str, *groups: str, public: str = "", **more: Any) -> Toy:
        """The interface that AWS makes for a load balancer in a subnet."""
        about = {"Description": f"ELB {name}/1", "RequesterManaged": True, "InterfaceType": "network_load_balancer"}
        return self.interface(f"eni-{name[4:]}-{subnet}", subnet, address, *groups, public=public, **about, **more)

    def target_group(
        self, name: str, *targets: dict[str, Any], of: tuple[str, ...], attributes: dict[str, str] | None = None,
        **more: Any,
    ) -> Toy:  # fmt: skip
        """A target group of port 9112 and type ip behind load balancers, with the attributes that were set."""
        arn = f"{_ELB}:targetgroup/{name}/1"
        item: dict[str, Any] = {
            "TargetGroupArn": arn, "TargetGroupName": name, "VpcId": "vpc-1", "Port": 9112, "Protocol": "TCP",
            "TargetType": "ip", "IpAddressType": "ipv4", "LoadBalancerArns": [balancer_arn(lb) for lb in of], **more,
        }  # fmt: skip
        self.answers.setdefault("elbv2:DescribeTargetGroups", {"TargetGroups": []})["TargetGroups"].append(item)
        health = {"TargetHealthDescriptions": [{"Target": target} for target in targets]}
        pairs = [{"Key": key, "Value": value} for key, value in (attributes or {}).items()]
        self._answered("elbv2:DescribeTargetHealth", {"TargetGroupArn": arn}, health)
        self._answered("elbv2:DescribeTargetGroupAttributes", {"TargetGroupArn": arn}, {"Attributes": pairs})
        return self

    def _answered(self, name: str, params: dict[str, Any], answer: dict[str, Any]) -> None:
        self.asked.setdefault(name, []).append((params, answer))

    def prefix_list(self, name: str, entries: list[str], title: str = "own", owner: str = ACCOUNT) -> Toy:
        self.said["DescribeManagedPrefixLists"].append(
            {"PrefixListId": name, "PrefixListName": title, "OwnerId": owner}
        )
        self.lists[name] = entries
        return self

    def refuse(self, *names: str) -> Toy:
        """Calls that the auditor may not make."""
        self.refused |= set(names)
        return self

    def snapshot(self) -> Snapshot:
        records = [self._record(row, params) for row in rows().values() for params in self._calls(row)]
        manifest = Manifest(
            taken_at="2026-11-23T00:00:00Z", caller={}, accounts=(AccountEntry(id=ACCOUNT),), regions=(REGION,)
        )
        return Snapshot(manifest, tuple(records))

    def graph(self) -> BoundaryGraph:
        return build(self.snapshot(), MODULES)

    def _calls(self, row: Row) -> list[dict[str, Any]]:
        if row not in [row for module in MODULES for row in module.ROWS]:
            return []
        if row.name == "ec2:GetManagedPrefixListEntries":
            return [{"PrefixListId": name} for name in self.lists]
        if row.name == "ec2:DescribeVpcAttribute":
            return [{"VpcId": "vpc-1", "Attribute": name} for name in ("enableDnsSupport", "enableDnsHostnames")]
        if row.name in self.asked:
            return [params for params, _ in self.asked[row.name]]
        if row.name in self.details:
            return [self.details[row.name]]
        return [] if row.parent and not row.implied else [{}]

    def _record(self, row: Row, params: dict[str, Any]) -> Record:
        region = GLOBAL if row.scope is Scope.GLOBAL else REGION
        sent = {**row.params, **params}
        if row.name in self.refused:
            refused = Unreadable("UnauthorizedOperation", row.permission)
            return Record(ACCOUNT, region, row.service, row.operation, sent, unreadable=refused)
        return Record(ACCOUNT, region, row.service, row.operation, sent, self._answer(row, params))

    def _answer(self, row: Row, params: dict[str, Any]) -> dict[str, Any]:
        if row.name in self.asked:
            return next(answer for asked, answer in self.asked[row.name] if asked == params)
        if row.name in self.answers:
            return self.answers[row.name]
        if row.name == "ec2:GetManagedPrefixListEntries":
            return {"Entries": [{"Cidr": cidr} for cidr in self.lists[params["PrefixListId"]]]}
        if row.name == "ec2:DescribeVpcAttribute":
            return {params["Attribute"][0].upper() + params["Attribute"][1:]: {"Value": True}}
        return {_LISTS[row.operation]: self.said[row.operation]} if row.operation in _LISTS else {}


def balancer_arn(name: str) -> str:
    """The ARN of a load balancer such as ``net/front``."""
    return f"{_ELB}:loadbalancer/{name}/1"


def listener(port: int, group: str, protocol: str = "TCP") -> dict[str, Any]:
    """A listener as DescribeListeners says it, that sends to one target group."""
    action = {"Type": "forward", "TargetGroupArn": f"{_ELB}:targetgroup/{group}/1"}
    return {"Port": port, "Protocol": protocol, "DefaultActions": [action]}


def permission(
    port: int | tuple[int, int] | None = None,
    *,
    cidrs: list[str] | None = None,
    groups: list[str] | None = None,
    lists: list[str] | None = None,
    protocol: str = "tcp",
) -> dict[str, Any]:
    """An IpPermission as DescribeSecurityGroups says it."""
    said: dict[str, Any] = {
        "IpProtocol": protocol,
        "IpRanges": [{"CidrIp": cidr} for cidr in cidrs or () if ":" not in cidr],
        "Ipv6Ranges": [{"CidrIpv6": cidr} for cidr in cidrs or () if ":" in cidr],
        "UserIdGroupPairs": [{"GroupId": group, "UserId": ACCOUNT} for group in groups or ()],
        "PrefixListIds": [{"PrefixListId": name} for name in lists or ()],
    }
    if port is not None:
        low, high = port if isinstance(port, tuple) else (port, port)
        said |= {"FromPort": low, "ToPort": high}
    return said


def entry(
    number: int, *, out: bool, cidr: str = ANYWHERE, ports: tuple[int, int] | None = None, action: str = "allow"
) -> dict[str, Any]:
    """A network ACL entry as DescribeNetworkAcls says it."""
    said: dict[str, Any] = {"RuleNumber": number, "Egress": out, "CidrBlock": cidr, "RuleAction": action}
    if ports is None:
        return {**said, "Protocol": "-1"}
    return {**said, "Protocol": "6", "PortRange": {"From": ports[0], "To": ports[1]}}


@pytest.fixture
def toy() -> Toy:
    """A VPC with one private subnet of brokers in sg-broker, one of clients in sg-client, AWS's default ACL."""
    made = Toy().subnet("subnet-b", "10.0.1.0/24").subnet("subnet-c", "10.0.2.0/24").open_acl("subnet-b", "subnet-c")
    made.group("sg-client", []).interface("eni-c", "subnet-c", "10.0.2.10", "sg-client")
    return made.interface("eni-b", "subnet-b", "10.0.1.10", "sg-broker")


@pytest.fixture
def make() -> type[Toy]:
    """An empty VPC."""
    return Toy


@pytest.fixture
def allow() -> Any:
    """Makes an IpPermission."""
    return permission


@pytest.fixture
def listens() -> Any:
    """Makes a listener of a load balancer."""
    return listener


@pytest.fixture
def rule() -> Any:
    """Makes a network ACL entry."""
    return entry
