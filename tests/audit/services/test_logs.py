from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.facts import Unknown
from audit.model.graph import NodeKind
from audit.services import logs

if TYPE_CHECKING:
    from audit.services.row import Row


@pytest.mark.parametrize("row", logs.ROWS, ids=lambda row: row.name)
def test_a_row_is_a_call_that_botocore_knows(row: Row, shapes: Any) -> None:
    shapes.check(row)


@pytest.mark.parametrize("row", logs.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_denied(row: Row, whole_account: Any) -> None:
    assert whole_account.everything().unknowns() == []
    assert row.permission in {unknown.permission for unknown in whole_account.denied(row).everything().unknowns()}


@pytest.mark.parametrize("row", [row for row in logs.ROWS if not row.implied], ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_never_asked(row: Row, whole_account: Any) -> None:
    unknowns = whole_account.without(row).everything().unknowns()
    assert (row.permission, "NotCollected") in {(unknown.permission, unknown.code) for unknown in unknowns}


ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "eu-central-1"
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/g"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1"
STREAM = f"arn:aws:kinesis:{REGION}:{OTHER}:stream/s"


def _group(world: Any, **more: Any) -> Any:
    world.says("logs:DescribeLogGroups", {"logGroups": [{"logGroupName": "/g", "logGroupArn": GROUP, **more}]})
    return world


def _account_policy(world: Any, selection: str | None = None) -> Any:
    policy = {"policyName": "p", "policyDocument": f'{{"DestinationArn": "{STREAM}"}}', "selectionCriteria": selection}
    world.says(
        "logs:DescribeAccountPolicies", {"accountPolicies": [policy]}, {"policyType": "SUBSCRIPTION_FILTER_POLICY"}
    )
    return world


def test_a_log_group_has_its_retention_and_key(world: Any) -> None:
    found = _group(world, retentionInDays=30, kmsKeyId=KEY).described(logs)
    assert (found.nodes[GROUP].kind, found.nodes[GROUP].name) == (NodeKind.LOG_GROUP, "/g")
    assert [found.nodes[GROUP].properties[name] for name in ("retention_days", "key")] == [30, KEY]
    assert found.edges == {(ACCOUNT, "owns", GROUP), (GROUP, "encrypted_with", KEY)}


def test_a_log_group_that_never_expires_has_no_retention(world: Any) -> None:
    assert _group(world).described(logs).nodes[GROUP].properties["retention_days"] is None


def test_a_log_group_that_was_only_listed_has_unknown_facts(world: Any) -> None:
    properties = _group(world).described(logs).nodes[GROUP].properties
    names = {name for name, value in properties.items() if isinstance(value, Unknown)}
    assert names == {
        "metric_filters", "subscriptions", "account_subscriptions", "account_data_protection",
        "resource_policies", "exports", "tags",
    }  # fmt: skip


def test_a_group_that_the_list_shows_to_have_a_mask_has_an_unknown_one_until_it_is_read(world: Any) -> None:
    described = _group(world, dataProtectionStatus="ACTIVATED").described(logs)
    masked = described.nodes[GROUP].properties["data_protection"]
    assert isinstance(masked, Unknown)
    assert masked.permission == "logs:GetDataProtectionPolicy"


def test_filters_and_tags_are_the_raw_answers(world: Any) -> None:
    mine, another = {"filterName": "f", "logGroupName": "/g"}, {"filterName": "h", "logGroupName": "/h"}
    world.says("logs:DescribeMetricFilters", {"metricFilters": [mine, another]})
    world.says("logs:ListTagsForResource", {"tags": {"a": "b"}}, {"resourceArn": GROUP})
    world.says("logs:GetDataProtectionPolicy", {"policyDocument": '{"Name": "mask"}'}, {"logGroupIdentifier": "/g"})
    properties = _group(world).described(logs).nodes[GROUP].properties
    assert [properties[name] for name in ("metric_filters", "tags", "data_protection")] == [
        [mine], {"a": "b"}, {"Name": "mask"},
    ]  # fmt: skip


def test_a_subscription_copies_log_events_to_whoever_owns_the_target(world: Any) -> None:
    world.says(
        "logs:DescribeSubscriptionFilters",
        {"subscriptionFilters": [{"destinationArn": STREAM}]},
        {"logGroupName": "/g"},
    )
    found = _group(world).described(logs)
    assert {(GROUP, "copies_to", STREAM), (OTHER, "owns", STREAM)} <= found.edges
    assert found.nodes[STREAM].kind is NodeKind.RECEIVER


@pytest.mark.parametrize(
    ("selection", "copied"),
    [
        (None, True),
        ('LogGroupName NOT IN ["/other"]', True),
        ('LogGroupName NOT IN ["/other", "/g"]', False),
        ("new words", True),
    ],
)
def test_an_account_policy_copies_every_log_group_that_it_does_not_leave_out(
    world: Any,
    selection: str | None,
    copied: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    found = _group(_account_policy(world, selection)).described(logs)
    assert ((GROUP, "copies_to", STREAM) in found.edges) is copied


def test_exports_that_were_not_cancelled_are_copies(world: Any) -> None:
    tasks = [
        {"logGroupName": "/g", "destination": "out", "status": {"code": "COMPLETED"}},
        {"logGroupName": "/g", "destination": "never", "status": {"code": "CANCELLED"}},
        {"logGroupName": "/h", "destination": "other", "status": {"code": "COMPLETED"}},
    ]
    world.says("logs:DescribeExportTasks", {"exportTasks": tasks})
    found = _group(world).described(logs)
    assert {target for _, kind, target in found.edges if kind == "copies_to"} == {"arn:aws:s3:::out"}
    assert found.nodes[GROUP].properties["exports"] == tasks[:2]


def test_only_resource_policies_that_cover_the_log_group_are_its_own(world: Any) -> None:
    def policy(name: str, resource: str) -> dict[str, str]:
        body = {
            "Effect": "Allow",
            "Principal": {"Service": f"{name}.amazonaws.com"},
            "Action": "logs:PutLogEvents",
            "Resource": resource,
        }
        return {"policyName": name, "policyDocument": str({"Statement": [body]}).replace("'", '"')}

    policies = [
        policy("all", "*"),
        policy("streams", f"{GROUP}:log-stream:*"),
        policy("other", GROUP.replace("/g", "/h")),
    ]
    world.says("logs:DescribeResourcePolicies", {"resourcePolicies": policies})
    found = _group(world).described(logs)
    assert [p["name"] for p in found.nodes[GROUP].properties["resource_policies"]] == ["all", "streams"]
    assert found.edge("grants", "streams.amazonaws.com").because[0].document == "logs_policy/streams"


def test_a_destination_passes_log_events_on(world: Any) -> None:
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:destination:d"
    policy = f'{{"Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "{OTHER}"}}}}]}}'
    world.says(
        "logs:DescribeDestinations",
        {"destinations": [{"arn": arn, "destinationName": "d", "targetArn": STREAM, "accessPolicy": policy}]},
    )
    found = world.described(logs)
    assert {
        (ACCOUNT, "owns", arn),
        (arn, "copies_to", STREAM),
        (arn, "grants", f"arn:aws:iam::{OTHER}:root"),
    } <= found.edges
