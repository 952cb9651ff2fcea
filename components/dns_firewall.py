"""Names that the VPC's resolver may ask for: a list, and nothing else.

The resolver passes questions on to the internet whatever routes and groups say, so that names are a way out
(AWS page "How to filter outbound DNS traffic using DNS Firewall"). It fails closed: where the firewall cannot answer,
nothing is resolved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Sequence

    from components.layout import Names

_ALLOW, _BLOCK = 100, 200
_PRIORITY = 101
"""AWS keeps 100 and 9900 for its own associations."""


@dataclass(frozen=True)
class DnsFirewallArgs:
    """The VPC, and the domains that are answered; ``*.`` before one means all below it."""

    name: str
    vpc_id: pulumi.Input[str]
    domains: Sequence[str]


def needed_domains(names: Names) -> tuple[str, ...]:
    """What the environment itself asks for: AWS's services of the region, S3's buckets among them, and its own zone."""
    region = f"{names.region}.{names.dns_suffix}"
    return (
        f"*.{region}",
        f"s3.{names.dns_suffix}",
        f"*.s3.{names.dns_suffix}",
        names.zone_name,
        f"*.{names.zone_name}",
    )


class DnsFirewall(pulumi.ComponentResource):
    """A rule group with two rules, what is on the list and everything else, on one VPC."""

    def __init__(self, name: str, args: DnsFirewallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:DnsFirewall", name, None, opts)
        self._name, self._args = name, args
        group = aws.route53.ResolverFirewallRuleGroup(name, name=f"{args.name}-dns", opts=self._child())
        self._rule("allowed", group, args.domains, _ALLOW, aws_action="ALLOW")
        self._rule("others", group, ["*"], _BLOCK, aws_action="BLOCK")
        aws.route53.ResolverFirewallRuleGroupAssociation(
            name,
            name=f"{args.name}-dns",
            firewall_rule_group_id=group.id,
            vpc_id=args.vpc_id,
            priority=_PRIORITY,
            opts=self._child(),
        )
        aws.route53.ResolverFirewallConfig(
            name, resource_id=args.vpc_id, firewall_fail_open="DISABLED", opts=self._child()
        )
        self.register_outputs({"rule_group_id": group.id})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _rule(
        self,
        role: str,
        group: aws.route53.ResolverFirewallRuleGroup,
        domains: Sequence[str],
        priority: int,
        *,
        aws_action: str,
    ) -> None:
        listed = aws.route53.ResolverFirewallDomainList(
            f"{self._name}-{role}", name=f"{self._args.name}-{role}", domains=list(domains), opts=self._child()
        )
        aws.route53.ResolverFirewallRule(
            f"{self._name}-{role}",
            name=f"{self._args.name}-{role}",
            action=aws_action,
            block_response="NODATA" if aws_action == "BLOCK" else None,
            firewall_rule_group_id=group.id,
            firewall_domain_list_id=listed.id,
            priority=priority,
            opts=self._child(),
        )
