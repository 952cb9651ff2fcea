"""AWS Backup: vaults, plans, and the selections and vault policies that the emulator does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.model import StructureShape

from stacks.rehearsal.row import Call, Row
from stacks.rehearsal.shapes import parameters

if TYPE_CHECKING:
    from stacks.rehearsal.scene import Scene


def _rules(scene: Scene) -> dict[str, Any]:
    shape = scene.cloud.shape("backup", "CreateBackupPlan")
    plan = shape.members["BackupPlan"] if shape else None
    rename = {
        "name": "BackupPlanName",
        "rules.targetVaultName": "TargetBackupVaultName",
        "rules.schedule": "ScheduleExpression",
        "rules.startWindow": "StartWindowMinutes",
        "rules.completionWindow": "CompletionWindowMinutes",
        "rules.lifecycle.deleteAfter": "DeleteAfterDays",
        "rules.lifecycle.coldStorageAfter": "MoveToColdStorageAfterDays",
    }
    if not isinstance(plan, StructureShape):
        return {}
    return parameters(plan, {key: scene.inputs[key] for key in ("name", "rules")}, rename)


ROWS = (
    Row(
        type="aws:backup/vault:Vault",
        service="backup",
        create=Call(operation="CreateBackupVault", params={"BackupVaultTags": "tag_map"}),
        named="name",
        rename={"name": "BackupVaultName", "kmsKeyArn": "EncryptionKeyArn"},
        elsewhere={"forceDestroy": "steers only deletion"},
        id="inputs.name",
        outputs={"arn": "answers.CreateBackupVault.BackupVaultArn", "recoveryPoints": "`0`"},
        delete=(Call(operation="DeleteBackupVault", params={"BackupVaultName": "id"}),),
        read=Call(
            operation="ListBackupVaults",
            shows=lambda scene: [
                vault
                for vault in scene.answers["ListBackupVaults"]["BackupVaultList"]
                if vault["BackupVaultName"] == scene.id
            ],
        ),
        tagged=True,
    ),
    Row(
        type="aws:backup/vaultLockConfiguration:VaultLockConfiguration",
        service="backup",
        create=Call(operation="PutBackupVaultLockConfiguration"),
        id="inputs.backupVaultName",
        outputs={"backupVaultArn": "arn('backup', join(':', ['backup-vault', id]))"},
        delete=(Call(operation="DeleteBackupVaultLockConfiguration", params={"BackupVaultName": "id"}),),
        read=Call(
            operation="ListBackupVaults",
            shows=lambda scene: [
                vault
                for vault in scene.answers["ListBackupVaults"]["BackupVaultList"]
                if vault["BackupVaultName"] == scene.id and vault.get("Locked")
            ],
        ),
    ),
    Row(
        type="aws:backup/plan:Plan",
        service="backup",
        create=Call(operation="CreateBackupPlan", params={"BackupPlan": _rules, "BackupPlanTags": "tag_map"}),
        named="name",
        spread=False,
        elsewhere={"name": "BackupPlan", "rules": "BackupPlan"},
        id="answers.CreateBackupPlan.BackupPlanId",
        outputs={"arn": "answers.CreateBackupPlan.BackupPlanArn", "version": "answers.CreateBackupPlan.VersionId"},
        delete=(Call(operation="DeleteBackupPlan", params={"BackupPlanId": "id"}),),
        read=Call(
            operation="ListBackupPlans",
            shows=lambda scene: [
                plan for plan in scene.answers["ListBackupPlans"]["BackupPlansList"] if plan["BackupPlanId"] == scene.id
            ],
        ),
        tagged=True,
    ),
    Row(
        type="aws:backup/selection:Selection",
        service="backup",
        create=None,
        id="join('/', [inputs.planId, inputs.name])",
        named="name",
        cannot_show={"backup:ListBackupSelections": "the emulator has no backup selections"},
    ),
    Row(
        type="aws:backup/vaultPolicy:VaultPolicy",
        service="backup",
        create=None,
        id="inputs.backupVaultName",
        outputs={"backupVaultArn": "arn('backup', join(':', ['backup-vault', id]))"},
        cannot_show={"backup:GetBackupVaultAccessPolicy": "the emulator has no vault access policies"},
    ),
)
