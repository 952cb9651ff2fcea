"""Networks of clients that settings name: a VPC with the peer's id, a subnet, a machine, and what it may send.

Those of other accounts are not made: the rehearsal is of one account, and what is there is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stacks.rehearsal.surroundings.network import identity
from stacks.rehearsal.surroundings.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.client_access import PeerPlan
    from stacks.settings import Settings


def steps(settings: Settings) -> tuple[Step, ...]:
    """The calls of the teams that made the peered networks."""
    return tuple(step for peer in here(settings) for step in _network(settings, peer))


def here(settings: Settings) -> list[PeerPlan]:
    """The peers of the environment's own account and region."""
    ours = (settings.aws_account_id, settings.region)
    return [peer for peer in settings.peers if (peer.account, peer.region) == ours]


def _network(settings: Settings, peer: PeerPlan) -> Iterator[Step]:
    subnet, group = identity("subnet", peer.vpc), identity("sg", peer.vpc, "clients")
    yield Step("ec2", "DescribeVpcs", {})
    ids = (peer.vpc, identity("sg", peer.vpc, "default"), identity("rtb", peer.vpc, "main"))
    yield Step("ec2", "CreateVpc", {"CidrBlock": peer.cidr}, ids)
    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        yield Step("ec2", "ModifyVpcAttribute", {"VpcId": peer.vpc, name: {"Value": True}})
    zone = f"{settings.region}a"
    yield Step("ec2", "CreateSubnet", {"VpcId": peer.vpc, "CidrBlock": peer.cidr, "AvailabilityZone": zone}, (subnet,))
    named = {"VpcId": peer.vpc, "GroupName": "clients", "Description": "Clients"}
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
