"""Bucket policies. aws-rules 1, 2, 10 and 15.

Denies on data and ops name object actions only: refreshes, audits and destroys of the bucket itself never meet them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.documents.statement import (
    EVERYONE,
    Condition,
    Document,
    Statement,
    VendorWindow,
    allow,
    deny,
    document,
    log_delivery,
    to,
)

if TYPE_CHECKING:
    from components.layout import Names

# Every action on an object; the test asks the service reference.
OBJECT_ACTIONS = (
    "s3:*Object*",
    "s3:AbortMultipartUpload",
    "s3:BypassGovernanceRetention",
    "s3:InitiateReplication",
    "s3:ListMultipartUploadParts",
    "s3:Replicate*",
)
TRAIL_PREFIX = "trail"
FLOW_PREFIX = "flow"
S3_PREFIX = "s3"
LOAD_BALANCER_PREFIX = "elb"
ABORT_UPLOADS_AFTER_DAYS = 2
"""Parts of an upload that nobody completes are paid for and invisible; a broker completes its uploads in seconds."""


def data_bucket(names: Names, endpoint_id: str | None, key_arn: str) -> Document:
    """Records: objects only through our endpoint and only by the brokers, encrypted with the data key alone.

    Here and in the ops bucket's, None for the endpoint leaves it open, for a bucket that is there before the endpoint.
    """
    bucket = names.data_bucket_arn
    return document(
        _tls(bucket),
        *_only_through(bucket, endpoint_id, ()),
        _only_by(bucket, (names.data_plane_role_arn,)),
        *_only_encrypted(bucket, key_arn),
    )


def ops_bucket(names: Names, endpoint_id: str | None, key_arn: str, window: VendorWindow | None = None) -> Document:
    """Logs, metrics and licences: objects by brokers and console through our endpoint, by the vendor in a window."""
    bucket = names.ops_bucket_arn
    vendor = (window.principal,) if window else ()
    return document(
        _tls(bucket),
        *_only_through(bucket, endpoint_id, vendor),
        _only_by(bucket, (names.data_plane_role_arn, names.console_role_arn, *vendor)),
        *_only_encrypted(bucket, key_arn),
        *(_window(bucket, window) if window else ()),
    )


def audit_bucket(names: Names) -> Document:
    """The trail's and the flow logs' files: written by their services alone, changed by nobody."""
    bucket = names.audit_bucket_arn
    of_trail: Condition = {"StringEquals": {"aws:SourceArn": names.trail_arn, "aws:SourceAccount": names.account}}
    of_delivery = log_delivery(names, names.account)
    path = f"{TRAIL_PREFIX}/AWSLogs/{names.account}/*"
    # A log account's bucket may keep other things as well.
    whole = (
        [f"{bucket}/*"] if names.log_account is None else [f"{bucket}/{TRAIL_PREFIX}/*", f"{bucket}/{FLOW_PREFIX}/*"]
    )
    # A trail that is there already has a bucket of its own.
    trail = _delivered("Trail", "cloudtrail.amazonaws.com", bucket, path, of_trail) if names.makes_trail else ()
    return document(
        _tls(bucket),
        *_written_by_services(*whole),
        *trail,
        *_delivered(
            "Flow", "delivery.logs.amazonaws.com", bucket, f"{FLOW_PREFIX}/AWSLogs/{names.account}/*", of_delivery
        ),
        *_of_owner(names),
    )


def _of_owner(names: Names) -> list[Statement]:
    """Flow logs of a shared VPC's subnets, which its owner's account alone can deliver."""
    if names.network_owner is None:
        return []
    return _delivered(
        "SharedFlow",
        "delivery.logs.amazonaws.com",
        names.audit_bucket_arn,
        f"{FLOW_PREFIX}/AWSLogs/{names.network_owner}/*",
        log_delivery(names, names.network_owner),
    )


def access_logs_bucket(names: Names, *, load_balancer: bool = False) -> Document:
    """The access logs of our buckets, and of the console's load balancer where there is one."""
    bucket = names.access_logs_bucket_arn
    # S3 delivers a bucket's access logs within its account (page "Logging requests with server access logging").
    audit = {names.audit_bucket_arn} if names.log_account is None else set()
    of_buckets: Condition = {
        "StringEquals": {"aws:SourceAccount": names.account},
        "ArnLike": {"aws:SourceArn": sorted({names.data_bucket_arn, names.ops_bucket_arn} | audit)},
    }
    of_balancers: Condition = {"ArnLike": {"aws:SourceArn": names.regional("elasticloadbalancing", "loadbalancer/*")}}
    s3 = allow("S3AccessLogs", "s3:PutObject", f"{bucket}/{S3_PREFIX}/*", of_buckets)
    path = f"{bucket}/{LOAD_BALANCER_PREFIX}/AWSLogs/{names.account}/*"
    balancer = allow("LoadBalancerAccessLogs", "s3:PutObject", path, of_balancers)
    service = {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    return document(
        _tls(bucket),
        *_written_by_services(f"{bucket}/*"),
        to({"Service": "logging.s3.amazonaws.com"}, s3),
        *((to(service, balancer),) if load_balancer else ()),
    )


def _tls(bucket: str) -> Statement:
    plain = {"Bool": {"aws:SecureTransport": "false"}}
    return to(EVERYONE, deny("TlsOnly", "s3:*", [bucket, f"{bucket}/*"], plain))


def _only_through(bucket: str, endpoint_id: str | None, exempt: tuple[str, ...]) -> list[Statement]:
    if endpoint_id is None:
        return []
    condition: Condition = {"StringNotEquals": {"aws:SourceVpce": endpoint_id}}
    if exempt:
        condition["ArnNotEquals"] = {"aws:PrincipalArn": list(exempt)}
    return [to(EVERYONE, deny("ObjectsOnlyThroughOurEndpoint", OBJECT_ACTIONS, f"{bucket}/*", condition))]


def _only_by(bucket: str, principals: tuple[str, ...]) -> Statement:
    others: Condition = {"ArnNotEquals": {"aws:PrincipalArn": list(principals)}}
    return to(EVERYONE, deny("ObjectsOnlyByOurRoles", OBJECT_ACTIONS, f"{bucket}/*", others))


def _only_encrypted(bucket: str, key_arn: str) -> list[Statement]:
    # A header that is absent is never denied: brokers send none, and the bucket's default decides.
    algorithm, key, customer = (
        f"s3:x-amz-server-side-encryption{rest}" for rest in ("", "-aws-kms-key-id", "-customer-algorithm")
    )
    put, objects = "s3:PutObject", f"{bucket}/*"
    # aws:kms without a key id means AWS's own key: where a header says how, the key must be ours.
    other_algorithm: Condition = {"Null": {algorithm: "false"}, "ArnNotEquals": {key: key_arn}}
    other_key: Condition = {"Null": {key: "false"}, "ArnNotEquals": {key: key_arn}}
    return [
        to(EVERYONE, deny("NoOtherEncryption", put, objects, other_algorithm)),
        to(EVERYONE, deny("NoOtherKey", put, objects, other_key)),
        to(EVERYONE, deny("NoCustomerProvidedKey", put, objects, {"Null": {customer: "false"}})),
    ]


def _window(bucket: str, window: VendorWindow) -> list[Statement]:
    # The exemption ends with the window: after it the vendor is refused by name, whatever is left of the rest.
    open_until: Condition = {"DateLessThan": {"aws:CurrentTime": window.until}}
    closed: Condition = {
        "ArnEquals": {"aws:PrincipalArn": window.principal},
        "DateGreaterThanEquals": {"aws:CurrentTime": window.until},
    }
    vendor = {"AWS": window.principal}
    reads = [f"{bucket}/{prefix}*" for prefix in window.reads]
    writes = [f"{bucket}/{prefix}*" for prefix in window.writes]
    listed: Condition = {**open_until, "StringLike": {"s3:prefix": [f"{prefix}*" for prefix in window.reads]}}
    statements = [to(EVERYONE, deny("VendorWindowClosed", OBJECT_ACTIONS, f"{bucket}/*", closed))]
    if reads:
        statements += [
            to(vendor, allow("VendorWindowReads", "s3:GetObject", reads, open_until)),
            to(vendor, allow("VendorWindowLists", "s3:ListBucket", bucket, listed)),
        ]
    if writes:
        statements.append(to(vendor, allow("VendorWindowWrites", "s3:PutObject", writes, open_until)))
    return statements


def _written_by_services(*objects: str) -> list[Statement]:
    # Lifecycle rules expire objects without asking the policy; nobody else removes or replaces what was delivered.
    people: Condition = {"Bool": {"aws:PrincipalIsAWSService": "false"}}
    changes = ("s3:DeleteObject*", "s3:PutObject*", "s3:Replicate*", "s3:RestoreObject")
    return [to(EVERYONE, deny("WrittenByServicesAlone", changes, objects if len(objects) > 1 else objects[0], people))]


def _delivered(signal: str, service: str, bucket: str, path: str, source: Condition) -> list[Statement]:
    with_owner = {**source, "StringEquals": {**source["StringEquals"], "s3:x-amz-acl": "bucket-owner-full-control"}}
    return [
        to({"Service": service}, allow(f"{signal}Checks", "s3:GetBucketAcl", bucket, source)),
        to({"Service": service}, allow(f"{signal}Delivers", "s3:PutObject", f"{bucket}/{path}", with_owner)),
    ]
