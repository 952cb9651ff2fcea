"""The VPC: a private subnet in each zone, public ones only for NAT gateways, and flow logs of all traffic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

ANYWHERE = "0.0.0.0/0"

Nat = Literal["none", "single", "per_zone"]


@dataclass(frozen=True)
class NetworkArgs:
    """What the network is made of.

    ``private_cidrs`` and ``public_cidrs`` hold one CIDR per zone, in the order of ``zones``; ``public_cidrs`` is empty
    when nothing public is wanted, and may not be with a NAT gateway. ``flow_log_destination`` is the ARN of a bucket,
    with a folder if wanted.
    """

    name: str
    cidr: str
    zones: tuple[str, ...]
    private_cidrs: tuple[str, ...]
    flow_log_destination: pulumi.Input[str]
    public_cidrs: tuple[str, ...] = ()
    nat: Nat = "none"

    def __post_init__(self) -> None:
        if self.nat != "none" and not self.public_cidrs:
            raise ValueError(
                f"network.nat is {self.nat}, which needs public subnets: leave room for them, or set nat to none"
            )
        if len(self.private_cidrs) != len(self.zones):
            raise ValueError(
                f"{len(self.zones)} zones have {len(self.private_cidrs)} private subnets: give one CIDR per zone"
            )


class Network(pulumi.ComponentResource):
    """A VPC whose workloads have no public address and whose default security group admits nothing."""

    vpc: aws.ec2.Vpc
    private_subnets: list[aws.ec2.Subnet]
    public_subnets: list[aws.ec2.Subnet]
    private_route_tables: list[aws.ec2.RouteTable]

    def __init__(self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Network", name, None, opts)
        self._name, self._args = name, args
        self.vpc = self._make_vpc()
        self.private_subnets = self._make_subnets("private", args.private_cidrs)
        self.public_subnets = self._make_subnets("public", args.public_cidrs)
        gateways = self._make_ways_out()
        self.private_route_tables = [self._make_private_table(place, gateways) for place in range(len(args.zones))]
        self._make_flow_log()
        self.register_outputs({"vpc_id": self.vpc.id})

    @property
    def vpc_id(self) -> pulumi.Output[str]:
        """The VPC's id."""
        return self.vpc.id

    @property
    def route_table_ids(self) -> list[pulumi.Output[str]]:
        """The private subnets' route tables, in the order of the zones."""
        return [table.id for table in self.private_route_tables]

    @property
    def subnet_ids(self) -> list[pulumi.Output[str]]:
        """The private subnets' ids, in the order of the zones."""
        return [subnet.id for subnet in self.private_subnets]

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _tags(self, suffix: str) -> dict[str, str]:
        return {"Name": f"{self._args.name}-{suffix}"}

    def _make_vpc(self) -> aws.ec2.Vpc:
        vpc = aws.ec2.Vpc(
            self._name,
            cidr_block=self._args.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=self._tags("vpc"),
            opts=self._child(),
        )
        # Declaring the VPC's default group without rules makes the provider empty it.
        aws.ec2.DefaultSecurityGroup(
            f"{self._name}-default",
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            tags=self._tags("default"),
            opts=self._child(),
        )
        return vpc

    def _make_subnets(self, tier: str, cidrs: tuple[str, ...]) -> list[aws.ec2.Subnet]:
        return [
            aws.ec2.Subnet(
                f"{self._name}-{tier}-{place}",
                vpc_id=self.vpc.id,
                cidr_block=cidr,
                availability_zone=zone,
                map_public_ip_on_launch=False,
                tags=self._tags(f"{tier}-{zone}") | {"Tier": tier},
                opts=self._child(),
            )
            for place, (zone, cidr) in enumerate(zip(self._args.zones, cidrs, strict=False))
        ]

    def _make_ways_out(self) -> list[aws.ec2.NatGateway]:
        """The NAT gateways, with the internet gateway and public routes that they need; none without public subnets."""
        if not self.public_subnets:
            return []
        gateway = aws.ec2.InternetGateway(self._name, vpc_id=self.vpc.id, tags=self._tags("igw"), opts=self._child())
        table = self._make_table("public", self.public_subnets)
        route = aws.ec2.Route(
            f"{self._name}-public",
            route_table_id=table.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway.id,
            opts=self._child(),
        )
        count = {"none": 0, "single": 1, "per_zone": len(self.public_subnets)}[self._args.nat]
        return [self._make_nat(place, route) for place in range(count)]

    def _make_nat(self, place: int, route: aws.ec2.Route) -> aws.ec2.NatGateway:
        tags = self._tags(f"nat-{self._args.zones[place]}")
        address = aws.ec2.Eip(f"{self._name}-nat-{place}", domain="vpc", tags=tags, opts=self._child())
        return aws.ec2.NatGateway(
            f"{self._name}-nat-{place}",
            allocation_id=address.id,
            subnet_id=self.public_subnets[place].id,
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[route]),
        )

    def _make_private_table(self, place: int, gateways: list[aws.ec2.NatGateway]) -> aws.ec2.RouteTable:
        tier = f"private-{place}"
        table = self._make_table(tier, [self.private_subnets[place]])
        if gateways:
            aws.ec2.Route(
                f"{self._name}-{tier}",
                route_table_id=table.id,
                destination_cidr_block=ANYWHERE,
                nat_gateway_id=gateways[min(place, len(gateways) - 1)].id,
                opts=self._child(),
            )
        return table

    def _make_table(self, tier: str, subnets: list[aws.ec2.Subnet]) -> aws.ec2.RouteTable:
        table = aws.ec2.RouteTable(
            f"{self._name}-{tier}", vpc_id=self.vpc.id, tags=self._tags(tier), opts=self._child()
        )
        for place, subnet in enumerate(subnets):
            aws.ec2.RouteTableAssociation(
                f"{self._name}-{tier}-{place}", route_table_id=table.id, subnet_id=subnet.id, opts=self._child()
            )
        return table

    def _make_flow_log(self) -> None:
        aws.ec2.FlowLog(
            self._name,
            vpc_id=self.vpc.id,
            traffic_type="ALL",
            log_destination_type="s3",
            log_destination=self._args.flow_log_destination,
            max_aggregation_interval=60,
            tags=self._tags("flow-log"),
            opts=self._child(),
        )
