"""Buckets that the settings name: whether each is there, of this account and region, and serves who must use it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from audit.access.granting import Use
from components.documents.bucket_requests import ENCRYPTED_WITH, BucketRole, uses
from stacks.existing.policies import shut_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stacks.existing.reading import Reader
    from stacks.settings import Settings

# No endpoint has this id: an endpoint that is yet to be made is none that a policy can name.
_UNMADE = "vpce-00000000000000000"
_ABSENT, _FOREIGN = ("404", "NoSuchBucket"), ("403", "AccessDenied")


@dataclass(frozen=True)
class Bucket:
    """A bucket as AWS answers for it.

    ``refused`` is the error's code where it answers not at all. ``policy`` is None where there is none; ``key`` is the
    ARN of the KMS key that encrypts by default, None for S3's own; ``rules`` are the lifecycle's.
    """

    refused: str | None = None
    listed: bool = True
    region: str = ""
    policy: Mapping[str, Any] | None = None
    key: str | None = None
    rules: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def read(reader: Reader, name: str, account: str) -> Bucket:
    """Ask AWS for a bucket."""
    params = {"Bucket": name, "ExpectedBucketOwner": account}
    head, code = reader.asked("s3", "HeadBucket", params)
    if head is None:
        mine = reader.answer("s3", "ListBuckets", {})["Buckets"] if code in _FOREIGN else []
        return Bucket(code, listed=name in {bucket["Name"] for bucket in mine})
    policy = reader.answer("s3", "GetBucketPolicy", params, ("NoSuchBucketPolicy",))
    rules = reader.answer("s3", "GetBucketLifecycleConfiguration", params, ("NoSuchLifecycleConfiguration",))
    return Bucket(
        region=head["BucketRegion"],
        policy=None if policy is None else json.loads(policy["Policy"]),
        key=_key(reader, params),
        rules=[] if rules is None else rules["Rules"],
    )


def endpoint(reader: Reader, settings: Settings) -> str:
    """The id of the S3 endpoint: the named one, or the environment's own once it is made; no endpoint's until then."""
    named = settings.network.endpoints.get("s3", "made")
    if named != "made":
        return named
    own = {"Name": "tag:automqEnvironmentID", "Values": [settings.environment_id]}
    found = reader.answer("ec2", "DescribeVpcEndpoints", {"Filters": [own]})["VpcEndpoints"]
    return next((one["VpcEndpointId"] for one in found if one["ServiceName"].endswith(".s3")), _UNMADE)


def _key(reader: Reader, params: Mapping[str, str]) -> str | None:
    none = ("ServerSideEncryptionConfigurationNotFoundError",)
    found = reader.answer("s3", "GetBucketEncryption", dict(params), none)
    rules = found["ServerSideEncryptionConfiguration"]["Rules"] if found else []
    named = [rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID") for rule in rules]
    key = next(filter(None, named), None)
    # Buckets take a key's id and aliases too.
    return None if key is None else _arn(reader, key)


def _arn(reader: Reader, key: str) -> str:
    found = reader.answer("kms", "DescribeKey", {"KeyId": key}, ("NotFoundException",))
    return key if found is None else str(found["KeyMetadata"]["Arn"])


def problems(settings: Settings, found: Mapping[BucketRole, Bucket], s3_endpoint: str) -> list[str]:
    """Everything that keeps the environment from using these buckets, a sentence for each thing."""
    return [problem for role, bucket in found.items() for problem in _of(settings, role, bucket, s3_endpoint)]


def _of(settings: Settings, role: BucketRole, bucket: Bucket, s3_endpoint: str) -> Iterator[str]:
    where = f"{settings.aws_account_id} in {settings.region}"
    head = f"buckets.existing.{role} {settings.buckets.existing[role]}"
    if bucket.refused is not None:
        yield f"{head} {_unanswered(bucket, where)}"
        return
    if bucket.region != settings.region:
        yield f"{head} is in {bucket.region}: name a bucket of {where}"
        return
    yield from _unfit(settings, role, bucket, head)
    wanted = uses(
        settings.names,
        endpoint=s3_endpoint,
        vpc=settings.network.existing,
        load_balancer=settings.console.access == "load_balancer",
    )[role]
    account = settings.aws_account_id
    shut = shut_out(bucket.policy, (Use(use.who, use.action, use.resource, account, use.context) for use in wanted))
    if shut:
        yield (
            f"{head} does not let in {', '.join(shut)}: let its owner put what `byoc requests STACK` prints for it "
            "into its policy"
        )


def _unanswered(bucket: Bucket, where: str) -> str:
    if bucket.refused in _ABSENT:
        return f"is not there: name a bucket of {where}"
    if bucket.refused in _FOREIGN and not bucket.listed:
        return f"is another account's: name a bucket of {where}"
    return (
        f"could not be read (s3:HeadBucket was refused with {bucket.refused}): let the deploying role do s3:ListBucket "
        "on it"
    )


def _unfit(settings: Settings, role: BucketRole, bucket: Bucket, head: str) -> Iterator[str]:
    purpose = ENCRYPTED_WITH.get(role)
    key = None if purpose is None else settings.keys.existing[purpose]
    if bucket.key != key:
        wants = f"keys.existing.{purpose}, {key}" if key else "none of KMS, which no delivery of access logs can use"
        yield (
            f"{head} is encrypted by default with {bucket.key or 'a key of S3'}, and the environment's key is {wants}: "
            "let its owner change the bucket's default encryption"
        )
    if role is BucketRole.DATA and any(map(_removes, bucket.rules)):
        yield (
            f"{head} has a lifecycle rule that expires or archives objects by age, which loses records that topics "
            "hold: let its owner remove it"
        )


def _removes(rule: Mapping[str, Any]) -> bool:
    expiry = rule.get("Expiration", {})
    return rule["Status"] == "Enabled" and bool("Days" in expiry or "Date" in expiry or rule.get("Transitions"))
