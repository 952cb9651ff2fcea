"""Buckets that the settings name are taken when they serve the environment, and refused in one sentence otherwise."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from audit.model.errors import SettingsError
from components.documents.bucket_requests import BucketRole
from components.documents.statement import document
from stacks.existing import buckets, look_up
from stacks.existing.buckets import Bucket
from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.run import Target, deploy
from stacks.requests import bucket_policies
from stacks.stack_files import load_stack_file, stack_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.rehearsal.emulator import Emulator
    from stacks.settings import Settings

ENDPOINT, UNMADE = "vpce-0b1c2d3e4f5061721", "vpce-00000000000000000"
NAMES = {
    BucketRole.DATA: "example-streaming-records",
    BucketRole.OPS: "example-streaming-operations",
    BucketRole.AUDIT: "example-streaming-audit",
    BucketRole.ACCESS_LOGS: "example-streaming-access-logs",
}
KEY = "arn:aws:kms:us-east-1:111122223333:key/0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f"
KEYS = {BucketRole.DATA: f"{KEY}1", BucketRole.OPS: f"{KEY}2", BucketRole.AUDIT: f"{KEY}3"}


@pytest.fixture(scope="module")
def own(own_with: Callable[..., Settings]) -> Settings:
    return own_with()


def wrong(own: Settings, role: BucketRole, policy: Any, endpoint: str = ENDPOINT, **facts: Any) -> list[str]:
    there = {"region": "us-east-1", "policy": policy, "key": KEYS.get(role), **facts}
    return buckets.problems(own, {role: Bucket(**there)}, endpoint)


def denying(action: str, resource: str = "*", **condition: Any) -> dict[str, Any]:
    deny = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": resource}
    return document({**deny, **({"Condition": condition} if condition else {})})


@pytest.mark.parametrize("role", BucketRole)
def test_what_is_requested_is_enough_for_each_bucket(own: Settings, role: BucketRole) -> None:
    assert wrong(own, role, bucket_policies(own, ENDPOINT)[role]) == []


@pytest.mark.parametrize("role", [BucketRole.AUDIT, BucketRole.ACCESS_LOGS])
def test_services_that_deliver_logs_need_every_allow_by_name(own: Settings, role: BucketRole) -> None:
    asked = bucket_policies(own, ENDPOINT)[role]["Statement"]
    for statement in asked:
        if statement["Effect"] == "Allow":
            (problem,) = wrong(own, role, document(*(other for other in asked if other is not statement)))
            assert f"does not let in {statement['Principal']['Service']} ({statement['Action']})" in problem
    (bare,) = wrong(own, role, None)
    assert "byoc requests STACK" in bare


@pytest.mark.parametrize("role", [BucketRole.DATA, BucketRole.OPS])
def test_roles_of_the_account_need_no_policy_at_all(own: Settings, role: BucketRole) -> None:
    assert wrong(own, role, None) == []


@pytest.mark.parametrize(("policy", "kept"), [
    (denying("s3:PutObject"), "(s3:PutObject)"),
    (denying("s3:ListBucket", "arn:aws:s3:::example-streaming-records"), "(s3:ListBucket)"),
    (denying("s3:*", NotIpAddress={"aws:SourceIp": "203.0.113.0/24"}), "s3:GetObject"),
    (denying("s3:GetObject", StringNotEquals={"aws:SourceVpce": "vpce-0f0f0f0f"}), "(s3:GetObject)"),
    (denying("s3:GetObject", StringNotEquals={"aws:SourceVpc": "vpc-0f0f0f0f"}), "(s3:GetObject)"),
    (denying("s3:PutObject", Null={"s3:x-amz-server-side-encryption": "true"}), "(s3:PutObject)"),
    (denying("s3:DeleteObject", ArnNotLike={"aws:PrincipalArn": "arn:aws:iam::*:role/ops-*"}), "(s3:DeleteObject)"),
])  # fmt: skip
def test_a_policy_that_denies_what_brokers_do_says_who_is_kept_from_what(
    own: Settings, policy: dict[str, Any], kept: str
) -> None:
    (problem,) = wrong(own, BucketRole.DATA, policy)
    assert problem.startswith(
        "buckets.existing.data example-streaming-records does not let in automq-data-plane-env-own"
    )
    assert kept in problem


@pytest.mark.parametrize("policy", [
    denying("s3:PutBucketPolicy"),
    denying("s3:*", Bool={"aws:SecureTransport": "false"}),
    denying("s3:*", StringNotEquals={"aws:SourceVpc": "vpc-0b1c2d3e4f5061718"}),
    denying("s3:GetObject", NumericLessThan={"s3:TlsVersion": "1.2"}),
])  # fmt: skip
def test_a_policy_that_stops_others_is_no_problem(own: Settings, policy: dict[str, Any]) -> None:
    assert wrong(own, BucketRole.DATA, policy) == []


def test_a_policy_that_names_an_endpoint_cannot_mean_one_that_is_not_made_yet(own: Settings) -> None:
    (problem,) = wrong(own, BucketRole.DATA, bucket_policies(own, ENDPOINT)[BucketRole.DATA], UNMADE)
    assert "s3:GetObject" in problem
    assert wrong(own, BucketRole.DATA, bucket_policies(own, None)[BucketRole.DATA], UNMADE) == []


@pytest.mark.parametrize(("facts", "words"), [
    ({"refused": "404"}, "is not there: name a bucket of 111122223333 in us-east-1"),
    ({"refused": "403", "listed": False}, "is another account's: name a bucket of 111122223333 in us-east-1"),
    ({"refused": "403", "listed": True}, "s3:HeadBucket was refused with 403"),
    ({"refused": "400"}, "s3:HeadBucket was refused with 400"),
    ({"region": "eu-west-1"}, "is in eu-west-1: name a bucket of 111122223333 in us-east-1"),
    ({"key": None}, f"is encrypted by default with a key of S3, and the environment's key is keys.existing.data, {KEY}1"),
    ({"key": f"{KEY}2"}, f"is encrypted by default with {KEY}2"),
    ({"rules": [{"Status": "Enabled", "Expiration": {"Days": 30}}]}, "expires or archives objects by age"),
    ({"rules": [{"Status": "Enabled", "Transitions": [{"Days": 1}]}]}, "expires or archives objects by age"),
])  # fmt: skip
def test_a_bucket_that_cannot_serve_is_refused_in_one_sentence(
    own: Settings, facts: dict[str, Any], words: str
) -> None:
    (problem,) = wrong(own, BucketRole.DATA, None, **facts)
    assert problem.startswith("buckets.existing.data example-streaming-records ")
    assert words in problem


def test_access_logs_go_to_no_bucket_with_a_key_of_kms(own: Settings) -> None:
    policy = bucket_policies(own, None)[BucketRole.ACCESS_LOGS]
    (problem,) = wrong(own, BucketRole.ACCESS_LOGS, policy, key=f"{KEY}1")
    assert "which no delivery of access logs can use" in problem


def test_rules_that_keep_current_records_are_no_problem(own: Settings) -> None:
    kept = [
        {"Status": "Disabled", "Expiration": {"Days": 1}},
        {"Status": "Enabled", "AbortIncompleteMultipartUpload": {}},
    ]
    assert wrong(own, BucketRole.DATA, None, rules=kept) == []


def test_the_stacks_buckets_are_there_and_taken(own_account: Emulator, own: Settings) -> None:
    look_up(own)


def test_buckets_elsewhere_are_told_apart_and_nothing_is_made(own_account: Emulator, own: Settings) -> None:
    cloud = Cloud(own_account.environment, own_account.account, own_account.region)
    far = {"Bucket": "example-far", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    cloud.client("s3", "eu-west-1").create_bucket(**far)
    others = cloud.call("sts", "AssumeRole", {"RoleArn": "arn:aws:iam::999988887777:role/x", "RoleSessionName": "them"})
    theirs = boto3.client(
        "s3",
        endpoint_url=own_account.endpoint_url,
        aws_access_key_id=others["Credentials"]["AccessKeyId"],
        aws_secret_access_key=others["Credentials"]["SecretAccessKey"],
        aws_session_token=others["Credentials"]["SessionToken"],
    )
    theirs.create_bucket(Bucket="example-theirs")
    stored, _ = load_stack_file(stack_file("bring-your-own"))
    config = {**copy.deepcopy(stored), "automq_config": own.automq_config.text}
    config["buckets"]["existing"].update(data="example-far", audit="example-theirs")
    config["buckets"]["existing"]["access-logs"] = "example-nowhere"
    target = Target(
        stack="x", account=own_account.account, region=own_account.region, config=config, secrets=("automq_config",)
    )
    listings = (("s3", "ListBuckets", "Buckets"), ("kms", "ListKeys", "Keys"), ("iam", "ListRoles", "Roles"))
    before = [cloud.call(service, operation, {})[name] for service, operation, name in listings]
    with pytest.raises(SettingsError) as caught:
        deploy(target, own_account)
    assert "buckets.existing.data example-far is in eu-west-1" in str(caught.value)
    assert "buckets.existing.audit example-theirs is another account's" in str(caught.value)
    assert "buckets.existing.access-logs example-nowhere is not there" in str(caught.value)
    assert [cloud.call(service, operation, {})[name] for service, operation, name in listings] == before


@pytest.mark.parametrize(("changes", "words"), [
    ({"data_bucket": "mine"}, ["buckets.existing.data one that is there", "leave one of them out"]),
    ({"keys": {"existing": {}}}, ["buckets.existing.data is named and keys.existing.data is not"]),
    ({"buckets": {"existing": {"audit": "a.b", "access-logs": "a.b"}}}, ["buckets.existing.audit a.b is the access-logs bucket too"]),
    ({"buckets": {"existing": {"audit": "No_Name"}}}, ["buckets.existing.audit 'No_Name' breaks S3's naming rules"]),
    ({"buckets": {"existing": {"logs": "a.b"}}}, ["buckets.existing.logs"]),
])  # fmt: skip
def test_a_bucket_that_cannot_be_meant_is_refused(
    own_with: Callable[..., Settings], changes: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(SettingsError) as caught:
        own_with(**changes)
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_the_ops_bucket_is_the_one_that_the_config_was_issued_for(
    own: Settings, own_with: Callable[..., Settings]
) -> None:
    with pytest.raises(SettingsError, match="automq_config was issued for example-streaming-operations: name that one"):
        own_with(automq_config=own.automq_config.text, buckets={"existing": {"ops": "another-bucket"}})
