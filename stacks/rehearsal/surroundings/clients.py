"""Networks of clients that settings name: a VPC with the peer's id, a subnet, a machine, and what it may send.

Those of other accounts are not made: the rehearsal is of one account, and what is there is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stacks.rehearsal.surroundings.network import identity
from stacks.rehearsal.surroundings.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.client_access import PeerPlan
    from stacks.settings import Settings


def steps(settings: Settings) -> tuple[Step, ...]:
    """The calls of the teams that made the peered networks, the transit gateway and what is attached to it."""
    peered = (step for peer in here(settings) for step in _network(settings, peer.vpc, peer.cidr))
    return (*peered, *_behind_gateway(settings))


def here(settings: Settings) -> list[PeerPlan]:
    """The peers of the environment's own account and region."""
    ours = (settings.aws_account_id, settings.region)
    return [peer for peer in settings.peers if (peer.account, peer.region) == ours]


def _behind_gateway(settings: Settings) -> Iterator[Step]:
    gateway = settings.clients.transit_gateway
    if gateway is None:
        return
    yield Step("ec2", "DescribeVpcs", {})
    yield Step("ec2", "CreateTransitGateway", {"Description": "Clients"}, (gateway.id,))
    for network in gateway.networks:
        if network.vpc is not None:
            yield from _network(settings, network.vpc, network.cidr)
            attached: dict[str, Any] = {"TransitGatewayId": gateway.id, "VpcId": network.vpc}
            attached["SubnetIds"] = [identity("subnet", network.vpc)]
            yield Step("ec2", "CreateTransitGatewayVpcAttachment", attached)
            way = {"RouteTableId": identity("rtb", network.vpc, "main"), "TransitGatewayId": gateway.id}
            yield Step("ec2", "CreateRoute", {**way, "DestinationCidrBlock": settings.network.cidr})


def _network(settings: Settings, vpc: str, cidr: str) -> Iterator[Step]:
    subnet, group = identity("subnet", vpc), identity("sg", vpc, "clients")
    yield Step("ec2", "DescribeVpcs", {})
    ids = (vpc, identity("sg", vpc, "default"), identity("rtb", vpc, "main"))
    yield Step("ec2", "CreateVpc", {"CidrBlock": cidr}, ids)
    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        yield Step("ec2", "ModifyVpcAttribute", {"VpcId": vpc, name: {"Value": True}})
    zone = f"{settings.region}a"
    yield Step("ec2", "CreateSubnet", {"VpcId": vpc, "CidrBlock": cidr, "AvailabilityZone": zone}, (subnet,))
    named = {"VpcId": vpc, "GroupName": "clients", "Description": "Clients"}
    yield Step("ec2", "CreateSecurityGroup", named, (group,))
    machine = {
        "ImageId": "ami-0aaaaaaaaaaaaaaaa",
        "InstanceType": "t3.micro",
        "MinCount": 1,
        "MaxCount": 1,
        "SubnetId": subnet,
        "SecurityGroupIds": [group],
        "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled"},
    }
    yield Step("ec2", "RunInstances", machine)
