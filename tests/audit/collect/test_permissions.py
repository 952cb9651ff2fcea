from __future__ import annotations

import pytest

from audit.collect.permissions import MANAGED_POLICY_LIMIT, read_only_policies, read_only_policy, size
from audit.model.errors import UsageError
from audit.services import rows
from audit.services.row import Row

ROWS = [
    Row("s3", "GetBucketPolicy", "s3:GetBucketPolicy", "A test's row."),
    Row("s3control", "ListAccessPoints", "s3:ListAccessPoints", "A test's row."),
    Row("ec2", "DescribeVpcs", "ec2:DescribeVpcs", "A test's row."),
    Row("network-firewall", "ListFirewalls", "network-firewall:ListFirewalls", "A test's row."),
    Row("s3", "GetBucketPolicyStatus", "s3:GetBucketPolicy", "A test's row: the same permission again."),
]


def test_the_policy_allows_each_rows_permission_once_by_service() -> None:
    assert read_only_policy(ROWS)["Statement"] == [
        {"Sid": "ReadEc2", "Effect": "Allow", "Action": ["ec2:DescribeVpcs"], "Resource": "*"},
        {
            "Sid": "ReadNetworkFirewall",
            "Effect": "Allow",
            "Action": ["network-firewall:ListFirewalls"],
            "Resource": "*",
        },
        {"Sid": "ReadS3", "Effect": "Allow", "Action": ["s3:GetBucketPolicy", "s3:ListAccessPoints"], "Resource": "*"},
    ]


def test_the_policy_is_cut_between_services_when_it_is_too_large_for_one() -> None:
    whole = read_only_policy(ROWS)
    parts = read_only_policies(ROWS, limit=size(whole) - 1)

    assert len(parts) == 2
    assert [s for part in parts for s in part["Statement"]] == whole["Statement"]
    assert all(size(part) < size(whole) for part in parts)
    assert read_only_policies(ROWS) == (whole,)


def test_a_service_that_fits_nowhere_is_an_error() -> None:
    with pytest.raises(UsageError, match="ReadEc2 alone is over 50 characters"):
        read_only_policies(ROWS, limit=50)


def test_all_rows_fit_the_quota_of_managed_policies() -> None:
    parts = read_only_policies(rows().values())

    assert all(size(part) <= MANAGED_POLICY_LIMIT for part in parts)
    allowed = {action for part in parts for statement in part["Statement"] for action in statement["Action"]}
    assert allowed == {row.permission for row in rows().values()}
