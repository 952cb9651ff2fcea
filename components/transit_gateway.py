"""The environment's attachment to a transit gateway that leads to clients, the ways there, and its names in their VPCs.

What the gateway's own tables route, and what clients route back, is their teams' (AWS page "How AWS Transit Gateway
works").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.client_access import TransitPlan


@dataclass(frozen=True)
class TransitArgs:
    """Our VPC with its private subnets and route tables, the zone that clients are to see, and what is attached to."""

    name: str
    region: str
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    route_table_ids: Sequence[pulumi.Input[str]]
    zone_id: pulumi.Input[str]
    plan: TransitPlan


class Transit(pulumi.ComponentResource):
    """One attachment with an interface in every zone, and a route to each of the clients' blocks."""

    attachment_id: pulumi.Output[str]

    def __init__(self, name: str, args: TransitArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Transit", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        attachment = aws.ec2transitgateway.VpcAttachment(
            name,
            transit_gateway_id=args.plan.gateway,
            vpc_id=args.vpc_id,
            subnet_ids=args.subnet_ids,
            tags={"Name": f"{args.name}-clients"},
            opts=child,
        )
        for place, table in enumerate(args.route_table_ids):
            for cidr in args.plan.cidrs:
                aws.ec2.Route(
                    f"{name}-{place}-{cidr.replace('/', '-').replace('.', '-')}",
                    route_table_id=table,
                    destination_cidr_block=cidr,
                    transit_gateway_id=args.plan.gateway,
                    opts=pulumi.ResourceOptions(parent=self, depends_on=[attachment]),
                )
        for vpc in args.plan.vpcs:
            aws.route53.ZoneAssociation(
                f"{name}-{vpc}", zone_id=args.zone_id, vpc_id=vpc, vpc_region=args.region, opts=child
            )
        self.attachment_id = attachment.id
        self.register_outputs({"attachment_id": self.attachment_id})
