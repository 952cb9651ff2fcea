"""The state's backend, rehearsed: what stands in the account after it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from stacks.bootstrap.documents import bucket_policy, key_policy
from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.run import Target, rehearsal

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT, REGION = "111122223333", "eu-west-1"
BUCKET = f"automq-byoc-state-{ACCOUNT}-{REGION}"


@pytest.fixture(scope="module")
def deployed() -> Iterator[tuple[Cloud, dict[str, Any]]]:
    target = Target(
        stack="state",
        account=ACCOUNT,
        region=REGION,
        config={},
        project="automq-byoc-bootstrap",
        program="stacks.bootstrap.program:bootstrap",
    )
    with rehearsal(target) as run:
        yield Cloud(run.environment, ACCOUNT, REGION), dict(run.outputs)


def shown(deployed: tuple[Cloud, dict[str, Any]], operation: str) -> Any:
    return deployed[0].call("s3", operation, {"Bucket": BUCKET})


def test_the_outputs_are_what_pulumi_is_given(deployed: tuple[Cloud, dict[str, Any]]) -> None:
    assert deployed[1] == {
        "backend_url": f"s3://{BUCKET}?region={REGION}",
        "secrets_provider": f"awskms://alias/automq-byoc/state?region={REGION}",
    }


def test_the_state_is_versioned_and_old_states_are_kept_for_a_year(deployed: tuple[Cloud, dict[str, Any]]) -> None:
    assert shown(deployed, "GetBucketVersioning")["Status"] == "Enabled"
    rules = shown(deployed, "GetBucketLifecycleConfiguration")["Rules"]
    kept = [rule["NoncurrentVersionExpiration"] for rule in rules if "NoncurrentVersionExpiration" in rule]
    assert kept == [{"NoncurrentDays": 365}]
    assert [rule for rule in rules if "Days" in rule.get("Expiration", {})] == []


def test_the_state_is_encrypted_with_the_key_of_the_secrets_provider(deployed: tuple[Cloud, dict[str, Any]]) -> None:
    (rule,) = shown(deployed, "GetBucketEncryption")["ServerSideEncryptionConfiguration"]["Rules"]
    by_default = rule["ApplyServerSideEncryptionByDefault"]
    key = deployed[0].call("kms", "DescribeKey", {"KeyId": "alias/automq-byoc/state"})["KeyMetadata"]
    assert by_default == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key["Arn"]}
    assert deployed[0].call("kms", "GetKeyRotationStatus", {"KeyId": key["KeyId"]})["KeyRotationEnabled"] is True


def test_nothing_of_the_state_is_public(deployed: tuple[Cloud, dict[str, Any]]) -> None:
    assert set(shown(deployed, "GetPublicAccessBlock")["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = shown(deployed, "GetBucketOwnershipControls")["OwnershipControls"]["Rules"]
    assert rule == {"ObjectOwnership": "BucketOwnerEnforced"}
    policy = json.loads(shown(deployed, "GetBucketPolicy")["Policy"])
    assert policy == bucket_policy(f"arn:{'aws'}:s3:::{BUCKET}")


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_the_key_is_the_accounts_alone(partition: str) -> None:
    (statement,) = key_policy(partition, ACCOUNT)["Statement"]
    assert statement["Principal"] == {"AWS": f"arn:{partition}:iam::{ACCOUNT}:root"}
