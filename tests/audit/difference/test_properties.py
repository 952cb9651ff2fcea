"""Drift: the same environment under other ids is no difference, and one change is exactly that difference."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from audit.boundary import Boundary
from audit.difference.names import MADE_UP
from audit.difference.properties import NOT_COMPARED, Kind, compare
from audit.graph.build import build
from audit.model.contract import BoundaryContract
from audit.model.graph import NodeKind
from audit.model.snapshot import Record
from audit.policy.examples import Account
from audit.policy.rule import Example
from audit.report import property_difference, schemas

if TYPE_CHECKING:
    from audit.difference.properties import Properties

GLOBAL = re.compile(r"(ami|pl|snap)-|12345678-1234")
"""What stands outside the environment: public images, lists of AWS, the certificate that the settings name."""
TURNED = str.maketrans("0123456789abcdef", "123456789abcdef0")
ACCOUNT, ELSEWHERE = "444455556666", "999988887777"


@cache
def tidy() -> Account:
    return Account.tidy()


def boundary(account: Account) -> Boundary:
    return Boundary(build(account.snapshot), account.contract, account.snapshot.manifest.taken_at)


def renumbered(account: Account) -> Account:
    """The same environment in another account: every id that AWS made up is another one."""

    def other(found: re.Match[str]) -> str:
        token = found.group()
        return token if GLOBAL.match(token) or "EXAMPLE" in token else re.sub(r"[0-9a-f]{8,}", _turned, token)

    def told(text: str) -> str:
        return MADE_UP.sub(other, text).replace(ACCOUNT, ELSEWHERE)

    records = tuple(Record.read(told(one.line()), told(one.path)) for one in account.snapshot.records)
    entries = tuple(entry.model_copy(update={"id": ELSEWHERE}) for entry in account.snapshot.manifest.accounts)
    manifest = account.snapshot.manifest.model_copy(update={"accounts": entries})
    contract = BoundaryContract.from_json(json.loads(told(account.contract.text())), "")
    return Account(replace(account.snapshot, records=records, manifest=manifest), contract)


def _turned(found: re.Match[str]) -> str:
    return found.group().translate(TURNED)


def changed(*changes: dict[str, Any], contract: dict[str, Any] | None = None) -> Properties:
    """The tidy account against the same under other ids with some answers otherwise."""
    example = Example.model_validate({"what": "w", "verdict": "holds", "change": changes, "contract": contract or {}})
    return compare(boundary(tidy()), boundary(renumbered(tidy().otherwise(example))))


def told(found: Properties) -> list[tuple[str, str, str]]:
    # Whether a policy is public is asked of S3 only where the policy leaves it open.
    shown = [one for one in found.differences if one.path != "/policy_status_public"]
    return [(one.kind.value, one.node, one.path) for one in shown]


def test_the_same_environment_under_other_ids_in_another_account_is_no_difference() -> None:
    found = changed()
    assert told(found) == []
    assert {one.against + one.unknown for one in found.made} == {()}
    assert {one.kind for one in found.made} == {
        NodeKind.AUTO_SCALING_GROUP, NodeKind.INSTANCE, NodeKind.LAUNCH_TEMPLATE, NodeKind.NETWORK_INTERFACE,
        NodeKind.VOLUME,
    }  # fmt: skip


ROLE = {"operation": "GetAccountAuthorizationDetails", "find": {"RoleName": "${console.name}"}}
DATA_POLICY = {"operation": "GetBucketPolicy", "params": {"Bucket": "${data-bucket}"}}
ONE_MORE = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123412341234:root"}, "Action": "s3:GetObject"}


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (
            {"operation": "GetBucketVersioning", "params": {"Bucket": "${ops-bucket}"}, "set": {"Status": "Suspended"}},
            [("changed", "ops-bucket", "/versioning")],
        ),
        (
            {**DATA_POLICY, "find": {"Version": "2012-10-17"}, "add": {"Statement": [ONE_MORE]}},
            [("changed", "data-bucket", "/policy/Statement/6")],
        ),
        ({**DATA_POLICY, "absent": "NoSuchBucketPolicy"}, [("changed", "data-bucket", "/policy")]),
        ({**DATA_POLICY, "unreadable": "s3:GetBucketPolicy"}, [("unknown", "data-bucket", "/policy")]),
        ({**ROLE, "set": {"PermissionsBoundary": None}}, [("changed", "console", "/boundary")]),
        (
            {
                "operation": "DescribeSecurityGroups", "find": {"GroupId": "${broker-group}", "VpcId": "${vpc}"},
                "add": {"IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": []}]},
            },
            [("changed", "broker-group", "/ingress/9")],
        ),
        (
            {"operation": "ListBuckets", "add": {"Buckets": [{"Name": "stray", "CreationDate": "2026-01-01T00:00:00Z"}]}},
            [("added", "bucket stray", "")],
        ),
        (
            {"operation": "DescribeAlarms", "set": {"MetricAlarms": []}},
            [("missing", f"alarm automq-{{environment}}-{name}", "") for name in (
                "boundary-removal", "bucket-policy-change", "key-policy-change", "root-use", "security-group-change",
                "trail-stop",
            )],
        ),
        (
            {"operation": "DescribeAlarms", "unreadable": "cloudwatch:DescribeAlarms"},
            [("unknown", f"alarm automq-{{environment}}-{name}", "") for name in (
                "boundary-removal", "bucket-policy-change", "key-policy-change", "root-use", "security-group-change",
                "trail-stop",
            )],
        ),
    ],
)  # fmt: skip
def test_one_change_is_exactly_that_difference(change: dict[str, Any], difference: list[tuple[str, str, str]]) -> None:
    found = told(changed(change))
    assert [
        (kind, node, path.partition("/Statement")[0] if "boundary" in node else path) for kind, node, path in found
    ] == difference


def test_the_order_of_statements_their_sids_and_how_one_action_is_written_say_nothing() -> None:
    (record,) = [one for one in tidy().snapshot.records if one.operation == "GetBucketPolicy"
                 and one.params["Bucket"] == tidy().contract.buckets["data-bucket"].name]  # fmt: skip
    policy = json.loads((record.response or {})["Policy"])
    policy["Statement"] = [
        {**one, "Sid": f"s{number}", "Action": [one["Action"]] if isinstance(one["Action"], str) else one["Action"]}
        for number, one in enumerate(reversed(policy["Statement"]))
    ]
    assert told(changed({**DATA_POLICY, "set": {"Policy": json.dumps(policy)}})) == []


def test_what_only_its_id_tells_apart_is_listed_and_never_guessed() -> None:
    twin = {"VolumeId": "vol-0123456789abcdef0", "Attachments": [], "Tags": [], "Encrypted": True, "State": "available"}
    two = [twin, {**twin, "VolumeId": "vol-0123456789abcdef1"}]
    account = tidy().otherwise(
        Example.model_validate(
            {"what": "w", "verdict": "holds", "change": [{"operation": "DescribeVolumes", "add": {"Volumes": two}}]}
        )
    )
    found = compare(boundary(account), boundary(renumbered(account)))
    (one,) = found.differences
    assert (one.kind, len(one.before), len(one.after)) == (Kind.UNMATCHED, 2, 2)
    assert "nothing else tells them apart" in one.why


@pytest.mark.parametrize(
    ("change", "contract", "against"),
    [
        (
            {"operation": "DescribeInstances", "find": {"SubnetId": "${subnet-1}"}, "set": {"SubnetId": "subnet-0a"}},
            {},
            "it stands in subnet-0a, no subnet of the contract",
        ),
        ({"operation": "DescribeVpcs", "find": {"VpcId": "${vpc}"}, "set": {"x": 1}}, {"console": {"creates": ["volume"]}}, "the Console may create volume, not a instance"),
        ({"operation": "DescribeVpcs", "find": {"VpcId": "${vpc}"}, "set": {"x": 1}}, {"principals": {"console": {"acts_as": []}}}, "which the contract does not let the console act as"),
    ],
)  # fmt: skip
def test_what_the_console_made_is_held_against_what_the_contract_lets_it_make(
    change: dict[str, Any], contract: dict[str, Any], against: str
) -> None:
    found = [text for one in changed(change, contract=contract).made for text in one.against]
    assert any(against in text for text in found)


def test_a_contract_that_does_not_say_what_the_console_may_make_leaves_it_open() -> None:
    found = changed(contract={"console": {"creates": None}}).made
    assert {one.unknown for one in found} == {
        ("the contract does not say what the Console may create (console.creates)",)
    }


def test_the_difference_keeps_to_its_schema() -> None:
    found = changed({**DATA_POLICY, "absent": "NoSuchBucketPolicy"})
    content = property_difference.as_json(found)
    jsonschema.validate(content, schemas.difference())
    assert content["not_compared"] == dict(NOT_COMPARED)
