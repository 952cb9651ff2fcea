"""A small account told answer by answer, and botocore's shapes as sample answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest

from audit.model.facts import Unknown
from audit.model.graph import Edge, Gap, Node
from audit.model.snapshot import GLOBAL, AccountEntry, Manifest, Record, Snapshot, Unreadable
from audit.services import (
    backup,
    cloudtrail,
    cloudwatch,
    efs,
    events,
    iam,
    kms,
    logs,
    oam,
    s3,
    s3control,
    secretsmanager,
    sns,
    sts,
)
from audit.services.expressions import search
from audit.services.facts import Facts
from audit.services.row import HOME, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from audit.services.row import Row

ACCOUNT, REGION = "111122223333", "eu-central-1"
MODULES = (backup, cloudtrail, cloudwatch, efs, events, kms, logs, oam, s3, s3control, secretsmanager, sns)
ROWS = {row.name: row for module in (*MODULES, iam, sts) for row in module.ROWS}


@dataclass
class Description:
    """What describe functions yielded."""

    elements: list[Node | Edge | Gap]

    @property
    def nodes(self) -> dict[str, Node]:
        return {element.id: element for element in self.elements if isinstance(element, Node)}

    @property
    def edges(self) -> set[tuple[str, str, str]]:
        return {(e.source, str(e.kind), e.target) for e in self.elements if isinstance(e, Edge)}

    @property
    def gaps(self) -> list[Gap]:
        return [element for element in self.elements if isinstance(element, Gap)]

    def edge(self, kind: str, target: str) -> Edge:
        return next(e for e in self.elements if isinstance(e, Edge) and e.kind == kind and e.target == target)

    def unknowns(self) -> list[Unknown]:
        return [gap.unknown for gap in self.gaps] + list(_unknowns([node.properties for node in self.nodes.values()]))


def _unknowns(value: Any) -> Iterator[Unknown]:
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _unknowns(item)


@dataclass
class World:
    """Records of an account, added one by one."""

    records: list[Record] = field(default_factory=list)
    accounts: tuple[AccountEntry, ...] = (AccountEntry(id=ACCOUNT),)
    partition: str = "aws"
    emulated: dict[str, str] = field(default_factory=dict)

    def says(
        self,
        name: str,
        response: dict[str, Any] | None = None,
        params: dict[str, Any] | None = None,
        **place: str,
    ) -> Record:
        """AWS answers a call; ``place`` may name another account or region."""
        return self._keep(name, params, place, response=response)

    def lacks(self, name: str, code: str, params: dict[str, Any] | None = None, **place: str) -> Record:
        """AWS says that there is none."""
        return self._keep(name, params, place, absent=code)

    def denies(self, name: str, params: dict[str, Any] | None = None, **place: str) -> Record:
        """AWS refuses a call."""
        return self._keep(name, params, place, unreadable=Unreadable("AccessDenied", ROWS[name].permission))

    def _keep(self, name: str, params: dict[str, Any] | None, place: dict[str, str], **outcome: Any) -> Record:
        row = ROWS[name]
        service, _, operation = name.partition(":")
        where = {"account": ACCOUNT, "region": GLOBAL if row.scope is Scope.GLOBAL else REGION, **place}
        sent = {**row.params, **(params or {})}
        record = Record(service=service, operation=operation, params=sent, **where, **outcome)
        self.records.append(record)
        return record

    def denied(self, row: Row) -> World:
        """The same account with every call of the row refused."""
        refused = Unreadable("AccessDenied", row.permission)
        changed = [
            replace(record, response=None, absent=None, unreadable=refused) if _is_of(record, row) else record
            for record in self.records
        ]
        return replace(self, records=changed)

    def without(self, row: Row) -> World:
        """The same account as a walk leaves it that never made the row's calls."""
        return replace(self, records=[record for record in self.records if not _is_of(record, row)])

    def facts(self, region: str = REGION, account: str = ACCOUNT) -> Facts:
        manifest = Manifest(
            taken_at="2026-01-01T00:00:00Z",
            partition=self.partition,
            caller={},
            accounts=self.accounts,
            regions=(REGION, "us-east-1"),
            emulated=self.emulated,
        )
        return Facts(Snapshot(manifest, tuple(self.records)), account, region, ROWS)

    def described(self, module: ModuleType, region: str = REGION, account: str = ACCOUNT) -> Description:
        return Description(list(module.describe(self.facts(region, account))))

    def everything(self) -> Description:
        found = (self.described(module, region) for region in (GLOBAL, REGION) for module in MODULES)
        return Description([element for description in found for element in description.elements])


