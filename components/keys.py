"""Customer-managed KMS keys, one per purpose: data, ops, logs, volumes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Mapping

# AWS page "Deleting AWS KMS keys": the waiting period is 7 to 30 days.
SHORTEST_DELETION_DAYS, LONGEST_DELETION_DAYS = 7, 30


@dataclass(frozen=True)
class KeyArgs:
    """What one key protects, under which alias (``alias/…``), and its policy as JSON text."""

    alias: str
    protects: str
    policy: pulumi.Input[str]


@dataclass(frozen=True)
class KeysArgs:
    """The keys by purpose, and how long a deletion waits in days."""

    keys: Mapping[str, KeyArgs]
    deletion_window_days: int = LONGEST_DELETION_DAYS
    protect: bool = False

    def __post_init__(self) -> None:
        if not SHORTEST_DELETION_DAYS <= self.deletion_window_days <= LONGEST_DELETION_DAYS:
            raise ValueError(
                f"keys wait {self.deletion_window_days} days before deletion, KMS allows "
                f"{SHORTEST_DELETION_DAYS} to {LONGEST_DELETION_DAYS}: set keys.deletion_window_days within them"
            )


class Keys(pulumi.ComponentResource):
    """The keys, rotated every year, each with an alias."""

    arns: dict[str, pulumi.Output[str]]
    """The keys' ARNs by purpose."""

    def __init__(self, name: str, args: KeysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Keys", name, None, opts)
        self._name, self._args = name, args
        self.arns = {purpose: self._make_key(purpose, key) for purpose, key in args.keys.items()}
        self.register_outputs({"arns": self.arns})

    def _make_key(self, purpose: str, args: KeyArgs) -> pulumi.Output[str]:
        key = aws.kms.Key(
            f"{self._name}-{purpose}",
            description=args.protects,
            policy=args.policy,
            enable_key_rotation=True,
            deletion_window_in_days=self._args.deletion_window_days,
            opts=pulumi.ResourceOptions(parent=self, protect=self._args.protect),
        )
        aws.kms.Alias(
            f"{self._name}-{purpose}",
            name=args.alias,
            target_key_id=key.key_id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return key.arn
