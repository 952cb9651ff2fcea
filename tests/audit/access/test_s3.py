"""AWS page "Blocking public access to your Amazon S3 storage", the meaning of public."""

from __future__ import annotations

from typing import Any

import pytest

from audit.access.expression import FALSE, TRUE, Opaque
from audit.access.policy import document
from audit.access.s3 import public


def of(principal: Any = "*", condition: Any = None, action: Any = "s3:GetObject", **more: Any) -> dict[str, Any]:
    made = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "arn:aws:s3:::b/*", **more}
    return made if condition is None else {**made, "Condition": condition}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (of(), TRUE),
        (of({"AWS": "*"}), TRUE),
        (of({"AWS": "111111111111"}), FALSE),
        (of({"Service": "logs.amazonaws.com"}), FALSE),
        (of(Effect="Deny"), FALSE),
        (of(condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}), FALSE),
        (of(condition={"StringLike": {"aws:SourceVpc": "vpc-*"}}), TRUE),
        (of(condition={"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}), TRUE),
        (of(condition={"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}), TRUE),
        (of(condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), FALSE),
        (of(condition={"StringEquals": {"aws:UserAgent": "me"}}), TRUE),
        (of(condition={"StringEquals": {"aws:SourceAccount": "${aws:PrincipalAccount}"}}), TRUE),
        (of(condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), FALSE),
        (of(condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}), TRUE),
        (of(condition={"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}}), FALSE),
        (of(condition={"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:us-east-1:1:accesspoint/*"}}), FALSE),
        (of(action="s3:CreateJob"), FALSE),
        (of(action=["s3:Put*"]), TRUE),
    ],
)
def test_what_counts_as_public(statement: dict[str, Any], expected: Any) -> None:
    made = document("bucket_policy", {"Version": "2012-10-17", "Statement": [statement]}, principals=True)
    assert public(made) == expected


def test_with_denials_for_everyone_it_may_count_as_closed() -> None:
    deny = of(Effect="Deny", condition={"StringNotEquals": {"aws:SourceVpc": "vpc-1"}})
    made = document("bucket_policy", {"Version": "2012-10-17", "Statement": [of(), deny]}, principals=True)
    assert isinstance(public(made), Opaque)
    assert public(None) == FALSE
