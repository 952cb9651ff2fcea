from typing import Any

import pytest

from components.buckets import Bucket, BucketArgs, Lifecycle, lifecycle_rules


def args(**change: Any) -> Any:
    given = {"bucket": "records", "policy": "{}", "key_arn": "arn:key", "log_bucket": "access-logs"}
    return BucketArgs(**(given | change))


def test_the_bucket_is_encrypted_with_its_key_and_a_bucket_key(declare: Any) -> None:
    (setting,) = declare(lambda: Bucket("b", args())).of("BucketServerSideEncryptionConfiguration")
    (rule,) = setting["rules"]
    by_default = rule["applyServerSideEncryptionByDefault"]
    assert by_default == {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "arn:key"}
    assert rule["bucketKeyEnabled"] is True
    assert rule["blockedEncryptionTypes"] == ["SSE-C"]


def test_a_bucket_without_a_key_uses_the_key_of_s3(declare: Any) -> None:
    (setting,) = declare(lambda: Bucket("b", args(key_arn=None))).of("BucketServerSideEncryptionConfiguration")
    assert setting["rules"][0]["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}


def test_the_bucket_is_closed_to_the_public_and_to_other_owners(declare: Any) -> None:
    declared = declare(lambda: Bucket("b", args()))
    (block,) = declared.of("BucketPublicAccessBlock")
    assert all(
        block[flag] for flag in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    )
    (ownership,) = declared.of("BucketOwnershipControls")
    assert ownership["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


@pytest.mark.parametrize("protect", [True, False])
def test_only_an_unprotected_bucket_can_be_destroyed_with_its_objects(declare: Any, protect: Any) -> None:
    (bucket,) = declare(lambda: Bucket("b", args(protect=protect))).of("Bucket")
    assert bucket["forceDestroy"] is not protect


def test_the_access_log_goes_to_the_log_bucket_under_the_buckets_name(declare: Any) -> None:
    (log,) = declare(lambda: Bucket("b", args())).of("BucketLogging")
    assert (log["targetBucket"], log["targetPrefix"]) == ("access-logs", "s3/records/")


def test_the_log_bucket_does_not_log_itself(declare: Any) -> None:
    assert "BucketLogging" not in declare(lambda: Bucket("b", args(log_bucket=None))).kinds()


def test_object_lock_retains_new_versions(declare: Any) -> None:
    declared = declare(lambda: Bucket("b", args(versioning=True, object_lock_days=30)))
    assert declared.of("Bucket")[0]["objectLockEnabled"] is True
    (lock,) = declared.of("BucketObjectLockConfiguration")
    assert lock["rule"] == {"defaultRetention": {"mode": "GOVERNANCE", "days": 30}}


def test_object_lock_without_versions_is_refused() -> None:
    with pytest.raises(ValueError, match="turn versioning on"):
        args(object_lock_days=30)


def test_current_records_never_expire_by_age() -> None:
    rules = lifecycle_rules(Lifecycle(noncurrent_days=2))
    assert [rule["id"] for rule in rules] == ["abort-uploads", "expire-noncurrent", "expire-markers"]
    assert not any("days" in rule.get("expiration", {}) for rule in rules)
    assert rules[1]["noncurrent_version_expiration"] == {"noncurrent_days": 2}


def test_every_bucket_forgets_unfinished_uploads(declare: Any) -> None:
    (lifecycle,) = declare(lambda: Bucket("b", args())).of("BucketLifecycleConfiguration")
    assert lifecycle["rules"][0]["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 2}


def test_logs_expire_by_prefix() -> None:
    rules = lifecycle_rules(Lifecycle({"trail/": 400, "flow/": 90}))
    assert [(rule["id"], rule["filter"], rule.get("expiration")) for rule in rules[1:]] == [
        ("expire-trail", {"prefix": "trail/"}, {"days": 400}),
        ("expire-flow", {"prefix": "flow/"}, {"days": 90}),
    ]


def test_a_lock_in_compliance_mode_cannot_be_lifted(declare: Any) -> None:
    lock = {"versioning": True, "object_lock_days": 30, "object_lock_mode": "compliance"}
    (made,) = declare(lambda: Bucket("b", args(**lock))).of("BucketObjectLockConfiguration")
    assert made["rule"] == {"defaultRetention": {"mode": "COMPLIANCE", "days": 30}}
