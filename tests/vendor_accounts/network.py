"""The VPCs of the three deployments, which differ in addresses, NAT and route tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vendor_accounts.making import EVERYWHERE, REGION, ZONES, permission

if TYPE_CHECKING:
    from vendor_accounts.making import Making


@dataclass
class Vpc:
    """A VPC with public and private subnets by zone, an internet gateway and the S3 gateway endpoint."""

    vpc: str
    public: list[str]
    private: list[str]
    tables: dict[str, str]
    endpoints: dict[str, str]


def without_the_default(making: Making) -> None:
    """Take away the VPC that AWS makes in each region, so that the account holds the deployment alone."""
    for vpc in making.call("ec2", "DescribeVpcs")["Vpcs"]:
        where = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
        for subnet in making.call("ec2", "DescribeSubnets", Filters=where)["Subnets"]:
            making.call("ec2", "DeleteSubnet", SubnetId=subnet["SubnetId"])
        there = [{"Name": "attachment.vpc-id", "Values": [vpc["VpcId"]]}]
        for gateway in making.call("ec2", "DescribeInternetGateways", Filters=there)["InternetGateways"]:
            ask = {"InternetGatewayId": gateway["InternetGatewayId"]}
            making.call("ec2", "DetachInternetGateway", VpcId=vpc["VpcId"], **ask)
            making.call("ec2", "DeleteInternetGateway", **ask)
        making.call("ec2", "DeleteVpc", VpcId=vpc["VpcId"])


def network(
    making: Making, cidr: str, public: list[str], private: list[str], *, tables_by_zone: bool, emptied: bool
) -> Vpc:
    """A VPC ``vpc-automq``; ``emptied``: the default group has no rules, as the vendor's VPC module leaves it."""
    vpc = making.ec2("CreateVpc", "vpc-automq", "Vpc.VpcId", {"Name": "automq"}, CidrBlock=cidr)
    making.call("ec2", "ModifyVpcAttribute", VpcId=vpc, EnableDnsSupport={"Value": True})
    making.call("ec2", "ModifyVpcAttribute", VpcId=vpc, EnableDnsHostnames={"Value": True})
    _default_group(making, vpc, emptied=emptied)
    made = Vpc(vpc, [], [], {}, {})
    for kind, cidrs, found in (("public", public, made.public), ("private", private, made.private)):
        for letter, block in zip(ZONES, cidrs, strict=False):
            found.append(_subnet(making, vpc, f"{kind}-{letter}", block, Tier=kind))
    _tables(making, made, by_zone=tables_by_zone)
    service, tables = f"com.amazonaws.{REGION}.s3", list(made.tables.values())
    gateway = {"VpcId": vpc, "ServiceName": service, "VpcEndpointType": "Gateway", "RouteTableIds": tables}
    made.endpoints["s3"] = making.ec2("CreateVpcEndpoint", "vpce-s3", "VpcEndpoint.VpcEndpointId", {}, **gateway)
    return made


def _subnet(making: Making, vpc: str, name: str, block: str, **tags: str) -> str:
    zone = f"{REGION}{name[-1]}"
    ask = {"VpcId": vpc, "CidrBlock": block, "AvailabilityZone": zone}
    return making.ec2("CreateSubnet", f"subnet-{name}", "Subnet.SubnetId", {"Name": name, **tags}, **ask)


def _tables(making: Making, made: Vpc, *, by_zone: bool) -> None:
    igw = making.ec2("CreateInternetGateway", "igw-automq", "InternetGateway.InternetGatewayId", {})
    making.call("ec2", "AttachInternetGateway", InternetGatewayId=igw, VpcId=made.vpc)
    _table(making, made, "public", made.public)
    making.call(
        "ec2", "CreateRoute", RouteTableId=made.tables["public"], DestinationCidrBlock=EVERYWHERE, GatewayId=igw
    )
    shares = [(f"private-{z}", [s]) for z, s in zip(ZONES, made.private, strict=True)]
    for name, subnets in shares if by_zone else [("private", made.private)]:
        _table(making, made, name, subnets)


def _table(making: Making, made: Vpc, name: str, subnets: list[str]) -> None:
    table = making.ec2("CreateRouteTable", f"rtb-{name}", "RouteTable.RouteTableId", {"Name": name}, VpcId=made.vpc)
    for subnet in subnets:
        making.call("ec2", "AssociateRouteTable", RouteTableId=table, SubnetId=subnet)
    made.tables[name] = table


def _default_group(making: Making, vpc: str, *, emptied: bool) -> None:
    where = [{"Name": "vpc-id", "Values": [vpc]}]
    group = making.call("ec2", "DescribeSecurityGroups", Filters=where)["SecurityGroups"][0]
    making.names[group["GroupId"]] = "sg-default"
    if emptied:
        for way, rules in (("Ingress", "IpPermissions"), ("Egress", "IpPermissionsEgress")):
            ask = {"GroupId": group["GroupId"], "IpPermissions": group[rules]}
            making.call("ec2", f"RevokeSecurityGroup{way}", **ask)


def nat(making: Making, made: Vpc) -> None:
    """One NAT gateway, in the first public subnet, for all private tables."""
    ask = {"SubnetId": made.public[0], "AllocationId": making.elastic("nat")}
    gateway = making.ec2("CreateNatGateway", "nat-automq", "NatGateway.NatGatewayId", {}, **ask)
    for name, table in made.tables.items():
        if name.startswith("private"):
            making.call("ec2", "CreateRoute", RouteTableId=table, DestinationCidrBlock=EVERYWHERE, NatGatewayId=gateway)


def ec2_endpoint(making: Making, made: Vpc) -> str:
    """The interface endpoint of EC2 with the group that admits everybody; the group."""
    group = making.group("endpoint", made.vpc, [permission((443, 443), EVERYWHERE)])
    ask = {
        "VpcId": made.vpc,
        "ServiceName": f"com.amazonaws.{REGION}.ec2",
        "VpcEndpointType": "Interface",
        "SubnetIds": made.private,
        "SecurityGroupIds": [group],
        "PrivateDnsEnabled": True,
    }
    made.endpoints["ec2"] = making.ec2("CreateVpcEndpoint", "vpce-ec2", "VpcEndpoint.VpcEndpointId", {}, **ask)
    return group
