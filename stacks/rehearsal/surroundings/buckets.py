"""The buckets that settings name, set up as the environment asked their owners to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from components.documents.bucket_requests import ENCRYPTED_WITH, VERSIONED, BucketRole
from components.documents.buckets import ABORT_UPLOADS_AFTER_DAYS, FLOW_PREFIX, S3_PREFIX, TRAIL_PREFIX
from stacks.rehearsal.surroundings.step import Step
from stacks.requests import bucket_policies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from components.documents.statement import Document
    from stacks.settings import Settings

_CLOSED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def steps(settings: Settings) -> Iterator[Step]:
    """The calls of a storage team that made them; the bucket of the others' access logs comes first."""
    named = settings.buckets.existing
    endpoint = settings.network.endpoints.get("s3")
    policies = bucket_policies(settings, None if endpoint == "made" else endpoint)
    for role in sorted(named, key=lambda role: role is not BucketRole.ACCESS_LOGS):
        purpose = ENCRYPTED_WITH.get(role)
        key = None if purpose is None else settings.keys.existing[purpose]
        yield from bucket(settings, role, named[role], key, policies[role])
        if role is not BucketRole.ACCESS_LOGS:
            to = {"TargetBucket": settings.names.access_logs_bucket, "TargetPrefix": f"{S3_PREFIX}/{named[role]}/"}
            yield _put("BucketLogging", named[role], BucketLoggingStatus={"LoggingEnabled": to})


def bucket(settings: Settings, role: BucketRole, name: str, key: str | None, policy: Document) -> Iterator[Step]:
    """The calls that make one, set up as it is asked for."""
    elsewhere = {"LocationConstraint": settings.region}
    made = {} if settings.region == "us-east-1" else {"CreateBucketConfiguration": elsewhere}
    owned = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    yield Step("s3", "CreateBucket", {"Bucket": name, **made})
    yield _put("PublicAccessBlock", name, PublicAccessBlockConfiguration=dict.fromkeys(_CLOSED, True))
    yield _put("BucketOwnershipControls", name, OwnershipControls=owned)
    yield _put("BucketEncryption", name, ServerSideEncryptionConfiguration={"Rules": [_encryption(key)]})
    if role in VERSIONED:
        yield _put("BucketVersioning", name, VersioningConfiguration={"Status": "Enabled"})
    yield _put("BucketLifecycleConfiguration", name, LifecycleConfiguration={"Rules": _lifecycle(settings, role)})
    yield _put("BucketPolicy", name, Policy=json.dumps(policy))


def _put(what: str, bucket: str, **params: Any) -> Step:
    return Step("s3", f"Put{what}", {"Bucket": bucket, **params})


def _encryption(key: str | None) -> dict[str, Any]:
    by_default = {"SSEAlgorithm": "AES256"} if key is None else {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    return {
        "ApplyServerSideEncryptionByDefault": by_default,
        "BucketKeyEnabled": key is not None,
        "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
    }


def _lifecycle(settings: Settings, role: BucketRole) -> list[dict[str, Any]]:
    days = settings.retention
    trail = {f"{TRAIL_PREFIX}/": days.trail} if settings.names.makes_trail else {}
    current = {
        BucketRole.AUDIT: {**trail, f"{FLOW_PREFIX}/": days.flow_logs},
        BucketRole.ACCESS_LOGS: {"": days.access_logs},
    }.get(role, {})
    abort = {"DaysAfterInitiation": ABORT_UPLOADS_AFTER_DAYS}
    rules = [_rule("abort-uploads", AbortIncompleteMultipartUpload=abort)]
    rules += [_rule(f"expire-{prefix}", prefix, Expiration={"Days": kept}) for prefix, kept in current.items()]
    if role in VERSIONED:
        kept = {"NoncurrentDays": days.noncurrent_versions}
        rules.append(_rule("expire-noncurrent", NoncurrentVersionExpiration=kept))
    return rules


def _rule(name: str, prefix: str = "", **does: Any) -> dict[str, Any]:
    return {"ID": name, "Status": "Enabled", "Filter": {"Prefix": prefix}, **does}
