"""The VPC's private ways to AWS: the S3 gateway endpoint and interface endpoints, each with its policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.documents.endpoints import service_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from components.layout import Names

HTTPS = 443


@dataclass(frozen=True)
class EndpointsArgs:
    """Where the endpoints stand and what they admit: HTTPS from ``clients``, which are CIDRs.

    ``interfaces`` maps a service's last part (``ecr.api``) to its endpoint policy as JSON text, None where the service
    has no endpoint policies. Interface endpoints get one network interface per subnet. ``existing`` are endpoints that
    are there already, by service; with ``s3`` among them its prefix list must be given, as no gateway is made.
    """

    names: Names
    vpc_id: pulumi.Input[str]
    clients: Sequence[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    route_table_ids: Sequence[pulumi.Input[str]]
    s3_policy: pulumi.Input[str]
    interfaces: Mapping[str, pulumi.Input[str] | None]
    existing: Mapping[str, str] = field(default_factory=dict)
    s3_prefix_list: str = ""


class Endpoints(pulumi.ComponentResource):
    """The endpoints, with one security group that admits HTTPS from their clients and lets nothing out."""

    group: aws.ec2.SecurityGroup
    s3_prefix_list: pulumi.Input[str]
    ids: dict[str, pulumi.Output[str]]
    """The endpoints' ids by the last part of the service's name, ``s3`` among them."""

    def __init__(self, name: str, args: EndpointsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Endpoints", name, None, opts)
        self._name, self._args = name, args
        self.group = self._make_group()
        self.ids = {service: pulumi.Output.from_input(endpoint) for service, endpoint in args.existing.items()}
        self.s3_prefix_list = args.s3_prefix_list
        if "s3" not in self.ids:
            gateway = self._make_s3()
            self.ids["s3"], self.s3_prefix_list = gateway.id, gateway.prefix_list_id
        for service, policy in args.interfaces.items():
            self.ids[service] = self._make_interface(service, policy)
        self.register_outputs({"ids": self.ids, "security_group_id": self.group.id})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _make_group(self) -> aws.ec2.SecurityGroup:
        group = aws.ec2.SecurityGroup(
            self._name,
            name=self._args.names.policy_name("endpoints"),
            description="Interface endpoints of the environment",
            vpc_id=self._args.vpc_id,
            tags={"Name": self._args.names.policy_name("endpoints")},
            opts=self._child(),
        )
        for place, block in enumerate(self._args.clients):
            aws.vpc.SecurityGroupIngressRule(
                f"{self._name}-{place}" if place else self._name,
                security_group_id=group.id,
                description="HTTPS from the VPC",
                ip_protocol="tcp",
                from_port=HTTPS,
                to_port=HTTPS,
                cidr_ipv4=block,
                opts=self._child(),
            )
        return group

    def _make_s3(self) -> aws.ec2.VpcEndpoint:
        return aws.ec2.VpcEndpoint(
            f"{self._name}-s3",
            vpc_id=self._args.vpc_id,
            vpc_endpoint_type="Gateway",
            service_name=service_name(self._args.names, "s3"),
            route_table_ids=self._args.route_table_ids,
            policy=self._args.s3_policy,
            tags={"Name": self._args.names.policy_name("s3")},
            opts=self._child(),
        )

    def _make_interface(self, service: str, policy: pulumi.Input[str] | None) -> pulumi.Output[str]:
        endpoint = aws.ec2.VpcEndpoint(
            f"{self._name}-{service}",
            vpc_id=self._args.vpc_id,
            vpc_endpoint_type="Interface",
            service_name=service_name(self._args.names, service),
            subnet_ids=self._args.subnet_ids,
            security_group_ids=[self.group.id],
            private_dns_enabled=True,
            policy=policy,
            tags={"Name": self._args.names.policy_name(service)},
            opts=self._child(),
        )
        return endpoint.id
