"""The printed read-only policy suffices: the emulator enforces it, and the answers are an administrator's.

So they are for a security account that takes the stack's auditor role. The emulator does not ask a role's trust policy
when the caller is of another account: an STS before it does, by our own evaluator and the policy that stands in IAM.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from audit.access.simulate import decide_case
from audit.collect.permissions import read_only_policies
from audit.collect.request import Credentials, WalkRequest
from audit.collect.walk import collect
from audit.model.contract import BoundaryContract
from audit.model.snapshot import Snapshot, Unreadable
from audit.services import rows
from cli import judging, rehearsing
from stacks.rehearsal import run, standin
from stacks.stack_files import load_stack_file, rehearsed_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conftest import StsBefore

    from audit.model.snapshot import Record
    from audit.services.row import Row
    from stacks.rehearsal.run import Rehearsal

TAKEN_AT = "2026-01-01T00:00:00Z"
SECURITY, EXTERNAL_ID = "777788889999", "agreed-with-security"
REVIEWER = f"arn:aws:iam::{SECURITY}:user/reviewer"
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
    """A rehearsed account, alive, with an administrator's walk of it and the keys of those who audit it.

    ``reviewer`` and ``unlimited`` are of the security account; ``attached`` is what the stack gave the auditor role.
    """

    rehearsed: Rehearsal
    contract: BoundaryContract
    administrator: Snapshot
    auditor: Credentials
    short: Credentials
    reviewer: Credentials
    unlimited: Credentials
    attached: list[dict[str, Any]]

    def walk(self, credentials: Credentials | None, **more: Any) -> Snapshot:
        return collect(_request(self.rehearsed, self.contract, credentials, **more))

    @property
    def role(self) -> str:
        """The auditor role's ARN."""
        return str(self.rehearsed.outputs["auditor_role"])

    def claims(self, snapshot: Snapshot) -> list[tuple[str, str, str, str, str]]:
        judged = judging.judge_snapshot(snapshot, self.contract)
        claims = [(answer.question, claim) for answer in judged.answers for claim in answer.claims]
        claims += [(finding.policy, finding.claim) for finding in judged.findings]
        return sorted((name, c.verdict.value, c.reason, c.subject, c.text) for name, c in claims)


