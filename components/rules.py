"""Security group rules as data, and the resources that they become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypedDict

import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi


class _Peer(TypedDict, total=False):
    cidr_ipv4: pulumi.Input[str]
    cidr_ipv6: pulumi.Input[str]
    referenced_security_group_id: pulumi.Input[str]
    prefix_list_id: pulumi.Input[str]


@dataclass(frozen=True)
class Rule:
    """One port that a security group opens to one peer: a CIDR, another group or a prefix list; else the group itself.

    With ``last_port`` it is every port from the one to the other. ``name`` is unique within the group and direction,
    and becomes the rule's description.
    """

    name: str
    port: int
    protocol: Literal["tcp", "udp"] = "tcp"
    cidr: str | None = None
    group: pulumi.Input[str] | None = None
    prefix_list: pulumi.Input[str] | None = None
    last_port: int | None = None

    def peer(self, own_id: pulumi.Input[str]) -> _Peer:
        """The peer as the provider's arguments; own_id is the group that the rule belongs to."""
        if self.cidr is not None:
            return {"cidr_ipv6": self.cidr} if ":" in self.cidr else {"cidr_ipv4": self.cidr}
        if self.prefix_list is not None:
            return {"prefix_list_id": self.prefix_list}
        return {"referenced_security_group_id": own_id if self.group is None else self.group}


def security_group(
    resource: str, name: str, description: str, vpc_id: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """A group without rules, named by name and tag; its id."""
    group = aws.ec2.SecurityGroup(
        resource, name=name, description=description, vpc_id=vpc_id, tags={"Name": name}, opts=opts
    )
    return group.id


def admit(group: str, group_id: pulumi.Input[str], rules: Sequence[Rule], opts: pulumi.ResourceOptions) -> None:
    """Make a group's ingress rules, one resource each, so that each can be added and removed alone."""
    _make(aws.vpc.SecurityGroupIngressRule, f"{group}-from", group_id, rules, opts)


def let_out(group: str, group_id: pulumi.Input[str], rules: Sequence[Rule], opts: pulumi.ResourceOptions) -> None:
    """Make a group's egress rules; what they do not name cannot leave, the provider removes AWS's open default."""
    _make(aws.vpc.SecurityGroupEgressRule, f"{group}-to", group_id, rules, opts)


def _make(
    kind: type[aws.vpc.SecurityGroupIngressRule | aws.vpc.SecurityGroupEgressRule],
    prefix: str,
    group_id: pulumi.Input[str],
    rules: Sequence[Rule],
    opts: pulumi.ResourceOptions,
) -> None:
    for rule in rules:
        kind(
            f"{prefix}-{rule.name}",
            security_group_id=group_id,
            description=rule.name,
            ip_protocol=rule.protocol,
            from_port=rule.port,
            to_port=rule.port if rule.last_port is None else rule.last_port,
            **rule.peer(group_id),
            opts=opts,
        )
