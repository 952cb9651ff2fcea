"""Limits of AWS that our names and documents must stay within, as data: page and the date it was looked up."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: what it bounds, its maximum, how it is counted, and where AWS says so."""

    of: str
    maximum: int
    unit: str
    page: str
    read: date


_READ = date(2026, 11, 23)
MANAGED_POLICY = Limit("managed policy", 6_144, "characters without whitespace", "IAM and AWS STS quotas", _READ)
TRUST_POLICY = Limit("role trust policy", 2_048, "characters without whitespace", "IAM and AWS STS quotas", _READ)
POLICIES_PER_ROLE = Limit("managed policies of a role", 10, "policies", "IAM and AWS STS quotas", _READ)
BUCKET_POLICY = Limit("bucket policy", 20_480, "bytes", "Bucket policies for Amazon S3", _READ)
KEY_POLICY = Limit("key policy", 32_768, "bytes", "AWS KMS resource quotas", _READ)
ENDPOINT_POLICY = Limit(
    "endpoint policy", 20_480, "characters", "Control access to VPC endpoints using endpoint policies", _READ
)
FILE_SYSTEM_POLICY = Limit("EFS policy", 20_000, "characters", "Amazon EFS quotas", _READ)
TOPIC_POLICY = Limit("topic policy", 30_720, "bytes", "Amazon SNS endpoints and quotas", _READ)
SECRET_POLICY = Limit("secret's resource policy", 20_480, "characters", "AWS Secrets Manager quotas", _READ)
SERVICE_CONTROL_POLICY = Limit(
    "service control policy", 5_120, "characters", "Quotas and service limits for AWS Organizations", date(2026, 11, 28)
)
RESOURCE_CONTROL_POLICY = Limit(
    "resource control policy",
    5_120,
    "characters",
    "Quotas and service limits for AWS Organizations",
    date(2026, 11, 28),
)
LOGS_RESOURCE_POLICY = Limit("Logs resource policy", 5_120, "characters", "CloudWatch Logs PutResourcePolicy", _READ)
LOGS_RESOURCE_POLICIES = Limit("Logs resource policies of a region", 10, "policies", "CloudWatch Logs quotas", _READ)
GROUP_RULES = Limit("rules of a security group and direction", 60, "rules", "Amazon VPC quotas", _READ)
TAGS = Limit("tags of a resource", 50, "tags", "Tag your AWS resources", _READ)
BUCKET_NAME = Limit("bucket name", 63, "characters", "General purpose bucket naming rules", _READ)
ROLE_NAME = Limit("role name", 64, "characters", "IAM and AWS STS quotas", _READ)
POLICY_NAME = Limit("policy name", 128, "characters", "IAM and AWS STS quotas", _READ)
TRAIL_NAME = Limit("trail name", 128, "characters", "Naming requirements for CloudTrail resources", _READ)
BACKUP_NAME = Limit("backup vault name", 50, "characters", "AWS Backup CreateBackupVault", _READ)
LOG_GROUP_NAME = Limit("log group name", 512, "characters", "CloudWatch Logs CreateLogGroup", _READ)

LIMITS = tuple(value for value in dict(globals()).values() if isinstance(value, Limit))


def size(document: dict[str, Any]) -> int:
    """A document's size as the policies' limits count it: characters of its compact JSON, spaces within values too."""
    return len(json.dumps(document, separators=(",", ":")))


# CloudWatch Logs API reference, PutRetentionPolicy: only these numbers of days are taken.
RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
