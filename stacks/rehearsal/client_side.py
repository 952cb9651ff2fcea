"""Stands in for clients that live elsewhere, and for what is left to their team and ours once the stack stands.

A network of an account of theirs, with a machine in it, an endpoint to the environment's service and the name that
leads there; then our own steps: the connection is accepted, and the brokers are registered at their ports. Everything
that it makes is tagged ``byoc:rehearsal=stand-in``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from audit.model.errors import RehearsalError
from stacks.rehearsal import accounts
from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.standin import MARK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from stacks.rehearsal.emulator import Emulator

_TAGS = [{"Key": MARK[0], "Value": MARK[1]}, {"Key": "Name", "Value": "clients"}]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSide:
    """What the clients are told, and where they stand.

    ``account`` is theirs; ``cidr`` their network, which may be the environment's own: no route joins the two.
    ``target_groups`` are ARNs by the load balancer's port; the first port is the bootstrap's.
    """

    account: str
    cidr: str
    service_name: str
    dns_name: str
    target_groups: Mapping[str, str]

    @classmethod
    def read(cls, outputs: Mapping[str, Any], cidr: str) -> ClientSide | None:
        """Read the stack's outputs; None for a stack without PrivateLink."""
        link = outputs.get("private_link")
        if link is None:
            return None
        declared = outputs["boundary"]["network"]["private_link"]
        account = str(declared["principals"][0]).split(":")[4]
        return cls(
            account=account,
            cidr=cidr,
            service_name=link["service_name"],
            dns_name=declared["dns_name"],
            target_groups=link["target_groups"],
        )

    @property
    def ports(self) -> list[int]:
        """The ports at the endpoint."""
        return sorted(map(int, self.target_groups))


def stand_in(side: ClientSide, brokers: Sequence[str], running: Emulator, ours: Cloud) -> str:
    """Make the clients' side and do what our team does then; the id of their instance.

    ``brokers`` are the brokers' instances in the order of the ports. Raises RehearsalError when AWS refuses a call.
    """
    try:
        entered = accounts.entered(running, side.account, running.region)
        theirs = Cloud(entered.environment, entered.account, entered.region)
        network = _network(theirs, side)
        client = _machine(theirs, network)
        endpoint = _endpoint(theirs, side, network)
        ours.call("ec2", "AcceptVpcEndpointConnections", {"ServiceId": _service(ours), "VpcEndpointIds": [endpoint]})
        _named(theirs, side, network, endpoint)
        _register(ours, side, brokers)
    except (ClientError, BotoCoreError) as error:
        raise RehearsalError(f"the stand-in for the clients failed: {error}") from error
    return client


def route_back(environment_cidr: str, ours: Cloud) -> None:
    """What the teams of peered networks do: lead the environment's addresses to the connection that they accepted."""
    found = ours.call("ec2", "DescribeVpcPeeringConnections", {})["VpcPeeringConnections"]
    for connection in found:
        theirs = connection["AccepterVpcInfo"]
        if theirs["OwnerId"] == ours.account and connection["Status"]["Code"] == "active":
            asked = {"Filters": [{"Name": "vpc-id", "Values": [theirs["VpcId"]]}]}
            for table in ours.call("ec2", "DescribeRouteTables", asked)["RouteTables"]:
                way = {"VpcPeeringConnectionId": connection["VpcPeeringConnectionId"]}
                ours.call(
                    "ec2",
                    "CreateRoute",
                    {"RouteTableId": table["RouteTableId"], "DestinationCidrBlock": environment_cidr, **way},
                )


def route_behind(gateway: str, ours: Cloud) -> None:
    """What the transit gateway's team does: its table leads the block of every attached VPC to its attachment."""
    asked = {"Filters": [{"Name": "transit-gateway-id", "Values": [gateway]}]}
    (table,) = ours.call("ec2", "DescribeTransitGatewayRouteTables", asked)["TransitGatewayRouteTables"]
    for one in ours.call("ec2", "DescribeTransitGatewayVpcAttachments", asked)["TransitGatewayVpcAttachments"]:
        (vpc,) = ours.call("ec2", "DescribeVpcs", {"VpcIds": [one["VpcId"]]})["Vpcs"]
        ours.call(
            "ec2",
            "CreateTransitGatewayRoute",
            {
                "TransitGatewayRouteTableId": table["TransitGatewayRouteTableId"],
                "DestinationCidrBlock": vpc["CidrBlock"],
                "TransitGatewayAttachmentId": one["TransitGatewayAttachmentId"],
            },
        )


