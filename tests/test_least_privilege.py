"""The printed read-only policy suffices: the emulator enforces it, and the answers are an administrator's."""

from __future__ import annotations

import dataclasses
import json
import urllib.request
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from audit.collect.permissions import read_only_policies
from audit.collect.request import Credentials, WalkRequest
from audit.collect.walk import collect
from audit.model.contract import BoundaryContract
from audit.model.snapshot import Unreadable
from audit.services import rows
from cli import judging, rehearsing
from stacks.rehearsal import run, standin
from stacks.stack_files import load_stack_file, rehearsed_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.snapshot import Record, Snapshot
    from audit.services.row import Row
    from stacks.rehearsal.run import Rehearsal

TAKEN_AT = "2026-01-01T00:00:00Z"
TAKEN_AWAY = (
    "s3:GetBucketPolicy",
    "kms:GetKeyPolicy",
    "iam:GetAccountAuthorizationDetails",
    "ec2:DescribeFlowLogs",
    "secretsmanager:ListSecrets",
)
"""Documents, the identities, and listings: one without and one with calls of its own below it."""


OTHER_SPELLINGS = ("s3:ListBucket", "monitoring:DescribeAlarms")
"""What the emulator asks for where it does not know a call of S3, and CloudWatch's actions by its signing name."""


@dataclasses.dataclass(frozen=True)
class Account:
    """A rehearsed account, alive, with an administrator's walk of it and two auditors' keys."""

    rehearsed: Rehearsal
    contract: BoundaryContract
    administrator: Snapshot
    auditor: Credentials
    short: Credentials

    def walk(self, credentials: Credentials | None, **more: Any) -> Snapshot:
        return collect(_request(self.rehearsed, self.contract, credentials, **more))

    def claims(self, snapshot: Snapshot) -> list[tuple[str, str, str, str, str]]:
        judged = judging.judge_snapshot(snapshot, self.contract)
        claims = [(answer.question, claim) for answer in judged.answers for claim in answer.claims]
        claims += [(finding.policy, finding.claim) for finding in judged.findings]
        return sorted((name, c.verdict.value, c.reason, c.subject, c.text) for name, c in claims)


def _request(
    rehearsed: Rehearsal, contract: BoundaryContract, credentials: Credentials | None, **more: Any
) -> WalkRequest:
    root = Credentials(rehearsed.environment["AWS_ACCESS_KEY_ID"], rehearsed.environment["AWS_SECRET_ACCESS_KEY"])
    return WalkRequest(
        taken_at=TAKEN_AT,
        contract=contract,
        credentials=credentials or root,
        endpoint_url=rehearsed.endpoint_url,
        emulated=rehearsed.cannot_show,
        attempts=1,
        **more,
    )


def enforce(endpoint_url: str) -> None:
    """From now on the emulator asks IAM before each call."""
    plain = {"Content-Type": "text/plain"}
    request = urllib.request.Request(f"{endpoint_url}/moto-api/reset-auth", b"0", plain, method="POST")  # noqa: S310 loopback
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 loopback
        assert answer.status == 200


def spelled(kept: list[Row]) -> dict[str, Any]:
    """The same permissions as the emulator spells them: it asks for the operation's own name, whatever AWS asks for."""
    asked = {f"{row.permission.partition(':')[0]}:{row.operation}": row.permission for row in kept}
    other = sorted(name for name, permission in asked.items() if name != permission)
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": [*other, *OTHER_SPELLINGS], "Resource": "*"}],
    }


