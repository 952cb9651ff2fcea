"""A customer-managed KMS key for one purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Sequence

# AWS page "Deleting AWS KMS keys": the waiting period is 7 to 30 days.
SHORTEST_DELETION_DAYS, LONGEST_DELETION_DAYS = 7, 30


@dataclass(frozen=True)
class KeyArgs:
    """What a key protects, its alias (``alias/…``), its policy as JSON text, and how many days a deletion waits.

    ``after`` are the roles that the policy names: KMS refuses a policy with a principal that does not exist.
    """

    alias: str
    protects: str
    policy: pulumi.Input[str]
    deletion_window_days: int = LONGEST_DELETION_DAYS
    protect: bool = False
    after: Sequence[pulumi.Resource] = ()

    def __post_init__(self) -> None:
        if not SHORTEST_DELETION_DAYS <= self.deletion_window_days <= LONGEST_DELETION_DAYS:
            raise ValueError(
                f"{self.alias} waits {self.deletion_window_days} days before deletion, KMS allows "
                f"{SHORTEST_DELETION_DAYS} to {LONGEST_DELETION_DAYS}: set keys.deletion_window_days within them"
            )


@dataclass(frozen=True)
class ExistingKey:
    """A key that is there already: its owner keeps its policy, its rotation and its life."""

    arn: pulumi.Output[str]


class Key(pulumi.ComponentResource):
    """One key, rotated every year, with its alias."""

    arn: pulumi.Output[str]

    def __init__(self, name: str, args: KeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Key", name, None, opts)
        key = aws.kms.Key(
            name,
            description=args.protects,
            policy=args.policy,
            enable_key_rotation=True,
            deletion_window_in_days=args.deletion_window_days,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect, depends_on=[*args.after]),
        )
        aws.kms.Alias(name, name=args.alias, target_key_id=key.key_id, opts=pulumi.ResourceOptions(parent=self))
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})
