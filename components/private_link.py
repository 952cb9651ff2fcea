"""PrivateLink for clients of other accounts: an internal network load balancer and the endpoint service before it.

A client asks any broker for the cluster (bootstrap) and then speaks to each broker by itself. All come by one endpoint,
so each broker has a port of its own there. The brokers are made by the console at run time: the ports and their target
groups stand before, and are empty until the brokers' instances are named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.console_door import balancer_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.client_access import PrivateLinkPlan


@dataclass(frozen=True)
class PrivateLinkArgs:
    """Where the load balancer stands, and the security group that guards it."""

    name: str
    plan: PrivateLinkPlan
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    group_id: pulumi.Input[str]
    protect: bool = False


class PrivateLink(pulumi.ComponentResource):
    """The load balancer, a listener and target group for bootstrap and for each broker, and the endpoint service."""

    balancer: aws.lb.LoadBalancer
    service: aws.ec2.VpcEndpointService
    target_groups: list[pulumi.Output[str]]
    """ARNs in the order of the plan's ports: bootstrap, then each broker."""

    def __init__(self, name: str, args: PrivateLinkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:PrivateLink", name, None, opts)
        self._name, self._args = name, args
        self.balancer = self._make_balancer()
        self.target_groups = [self._make_port("bootstrap", args.plan.port, args.plan.instances)]
        for place, port in enumerate(args.plan.broker_ports):
            self.target_groups.append(
                self._make_port(f"broker-{place + 1}", port, args.plan.instances[place : place + 1])
            )
        self.service = self._make_service()
        self.register_outputs({"service_name": self.service.service_name})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _make_balancer(self) -> aws.lb.LoadBalancer:
        return aws.lb.LoadBalancer(
            self._name,
            name=balancer_name(f"{self._args.name}-clients"),
            internal=True,
            load_balancer_type="network",
            subnets=self._args.subnet_ids,
            security_groups=[self._args.group_id],
            # An endpoint's interface leads to its own zone; the broker that a client wants may run in another.
            enable_cross_zone_load_balancing=True,
            enforce_security_group_inbound_rules_on_private_link_traffic="on" if self._args.plan.sources else "off",
            enable_deletion_protection=self._args.protect,
            opts=self._child(),
        )

    def _make_port(self, role: str, port: int, instances: tuple[str, ...]) -> pulumi.Output[str]:
        targets = aws.lb.TargetGroup(
            f"{self._name}-{role}",
            name=balancer_name(f"{self._args.name}-{role}"),
            vpc_id=self._args.vpc_id,
            port=self._args.plan.port,
            protocol="TCP",
            target_type="instance",
            preserve_client_ip="false",
            health_check={"protocol": "TCP"},
            opts=self._child(),
        )
        for instance in instances:
            aws.lb.TargetGroupAttachment(
                f"{self._name}-{role}-{instance}",
                target_group_arn=targets.arn,
                target_id=instance,
                opts=self._child(),
            )
        aws.lb.Listener(
            f"{self._name}-{role}",
            load_balancer_arn=self.balancer.arn,
            port=port,
            protocol="TCP",
            default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
            opts=self._child(),
        )
        return targets.arn

    def _make_service(self) -> aws.ec2.VpcEndpointService:
        return aws.ec2.VpcEndpointService(
            self._name,
            acceptance_required=True,
            allowed_principals=list(self._args.plan.principals),
            network_load_balancer_arns=[self.balancer.arn],
            private_dns_name=self._args.plan.private_dns_name,
            tags={"Name": f"{self._args.name}-clients"},
            opts=self._child(),
        )
