"""What the owner of a bucket adds to its policy, and the requests that it must let through.

The same statements as in the policies of buckets that are made. They need no role to exist yet: S3 checks principals,
and roles of the environment stand in conditions alone (page "PutBucketPolicy").
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from components.documents import buckets
from components.documents.actions import OBJECTS
from components.layout import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from components.documents.statement import Document, Statement, VendorWindow
    from components.layout import Names


class BucketRole(StrEnum):
    """What a bucket of the environment is for."""

    DATA = "data"
    OPS = "ops"
    AUDIT = "audit"
    ACCESS_LOGS = "access-logs"


ENCRYPTED_WITH = {BucketRole.DATA: Purpose.DATA, BucketRole.OPS: Purpose.OPS, BucketRole.AUDIT: Purpose.LOGS}
"""The purpose of each bucket's key; who delivers access logs can use none of ours."""
VERSIONED = frozenset({BucketRole.OPS, BucketRole.AUDIT})
"""The buckets that keep what was overwritten or deleted; brokers rewrite too much of the data bucket for that."""

# What both roles do to buckets themselves: brokers probe them, the console shows them.
_READS = ("s3:GetLifecycleConfiguration", "s3:ListBucket", "s3:ListBucketMultipartUploads")
# Brokers and console send no header of these, and the bucket's default decides.
_ENCRYPTION = ("", "-aws-kms-key-id", "-customer-algorithm")


@dataclass(frozen=True, slots=True)
class Use:
    """One request that must pass: principal (ARN or service), action, resource (ARN), and the request's context.

    None in the context stands for a key that the request never carries.
    """

    who: str
    action: str
    resource: str
    context: Mapping[str, str | None]


def requested(
    names: Names,
    keys: Mapping[Purpose, str],
    *,
    endpoint: str | None = None,
    window: VendorWindow | None = None,
    load_balancer: bool = False,
) -> dict[BucketRole, Document]:
    """The statements that each named bucket needs in its policy; data and ops where ``keys`` has their key's ARN.

    ``endpoint`` is the S3 endpoint's id, None as long as there is none: what binds objects to it is missing then.
    """
    asked = {
        BucketRole.AUDIT: buckets.audit_bucket(names),
        BucketRole.ACCESS_LOGS: buckets.access_logs_bucket(names, load_balancer=load_balancer),
    }
    if Purpose.DATA in keys:
        asked[BucketRole.DATA] = buckets.data_bucket(names, endpoint, keys[Purpose.DATA])
    if Purpose.OPS in keys:
        asked[BucketRole.OPS] = buckets.ops_bucket(names, endpoint, keys[Purpose.OPS], window)
    return asked


def uses(
    names: Names, *, endpoint: str, vpc: str | None = None, load_balancer: bool = False
) -> dict[BucketRole, tuple[Use, ...]]:
    """Every request that each bucket must let through; ``vpc`` is the VPC's id, None when it is not made yet."""
    passing = through(endpoint, vpc)
    asked = requested(names, {}, load_balancer=load_balancer)
    data, ops = names.data_bucket_arn, names.ops_bucket_arn
    brokers, console = names.data_plane_role_arn, names.console_role_arn
    return {
        BucketRole.DATA: tuple(_of_role(brokers, data, passing)),
        BucketRole.OPS: (*_of_role(brokers, ops, passing), *_of_role(console, ops, passing)),
        BucketRole.AUDIT: tuple(_of_services(asked[BucketRole.AUDIT])),
        BucketRole.ACCESS_LOGS: tuple(_of_services(asked[BucketRole.ACCESS_LOGS])),
    }


def through(endpoint: str, vpc: str | None) -> dict[str, str | None]:
    """The context of what console and brokers send through an endpoint, both by id; None for a VPC without one yet."""
    # What passes an endpoint has aws:VpcSourceIp in place of aws:SourceIp (page "Global condition context keys").
    encryption = dict.fromkeys(f"s3:x-amz-server-side-encryption{rest}" for rest in _ENCRYPTION)
    known: dict[str, str | None] = {"aws:SecureTransport": "true", "aws:SourceVpce": endpoint, "aws:SourceIp": None}
    return {**known, **encryption, **({} if vpc is None else {"aws:SourceVpc": vpc})}


def _of_role(role: str, bucket: str, context: Mapping[str, str | None]) -> Iterator[Use]:
    yield from (Use(role, action, bucket, context) for action in _READS)
    yield from (Use(role, action, f"{bucket}/x", context) for action in OBJECTS)


def _of_services(policy: Document) -> Iterator[Use]:
    for statement in policy["Statement"]:
        if statement["Effect"] == "Allow":
            yield from _of_service(statement)


def _of_service(statement: Statement) -> Iterator[Use]:
    known: dict[str, str | None] = {"aws:SecureTransport": "true"}
    sources: list[str] = []
    for condition in statement["Condition"].values():
        for key, value in condition.items():
            if isinstance(value, list):
                sources = value
            else:
                known[key] = _one(value)
    for source in sources or [str(known["aws:SourceArn"])]:
        context = {**known, "aws:SourceArn": _one(source)}
        yield Use(statement["Principal"]["Service"], statement["Action"], _one(statement["Resource"]), context)


def _one(value: Any) -> str:
    """A value that a policy's pattern matches."""
    return str(value).replace("*", "x")
