"""The preflight as a whole: its rows, its data, and that nothing unread ever holds."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import boto3
import botocore.session
import pytest
from policy_sentry.querying.actions import get_action_data
from preflights import changed, denied, judged

from audit import preflight
from audit.collect.guard import RefusedError, allowed_operations, guard
from audit.model.intended import Thing
from audit.model.verdict import Verdict
from audit.preflight.asking import dry_run
from audit.preflight.needs import formats, needs, table
from audit.preflight.quotas import quotas
from audit.preflight.seen import same
from stacks.declared.naming import terraform_type
from stacks.rehearsal.types import rows as made_in_rehearsals

if TYPE_CHECKING:
    from audit.model.intended import Intended
    from audit.model.snapshot import Record
    from audit.preflight.seen import Seen

READING = ("Get", "List", "Describe", "Search", "Head")
UNSHOWN = {"quotas", "vcpus", "bucket_names"}
"""What the emulator lacks, and the ops bucket's name, which only the encrypted automq_config says."""


def test_an_empty_account_and_somebody_who_may_do_everything_stop_nothing(admin: Seen) -> None:
    found = preflight.judge(admin)
    assert {one.check for one in found if one.claim.verdict is Verdict.BROKEN} == set()
    assert {one.check for one in found if one.claim.verdict is Verdict.UNKNOWN} == UNSHOWN
    assert {one.check for one in found if one.claim.verdict is Verdict.HOLDS} == {
        preflight.name_of(module) for module in preflight.modules()
    } - {"vcpus"}


def test_nothing_that_was_refused_holds_and_each_says_what_would_settle_it(admin: Seen) -> None:
    def refuse(record: Record) -> Record:
        return record if record.operation == "GetCallerIdentity" or "DryRun" in record.params else denied(admin, record)

    found = [one for one in preflight.judge(changed(admin, refuse)) if one.check != "dry_runs"]
    assert {one.check for one in found} == {preflight.name_of(module) for module in preflight.modules()} - {"dry_runs"}
    # The limit of what AWS raises for nobody is known; how many there are is not.
    assert [one.claim.text for one in found if one.claim.verdict is not Verdict.UNKNOWN] == []
    assert all(one.claim.missing and one.way_out for one in found if one.claim.reason != "name_not_known")


def test_nothing_holds_that_cites_a_refused_answer(admin: Seen) -> None:
    deciding = {"permissions", "organization", "service_linked_roles"}
    checks = [preflight.name_of(module) for module in preflight.modules()]
    for name in sorted({f"{record.service}:{record.operation}" for record in admin.snapshot.records}):
        if name == "sts:GetCallerIdentity" or admin.rows[name].params.get("DryRun"):
            continue

        def refuse(record: Record, name: str = name) -> Record:
            return denied(admin, record) if f"{record.service}:{record.operation}" == name else record

        seen = changed(admin, refuse)
        before = {record.id for record in admin.snapshot.records}
        refused = {record.id for record in seen.snapshot.records} - before
        # Deciding a thousand requests again is left to the answers that it rests on.
        asked = checks if name.startswith(("iam:", "organizations:")) else sorted(set(checks) - deciding)
        held = [one for check in asked for one in judged(seen, check) if one.claim.verdict is Verdict.HOLDS]
        # A default that nobody may read does not matter where a quota is applied, nor a list beside a bucket's own answer.
        if name not in {"service-quotas:GetAWSDefaultServiceQuota", "service-quotas:GetServiceQuota", "s3:ListBuckets"}:
            assert [one.claim.text for one in held if refused & set(one.claim.evidence)] == [], name


def test_every_row_reads_or_is_a_dry_run_of_ec2(admin: Seen) -> None:
    models = botocore.session.get_session()
    for row in admin.rows.values():
        operation = models.get_service_model(row.service).operation_model(row.operation)
        if row.operation.startswith(READING):
            assert "DryRun" not in row.params
        else:
            assert (row.service, row.params["DryRun"]) == ("ec2", True)
            assert "DryRun" in operation.input_shape.members
        service, _, action = row.permission.partition(":")
        assert get_action_data(service, action), row.permission