def _is_of(record: Record, row: Row) -> bool:
    return (record.service, record.operation) == (row.service, row.operation)


@pytest.fixture
def world() -> World:
    return World()


class Shapes:
    """botocore's models: sample answers in which every member is set that does not make a further call needless."""

    def __init__(self) -> None:
        self._session = botocore.session.get_session()

    def operation(self, row: Row) -> Any:
        return self._session.get_service_model(row.service).operation_model(row.operation)

    def sample(self, row: Row) -> dict[str, Any]:
        shape = self.operation(row).input_shape
        params = dict.fromkeys(shape.members if shape else (), "x")
        return {**_sample(self.operation(row).output_shape, 0), "$params": params, "$accounts": [ACCOUNT]}

    def check(self, row: Row) -> None:
        """A row is a call that botocore knows, with parameters that it takes and finds in the parent's answer."""
        shape = self.operation(row).input_shape
        given = set(row.params)
        for path, source in ((row.each, ROWS.get(row.parent or "")), (row.again, row)):
            if path is not None:
                assert source is not None
                sample = self.sample(source)
                # Where the sample's settings imply that there is none, an absence of them does not.
                found = search(path, sample) or search(path, {"$params": sample["$params"]})
                found = {} if row.implied and not found else found
                mappings = [
                    {k: v for k, v in m.items() if k != HOME} for m in (found if isinstance(found, list) else [found])
                ]
                assert mappings
                assert all(set(mapping) <= set(shape.members) for mapping in mappings)
                assert all(value is not None for mapping in mappings for value in mapping.values())
                given |= set(mappings[0])
        assert set(shape.required_members) <= given <= set(shape.members)
        for path in row.leads.values():
            assert search(path, self.sample(row)), path


_UNSET = {"BucketRegion"}


def _sample(shape: Any, depth: int) -> Any:
    match shape.type_name:
        case "structure" if depth < 9:
            return {name: _sample(member, depth + 1) for name, member in shape.members.items() if name not in _UNSET}
        case "list":
            return [_sample(shape.member, depth + 1)]
        case "map":
            return {"KmsMasterKeyId": "x"}
        case "string":
            known = {
                "TagKeyType": "automqVendor",
                "TagKey": "automqVendor",
                "Policy": '{"Effect": "Allow", "Principal": "*"}',
            }
            return known.get(shape.name, (shape.enum or ["arn:aws:sns:r:a:t"])[0])
        case name:
            return name == "boolean" or None


@pytest.fixture(scope="session")
def shapes() -> Shapes:
    return Shapes()


KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1"
TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/t"
STORE = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:eventdatastore/s"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/g"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:s-AbCdEf"
VAULT = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:v"
PLAN = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-plan:p"
LOGS_TRUST = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}}]}
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/r"


@pytest.fixture
def whole_account() -> World:
    """One resource of each kind, of which every row was answered: nothing in it is unknown."""
    world = World()
    for tell in (_storage, _file_systems, _keys, _logs, _trails, _alarms, _backups):
        tell(world)
    return world


def _storage(world: World) -> None:
    who, point = {"AccountId": ACCOUNT}, {"Name": "p", "Bucket": "b", "BucketAccountId": ACCOUNT}
    world.says("s3:ListBuckets", {"Buckets": [{"Name": "b"}]})
    world.says("s3:GetBucketLocation", {"LocationConstraint": REGION}, {"Bucket": "b"})
    for row in s3.ROWS[2:]:
        world.says(row.name, {}, {"Bucket": "b"})
    world.lacks("s3control:GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration", who)
    world.says("s3control:ListAccessPoints", {"AccessPointList": [point]}, who)
    world.says("s3control:ListAccessGrantsInstances", {"AccessGrantsInstancesList": [{}]}, who)
    world.says("s3control:ListAccessGrants", {"AccessGrantsList": []}, who)
    world.says("s3control:GetAccessPoint", {}, {**who, "Name": "p"})
    world.says("s3control:GetAccessPointPolicy", {}, {**who, "Name": "p"})


