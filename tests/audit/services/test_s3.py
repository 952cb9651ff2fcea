from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from audit.model.facts import Unknown
from audit.model.graph import Citation, NodeKind
from audit.model.snapshot import GLOBAL, AccountEntry
from audit.services import s3

if TYPE_CHECKING:
    from audit.services.row import Row


@pytest.mark.parametrize("row", s3.ROWS, ids=lambda row: row.name)
def test_a_row_is_a_call_that_botocore_knows(row: Row, shapes: Any) -> None:
    shapes.check(row)


@pytest.mark.parametrize("row", s3.ROWS, ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_denied(row: Row, whole_account: Any) -> None:
    assert whole_account.everything().unknowns() == []
    assert row.permission in {unknown.permission for unknown in whole_account.denied(row).everything().unknowns()}


@pytest.mark.parametrize("row", [row for row in s3.ROWS if not row.implied], ids=lambda row: row.name)
def test_what_a_row_would_have_shown_is_unknown_when_it_was_never_asked(row: Row, whole_account: Any) -> None:
    unknowns = whole_account.without(row).everything().unknowns()
    assert (row.permission, "NotCollected") in {(unknown.permission, unknown.code) for unknown in unknowns}


ACCOUNT, OTHER, REGION = "111122223333", "444455556666", "eu-central-1"
BUCKET = "arn:aws:s3:::b"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/k-1"


def _bucket(world: Any) -> Any:
    world.says("s3:ListBuckets", {"Buckets": [{"Name": "b"}]})
    world.says("s3:GetBucketLocation", {"LocationConstraint": REGION}, {"Bucket": "b"})
    return world


def _encrypted(world: Any, key: str | None) -> Any:
    default = {"SSEAlgorithm": "aws:kms", **({"KMSMasterKeyID": key} if key else {})}
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
    rules = {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}
    world.says("s3:GetBucketEncryption", rules, {"Bucket": "b"})
    return world


def test_a_listed_bucket_belongs_to_the_account(world: Any) -> None:
    found = _bucket(world).described(s3, GLOBAL)
    node = found.nodes[BUCKET]
    assert (node.kind, node.name, node.account, node.region) == (NodeKind.BUCKET, "b", ACCOUNT, REGION)
    assert node.properties["listed"] is True
    assert (ACCOUNT, "owns", BUCKET) in found.edges


def test_buckets_are_described_once_an_account(world: Any) -> None:
    assert _bucket(world).described(s3, REGION).elements == []


def test_a_bucket_that_the_account_does_not_list_is_described_without_an_owner(world: Any) -> None:
    world.says("s3:ListBuckets", {"Buckets": []})
    world.says("s3:GetBucketVersioning", {"Status": "Enabled"}, {"Bucket": "b", "ExpectedBucketOwner": ACCOUNT})
    found = world.described(s3, GLOBAL)
    assert found.nodes[BUCKET].properties["versioning"] == "Enabled"
    assert (found.nodes[BUCKET].account, found.nodes[BUCKET].properties["listed"]) == ("", False)
    assert "owns" not in {kind for _, kind, _ in found.edges}


def test_whether_a_bucket_is_owned_is_unknown_when_the_list_was_denied(world: Any) -> None:
    world.denies("s3:ListBuckets")
    world.says("s3:GetBucketVersioning", {}, {"Bucket": "b"})
    found = world.described(s3, GLOBAL)
    assert isinstance(found.nodes[BUCKET].properties["listed"], Unknown)
    assert [gap.kinds for gap in found.gaps] == [(NodeKind.BUCKET,)]


def test_a_bucket_of_another_walked_account_is_left_to_that_account(world: Any) -> None:
    world.accounts = (AccountEntry(id=ACCOUNT), AccountEntry(id=OTHER))
    world.says("s3:ListBuckets", {"Buckets": []})
    world.says("s3:ListBuckets", {"Buckets": [{"Name": "b"}]}, account=OTHER)
    world.denies("s3:GetBucketVersioning", {"Bucket": "b"})
    assert BUCKET not in world.described(s3, GLOBAL).nodes


@pytest.mark.parametrize(
    ("operation", "params", "fact"),
    [
        ("GetBucketPolicy", "NoSuchBucketPolicy", "policy"),
        ("GetBucketPolicyStatus", "NoSuchBucketPolicy", "policy_status_public"),
        ("GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration", "public_access_block"),
        ("GetBucketOwnershipControls", "OwnershipControlsNotFoundError", "ownership"),
        ("GetBucketEncryption", "ServerSideEncryptionConfigurationNotFoundError", "encryption"),
        ("GetBucketLifecycleConfiguration", "NoSuchLifecycleConfiguration", "lifecycle"),
        ("GetObjectLockConfiguration", "ObjectLockConfigurationNotFoundError", "object_lock"),
        ("GetBucketReplication", "ReplicationConfigurationNotFoundError", "replication"),
        ("GetBucketMetadataConfiguration", "MetadataConfigurationNotFound", "metadata"),
        ("GetBucketWebsite", "NoSuchWebsiteConfiguration", "website"),
    ],
)
def test_absent_denied_and_never_asked_are_three_facts(world: Any, operation: str, params: str, fact: str) -> None:
    bucket = {"Bucket": "b"}
    assert _bucket(world).described(s3, GLOBAL).nodes[BUCKET].properties[fact].code == "NotCollected"
    record = world.lacks(f"s3:{operation}", params, bucket)
    assert world.described(s3, GLOBAL).nodes[BUCKET].properties[fact] is None
    world.records.remove(record)
    world.denies(f"s3:{operation}", bucket)
    assert world.described(s3, GLOBAL).nodes[BUCKET].properties[fact].code == "AccessDenied"


@pytest.mark.parametrize(
    ("operation", "fact", "empty"),
    [
        ("GetBucketLogging", "logging", None),
        ("GetBucketVersioning", "versioning", None),
        ("GetBucketNotificationConfiguration", "notifications", {}),
        ("ListBucketInventoryConfigurations", "inventory", []),
        ("ListBucketAnalyticsConfigurations", "analytics", []),
    ],
)
def test_an_empty_answer_is_no_unknown(world: Any, operation: str, fact: str, empty: Any) -> None:
    world.says(f"s3:{operation}", {}, {"Bucket": "b"})
    assert _bucket(world).described(s3, GLOBAL).nodes[BUCKET].properties[fact] == empty


def test_an_answer_of_an_emulator_that_lacks_the_operation_is_unknown(world: Any) -> None:
    world.emulated = {"s3:GetBucketAbac": "answered with the list of objects"}
    world.says("s3:GetBucketAbac", {"AbacStatus": {}}, {"Bucket": "b"})
    assert _bucket(world).described(s3, GLOBAL).nodes[BUCKET].properties["abac"].code == "EmulatorCannotShow"


@pytest.mark.parametrize(("constraint", "region"), [(None, "us-east-1"), ("EU", "eu-west-1"), (REGION, REGION)])
def test_the_location_is_a_region(world: Any, constraint: str | None, region: str) -> None:
    world.says("s3:ListBuckets", {"Buckets": [{"Name": "b"}]})
    world.says("s3:GetBucketLocation", {"LocationConstraint": constraint}, {"Bucket": "b"})
    assert world.described(s3, GLOBAL).nodes[BUCKET].properties["location"] == region


def test_allow_statements_become_grants_that_cite_them(world: Any) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    condition = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    service = {"Service": "logging.s3.amazonaws.com"}
    statements = [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": [role, OTHER]}, "Action": "s3:GetObject", "Resource": "*"},
        {"Effect": "Allow", "Principal": service, "Action": ["s3:PutObject"], "Resource": "*", "Condition": condition},
    ]
    policy = {"Version": "2012-10-17", "Statement": statements}
    record = world.says("s3:GetBucketPolicy", {"Policy": json.dumps(policy)}, {"Bucket": "b"})
    found = _bucket(world).described(s3, GLOBAL)
    foreign = f"arn:aws:iam::{OTHER}:root"
    assert found.nodes[BUCKET].properties["policy"] == policy
    assert {target for _, kind, target in found.edges if kind == "grants"} == {
        role,
        foreign,
        "logging.s3.amazonaws.com",
    }
    assert found.edge("grants", foreign).because == (Citation(record.id, "bucket_policy", "/Statement/1"),)
    assert found.edge("grants", foreign).properties == {"actions": ["s3:GetObject"], "conditions": None}
    assert found.edge("grants", "logging.s3.amazonaws.com").properties["conditions"] == condition
    assert found.nodes[foreign].kind is NodeKind.FOREIGN_PRINCIPAL
    assert found.nodes["logging.s3.amazonaws.com"].kind is NodeKind.SERVICE
    assert role not in found.nodes


@pytest.mark.parametrize(
    "principal", [{"Principal": "*"}, {"Principal": {"AWS": "*"}}, {"NotPrincipal": {"AWS": OTHER}}]
)
def test_whoever_lets_in_everyone_names_anyone(world: Any, principal: dict[str, Any]) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **principal}
    world.says("s3:GetBucketPolicy", {"Policy": json.dumps({"Statement": statement})}, {"Bucket": "b"})
    found = _bucket(world).described(s3, GLOBAL)
    assert found.edge("grants", "*").because[0].pointer == "/Statement"
    assert found.nodes["*"].kind is NodeKind.FOREIGN_PRINCIPAL


