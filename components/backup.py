"""Daily backups of the console's data volume, in a vault of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from components.buckets import LockMode

GRACE_DAYS = 3
"""AWS page "PutBackupVaultLockConfiguration": the fewest days in which a lock in compliance mode can be taken back."""


@dataclass(frozen=True)
class BackupArgs:
    """What is backed up (``volume_arn``), by which role, into which vault, and for how many days a backup is kept.

    With a ``lock`` the vault takes only backups that are kept that long, and deletes none before.
    """

    vault: str
    key_arn: pulumi.Input[str]
    role_arn: pulumi.Input[str]
    volume_arn: pulumi.Input[str]
    keep_days: int
    lock: LockMode | None = None
    protect: bool = False


class Backup(pulumi.ComponentResource):
    """A vault, its lock, a daily plan and the volume that it selects."""

    vault_arn: pulumi.Output[str]

    def __init__(self, name: str, args: BackupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Backup", name, None, opts)
        self._name, self._args = name, args
        vault = aws.backup.Vault(
            name,
            name=args.vault,
            kms_key_arn=args.key_arn,
            force_destroy=not args.protect,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        self.vault_arn = vault.arn
        self._lock(vault)
        plan = self._make_plan(vault)
        aws.backup.Selection(
            name,
            name="console-data",
            plan_id=plan.id,
            iam_role_arn=args.role_arn,
            resources=[args.volume_arn],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"vault_arn": self.vault_arn})

    def _lock(self, vault: aws.backup.Vault) -> None:
        if self._args.lock is not None:
            aws.backup.VaultLockConfiguration(
                self._name,
                backup_vault_name=vault.name,
                min_retention_days=self._args.keep_days,
                # Without days of grace the lock is one that those with a right to can lift.
                changeable_for_days=GRACE_DAYS if self._args.lock == "compliance" else None,
                opts=pulumi.ResourceOptions(parent=self),
            )

    def _make_plan(self, vault: aws.backup.Vault) -> aws.backup.Plan:
        return aws.backup.Plan(
            self._name,
            name=self._args.vault,
            rules=[
                {
                    "rule_name": "daily",
                    "target_vault_name": vault.name,
                    "schedule": "cron(0 5 * * ? *)",
                    "lifecycle": {"delete_after": self._args.keep_days},
                }
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
