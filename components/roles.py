"""A role with its permissions boundary and instance profile, and what it is granted once keys exist.

The two are apart because key policies name roles, and roles' policies name keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class RoleArgs:
    """What a role is; documents are JSON text.

    A boundary is a managed policy of its own, named ``boundary_name``, or with ``existing_boundary`` (ARN) one that is
    there. ``profile`` makes an instance profile of the role's name.
    """

    role: str
    does: str
    trust: pulumi.Input[str]
    boundary_name: str = ""
    boundary: pulumi.Input[str] | None = None
    profile: bool = False
    existing_boundary: str | None = None

    def __post_init__(self) -> None:
        if self.boundary is not None and not self.boundary_name:
            raise ValueError(f"role {self.role} has a boundary document without a name: give boundary_name")


class Role(pulumi.ComponentResource):
    """One role, its boundary and profile; it can do nothing yet."""

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    profile: pulumi.Output[str] | None

    def __init__(self, name: str, args: RoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Role", name, None, opts)
        self._name, self._args = name, args
        role = aws.iam.Role(
            name,
            name=args.role,
            description=args.does,
            assume_role_policy=args.trust,
            permissions_boundary=self._make_boundary(),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn, self.name = role.arn, role.name
        self.profile = self._make_profile() if args.profile else None
        self.register_outputs({"arn": self.arn, "profile": self.profile})

    def _make_boundary(self) -> pulumi.Output[str] | None:
        if self._args.existing_boundary is not None:
            return pulumi.Output.from_input(self._args.existing_boundary)
        if self._args.boundary is None:
            return None
        boundary = aws.iam.Policy(
            f"{self._name}-boundary",
            name=self._args.boundary_name,
            description=f"The most that {self._args.role} can ever do",
            policy=self._args.boundary,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return boundary.arn

    def _make_profile(self) -> pulumi.Output[str]:
        profile = aws.iam.InstanceProfile(
            self._name, name=self._args.role, role=self.name, opts=pulumi.ResourceOptions(parent=self)
        )
        return profile.name


class ExistingRole(pulumi.ComponentResource):
    """A role that is there already under the name that it would be given: its owner keeps all that it may do."""

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    profile: pulumi.Output[str] | None

    def __init__(self, name: str, args: RoleArgs, arn: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:ExistingRole", name, None, opts)
        self.arn, self.name = pulumi.Output.from_input(arn), pulumi.Output.from_input(args.role)
        self.profile = self.name if args.profile else None
        self.register_outputs({"arn": self.arn, "profile": self.profile})


@dataclass(frozen=True)
class GrantsArgs:
    """What a role is granted: customer-managed policies (physical name to JSON text) and ARNs of AWS-managed ones."""

    role: pulumi.Input[str]
    policies: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    managed: Sequence[str] = ()


class Grants(pulumi.ComponentResource):
    """A role's policies, attached: what runs as the role may start after them."""

    def __init__(self, name: str, args: GrantsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Grants", name, None, opts)
        self._name, self._args = name, args
        for policy, document in args.policies.items():
            self._make_policy(policy, document)
        for arn in args.managed:
            self._attach(arn.rpartition("/")[2], arn)
        self.register_outputs({})

    def _make_policy(self, name: str, document: pulumi.Input[str]) -> None:
        policy = aws.iam.Policy(name, name=name, policy=document, opts=pulumi.ResourceOptions(parent=self))
        self._attach(name, policy.arn)

    def _attach(self, name: str, arn: pulumi.Input[str]) -> None:
        aws.iam.RolePolicyAttachment(
            f"{self._name}-{name}", role=self._args.role, policy_arn=arn, opts=pulumi.ResourceOptions(parent=self)
        )