def _file_systems(world: World) -> None:
    world.says("efs:DescribeFileSystems", {"FileSystems": [{"FileSystemId": "fs-1"}]})
    for row in efs.ROWS[1:]:
        world.says(row.name, {}, {"FileSystemId": "fs-1"})


def _keys(world: World) -> None:
    world.says("kms:ListKeys", {"Keys": [{"KeyArn": KEY, "KeyId": "k-1"}]})
    world.says("kms:ListAliases", {"Aliases": []})
    for row in kms.ROWS[2:]:
        world.says(row.name, {}, {"KeyId": KEY})
    world.says("secretsmanager:ListSecrets", {"SecretList": [{"ARN": SECRET, "Name": "s"}]})
    world.says("secretsmanager:GetResourcePolicy", {}, {"SecretId": SECRET})


def _logs(world: World) -> None:
    world.says("logs:DescribeLogGroups", {"logGroups": [{"logGroupName": "/g", "logGroupArn": GROUP}]})
    world.says("logs:DescribeSubscriptionFilters", {}, {"logGroupName": "/g"})
    world.says("logs:GetDataProtectionPolicy", {}, {"logGroupIdentifier": "/g"})
    world.says("logs:ListTagsForResource", {}, {"resourceArn": GROUP})
    for name in ("DescribeMetricFilters", "DescribeResourcePolicies", "DescribeDestinations", "DescribeExportTasks"):
        world.says(f"logs:{name}", {})
    for kind in ("SUBSCRIPTION_FILTER_POLICY", "DATA_PROTECTION_POLICY"):
        world.says("logs:DescribeAccountPolicies", {}, {"policyType": kind})
    world.says("oam:ListLinks", {})


def _trails(world: World) -> None:
    world.says("cloudtrail:DescribeTrails", {"trailList": [{"Name": "t", "TrailARN": TRAIL, "HomeRegion": REGION}]})
    world.says("cloudtrail:GetTrailStatus", {"IsLogging": True}, {"Name": TRAIL})
    world.says("cloudtrail:GetEventSelectors", {}, {"TrailName": TRAIL})
    world.says("cloudtrail:ListEventDataStores", {"EventDataStores": [{"EventDataStoreArn": STORE, "Name": "s"}]})
    world.says("cloudtrail:GetEventDataStore", {}, {"EventDataStore": STORE})


def _alarms(world: World) -> None:
    rule = {"Name": "r", "Arn": RULE, "EventPattern": "{}", "State": "ENABLED", "EventBusName": "default"}
    world.says("cloudwatch:DescribeAlarms", {"MetricAlarms": []})
    world.says("sns:ListTopics", {"Topics": [{"TopicArn": TOPIC}]})
    world.says("sns:GetTopicAttributes", {}, {"TopicArn": TOPIC})
    world.says("sns:ListSubscriptionsByTopic", {}, {"TopicArn": TOPIC})
    world.says("sns:ListTagsForResource", {}, {"ResourceArn": TOPIC})
    world.says("events:ListEventBuses", {"EventBuses": [{"Name": "default"}]})
    world.says("events:ListRules", {"Rules": [rule]}, {"EventBusName": "default"})
    world.says("events:ListTargetsByRule", {}, {"Rule": "r", "EventBusName": "default"})


def _backups(world: World) -> None:
    plan = {"BackupPlanId": "p", "BackupPlanName": "daily", "BackupPlanArn": PLAN}
    world.says("backup:ListBackupVaults", {"BackupVaultList": [{"BackupVaultName": "v", "BackupVaultArn": VAULT}]})
    world.lacks("backup:GetBackupVaultAccessPolicy", "ResourceNotFoundException", {"BackupVaultName": "v"})
    world.says("backup:ListRecoveryPointsByBackupVault", {}, {"BackupVaultName": "v"})
    world.says("backup:ListBackupPlans", {"BackupPlansList": [plan]})
    world.says("backup:GetBackupPlan", {}, {"BackupPlanId": "p"})
    world.says("backup:ListBackupSelections", {"BackupSelectionsList": [{"SelectionId": "s"}]}, {"BackupPlanId": "p"})
    world.says("backup:GetBackupSelection", {}, {"BackupPlanId": "p", "SelectionId": "s"})
