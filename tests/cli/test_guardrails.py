"""Guardrails against the account's own administrators: what each can do before and after, as the evaluator says it."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from audit.access.guardrails import Guardrails
from audit.boundary import PRIVILEGES
from audit.model.errors import UsageError
from audit.model.snapshot import Snapshot
from cli import docs, folder, guarding, judging

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Rehearsed

    from audit.boundary import Boundary
    from audit.model.snapshot import Record

ROLE = "arn:aws:iam::111122223333:role/"
DEPLOYER, GLASS, ADMIN = (f"{ROLE}{name}" for name in ("deployer", "break-glass", "admin"))
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
OF_PEOPLE = {"deployer", "break-glass", "admin", "account-root"}


def administrator(name: str) -> dict[str, Any]:
    """A role that may do everything, which people take from their own identity provider."""
    trust = {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/people"}}
    return {
        "Path": "/", "RoleName": name, "RoleId": f"AROA{name.upper().replace('-', ''):X<16}", "Arn": f"{ROLE}{name}",
        "CreateDate": "2026-01-01T00:00:00Z", "InstanceProfileList": [], "AttachedManagedPolicies": [], "Tags": [],
        "AssumeRolePolicyDocument": {"Statement": [{**trust, "Action": "sts:AssumeRoleWithSAML"}]},
        "RolePolicyList": [{"PolicyName": "admin", "PolicyDocument": EVERYTHING}],
    }  # fmt: skip


def staffed(record: Record) -> Record:
    """The rehearsed account with people in it, in an organisation whose tree was not read."""
    if record.operation == "GetAccountAuthorizationDetails" and record.response is not None:
        roles = [*record.response["RoleDetailList"], *map(administrator, ("deployer", "break-glass", "admin"))]
        return dataclasses.replace(record, response={**record.response, "RoleDetailList": roles})
    if record.operation == "DescribeOrganization":
        tree = {"Organization": {"Id": "o-1", "MasterAccountId": "999988887777", "FeatureSet": "ALL"}}
        return dataclasses.replace(record, absent=None, unreadable=None, response=tree)
    return record


@pytest.fixture(scope="module")
def account(poc_with: Callable[..., Rehearsed]) -> Rehearsed:
    made = poc_with(deployer=DEPLOYER, break_glass=GLASS)
    emulated = {name: why for name, why in made.snapshot.manifest.emulated.items() if "organizations" not in name}
    manifest = made.snapshot.manifest.model_copy(update={"emulated": emulated})
    return dataclasses.replace(made, snapshot=Snapshot(manifest, tuple(map(staffed, made.snapshot.records))))


@pytest.fixture(scope="module")
def before(account: Rehearsed) -> Boundary:
    return judging.judge_snapshot(account.snapshot, account.contract, policies=()).boundary


def attached(account: Rehearsed, guardrails: Guardrails) -> Boundary:
    return judging.judge_snapshot(account.snapshot, account.contract, policies=(), guardrails=guardrails).boundary


def guardrails_of(account: Rehearsed, *, sessions: bool) -> Guardrails:
    what = guarding.guarded(account.contract, None, None)
    return guarding.made(dataclasses.replace(what, sessions=sessions))


@pytest.fixture(scope="module")
def after(account: Rehearsed) -> Boundary:
    return attached(account, guardrails_of(account, sessions=False))


def held(boundary: Boundary) -> dict[str, dict[str, str]]:
    """By store, who holds which privileges: r, w, d, a."""
    found: dict[str, dict[str, str]] = {}
    for edge in boundary.graph.edges(*PRIVILEGES):
        store = boundary.roles.get(edge.target, boundary.graph.node(edge.target).name)
        who = boundary.roles.get(edge.source, edge.source.rpartition("/")[2])
        own = found.setdefault(store, {})
        letters = own.get(who, "") + PRIVILEGES[edge.kind].value[0]
        own[who] = "".join(sorted(letters, key="rwda".index))
    return found


# What an administrator of the account holds without the guardrails, and with them; the root user holds the same.
TABLE = {
    "data-bucket": ("rwda", ""),
    "ops-bucket": ("rwda", ""),
    "audit-bucket": ("rda", "r"),
    "access-logs-bucket": ("rda", "r"),
    "data-key": ("rwda", ""),
    "ops-key": ("rwda", ""),
    "logs-key": ("rda", "r"),
    "volumes-key": ("rwda", ""),
    "/automq/env-poc/trail": ("rwda", "rw"),
    "/automq/env-poc/dns": ("rwda", "rw"),
    "/automq/env-poc/console": ("rwda", "rw"),
    "/automq/env-poc/brokers": ("rwda", "rw"),
    "automq/env-poc/config": ("rwda", ""),
    "automq/env-poc/credentials": ("rwda", ""),
}


@pytest.mark.parametrize("who", ["admin", "account-root"])
def test_administrators_keep_reading_logs_and_nothing_else(before: Boundary, after: Boundary, who: str) -> None:
    was, is_ = held(before), held(after)
    assert {store: (was[store].get(who, ""), is_[store].get(who, "")) for store in was} == TABLE


def test_the_environment_and_the_excepted_roles_lose_nothing(before: Boundary, after: Boundary) -> None:
    def others(boundary: Boundary) -> dict[str, dict[str, str]]:
        lost = {"admin", "account-root"}
        return {store: {w: what for w, what in own.items() if w not in lost} for store, own in held(boundary).items()}

    assert others(after) == others(before)


def test_where_people_reach_the_console_by_sessions_these_are_the_only_way_left(account: Rehearsed) -> None:
    boundary = attached(account, guardrails_of(account, sessions=True))
    edges = [
        e for e in boundary.graph.edges(*PRIVILEGES, source=ADMIN) if boundary.roles.get(e.target) == "data-bucket"
    ]
    ways = {hop["primitive"] for edge in edges for route in edge.properties["through"] for hop in route}

    assert ways == {"ssm-start-session"}


@pytest.fixture
def here(account: Rehearsed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the audit of the staffed account in it."""
    monkeypatch.chdir(tmp_path)
    with folder.new_folder(tmp_path / "out" / "poc") as draft:
        folder.fill(draft, account.snapshot, {"contract.json": account.contract.text().encode(), "run.json": b"{}"})
    return tmp_path