def client_of(rehearsed: Rehearsal, service: str, credentials: Credentials | None = None) -> Any:
    """A client of the emulator, by default the rehearsal's own."""
    variables = rehearsed.environment
    made: Any = boto3.client
    return made(
        service,
        endpoint_url=rehearsed.endpoint_url,
        region_name=variables["AWS_DEFAULT_REGION"],
        aws_access_key_id=credentials.access_key if credentials else variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=credentials.secret_key if credentials else variables["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=credentials.token if credentials else None,
    )


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
    iam = client_of(rehearsed, "iam")
    iam.create_user(UserName=name)
    kept = [row for row in rows().values() if row.permission not in without]
    for number, policy in enumerate((*read_only_policies(kept), spelled(kept))):
        made = iam.create_policy(PolicyName=f"{name}-{number}", PolicyDocument=json.dumps(policy))
        iam.attach_user_policy(UserName=name, PolicyArn=made["Policy"]["Arn"])
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def user_of_security(rehearsed: Rehearsal, name: str, policy: dict[str, Any]) -> Credentials:
    """A user of the security account with one policy."""
    elsewhere = f"arn:aws:iam::{SECURITY}:role/builder"
    given = client_of(rehearsed, "sts").assume_role(RoleArn=elsewhere, RoleSessionName="builder")["Credentials"]
    builder = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    iam = client_of(rehearsed, "iam", builder)
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def allows(action: str, resource: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


def attached_to_the_role(rehearsed: Rehearsal) -> list[dict[str, Any]]:
    """The documents of the auditor role as the stack made it; then what the emulator asks for is attached too."""
    iam, name = client_of(rehearsed, "iam"), rehearsed.outputs["auditor_role"].rpartition("/")[2]
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == []
    found = []
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        version = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]["DefaultVersionId"]
        found.append(
            iam.get_policy_version(PolicyArn=attached["PolicyArn"], VersionId=version)["PolicyVersion"]["Document"]
        )
    more = iam.create_policy(PolicyName="spelled", PolicyDocument=json.dumps(spelled(list(rows().values()))))
    iam.attach_role_policy(RoleName=name, PolicyArn=more["Policy"]["Arn"])
    return found


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    file = rehearsing.file_of("poc")
    auditing = {"auditor": {"account": SECURITY, "external_id": EXTERNAL_ID}}
    settings, _ = rehearsed_settings(file, auditing)
    config = {**load_stack_file(file)[0], **auditing, "automq_config": settings.automq_config.text}
    target = run.Target(stack="poc", account=settings.aws_account_id, region=settings.region, config=config)
    with run.rehearsal(target) as rehearsed:
        standin.stand_in(standin.Brokers.read(rehearsed.outputs), rehearsed.environment, target.account, target.region)
        contract = BoundaryContract.from_json(rehearsed.outputs["boundary"] | {"emulated": True}, "the output")
        whole, short = auditor(rehearsed, "auditor"), auditor(rehearsed, "short", TAKEN_AWAY)
        takes_the_role = allows("sts:AssumeRole", rehearsed.outputs["auditor_role"])
        reviewer = user_of_security(rehearsed, "reviewer", takes_the_role)
        unlimited = user_of_security(rehearsed, "unlimited", allows("*", "*"))
        attached = attached_to_the_role(rehearsed)
        before = collect(_request(rehearsed, contract, None))
        enforce(rehearsed.endpoint_url)
        yield Account(rehearsed, contract, before, whole, short, reviewer, unlimited, attached)


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
        row.name for row in rows().values() if any(rows()[above].permission in TAKEN_AWAY for above in row.parents)
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


def assumes(account: Account, said: dict[str, str], principal: str = REVIEWER) -> str:
    """What AWS decides of sts:AssumeRole on the auditor role, by the trust policy that was read from IAM."""
    node = judging.judge_snapshot(account.administrator, account.contract).boundary.graph.get(account.role)
    assert node is not None
    case = {
        "id": "", "principal": principal, "action": "sts:AssumeRole", "resource": account.role,
        "resource_account": account.contract.account, "context": said, "identity": [allows("sts:AssumeRole", account.role)],
        "resource_policy": node.properties["trust"],
    }  # fmt: skip
    return decide_case(case).effect.value


@pytest.mark.parametrize(
    ("principal", "said", "allowed"),
    [
        (REVIEWER, {"sts:ExternalId": EXTERNAL_ID}, True),
        (REVIEWER, {"sts:ExternalId": EXTERNAL_ID.upper()}, False),
        (REVIEWER, {"sts:ExternalId": f"{EXTERNAL_ID}-2"}, False),
        (REVIEWER, {}, False),
        (f"arn:aws:iam::{SECURITY}:role/anybody", {"sts:ExternalId": EXTERNAL_ID}, True),
        ("arn:aws:iam::888899990000:user/stranger", {"sts:ExternalId": EXTERNAL_ID}, False),
        ("arn:aws:iam::111122223333:user/own", {"sts:ExternalId": EXTERNAL_ID}, False),
    ],
)
def test_the_security_account_alone_takes_the_role_and_says_the_external_id(
    account: Account, principal: str, said: dict[str, str], *, allowed: bool
) -> None:
    assert (assumes(account, said, principal) == "allowed") is allowed


def test_the_role_has_the_printed_policy_and_no_more(account: Account) -> None:
    assert account.attached == list(read_only_policies(rows().values()))


@pytest.fixture(scope="module")
def audit(
    account: Account, tmp_path_factory: pytest.TempPathFactory, sts_before: StsBefore
) -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """`byoc audit` as the security account's reviewer types it, with further options, in a folder of its own."""
    place = tmp_path_factory.mktemp("reviewer")
    (place / "contract.json").write_text(json.dumps(account.rehearsed.outputs["boundary"]), "utf-8")
    keys = {"AWS_ACCESS_KEY_ID": account.reviewer.access_key, "AWS_SECRET_ACCESS_KEY": account.reviewer.secret_key}
    byoc = Path(sys.executable).with_name("byoc")

    def refused(asked: Mapping[str, str]) -> bool:
        said = {"sts:ExternalId": asked["ExternalId"]} if "ExternalId" in asked else {}
        return assumes(account, said) != "allowed"

    with sts_before(account.rehearsed.endpoint_url, refused) as sts:
        environment = {**os.environ, **account.rehearsed.environment, **keys, "AWS_ENDPOINT_URL_STS": sts}

        def run(*options: str) -> subprocess.CompletedProcess[str]:
            command = [byoc, "audit", "--contract", "contract.json", "--assume-role", account.role, *options]
            return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, check=False)

        yield run


