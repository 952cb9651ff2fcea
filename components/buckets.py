"""A private bucket with everything that a bucket of the environment must have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pulumi
import pulumi_aws as aws

from components.documents.buckets import ABORT_UPLOADS_AFTER_DAYS

if TYPE_CHECKING:
    from collections.abc import Mapping

LockMode = Literal["governance", "compliance"]
"""Whether those with a right to can lift a lock before its time, or nobody can."""


@dataclass(frozen=True)
class Lifecycle:
    """When a bucket forgets: days until current objects expire, by prefix, and until overwritten or deleted ones do.

    What is not named is kept for ever. Current records are never expired by age: Kafka's own retention deletes them.
    """

    current_days: Mapping[str, int] = field(default_factory=dict)
    noncurrent_days: int | None = None


@dataclass(frozen=True)
class BucketArgs:
    """What a bucket is: its physical name, policy (JSON text) and protection.

    ``key_arn`` is its KMS key, None for SSE-S3. ``log_bucket`` receives its access log, None for the log bucket itself.
    The log's prefix is ``s3/<bucket>/``. ``object_lock_days`` makes every version undeletable for that long, in
    ``object_lock_mode``.
    """

    bucket: str
    policy: pulumi.Input[str]
    key_arn: pulumi.Input[str] | None
    log_bucket: pulumi.Input[str] | None
    versioning: bool = False
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    object_lock_days: int | None = None
    object_lock_mode: LockMode = "governance"
    protect: bool = False

    def __post_init__(self) -> None:
        if self.object_lock_days is not None and not self.versioning:
            raise ValueError(
                f"bucket {self.bucket} has Object Lock, which S3 offers on versioned buckets: turn versioning on"
            )


@dataclass(frozen=True)
class ExistingBucket:
    """A bucket that is there already: its owner keeps its policy, its settings and its life."""

    name: pulumi.Output[str]

    @property
    def ready(self) -> pulumi.Output[str]:
        """The bucket's name: what delivers into it may be made at once."""
        return self.name


class Bucket(pulumi.ComponentResource):
    """One bucket: encrypted, owner enforced, closed to the public, with its policy, lifecycle and access log."""

    arn: pulumi.Output[str]
    name: pulumi.Output[str]
    ready: pulumi.Output[str]
    """The bucket's name, known once its policy stands: what delivers into it may be made from then on."""

    def __init__(self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("byoc:aws:Bucket", name, None, opts)
        self._name, self._args = name, args
        self._bucket = self._make_bucket()
        self.arn, self.name = self._bucket.arn, self._bucket.bucket
        self._close()
        self._encrypt()
        self._keep_versions()
        self._forget()
        self._log()
        self.ready = self._permit()
        self.register_outputs({"arn": self.arn, "name": self.name})

    def _child(self) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self)

    def _make_bucket(self) -> aws.s3.Bucket:
        return aws.s3.Bucket(
            self._name,
            bucket=self._args.bucket,
            force_destroy=not self._args.protect,
            object_lock_enabled=self._args.object_lock_days is not None,
            opts=pulumi.ResourceOptions(parent=self, protect=self._args.protect),
        )

    def _close(self) -> None:
        self._block = aws.s3.BucketPublicAccessBlock(
            self._name,
            bucket=self.name,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child(),
        )
        aws.s3.BucketOwnershipControls(
            self._name, bucket=self.name, rule={"object_ownership": "BucketOwnerEnforced"}, opts=self._child()
        )

    def _encrypt(self) -> None:
        by_default: aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgsDict
        if self._args.key_arn is None:
            by_default = {"sse_algorithm": "AES256"}
        else:
            by_default = {"sse_algorithm": "aws:kms", "kms_master_key_id": self._args.key_arn}
        aws.s3.BucketServerSideEncryptionConfiguration(
            self._name,
            bucket=self.name,
            rules=[
                {
                    "apply_server_side_encryption_by_default": by_default,
                    "bucket_key_enabled": self._args.key_arn is not None,
                    "blocked_encryption_types": ["SSE-C"],
                }
            ],
            opts=self._child(),
        )

    def _keep_versions(self) -> None:
        if not self._args.versioning:
            return
        versioning = aws.s3.BucketVersioning(
            self._name, bucket=self.name, versioning_configuration={"status": "Enabled"}, opts=self._child()
        )
        if self._args.object_lock_days is not None:
            mode = self._args.object_lock_mode.upper()
            aws.s3.BucketObjectLockConfiguration(
                self._name,
                bucket=self.name,
                rule={"default_retention": {"mode": mode, "days": self._args.object_lock_days}},
                opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
            )

    def _forget(self) -> None:
        aws.s3.BucketLifecycleConfiguration(
            self._name, bucket=self.name, rules=lifecycle_rules(self._args.lifecycle), opts=self._child()
        )

    def _log(self) -> None:
        if self._args.log_bucket is not None:
            aws.s3.BucketLogging(
                self._name,
                bucket=self.name,
                target_bucket=self._args.log_bucket,
                target_prefix=f"s3/{self._args.bucket}/",
                opts=self._child(),
            )

    def _permit(self) -> pulumi.Output[str]:
        # S3 refuses both to change at once: the policy waits for the public access block.
        policy = aws.s3.BucketPolicy(
            self._name,
            bucket=self.name,
            policy=self._args.policy,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._block]),
        )
        return policy.bucket


def lifecycle_rules(lifecycle: Lifecycle) -> list[aws.s3.BucketLifecycleConfigurationRuleArgsDict]:
    """A bucket's lifecycle rules: unfinished uploads, then current objects, then other versions and their markers."""
    rules = [_rule("abort-uploads")]
    rules[0]["abort_incomplete_multipart_upload"] = {"days_after_initiation": ABORT_UPLOADS_AFTER_DAYS}
    for prefix, days in lifecycle.current_days.items():
        rules.append(_rule(f"expire-{prefix.strip('/') or 'all'}", prefix))
        rules[-1]["expiration"] = {"days": days}
    if lifecycle.noncurrent_days is not None:
        rules.append(_rule("expire-noncurrent"))
        rules[-1]["noncurrent_version_expiration"] = {"noncurrent_days": lifecycle.noncurrent_days}
        # S3 takes this marker only in a rule without days.
        rules.append(_rule("expire-markers"))
        rules[-1]["expiration"] = {"expired_object_delete_marker": True}
    return rules


def _rule(name: str, prefix: str = "") -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    return {"id": name, "status": "Enabled", "filter": {"prefix": prefix}}