def test_policies_are_written_and_who_can_tells_what_they_take_away(
    here: Path, byoc: Callable[..., Any], after: Boundary
) -> None:
    wrote = byoc("guardrails", "write", "--out", "guardrails")
    files = sorted(path.name for path in (here / "guardrails").iterdir())
    asked = byoc(
        "access", "who-can", "administer", "--on", "data-bucket", "--guardrails", "guardrails", "--format", "json"
    )
    answer = json.loads(asked.out)

    assert (wrote.code, wrote.err, files) == (0, "", ["rcp-1.json", "scp-1.json", "scp-2.json"])
    assert "admin can no longer administer data-bucket" in wrote.out
    assert f"excepted: {DEPLOYER}, {GLASS}" in wrote.out
    jsonschema.validate(answer, json.loads(docs.PAGES["docs/schemas/access.schema.json"]()))
    assert {one["id"].rpartition(":")[2] for one in answer["taken_away"]} == {"role/admin", "root"}
    shown = byoc("access", "who-can", "administer", "--on", "data-bucket", "--guardrails", "guardrails").out
    assert "Taken away by the guardrails\n  account-root" in shown.replace("    ", "  ")
    assert byoc("guardrails", "check", "guardrails").out.splitlines()[0] == wrote.out.splitlines()[2]


def test_policies_that_would_lock_out_the_deployer_are_never_written(here: Path, byoc: Callable[..., Any]) -> None:
    told = byoc("guardrails", "write", "--out", "g", "--deployer", f"{ROLE}another").sentence
    assert told.startswith(f"these guardrails would lock out who deploys: {DEPLOYER} could no longer s3:DeleteBucket")
    assert "statement Buckets of scp-1.json" in told
    assert not (here / "g").exists()


def test_an_edited_policy_that_breaks_the_brokers_is_found(here: Path, byoc: Callable[..., Any]) -> None:
    byoc("guardrails", "write", "--out", "g")
    path = here / "g" / "rcp-1.json"
    edited = json.loads(path.read_text("utf-8"))
    data = "arn:aws:s3:::automq-data-env-poc-us-east-1-111122223333/*"
    excepted = {"ArnNotEquals": {"aws:PrincipalArn": [DEPLOYER, GLASS]}}
    edited["Statement"].append(
        {
            "Sid": "Mine",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:GetObject*",
            "Resource": data,
            "Condition": excepted,
        }
    )
    path.write_text(json.dumps(edited), "utf-8")
    told = byoc("guardrails", "check", "g").sentence

    assert told.startswith("these guardrails would break the environment: data-plane could no longer read data-bucket")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--deployer", "arn:aws:iam::111122223333:root"), "no role of account 111122223333"),
        (("--break-glass", "arn:aws:iam::999988887777:role/x"), "no role of account 111122223333"),
        (("--out", "out"), "no new or empty folder"),
    ],
)
def test_what_cannot_be_guarded_is_one_sentence(
    here: Path, byoc: Callable[..., Any], options: tuple[str, ...], told: str
) -> None:
    assert told in byoc("guardrails", "write", "--out", "g", *options).sentence
    assert sorted(path.name for path in here.iterdir()) == ["out"]


def test_an_account_without_an_organisation_has_no_guardrails(poc: Rehearsed) -> None:
    def alone(record: Record) -> Record:
        if record.operation != "DescribeOrganization":
            return record
        return dataclasses.replace(record, response=None, unreadable=None, absent="AWSOrganizationsNotInUseException")

    emulated = {n: why for n, why in poc.snapshot.manifest.emulated.items() if "organizations" not in n}
    manifest = poc.snapshot.manifest.model_copy(update={"emulated": emulated})
    single = Snapshot(manifest, tuple(map(alone, poc.snapshot.records)))
    with pytest.raises(UsageError, match="is in no organisation"):
        judging.judge_snapshot(single, poc.contract, policies=(), guardrails=Guardrails((), ()))


def test_a_folder_without_policies_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no guardrails"):
        guarding.read(tmp_path)
    (tmp_path / "scp-1.json").write_text("{", "utf-8")
    with pytest.raises(UsageError, match="is no JSON"):
        guarding.read(tmp_path)
    (tmp_path / "scp-1.json").write_text("{}", "utf-8")
    with pytest.raises(UsageError, match="no policy"):
        guarding.read(tmp_path)