def test_the_security_account_audits_and_its_answers_are_an_administrators(
    account: Account, audit: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    done = audit("--external-id", EXTERNAL_ID, "--out", str(tmp_path / "live"))
    assert (done.returncode, done.stderr) == (2, "")
    snapshot = Snapshot.read(tmp_path / "live" / "snapshot")
    alike = {"emulated": snapshot.manifest.emulated, "taken_at": snapshot.manifest.taken_at}
    administrator = dataclasses.replace(
        account.administrator, manifest=account.administrator.manifest.model_copy(update=alike)
    )

    assert snapshot.manifest.caller["Arn"] == REVIEWER
    assert [entry.id for entry in snapshot.manifest.accounts] == [account.contract.account]
    assert account.claims(snapshot) == account.claims(administrator)
    assert {_call(record) for record in snapshot.records} == {_call(r) for r in administrator.records}


@pytest.mark.parametrize(
    ("options", "words"),
    [((), "no --external-id was given"), (("--external-id", "guessed"), "the --external-id given may be another")],
)
def test_without_the_external_id_the_security_account_gets_one_sentence(
    account: Account,
    audit: Callable[..., subprocess.CompletedProcess[str]],
    options: tuple[str, ...],
    words: str,
    tmp_path: Path,
) -> None:
    done = audit(*options, "--out", str(tmp_path / "live"))

    assert done.returncode == 3
    assert f"{account.role}, which opens the contract's account, was refused (AccessDenied)" in done.stderr
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "live").exists()


@pytest.mark.parametrize(
    ("service", "operation", "asks"),
    [
        ("secretsmanager", "get_secret_value", {"SecretId": "automq/env-poc/config"}),
        ("logs", "get_log_events", {"logGroupName": "/automq/env-poc/console", "logStreamName": "s"}),
        ("logs", "filter_log_events", {"logGroupName": "/automq/env-poc/console"}),
        ("kms", "decrypt", {"CiphertextBlob": b"c"}),
        ("iam", "attach_role_policy", {"RoleName": "r", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        (
            "sts",
            "assume_role",
            {"RoleArn": "arn:aws:iam::111122223333:role/automq-data-plane-env-poc", "RoleSessionName": "more"},
        ),
    ],
)
def test_whoever_took_the_role_reads_no_logs_or_secrets_and_changes_nothing(
    account: Account, service: str, operation: str, asks: dict[str, Any]
) -> None:
    taken = client_of(account.rehearsed, "sts", account.reviewer).assume_role(
        RoleArn=account.role, RoleSessionName="reviewer", ExternalId=EXTERNAL_ID
    )["Credentials"]
    session = Credentials(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])

    def status(credentials: Credentials) -> int:
        try:
            answer = getattr(client_of(account.rehearsed, service, credentials), operation)(**asks)
        except ClientError as error:
            answer = error.response
        return int(answer["ResponseMetadata"]["HTTPStatusCode"])

    assert status(session) == 403
    assert status(account.unlimited) != 403
