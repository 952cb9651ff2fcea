from typing import Any

import pytest

from components.backup import Backup, BackupArgs


def test_the_volume_is_backed_up_daily_into_an_encrypted_vault(declare: Any) -> None:
    args = BackupArgs("automq-e", "arn:volumes", "arn:role", "arn:volume", 35)
    declared = declare(lambda: Backup("backup", args))
    (vault,) = declared.of("Vault")
    assert (vault["name"], vault["kmsKeyArn"]) == ("automq-e", "arn:volumes")
    (rule,) = declared.of("Plan")[0]["rules"]
    assert (rule["targetVaultName"], rule["lifecycle"]) == ("automq-e", {"deleteAfter": 35})
    assert rule["schedule"].startswith("cron(")
    (selection,) = declared.of("Selection")
    assert (selection["resources"], selection["iamRoleArn"]) == (["arn:volume"], "arn:role")


def test_a_protected_vault_is_not_destroyed_with_its_backups(declare: Any) -> None:
    args = BackupArgs("automq-e", "arn:volumes", "arn:role", "arn:volume", 35, protect=True)
    assert declare(lambda: Backup("backup", args)).of("Vault")[0]["forceDestroy"] is False


@pytest.mark.parametrize(("lock", "grace"), [("governance", None), ("compliance", 3)])
def test_a_locked_vault_keeps_backups_for_their_days(declare: Any, lock: Any, grace: int | None) -> None:
    args = BackupArgs("automq-e", "arn:volumes", "arn:role", "arn:volume", 35, lock=lock)
    (locked,) = declare(lambda: Backup("backup", args)).of("VaultLockConfiguration")
    assert (locked["backupVaultName"], locked["minRetentionDays"]) == ("automq-e", 35)
    assert locked.get("changeableForDays") == grace


def test_a_vault_is_not_locked_unasked(declare: Any) -> None:
    args = BackupArgs("automq-e", "arn:volumes", "arn:role", "arn:volume", 35)
    assert declare(lambda: Backup("backup", args)).of("VaultLockConfiguration") == []