@pytest.mark.parametrize("params", [{}, {"DryRun": False}])
def test_a_call_that_changes_things_leaves_only_as_a_dry_run(params: dict[str, Any]) -> None:
    session, sent = boto3.Session("a", "b", region_name="eu-central-1"), []
    guard(session, allowed_operations([dry_run("CreateVpc", "A test's row.")]))
    client: Any = session.client("ec2", endpoint_url="http://127.0.0.1:9")

    def stop(request: Any, **_: Any) -> None:
        sent.append(request.body)
        raise InterruptedError

    client.meta.events.register("before-send", stop)
    with pytest.raises(RefusedError, match="ec2:CreateVpc"):
        client.create_vpc(CidrBlock="10.0.0.0/16", **params)
    assert sent == []
    with pytest.raises(InterruptedError):
        client.create_vpc(CidrBlock="10.0.0.0/16", DryRun=True)
    assert "DryRun=true" in sent[0]


def test_a_dry_run_that_is_undone_on_its_way_does_not_leave() -> None:
    session = boto3.Session("a", "b", region_name="eu-central-1")
    guard(session, allowed_operations([dry_run("CreateVpc", "A test's row.")]))
    client: Any = session.client("ec2", endpoint_url="http://127.0.0.1:9")
    client.meta.events.register("provide-client-params.ec2.CreateVpc", lambda params, **_: {**params, "DryRun": False})
    with pytest.raises(RefusedError, match="ec2:CreateVpc"):
        client.create_vpc(CidrBlock="10.0.0.0/16", DryRun=True)


def test_every_action_of_the_table_is_one_of_awss() -> None:
    entries = {
        entry.partition(" ")[0] for phases in table().values() for actions in phases.values() for entry in actions
    }
    unknown = [entry for entry in sorted(entries) if not get_action_data(*entry.split(":"))]
    assert unknown == []


def test_every_type_that_a_rehearsal_makes_is_in_the_table() -> None:
    kinds = {str(terraform_type(token)) for token in made_in_rehearsals()}
    assert sorted(kinds - table().keys()) == []


def test_a_need_names_what_the_call_names(poc_intent: Intended) -> None:
    found = {(need.action, need.resource.split(":", 5)[-1].partition("/")[0]) for need in needs(poc_intent)}
    kinds = {kind for action, kind in found if action == "ec2:RunInstances"}
    assert kinds == {"image", "instance", "network-interface", "security-group", "subnet", "volume"}
    assert {kind for action, kind in found if action == "ec2:CreateVpcEndpoint"} == {
        "vpc-endpoint", "vpc", "subnet", "security-group", "route-table",
    }  # fmt: skip
    assert {kind for action, kind in found if action == "ec2:DescribeVpcs"} == {"*"}
    assert formats("kms:CreateKey") == ()


def test_roles_are_passed_to_the_services_that_may_take_them(poc_intent: Intended) -> None:
    passed = {
        (need.keys["iam:PassedToService"], need.resource.rpartition("/")[2])
        for need in needs(poc_intent)
        if need.action == "iam:PassRole"
    }
    assert passed == {
        ("ec2.amazonaws.com", "automq-console-env-poc"),
        ("ec2.amazonaws.com", "automq-data-plane-env-poc"),
        ("cloudtrail.amazonaws.com", "automq-trail-to-logs-env-poc"),
        ("backup.amazonaws.com", "automq-backup-env-poc"),
    }


def test_a_type_that_the_table_lacks_is_unknown(admin: Seen) -> None:
    strange = Thing("aws_quantum.one", "aws_quantum", "one")
    more = dataclasses.replace(admin.intended, things=(*admin.intended.things, strange))
    found = preflight.judge(dataclasses.replace(admin, intended=more))
    assert [one.claim.text for one in found if one.claim.reason == "actions_not_listed"] == [
        "which actions aws_quantum asks for is not known to this kit"
    ]


def test_each_quota_is_counted_by_something_that_is_asked(admin: Seen) -> None:
    made = [quota for quota in quotas() if quota.made(admin.intended)]
    assert len(made) > 10
    assert {quota.listing for quota in made} <= admin.rows.keys()


@pytest.mark.parametrize(
    ("caller", "principal", "is_it"),
    [
        ("arn:aws:sts::1:assumed-role/deploy/me", "arn:aws:iam::1:role/team/deploy", True),
        ("arn:aws:sts::1:assumed-role/deploy/me", "arn:aws:iam::2:role/deploy", False),
        ("arn:aws:sts::1:assumed-role/other/deploy", "arn:aws:iam::1:role/deploy", False),
        ("arn:aws:iam::1:user/deploy", "arn:aws:iam::1:role/deploy", False),
        ("arn:aws:iam::1:user/deploy", "arn:aws:iam::1:user/deploy", True),
    ],
)
def test_a_session_is_its_role(caller: str, principal: str, *, is_it: bool) -> None:
    assert same(caller, principal) is is_it
