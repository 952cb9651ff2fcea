"""Who gets at buckets: the deployer, the auditor, every delivery service, start-up, and a vendor's window."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest
from policy_sentry.querying.actions import get_actions_matching_arn_type

from components.documents.buckets import (
    OBJECT_ACTIONS,
    access_logs_bucket,
    audit_bucket,
    data_bucket,
    ops_bucket,
)
from components.documents.statement import VendorWindow

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.layout import Names

VPCE = "vpce-ours"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/k"
WINDOW = VendorWindow(
    "arn:aws:iam::381492316447:role/support", "2027-01-31T18:00:00Z", ("automq/logs/",), ("licence/",)
)
TLS = {"aws:SecureTransport": "true", "aws:PrincipalIsAWSService": "false", "aws:CurrentTime": "2027-01-01T00:00:00Z"}
ADMINISTRATOR = {**TLS, "aws:PrincipalArn": "arn:aws:iam::111122223333:role/deployer"}


def allowed(
    decide: Callable[..., str], policy: dict[str, Any], principal: str, asked: tuple[str, str], context: dict[str, str]
) -> bool:
    """Whether the policy itself grants a principal, denies for everyone included."""
    granting = [
        statement
        for statement in policy["Statement"]
        if statement["Effect"] == "Deny" or principal in statement["Principal"].values()
    ]
    return decide([{"Statement": granting}], *asked, context) == "allow"


def test_every_action_on_an_object_is_named(names: Names) -> None:
    actions = set(get_actions_matching_arn_type("s3", "object"))
    missed = {
        action
        for action in actions
        if not any(fnmatchcase(action.lower(), pattern.lower()) for pattern in OBJECT_ACTIONS)
    }
    assert actions
    assert missed == set()


@pytest.mark.parametrize(
    "action",
    [
        "s3:ListBucket",
        "s3:GetBucketPolicy",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetBucketLogging",
        "s3:GetBucketVersioning",
        "s3:GetBucketObjectLockConfiguration",
        "s3:PutBucketPolicy",
        "s3:DeleteBucketPolicy",
        "s3:DeleteBucket",
        "s3:PutLifecycleConfiguration",
        "s3:GetBucketTagging",
    ],
)
def test_refresh_destroy_and_audit_of_a_bucket_are_never_denied(
    names: Names, evaluate: Callable[..., str], action: str
) -> None:
    for bucket, policy in (
        (names.data_bucket_arn, data_bucket(names, VPCE, KEY)),
        (names.ops_bucket_arn, ops_bucket(names, VPCE, KEY, WINDOW)),
        (names.audit_bucket_arn, audit_bucket(names)),
        (names.access_logs_bucket_arn, access_logs_bucket(names, load_balancer=True)),
    ):
        assert evaluate([policy], action, bucket, ADMINISTRATOR) == "nothing"


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"])
def test_objects_are_for_our_roles_through_our_endpoint(
    names: Names, evaluate: Callable[..., str], action: str
) -> None:
    data, ops = data_bucket(names, VPCE, KEY), ops_bucket(names, VPCE, KEY)
    brokers = {**TLS, "aws:PrincipalArn": names.data_plane_role_arn, "aws:SourceVpce": VPCE}
    console = {**brokers, "aws:PrincipalArn": names.console_role_arn}
    records, operations = f"{names.data_bucket_arn}/a", f"{names.ops_bucket_arn}/a"
    assert evaluate([data], action, records, brokers) == "nothing"
    assert evaluate([data], action, records, console) == "deny"
    assert evaluate([ops], action, operations, brokers) == "nothing"
    assert evaluate([ops], action, operations, console) == "nothing"
    for policy, place in ((data, records), (ops, operations)):
        assert evaluate([policy], action, place, {**brokers, "aws:SourceVpce": "vpce-other"}) == "deny"
        assert evaluate([policy], action, place, {**TLS, "aws:PrincipalArn": names.data_plane_role_arn}) == "deny"
        assert evaluate([policy], action, place, {**ADMINISTRATOR, "aws:SourceVpce": VPCE}) == "deny"
        assert evaluate([policy], action, place, {**TLS, "aws:SourceVpce": VPCE}) == "deny", "A35: anonymous"


def test_plain_http_is_denied_everywhere(names: Names, evaluate: Callable[..., str]) -> None:
    plain = {**ADMINISTRATOR, "aws:SecureTransport": "false"}
    for bucket, policy in (
        (names.data_bucket_arn, data_bucket(names, VPCE, KEY)),
        (names.ops_bucket_arn, ops_bucket(names, VPCE, KEY)),
        (names.audit_bucket_arn, audit_bucket(names)),
        (names.access_logs_bucket_arn, access_logs_bucket(names)),
    ):
        assert evaluate([policy], "s3:ListBucket", bucket, plain) == "deny"


def test_brokers_put_without_headers_and_never_with_another_encryption(
    names: Names, evaluate: Callable[..., str]
) -> None:
    policy, place = data_bucket(names, VPCE, KEY), f"{names.data_bucket_arn}/a"
    brokers = {**TLS, "aws:PrincipalArn": names.data_plane_role_arn, "aws:SourceVpce": VPCE}
    header = "s3:x-amz-server-side-encryption"
    decisions = {
        str(sent): evaluate([policy], "s3:PutObject", place, {**brokers, **sent})
        for sent in (
            {},
            {header: "aws:kms", f"{header}-aws-kms-key-id": KEY},
            {header: "AES256"},
            {header: "aws:kms", f"{header}-aws-kms-key-id": "arn:aws:kms:eu-west-1:999999999999:key/theirs"},
            {f"{header}-customer-algorithm": "AES256"},
        )
    }
    assert list(decisions.values()) == ["nothing", "nothing", "deny", "deny", "deny"]


def test_a_vendor_window_opens_its_prefixes_until_its_end(names: Names, evaluate: Callable[..., str]) -> None:
    policy = ops_bucket(names, VPCE, KEY, WINDOW)
    vendor = {**TLS, "aws:PrincipalArn": WINDOW.principal}
    late = {**vendor, "aws:CurrentTime": "2027-02-01T00:00:00Z"}
    bucket = names.ops_bucket_arn

    def can(action: str, place: str, context: dict[str, str]) -> bool:
        return allowed(evaluate, policy, WINDOW.principal, (action, place), context)

    assert can("s3:GetObject", f"{bucket}/automq/logs/x", vendor)
    assert can("s3:PutObject", f"{bucket}/licence/x", vendor)
    assert can("s3:ListBucket", bucket, {**vendor, "s3:prefix": "automq/logs/"})
    assert not can("s3:ListBucket", bucket, vendor)
    assert not can("s3:GetObject", f"{bucket}/licence/x", vendor)
    assert not can("s3:PutObject", f"{bucket}/automq/logs/x", vendor)
    assert not can("s3:DeleteObject", f"{bucket}/automq/logs/x", vendor)
    assert not can("s3:GetObject", f"{bucket}/automq/logs/x", late)
    assert not can("s3:PutObject", f"{bucket}/licence/x", late)
    assert evaluate([policy], "s3:GetObject", f"{bucket}/automq/logs/x", late) == "deny"


def test_a_closed_ops_bucket_names_no_vendor(names: Names) -> None:
    assert "381492316447" not in str(ops_bucket(names, VPCE, KEY))


def test_each_service_delivers_where_it_belongs(names: Names, evaluate: Callable[..., str]) -> None:
    service = {**TLS, "aws:PrincipalIsAWSService": "true", "s3:x-amz-acl": "bucket-owner-full-control"}
    trail = {**service, "aws:SourceArn": names.trail_arn, "aws:SourceAccount": names.account}
    flow = {**trail, "aws:SourceArn": "arn:aws:logs:eu-west-1:111122223333:*"}
    s3 = {**trail, "aws:SourceArn": names.data_bucket_arn}
    balancer = {**trail, "aws:SourceArn": "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/x/1"}
    audit, access = audit_bucket(names), access_logs_bucket(names, load_balancer=True)
    logs, put = names.access_logs_bucket_arn, "s3:PutObject"
    deliveries = (
        (audit, "cloudtrail.amazonaws.com", f"{names.audit_bucket_arn}/trail/AWSLogs/111122223333/x", trail),
        (audit, "delivery.logs.amazonaws.com", f"{names.audit_bucket_arn}/flow/AWSLogs/111122223333/x", flow),
        (access, "logging.s3.amazonaws.com", f"{logs}/s3/{names.data_bucket}/x", s3),
        (
            access,
            "logdelivery.elasticloadbalancing.amazonaws.com",
            f"{logs}/elb/AWSLogs/111122223333/x",
            balancer,
        ),
    )
    foreign = {"aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:999999999999:trail/theirs"}
    for policy, principal, place, context in deliveries:
        assert allowed(evaluate, policy, principal, (put, place), context), principal
        assert not allowed(evaluate, policy, principal, (put, place), {**context, **foreign}), principal
        assert not allowed(evaluate, policy, principal, ("s3:DeleteObject", place), context), principal
        assert evaluate([policy], put, place, ADMINISTRATOR) == "deny"
        assert evaluate([policy], "s3:DeleteObjectVersion", place, ADMINISTRATOR) == "deny"
        assert evaluate([policy], "s3:GetObject", place, ADMINISTRATOR) == "nothing", "reviewers read"
    check = ("s3:GetBucketAcl", names.audit_bucket_arn)
    assert allowed(evaluate, audit, "cloudtrail.amazonaws.com", check, trail)
    assert allowed(evaluate, audit, "delivery.logs.amazonaws.com", check, flow)


def test_a_load_balancer_delivers_only_where_there_is_one(names: Names) -> None:
    assert "elasticloadbalancing" not in str(access_logs_bucket(names))


def test_everyone_is_written_in_the_form_that_every_reader_takes(names: Names) -> None:
    for policy in (audit_bucket(names), access_logs_bucket(names), data_bucket(names, VPCE, KEY)):
        assert all(isinstance(statement["Principal"], dict) for statement in policy["Statement"])
