"""byoc access, as a user types it, on the rehearsed stack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from audit.report import schemas

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Run

    Byoc = Callable[..., Any]


@pytest.fixture
def access(byoc: Byoc, poc_run: Run) -> Byoc:
    """Runs byoc access on the rehearsed folder."""
    assert poc_run.code == 0, poc_run.err
    return lambda *arguments: byoc("access", *arguments, "--from", poc_run.folder)


def answer(access: Byoc, *arguments: str) -> Any:
    ran = access(*arguments, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out)


def test_who_can_says_who_under_which_condition_and_by_which_statement(access: Byoc) -> None:
    ran = access("who-can", "read", "--on", "data-bucket")
    assert (ran.code, ran.err) == (0, "")
    title, tally, *_ = ran.out.splitlines()
    assert title.startswith("Who can read data-bucket (automq-data-env-poc-")
    assert tally == "1 only if, 2 through others"
    assert "\n    only if aws:SourceVpce is vpce-" in ran.out
    assert "\n    proof: identity/automq-data-plane-env-poc /Statement/" in ran.out


def test_who_can_as_json_keeps_to_its_schema(access: Byoc) -> None:
    content = answer(access, "who-can", "read", "--on", "data-bucket")
    jsonschema.validate(content, schemas.access())
    rows = {row["principal"]["role"]: row for row in content["rows"]}
    assert {role: row["standing"] for role, row in rows.items()} == {
        "data-plane": "only_if", "console": "through", "deployer": "through",
    }  # fmt: skip
    assert rows["data-plane"]["only_if"]["key"] == "aws:SourceVpce"
    assert [hop["primitive"] for hop in rows["console"]["through"][0]] == ["ec2-run-instances"]


def test_a_topic_which_no_contract_names_is_asked_of_the_evaluator(access: Byoc) -> None:
    content = answer(access, "who-can", "write", "--on", "automq-alarms-env-poc")
    assert {row["principal"]["role"] for row in content["rows"]} == {"alarms-service", "events-service", "deployer"}


def test_who_can_is_the_filter_of_can(access: Byoc) -> None:
    holders = answer(access, "who-can", "destroy", "--on", "ops-bucket")["rows"]
    for holder in holders:
        rows = answer(access, "can", holder["principal"]["id"])["rows"]
        assert holder in rows
    assert {holder["principal"]["role"] for holder in holders} == {"console", "data-plane", "deployer"}


def test_can_lists_stores_and_what_it_has_nothing_on(access: Byoc) -> None:
    ran = access("can", "console")
    assert ran.code == 0
    assert "\nops-bucket (automq-ops-" in ran.out
    assert ran.out.splitlines()[-1] == "Nothing on access-logs-bucket, audit-bucket, logs-key"


def test_explain_shows_the_votes_and_the_decision(access: Byoc) -> None:
    ran = access("explain", "console", "s3:GetObject", "data-bucket/k")
    lines = ran.out.splitlines()
    assert ran.code == 0
    assert lines[0] == "s3:GetObject on data-bucket/k, asked by console (automq-console-env-poc)"
    assert lines[1:3] == ["denied: a statement says so", "  by: resource policy, permissions boundary"]
    assert any(line.startswith("    Deny by bucket_policy /Statement/2 ObjectsOnlyByOurRoles") for line in lines)
    assert lines[-1] == "S3 also asks kms:Decrypt on data-key for this caller: explain that too."


def test_explain_as_json_keeps_to_its_schema_and_shows_the_statements(access: Byoc) -> None:
    content = answer(access, "explain", "data-plane", "kms:Decrypt", "data-key", "--context", "kms:ViaService=ec2.x")
    jsonschema.validate(content, schemas.explanation())
    assert (content["decision"], content["given"]) == ("implicitly_denied", {"kms:ViaService": ["ec2.x"]})
    found = answer(access, "explain", "data-plane", "kms:Decrypt", "data-key")
    [statement] = next(vote for vote in found["votes"] if vote["layer"] == "identity")["statements"]
    assert statement["text"][0]["Effect"] == "Allow"
    assert found["only_if"]["key"] == "kms:ViaService"


def test_the_moment_of_judging_can_be_chosen(access: Byoc) -> None:
    content = answer(
        access, "explain", "data-plane", "s3:GetObject", "data-bucket/k", "--as-of", "2030-01-01T00:00:00Z"
    )
    assert (content["as_of"], content["known"]["aws:CurrentTime"]) == ("2030-01-01T00:00:00Z", ["2030-01-01T00:00:00Z"])


def test_an_action_that_no_list_has_is_decided_and_said(access: Byoc) -> None:
    ran = access("explain", "console", "s3:GetObjekt", "data-bucket/k")
    assert (ran.code, ran.err) == (0, "byoc: no list of AWS's actions has s3:GetObjekt: did you mean s3:GetObject?\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["who-can", "read", "--on", "data-bukket"], "data-bukket is nothing that this audit knows: did you mean data-bucket"),
        (["who-can", "own", "--on", "data-bucket"], "Invalid value for 'privilege': 'own' is not one of 'read', 'write'"),
        (["who-can", "read"], "Missing option '--on'"),
        (["can", "consol"], "consol is nothing that this audit knows: did you mean console"),
        (["explain", "console", "GetObject", "data-bucket"], "GetObject is no action: write service:Action"),
        (["explain", "console", "s3:GetObject", "nothing/x"], "nothing/x is nothing that this audit knows"),
        (["explain", "anonymous", "s3:GetObject", "arn:aws:s3:::elsewhere/k"], "arn:aws:s3:::elsewhere/k is not in this audit"),
        (["explain", "console", "s3:GetObject", "data-bucket", "--context", "vpce-1"], "--context vpce-1 is no KEY=VALUE"),
        (["explain", "console", "s3:GetObject", "data-bucket", "--context", "=x"], "--context =x is no KEY=VALUE"),
        (["explain", "console", "s3:GetObject", "data-bucket", "--as-of", "soon"], "--as-of soon is no ISO-8601 time"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked(access: Byoc, arguments: list[str], says: str) -> None:
    assert access(*arguments).sentence.startswith(says)
