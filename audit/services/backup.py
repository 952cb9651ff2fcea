"""AWS Backup: vaults with their policy, key and lock, and plans with what they select."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.facts import Fact, Unknown
from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.services.grants import grants
from audit.services.kms import encrypted_with
from audit.services.reading import document, evidence, named_first, record_id, whole
from audit.services.row import Detail, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Facts

_VAULTS, _POLICY, _POINTS = (
    "backup:ListBackupVaults", "backup:GetBackupVaultAccessPolicy", "backup:ListRecoveryPointsByBackupVault",
)  # fmt: skip
_PLANS, _PLAN = "backup:ListBackupPlans", "backup:GetBackupPlan"
_SELECTIONS, _SELECTION = "backup:ListBackupSelections", "backup:GetBackupSelection"
_EACH_VAULT = "BackupVaultList[].{BackupVaultName: BackupVaultName}"
_EACH_PLAN = "BackupPlansList[].{BackupPlanId: BackupPlanId}"
_INTO = "BackupPlan.Rules[].[TargetBackupVaultName, CopyActions[].DestinationBackupVaultArn][]"

ROWS: tuple[Row, ...] = (
    Row("backup", "ListBackupVaults", _VAULTS, "which vaults there are, their keys and locks",
        leads={Detail.KEY: "BackupVaultList[].EncryptionKeyArn"}),
    Row("backup", "GetBackupVaultAccessPolicy", _POLICY, "who a vault lets in and keeps from deleting",
        parent=_VAULTS, each=_EACH_VAULT, detail=Detail.VAULT, absent=frozenset({"ResourceNotFoundException"})),
    Row("backup", "ListRecoveryPointsByBackupVault", _POINTS, "which copies of data a vault holds",
        parent=_VAULTS, each=_EACH_VAULT, detail=Detail.VAULT),
    Row("backup", "ListBackupPlans", _PLANS, "what is copied regularly"),
    Row("backup", "GetBackupPlan", _PLAN, "into which vaults, for how long",
        parent=_PLANS, each=_EACH_PLAN, leads={Detail.VAULT: _INTO}),
    Row("backup", "ListBackupSelections", _SELECTIONS, "which resources a plan selects",
        parent=_PLANS, each=_EACH_PLAN),
    Row("backup", "GetBackupSelection", _SELECTION, "the resources and tags of a selection", parent=_SELECTIONS,
        each="BackupSelectionsList[].{BackupPlanId: BackupPlanId, SelectionId: SelectionId}"),
)  # fmt: skip

_HELD = "RecoveryPoints[].{arn: RecoveryPointArn, resource: ResourceArn, type: ResourceType, key: EncryptionKeyArn}"


def describe(facts: Facts) -> Iterator[Node | Edge | Gap]:
    """Every vault and plan of the account in the region."""
    if facts.region != GLOBAL:
        yield from facts.described(_VAULTS, "BackupVaultList", (NodeKind.BACKUP_VAULT,), _vault)
        yield from facts.described(_PLANS, "BackupPlansList", (NodeKind.BACKUP_PLAN,), _plan)


def _vault(facts: Facts, vault: dict[str, Any], record: str) -> Iterator[Node | Edge]:
    """``lock`` is None for a vault without one; ``recovery_points`` as {"arn", "resource", "type", "key"}."""
    arn, params = vault["BackupVaultArn"], {"BackupVaultName": vault["BackupVaultName"]}
    lock = {
        "since": vault.get("LockDate"),
        "min_days": vault.get("MinRetentionDays"),
        "max_days": vault.get("MaxRetentionDays"),
    }
    policy, points = document(facts, _POLICY, "Policy", params), whole(facts, _POINTS, _HELD, params)
    properties: dict[str, Fact] = {
        "key": vault.get("EncryptionKeyArn"),
        "policy": policy,
        "lock": lock if vault.get("Locked") else None,
        "recovery_points": points,
    }
    said, held = (record_id(facts, name, params) for name in (_POLICY, _POINTS))
    records = named_first(said, record, held)
    yield Node(arn, NodeKind.BACKUP_VAULT, vault["BackupVaultName"], facts.account, facts.region, properties, records)
    yield Edge(facts.account, arn, EdgeKind.OWNS, {}, (record,))
    yield from encrypted_with(arn, properties["key"], record)
    yield from grants(facts, arn, policy, said, "vault_policy")
    sources = sorted({point["resource"] for point in points if point["resource"]}) if isinstance(points, list) else ()
    for source in sources:
        yield Edge(source, arn, EdgeKind.BACKED_UP_TO, {"by": "recovery_point"}, (held,))


def _plan(facts: Facts, plan: dict[str, Any], record: str) -> Iterator[Node | Edge]:
    arn, params = plan["BackupPlanArn"], {"BackupPlanId": plan["BackupPlanId"]}
    rules, selections = whole(facts, _PLAN, "BackupPlan.Rules", params), _selections(facts, params)
    records = (record, *evidence(facts.record(_PLAN, params), facts.record(_SELECTIONS, params)))
    properties = {"rules": rules, "selections": selections}
    yield Node(arn, NodeKind.BACKUP_PLAN, plan["BackupPlanName"], facts.account, facts.region, properties, records)
    yield Edge(facts.account, arn, EdgeKind.OWNS, {}, (record,))
    for vault in _targets(facts, rules):
        yield Edge(arn, vault, EdgeKind.BACKED_UP_TO, {"by": "backup_plan"}, (record_id(facts, _PLAN, params),))


def _targets(facts: Facts, rules: Fact) -> list[str]:
    """The vaults into which a plan's rules copy, in this account or another."""
    found: list[str] = []
    for rule in rules if isinstance(rules, list) else ():
        found.append(facts.arn("backup", f"backup-vault:{rule['TargetBackupVaultName']}"))
        found += [copy["DestinationBackupVaultArn"] for copy in rule.get("CopyActions") or ()]
    return sorted(set(found))


def _selections(facts: Facts, params: dict[str, str]) -> Fact:
    """A plan's selections as GetBackupSelection gives them; Unknown as a whole when one of them is."""
    listed = whole(facts, _SELECTIONS, "BackupSelectionsList", params)
    if isinstance(listed, Unknown):
        return listed
    found = [
        facts.value(_SELECTION, "BackupSelection", {**params, "SelectionId": item["SelectionId"]}) for item in listed
    ]
    return next((item for item in found if isinstance(item, Unknown)), found)