@dataclass(frozen=True, slots=True)
class _Network:
    vpc: str
    subnet: str
    clients: str
    endpoint: str


def _network(theirs: Cloud, side: ClientSide) -> _Network:
    vpc = theirs.call("ec2", "CreateVpc", {"CidrBlock": side.cidr, **_tagged("vpc")})["Vpc"]["VpcId"]
    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        theirs.call("ec2", "ModifyVpcAttribute", {"VpcId": vpc, name: {"Value": True}})
    asked = {"VpcId": vpc, "CidrBlock": side.cidr, "AvailabilityZone": f"{theirs.region}a", **_tagged("subnet")}
    subnet = theirs.call("ec2", "CreateSubnet", asked)["Subnet"]["SubnetId"]
    clients, endpoint = (_group(theirs, vpc, name) for name in ("clients", "kafka-endpoint"))
    admitted = [_rule(port, clients) for port in side.ports]
    theirs.call("ec2", "AuthorizeSecurityGroupIngress", {"GroupId": endpoint, "IpPermissions": admitted})
    return _Network(vpc, subnet, clients, endpoint)


def _group(theirs: Cloud, vpc: str, name: str) -> str:
    asked = {"GroupName": name, "Description": f"Stands in for {name}", "VpcId": vpc, **_tagged("security-group")}
    return str(theirs.call("ec2", "CreateSecurityGroup", asked)["GroupId"])


def _rule(port: int, group: str) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": [{"GroupId": group}]}


def _machine(theirs: Cloud, network: _Network) -> str:
    asked = {
        "ImageId": "ami-0aaaaaaaaaaaaaaaa",
        "InstanceType": "t3.micro",
        "MinCount": 1,
        "MaxCount": 1,
        "SubnetId": network.subnet,
        "SecurityGroupIds": [network.clients],
        "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled"},
        **_tagged("instance"),
    }
    return str(theirs.call("ec2", "RunInstances", asked)["Instances"][0]["InstanceId"])


def _endpoint(theirs: Cloud, side: ClientSide, network: _Network) -> str:
    asked = {
        "VpcId": network.vpc,
        "VpcEndpointType": "Interface",
        "ServiceName": side.service_name,
        "SubnetIds": [network.subnet],
        "SecurityGroupIds": [network.endpoint],
        **_tagged("vpc-endpoint"),
    }
    return str(theirs.call("ec2", "CreateVpcEndpoint", asked)["VpcEndpoint"]["VpcEndpointId"])


def _service(ours: Cloud) -> str:
    found = ours.call("ec2", "DescribeVpcEndpointServiceConfigurations", {})["ServiceConfigurations"]
    return str(found[0]["ServiceId"])


def _named(theirs: Cloud, side: ClientSide, network: _Network, endpoint: str) -> None:
    """A private zone of the clients' own whose top leads to the endpoint."""
    described = theirs.call("ec2", "DescribeVpcEndpoints", {"VpcEndpointIds": [endpoint]})["VpcEndpoints"][0]
    entry = described["DnsEntries"][0]
    zone = theirs.call(
        "route53",
        "CreateHostedZone",
        {
            "Name": side.dns_name,
            "CallerReference": side.dns_name,
            "VPC": {"VPCRegion": theirs.region, "VPCId": network.vpc},
            "HostedZoneConfig": {"PrivateZone": True, "Comment": "Stands in for the clients' zone"},
        },
    )["HostedZone"]["Id"]
    target = {"DNSName": entry["DnsName"], "HostedZoneId": entry["HostedZoneId"], "EvaluateTargetHealth": False}
    record = {"Name": side.dns_name, "Type": "A", "AliasTarget": target}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    theirs.call("route53", "ChangeResourceRecordSets", {"HostedZoneId": zone, "ChangeBatch": batch})


def _register(ours: Cloud, side: ClientSide, brokers: Sequence[str]) -> None:
    """Every broker at the bootstrap's port, and each at its own."""
    bootstrap, *single = side.target_groups.values()
    ours.call("elbv2", "RegisterTargets", {"TargetGroupArn": bootstrap, "Targets": [{"Id": one} for one in brokers]})
    for group, broker in zip(single, brokers, strict=False):
        ours.call("elbv2", "RegisterTargets", {"TargetGroupArn": group, "Targets": [{"Id": broker}]})


def _tagged(kind: str) -> dict[str, Any]:
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": _TAGS}]}
