"""The console's internal load balancer: HTTPS with the customer's certificate before the console's plain HTTP."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from components.console_start import HTTP_PORT

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME_LIMIT = 32
"""AWS page "CreateLoadBalancer": the longest name of a load balancer or target group."""
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"


@dataclass(frozen=True)
class ConsoleDoorArgs:
    """Where the load balancer stands, its certificate (ARN in ACM), and the bucket of its access log."""

    name: str
    vpc_id: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    group_id: pulumi.Input[str]
    instance_id: pulumi.Input[str]
    certificate_arn: str
    log_bucket: pulumi.Input[str]
    log_prefix: str
    protect: bool = False


def balancer_name(name: str) -> str:
    """The name where it fits, else its beginning and a digest, so that two long names stay apart."""
    if len(name) <= NAME_LIMIT:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: NAME_LIMIT - len(digest) - 1].rstrip('-')}-{digest}"


class ConsoleDoor(pulumi.ComponentResource):
    """An internal load balancer that speaks TLS 1.2 or later to people and forwards to the console."""

    address: pulumi.Output[str]

    def __init__(self, name: str, args: ConsoleDoorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:ConsoleDoor", name, None, opts)
        self._name, self._args = name, args
        balancer = self._make_balancer()
        targets = self._make_targets()
        aws.lb.Listener(
            name,
            load_balancer_arn=balancer.arn,
            port=443,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificate_arn=args.certificate_arn,
            default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.address = balancer.dns_name
        self.register_outputs({"address": self.address})

    def _make_balancer(self) -> aws.lb.LoadBalancer:
        return aws.lb.LoadBalancer(
            self._name,
            name=balancer_name(self._args.name),
            internal=True,
            load_balancer_type="application",
            subnets=self._args.subnet_ids,
            security_groups=[self._args.group_id],
            drop_invalid_header_fields=True,
            enable_deletion_protection=self._args.protect,
            access_logs={"enabled": True, "bucket": self._args.log_bucket, "prefix": self._args.log_prefix},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _make_targets(self) -> aws.lb.TargetGroup:
        targets = aws.lb.TargetGroup(
            self._name,
            name=balancer_name(self._args.name),
            vpc_id=self._args.vpc_id,
            port=HTTP_PORT,
            protocol="HTTP",
            target_type="instance",
            health_check={"path": "/auth/login", "matcher": "200"},
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.lb.TargetGroupAttachment(
            self._name,
            target_group_arn=targets.arn,
            target_id=self._args.instance_id,
            port=HTTP_PORT,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return targets
