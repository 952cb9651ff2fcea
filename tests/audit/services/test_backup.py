from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.services import backup

if TYPE_CHECKING:
    from audit.services.row import Row


@pytest.mark.parametrize("row", backup.ROWS, ids=lambda row: row.name)
def test_a_row_is_a_call_that_botocore_knows(row: Row, shapes: Any) -> None:
    shapes.check(row)


@pytest.mark.parametrize("row", backup.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_denied(row: Row, whole_account: Any) -> None:
    assert whole_account.everything().unknowns() == []
    assert row.permission in {unknown.permission for unknown in whole_account.denied(row).everything().unknowns()}


@pytest.mark.parametrize("row", backup.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_never_asked(row: Row, whole_account: Any) -> None:
    unknowns = whole_account.without(row).everything().unknowns()
    assert (row.permission, "NotCollected") in {(unknown.permission, unknown.code) for unknown in unknowns}


ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "eu-central-1"
VAULT = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:v"
FOREIGN = f"arn:aws:backup:{REGION}:{OTHER}:backup-vault:w"
PLAN = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-plan:p"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1"
VOLUME = f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/vol-1"


def test_a_vault_holds_recovery_points(world: Any) -> None:
    vault = {
        "BackupVaultName": "v",
        "BackupVaultArn": VAULT,
        "EncryptionKeyArn": KEY,
        "Locked": True,
        "MinRetentionDays": 7,
    }
    point = {"RecoveryPointArn": "r", "ResourceArn": VOLUME, "ResourceType": "EBS"}
    policy = f'{{"Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "{OTHER}"}}, "Action": "backup:CopyIntoBackupVault"}}]}}'
    world.says("backup:ListBackupVaults", {"BackupVaultList": [vault]})
    world.says("backup:GetBackupVaultAccessPolicy", {"Policy": policy}, {"BackupVaultName": "v"})
    world.says("backup:ListRecoveryPointsByBackupVault", {"RecoveryPoints": [point]}, {"BackupVaultName": "v"})
    found = world.described(backup)
    properties = found.nodes[VAULT].properties
    assert properties["lock"] == {"since": None, "min_days": 7, "max_days": None}
    assert properties["recovery_points"] == [{"arn": "r", "resource": VOLUME, "type": "EBS", "key": None}]
    assert found.edges == {
        (ACCOUNT, "owns", VAULT),
        (VAULT, "encrypted_with", KEY),
        (VAULT, "grants", f"arn:aws:iam::{OTHER}:root"),
        (VOLUME, "backed_up_to", VAULT),
    }


def test_a_vault_without_lock_and_policy_has_none(world: Any) -> None:
    world.says("backup:ListBackupVaults", {"BackupVaultList": [{"BackupVaultName": "v", "BackupVaultArn": VAULT}]})
    world.lacks("backup:GetBackupVaultAccessPolicy", "ResourceNotFoundException", {"BackupVaultName": "v"})
    properties = world.described(backup).nodes[VAULT].properties
    assert [properties[name] for name in ("lock", "policy")] == [None, None]


def test_a_plan_copies_into_vaults_here_and_elsewhere(world: Any) -> None:
    rule = {"TargetBackupVaultName": "v", "CopyActions": [{"DestinationBackupVaultArn": FOREIGN}]}
    selection = {"SelectionName": "volumes", "Resources": [VOLUME]}
    plan = {"BackupPlanId": "p", "BackupPlanArn": PLAN, "BackupPlanName": "daily"}
    world.says("backup:ListBackupPlans", {"BackupPlansList": [plan]})
    world.says("backup:GetBackupPlan", {"BackupPlan": {"Rules": [rule]}}, {"BackupPlanId": "p"})
    world.says("backup:ListBackupSelections", {"BackupSelectionsList": [{"SelectionId": "s"}]}, {"BackupPlanId": "p"})
    world.says("backup:GetBackupSelection", {"BackupSelection": selection}, {"BackupPlanId": "p", "SelectionId": "s"})
    found = world.described(backup)
    assert found.nodes[PLAN].properties == {"rules": [rule], "selections": [selection]}
    assert {target for _, kind, target in found.edges if kind == "backed_up_to"} == {VAULT, FOREIGN}


def test_selections_are_unknown_when_one_of_them_was_denied(world: Any) -> None:
    plan = {"BackupPlanId": "p", "BackupPlanArn": PLAN, "BackupPlanName": "daily"}
    world.says("backup:ListBackupPlans", {"BackupPlansList": [plan]})
    world.says("backup:ListBackupSelections", {"BackupSelectionsList": [{"SelectionId": "s"}]}, {"BackupPlanId": "p"})
    world.denies("backup:GetBackupSelection", {"BackupPlanId": "p", "SelectionId": "s"})
    assert world.described(backup).nodes[PLAN].properties["selections"].permission == "backup:GetBackupSelection"