def test_a_policy_that_is_no_json_is_unknown(world: Any) -> None:
    world.says("s3:GetBucketPolicy", {"Policy": "{"}, {"Bucket": "b"})
    assert _bucket(world).described(s3, GLOBAL).nodes[BUCKET].properties["policy"].code == "MalformedDocument"


def test_acl_grants_count_unless_the_owner_is_enforced(world: Any) -> None:
    grants = [
        {"Grantee": {"Type": "CanonicalUser", "ID": "me"}, "Permission": "FULL_CONTROL"},
        {"Grantee": {"Type": "Group", "URI": "http://acs/AllUsers"}, "Permission": "READ"},
    ]
    world.says("s3:GetBucketAcl", {"Owner": {"ID": "me"}, "Grants": grants}, {"Bucket": "b"})
    edge = _bucket(world).described(s3, GLOBAL).edge("grants", "http://acs/AllUsers")
    assert edge.because[0].pointer == "/Grants/1"
    assert "me" not in {target for _, _, target in world.described(s3, GLOBAL).edges}
    enforced = {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}
    world.says("s3:GetBucketOwnershipControls", enforced, {"Bucket": "b"})
    assert "grants" not in {kind for _, kind, _ in world.described(s3, GLOBAL).edges}


@pytest.mark.parametrize("written", [KEY, "k-1", "alias/a", f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/a"])
def test_the_key_is_known_by_its_arn_however_it_is_written(world: Any, written: str) -> None:
    world.says("kms:ListAliases", {"Aliases": [{"AliasName": "alias/a", "TargetKeyId": "k-1"}]})
    found = _encrypted(_bucket(world), written).described(s3, GLOBAL)
    expected = {"algorithm": "aws:kms", "key": KEY, "bucket_key": True, "blocked": []}
    assert found.nodes[BUCKET].properties["encryption"] == expected
    assert (BUCKET, "encrypted_with", KEY) in found.edges


def test_an_alias_that_could_not_be_resolved_leaves_the_encryption_unknown(world: Any) -> None:
    world.denies("kms:ListAliases")
    found = _encrypted(_bucket(world), "alias/a").described(s3, GLOBAL)
    assert found.nodes[BUCKET].properties["encryption"].permission == "kms:ListAliases"


def test_a_key_id_in_an_unknown_region_leaves_the_encryption_unknown(world: Any) -> None:
    world.says("s3:ListBuckets", {"Buckets": [{"Name": "b"}]})
    world.denies("s3:GetBucketLocation", {"Bucket": "b"})
    found = _encrypted(world, "k-1").described(s3, GLOBAL)
    assert found.nodes[BUCKET].properties["encryption"].permission == "s3:GetBucketLocation"


def test_without_a_named_key_the_key_is_the_one_of_aws(world: Any) -> None:
    found = _encrypted(_bucket(world), None).described(s3, GLOBAL)
    assert found.nodes[BUCKET].properties["encryption"]["key"] is None
    assert "encrypted_with" not in {kind for _, kind, _ in found.edges}


def test_blocked_encryption_types_leave_out_the_word_none(world: Any) -> None:
    for kinds, expected in ((["SSE-C"], ["SSE-C"]), (["NONE"], [])):
        world.records.clear()
        rule = {
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
            "BlockedEncryptionTypes": {"EncryptionType": kinds},
        }
        rules = {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}
        world.says("s3:GetBucketEncryption", rules, {"Bucket": "b"})
        assert _bucket(world).described(s3, GLOBAL).nodes[BUCKET].properties["encryption"]["blocked"] == expected


def test_every_way_out_is_an_edge(world: Any) -> None:
    bucket = {"Bucket": "b"}
    tables = f"arn:aws:s3tables:{REGION}:{ACCOUNT}:bucket/aws-s3"
    queue = f"arn:aws:sqs:{REGION}:{OTHER}:q"

    def to(name: str) -> dict[str, Any]:
        return {"S3BucketDestination": {"Bucket": f"arn:aws:s3:::{name}"}}

    def rule(status: str, name: str) -> dict[str, Any]:
        return {"Status": status, "ID": name, "Destination": {"Bucket": f"arn:aws:s3:::{name}", "Account": OTHER}}

    replication = {"Rules": [rule("Enabled", "copy"), rule("Disabled", "off")]}
    inventories = [
        {"Id": "i", "IsEnabled": True, "Destination": to("lists")},
        {"Id": "j", "IsEnabled": False, "Destination": to("off")},
    ]
    analysis = {"Id": "a", "StorageClassAnalysis": {"DataExport": {"Destination": to("usage")}}}
    result = {"MetadataConfigurationResult": {"DestinationResult": {"TableBucketArn": tables}}}
    events = {"QueueConfigurations": [{"QueueArn": queue}], "EventBridgeConfiguration": {}}
    world.says("s3:GetBucketReplication", {"ReplicationConfiguration": replication}, bucket)
    world.says("s3:ListBucketInventoryConfigurations", {"InventoryConfigurationList": inventories}, bucket)
    world.says("s3:ListBucketAnalyticsConfigurations", {"AnalyticsConfigurationList": [analysis]}, bucket)
    world.says("s3:GetBucketMetadataConfiguration", {"GetBucketMetadataConfigurationResult": result}, bucket)
    world.says("s3:GetBucketLogging", {"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "p/"}}, bucket)
    world.says("s3:GetBucketNotificationConfiguration", events, bucket)
    found = _bucket(world).described(s3, GLOBAL)
    assert {(kind, target) for source, kind, target in found.edges if source == BUCKET} == {
        ("copies_to", "arn:aws:s3:::copy"),
        ("copies_to", "arn:aws:s3:::lists"),
        ("copies_to", "arn:aws:s3:::usage"),
        ("copies_to", tables),
        ("logs_to", "arn:aws:s3:::logs"),
        ("notifies", queue),
        ("notifies", f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"),
    }
    assert found.edge("copies_to", "arn:aws:s3:::copy").properties == {
        "by": "replication",
        "rule": "copy",
        "account": OTHER,
    }
    assert (found.nodes[queue].kind, found.nodes[queue].account) == (NodeKind.RECEIVER, OTHER)
    assert {(ACCOUNT, "owns", tables), (OTHER, "owns", queue)} <= found.edges


def test_a_listing_is_read_page_by_page_and_unknown_when_one_is_missing(world: Any) -> None:
    name, first, second = (
        "s3:ListBucketInventoryConfigurations",
        {"Bucket": "b"},
        {"Bucket": "b", "ContinuationToken": "2"},
    )
    entry = {"Id": "i", "IsEnabled": False}
    world.says(name, {"InventoryConfigurationList": [entry], "IsTruncated": True, "NextContinuationToken": "2"}, first)
    assert _bucket(world).described(s3, GLOBAL).nodes[BUCKET].properties["inventory"].code == "Truncated"
    world.says(name, {"InventoryConfigurationList": [{**entry, "Id": "j"}]}, second)
    inventory = world.described(s3, GLOBAL).nodes[BUCKET].properties["inventory"]
    assert [item["Id"] for item in inventory] == ["i", "j"]


def test_the_partition_is_the_walked_one(world: Any) -> None:
    world.partition = "aws-cn"
    assert "arn:aws-cn:s3:::b" in _bucket(world).described(s3, GLOBAL).nodes


def test_the_record_of_the_policy_comes_first_so_that_denials_can_cite_it(world: Any) -> None:
    denial = {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}
    record = world.says("s3:GetBucketPolicy", {"Policy": json.dumps(denial)}, {"Bucket": "b"})
    node = _bucket(world).described(s3, GLOBAL).nodes[BUCKET]
    assert node.records[0] == record.id
    assert len(node.records) == len(set(node.records)) == 3
