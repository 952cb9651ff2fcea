"""The VPC that settings name: private subnets with a route table each, their way out, and the endpoints named."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from typing import TYPE_CHECKING, Any

from audit.model.errors import RehearsalError
from components.documents.endpoints import s3_gateway, service_name
from stacks.endpoint_services import endpoint_policies
from stacks.rehearsal.surroundings.step import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks.settings import Settings

_SMALLEST = 28  # AWS page "Subnet CIDR blocks"
_QUARTERS = 2
_ANYWHERE = "0.0.0.0/0"


def steps(settings: Settings) -> tuple[Step, ...]:
    """The calls of a network team that made everything as docs/networks.md asks."""
    vpc = settings.network.existing
    if vpc is None:
        return ()
    if settings.network.owner is not None:
        raise RehearsalError(
            f"{vpc} belongs to {settings.network.owner}, and the embedded AWS has no VPC that another account shares: "
            "rehearse with network.owner left out and endpoints made, or preview the stack in the real account"
        )
    return (*_vpc(settings, vpc), *_subnets(settings, vpc), *_way_out(settings, vpc), *_endpoints(settings, vpc))


def identity(kind: str, *parts: str) -> str:
    """An id of the shape that AWS draws, always the same for the same parts: ``rtb-`` and 17 hexadecimal digits."""
    return f"{kind}-{hashlib.sha256('/'.join((kind, *parts)).encode()).hexdigest()[:17]}"


def _ec2(operation: str, *ids: str, **params: Any) -> Step:
    return Step("ec2", operation, params, ids)


def _vpc(settings: Settings, vpc: str) -> Iterator[Step]:
    # The emulator makes the account's default VPC on its first call, and would give it our id.
    yield _ec2("DescribeVpcs")
    default = identity("sg", vpc, "default")
    yield _ec2("CreateVpc", vpc, default, identity("rtb", vpc, "main"), CidrBlock=settings.network.cidr)
    yield _ec2("ModifyVpcAttribute", VpcId=vpc, EnableDnsSupport={"Value": True})
    yield _ec2("ModifyVpcAttribute", VpcId=vpc, EnableDnsHostnames={"Value": True})
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": _ANYWHERE}]}]
    yield _ec2("RevokeSecurityGroupEgress", GroupId=default, IpPermissions=everything)


def _blocks(settings: Settings) -> list[str]:
    whole = ipaddress.IPv4Network(settings.network.cidr)
    return [str(block) for block in whole.subnets(new_prefix=min(_SMALLEST, whole.prefixlen + _QUARTERS))]


def _subnets(settings: Settings, vpc: str) -> Iterator[Step]:
    for zone, subnet, block in zip(settings.zones, settings.network.subnets, _blocks(settings), strict=False):
        yield from _subnet(vpc, subnet, zone, block)


def _subnet(vpc: str, subnet: str, zone: str, block: str) -> Iterator[Step]:
    table = identity("rtb", subnet)
    yield _ec2("CreateSubnet", subnet, VpcId=vpc, CidrBlock=block, AvailabilityZone=zone)
    yield _ec2("CreateRouteTable", table, VpcId=vpc)
    yield _ec2("AssociateRouteTable", RouteTableId=table, SubnetId=subnet)


def _way_out(settings: Settings, vpc: str) -> Iterator[Step]:
    """A NAT gateway in a public subnet of the network team's own."""
    if settings.network.nat != "existing":
        return
    public, gateway, nat = identity("subnet", vpc, "public"), identity("igw", vpc), identity("nat", vpc)
    yield from _subnet(vpc, public, settings.zones[0], _blocks(settings)[-1])
    yield _ec2("CreateInternetGateway", gateway)
    yield _ec2("AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    yield _route(public, GatewayId=gateway)
    yield _ec2("CreateNatGateway", nat, SubnetId=public, ConnectivityType="public")
    yield from (_route(subnet, NatGatewayId=nat) for subnet in settings.network.subnets)


def _route(subnet: str, **target: str) -> Step:
    return _ec2("CreateRoute", RouteTableId=identity("rtb", subnet), DestinationCidrBlock=_ANYWHERE, **target)


def _endpoints(settings: Settings, vpc: str) -> Iterator[Step]:
    named = {service: how for service, how in settings.network.endpoints.items() if how not in {"made", "none"}}
    policies = {**endpoint_policies(settings), "s3": s3_gateway(settings.names)}
    group = identity("sg", vpc, "endpoints")
    if named.keys() - {"s3"}:
        yield _ec2("CreateSecurityGroup", group, VpcId=vpc, GroupName="endpoints", Description="Shared endpoints")
        ranges = [{"CidrIp": settings.network.cidr}]
        https = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": ranges}]
        yield _ec2("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=https)
    for service, endpoint in named.items():
        place: dict[str, Any] = {
            "VpcEndpointType": "Interface",
            "SubnetIds": list(settings.network.subnets),
            "SecurityGroupIds": [group],
            "PrivateDnsEnabled": True,
        }
        if service == "s3":
            tables = [identity("rtb", subnet) for subnet in settings.network.subnets]
            place = {"VpcEndpointType": "Gateway", "RouteTableIds": tables}
        yield _ec2(
            "CreateVpcEndpoint",
            endpoint,
            VpcId=vpc,
            ServiceName=service_name(settings.names, service),
            PolicyDocument=json.dumps(policies[service]),
            **place,
        )
