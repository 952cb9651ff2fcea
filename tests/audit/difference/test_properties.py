"""Drift: the same environment under other ids is no difference, and one change is exactly that difference."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from renumbered import renumbered, tidy

from audit.boundary import Boundary
from audit.difference.properties import NOT_COMPARED, Kind, compare
from audit.graph.build import build
from audit.model.graph import NodeKind
from audit.model.snapshot import Unreadable
from audit.policy.examples import Account
from audit.policy.rule import Example
from audit.report import property_difference, schemas

if TYPE_CHECKING:
    from audit.difference.properties import Properties


def boundary(account: Account) -> Boundary:
    return Boundary(build(account.snapshot), account.contract, account.snapshot.manifest.taken_at)


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


def test_a_policys_version_changes_what_its_variables_mean() -> None:
    assert told(changed({**DATA_POLICY, "find": {"Version": "2012-10-17"}, "set": {"Version": "2008-10-17"}})) == [
        ("changed", "data-bucket", "/policy/Version")
    ]


def test_a_part_of_the_zone_that_others_serve_is_told_and_its_own_name_servers_are_not() -> None:
    zone = tidy().contract.network.hosted_zone if tidy().contract.network else ""
    (record,) = [one for one in tidy().snapshot.records if one.operation == "ListResourceRecordSets"
                 and one.params["HostedZoneId"].endswith(zone)]  # fmt: skip
    sets = (record.response or {})["ResourceRecordSets"]
    top = next(one["Name"] for one in sets if one["Type"] == "SOA")
    servers = {"Type": "NS", "TTL": 60, "ResourceRecords": [{"Value": "ns.example.org"}]}
    call = {"operation": "ListResourceRecordSets", "params": {"HostedZoneId": record.params["HostedZoneId"]}}
    other = [one if one["Type"] != "NS" else {**one, **servers} for one in sets]

    assert told(changed({**call, "set": {"ResourceRecordSets": other}})) == []
    below = [*sets, {"Name": f"kafka.{top}", **servers}]
    ((kind, _, path),) = told(changed({**call, "set": {"ResourceRecordSets": below}}))
    assert (kind, path.partition("/")[2].partition("/")[0]) == ("changed", "records")


def test_an_account_written_as_its_number_or_as_its_root_is_the_same_principal() -> None:
    numbered = {**ONE_MORE, "Principal": {"AWS": "123412341234"}, "Action": "S3:getobject"}
    one, two = (
        tidy().otherwise(Example.model_validate({"what": "w", "verdict": "holds", "change": [
            {**DATA_POLICY, "find": {"Version": "2012-10-17"}, "add": {"Statement": [statement]}}
        ]}))
        for statement in (ONE_MORE, numbered)
    )  # fmt: skip
    assert told(compare(boundary(one), boundary(renumbered(two)))) == []


def test_an_interface_that_got_a_public_address_is_told_though_the_address_is_not_compared() -> None:
    public = {"Association": {"PublicIp": "198.51.100.7"}}
    found = changed(
        {"operation": "DescribeNetworkInterfaces", "find": {"InterfaceType": "vpc_endpoint"}, "set": public}
    )
    assert {(one.kind, one.path) for one in found.differences} == {(Kind.CHANGED, "/public_addresses")}


@pytest.mark.parametrize("operation", sorted({one.operation for one in tidy().snapshot.records}))
def test_what_one_side_was_refused_is_never_missing_added_or_changed(operation: str) -> None:
    refused = Unreadable("AccessDenied", operation)
    records = tuple(
        replace(one, response=None, absent=None, unreadable=refused) if one.operation == operation else one
        for one in tidy().snapshot.records
    )
    other = renumbered(tidy())
    unread = Account(replace(tidy().snapshot, records=records), tidy().contract)
    sides = boundary(unread), boundary(other)
    for one, two in (sides, sides[::-1]):
        kinds = {one.kind for one in compare(one, two).differences}
        assert kinds <= {Kind.UNKNOWN, Kind.UNMATCHED}


def test_the_console_is_not_said_to_keep_to_the_contract_where_roles_or_places_were_not_read() -> None:
    no_roles = {"operation": "GetAccountAuthorizationDetails", "unreadable": "iam:GetAccountAuthorizationDetails"}
    of_instances = [one for one in changed(no_roles).made if one.kind is NodeKind.INSTANCE]
    assert of_instances
    assert all("was not read" in "".join(one.unknown) for one in of_instances)

    nowhere = changed(contract={"network": None}).made
    assert {text for one in nowhere for text in one.unknown} >= {"the contract does not say where (network)"}


@pytest.mark.parametrize(
    ("change", "against"),
    [
        (
            {"operation": "DescribeVolumes", "find": {"Encrypted": True}, "set": {"Encrypted": False}},
            "it is not encrypted",
        ),
        (
            {"operation": "DescribeNetworkInterfaces", "find": {"InterfaceType": "interface"},
             "set": {"Groups": [{"GroupId": "sg-0123456789abcdef0"}]}},
            "it bears the security group sg-",
        ),
    ],
)  # fmt: skip
def test_what_guards_and_encrypts_a_thing_of_the_console_is_the_contracts(change: dict[str, Any], against: str) -> None:
    assert any(text.startswith(against) for one in changed(change).made for text in one.against)


def test_what_bears_the_tag_of_another_environment_is_compared_as_anything_else() -> None:
    tags = [{"Key": "automqVendor", "Value": "automq"}, {"Key": "automqEnvironmentID", "Value": "env-of-others"}]
    stray = {"VolumeId": "vol-0123456789abcdef0", "Attachments": [], "Tags": tags, "Encrypted": True}
    assert [kind for kind, *_ in told(changed({"operation": "DescribeVolumes", "add": {"Volumes": [stray]}}))] == [
        "added"
    ]


def test_in_one_account_what_bears_no_name_is_the_same_by_its_id() -> None:
    twins = [{"VolumeId": f"vol-0123456789abcdef{number}", "Attachments": [], "Tags": [], "Encrypted": True}
             for number in range(2)]  # fmt: skip
    change = [{"operation": "DescribeVolumes", "add": {"Volumes": twins}}]
    monday = tidy().otherwise(Example.model_validate({"what": "w", "verdict": "holds", "change": change}))
    twins[0]["Encrypted"] = False
    friday = tidy().otherwise(Example.model_validate({"what": "w", "verdict": "holds", "change": change}))
    assert [(kind, path) for kind, _, path in told(compare(boundary(monday), boundary(friday)))] == [
        ("changed", "/encrypted")
    ]
