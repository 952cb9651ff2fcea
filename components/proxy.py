"""The one way out of an environment without internet: an endpoint to the service of the team that runs a proxy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.rules import Rule, admit

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class ProxyEndpointArgs:
    """Where the endpoint stands, whose service it leads to, and the port of the proxy."""

    name: str
    vpc_id: pulumi.Input[str]
    vpc_cidr: str
    subnet_ids: Sequence[pulumi.Input[str]]
    service_name: str
    port: int


class ProxyEndpoint(pulumi.ComponentResource):
    """An interface endpoint that admits the VPC at the proxy's port and lets nothing out."""

    id: pulumi.Output[str]
    group_id: pulumi.Output[str]
    host: pulumi.Output[str]

    def __init__(self, name: str, args: ProxyEndpointArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:ProxyEndpoint", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        tags = {"Name": f"{args.name}-proxy"}
        group = aws.ec2.SecurityGroup(
            name, name=tags["Name"], description="Endpoint to the proxy", vpc_id=args.vpc_id, tags=tags, opts=child
        )
        admit(name, group.id, [Rule("vpc", args.port, cidr=args.vpc_cidr)], child)
        endpoint = aws.ec2.VpcEndpoint(
            name,
            vpc_id=args.vpc_id,
            vpc_endpoint_type="Interface",
            service_name=args.service_name,
            subnet_ids=args.subnet_ids,
            security_group_ids=[group.id],
            tags=tags,
            opts=child,
        )
        self.id, self.group_id = endpoint.id, group.id
        self.host = endpoint.dns_entries.apply(lambda entries: str(entries[0].dns_name or "") if entries else "")
        self.register_outputs({"id": self.id})