def auditor(rehearsed: Rehearsal, name: str, without: tuple[str, ...] = ()) -> Credentials:
    """A user with the printed policy and nothing else, less some permissions."""
    variables = rehearsed.environment
    iam: Any = boto3.client(
        "iam",
        endpoint_url=rehearsed.endpoint_url,
        region_name=variables["AWS_DEFAULT_REGION"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )
    iam.create_user(UserName=name)
    kept = [row for row in rows().values() if row.permission not in without]
    for number, policy in enumerate((*read_only_policies(kept), spelled(kept))):
        made = iam.create_policy(PolicyName=f"{name}-{number}", PolicyDocument=json.dumps(policy))
        iam.attach_user_policy(UserName=name, PolicyArn=made["Policy"]["Arn"])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    file = rehearsing.file_of("poc")
    settings, _ = rehearsed_settings(file)
    config = {**load_stack_file(file)[0], "automq_config": settings.automq_config.text}
    target = run.Target(stack="poc", account=settings.aws_account_id, region=settings.region, config=config)
    with run.rehearsal(target) as rehearsed:
        standin.stand_in(standin.Brokers.read(rehearsed.outputs), rehearsed.environment, target.account, target.region)
        contract = BoundaryContract.from_json(rehearsed.outputs["boundary"] | {"emulated": True}, "the output")
        whole, short = auditor(rehearsed, "auditor"), auditor(rehearsed, "short", TAKEN_AWAY)
        before = collect(_request(rehearsed, contract, None))
        enforce(rehearsed.endpoint_url)
        yield Account(rehearsed, contract, before, whole, short)


@pytest.fixture(scope="module")
def audited(account: Account) -> Snapshot:
    return account.walk(account.auditor)


@pytest.fixture(scope="module")
def shortened(account: Account) -> Snapshot:
    return account.walk(account.short)


def _row(record: Record) -> Row:
    return rows()[f"{record.service}:{record.operation}"]


def _call(record: Record) -> tuple[str, str, str, str]:
    return record.path, record.service, record.operation, json.dumps(record.params, sort_keys=True)


def test_nothing_is_refused_under_the_printed_policy(account: Account, audited: Snapshot) -> None:
    def refused(snapshot: Snapshot) -> set[tuple[str, str, str, str]]:
        return {_call(record) for record in snapshot.records if record.unreadable is not None}

    assert refused(audited) == refused(account.administrator)
    assert {_call(record) for record in audited.records} == {_call(r) for r in account.administrator.records}


def test_the_answers_are_an_administrators(account: Account, audited: Snapshot) -> None:
    assert account.claims(audited) == account.claims(account.administrator)


def test_the_emulator_does_enforce(shortened: Snapshot) -> None:
    refused = {r.unreadable.permission for r in shortened.records if r.unreadable is not None}
    assert set(TAKEN_AWAY) <= refused


def _swept(administrator: Snapshot, made: Snapshot) -> Snapshot:
    """The administrator's snapshot with the rows' records denied; what only a denied answer leads to is never asked."""
    asked = {_call(record) for record in made.records}

    def deny(record: Record) -> Record:
        row = _row(record)
        if row.permission not in TAKEN_AWAY:
            return record
        refused = Unreadable("AccessDenied", row.permission)
        return dataclasses.replace(record, response=None, absent=None, unreadable=refused)

    below = {
        row.name
        for row in rows().values()
        if (above := rows().get(row.parent or "")) and above.permission in TAKEN_AWAY
    }
    kept = [r for r in administrator.records if _call(r) in asked or f"{r.service}:{r.operation}" not in below]
    return dataclasses.replace(administrator, records=tuple(map(deny, kept)))


def test_permissions_taken_away_leave_the_records_that_the_sweep_makes(account: Account, shortened: Snapshot) -> None:
    def facts(snapshot: Snapshot) -> dict[tuple[str, str, str, str], str]:
        return {
            _call(record): record.unreadable.permission if record.unreadable else record.absent or "read"
            for record in snapshot.records
        }

    assert facts(shortened) == facts(_swept(account.administrator, shortened))


def test_permissions_taken_away_leave_the_answers_that_the_sweep_makes(account: Account, shortened: Snapshot) -> None:
    assert account.claims(shortened) == account.claims(_swept(account.administrator, shortened))
