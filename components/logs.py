"""Log groups with a key and a retention, and the one resource policy by which AWS delivers into them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class LogsArgs:
    """The log groups by signal: name and days kept; their key, and the delivery policy (JSON text) with its name."""

    groups: Mapping[str, tuple[str, int]]
    key_arn: pulumi.Input[str]
    delivery_policy_name: str
    delivery_policy: pulumi.Input[str]
    protect: bool = False


class Logs(pulumi.ComponentResource):
    """The log groups. Names and ARNs are known once AWS may deliver into them."""

    names: dict[str, pulumi.Output[str]]
    arns: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: LogsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Logs", name, None, opts)
        self._name, self._args = name, args
        policy = aws.cloudwatch.LogResourcePolicy(
            name,
            policy_name=args.delivery_policy_name,
            policy_document=args.delivery_policy,
            opts=pulumi.ResourceOptions(parent=self),
        )
        groups = {signal: self._make_group(signal, policy) for signal in args.groups}
        self.names = {signal: group.name for signal, group in groups.items()}
        self.arns = {signal: group.arn for signal, group in groups.items()}
        self.register_outputs({"names": self.names})

    def _make_group(self, signal: str, policy: aws.cloudwatch.LogResourcePolicy) -> aws.cloudwatch.LogGroup:
        physical, days = self._args.groups[signal]
        return aws.cloudwatch.LogGroup(
            f"{self._name}-{signal}",
            name=physical,
            kms_key_id=self._args.key_arn,
            retention_in_days=days,
            skip_destroy=self._args.protect,
            opts=pulumi.ResourceOptions(parent=self, protect=self._args.protect, depends_on=[policy]),
        )
