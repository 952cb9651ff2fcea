"""Settings of an environment without internet: what is refused, in one sentence."""

from __future__ import annotations

from typing import Any

import pytest

from audit.model.errors import SettingsError
from stacks.automq_config import sample_automq_config
from stacks.settings import Settings

ACCOUNT, REGION = "111122223333", "eu-west-1"
MIRROR = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/automq/e/console:8.3.16-aws"
GIVEN: dict[str, Any] = {
    "environment_id": "e", "aws_account_id": ACCOUNT, "region": REGION,
    "automq_config": sample_automq_config("e", REGION, ACCOUNT),
    "network": {"nat": "none", "public_subnets": False}, "console": {"image": MIRROR}, "no_internet": {},
}  # fmt: skip
SERVICES = (
    "s3", "autoscaling", "ec2", "ecr.api", "ecr.dkr", "elasticloadbalancing", "kms", "logs", "monitoring",
    "secretsmanager", "ssm", "ssmmessages", "sts",
)  # fmt: skip
LENT: dict[str, Any] = {
    "network": {
        "existing": "vpc-0123456789abcdef0", "cidr": "10.0.0.0/16", "subnets": ["subnet-0123456789abcdef0"],
        "zone_letters": ["a"], "endpoints": dict.fromkeys(SERVICES, "made"),
    }
}  # fmt: skip
SERVICE = "com.amazonaws.vpce.eu-west-1.vpce-svc-0a1b2c3d4e5f60718"


def test_a_closed_environment_needs_no_proxy() -> None:
    made = Settings.from_config(GIVEN)
    assert made.no_internet is not None
    assert made.no_internet.proxy is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"network": {"nat": "single"}}, "no_internet stands beside network.nat single and public subnets"),
        ({"network": {"nat": "none"}}, "beside network.nat none and public subnets: set nat to none"),
        (LENT, "is another team's"),
        ({"console": {}}, "is out of reach without internet: mirror it to .*/automq/e/console"),
        ({"console": {"image": MIRROR.replace("/e/", "/other/")}}, "is out of reach without internet"),
        ({"no_internet": {"proxy": {}}}, "needs one of service_name and address"),
        ({"no_internet": {"proxy": {"service_name": SERVICE, "address": "10.0.0.1"}}}, "needs one of service_name"),
        ({"no_internet": {"proxy": {"address": "203.0.113.9"}}}, "is a public address"),
        ({"no_internet": {"proxy": {"address": "8.8.8.8"}}}, "is a public address"),
        ({"no_internet": {"proxy": {"address": "proxy"}}}, "is no IPv4 address"),
        ({"no_internet": {"proxy": {"service_name": "com.amazonaws.eu-west-1.s3"}}}, "does not match"),
        ({"no_internet": {"proxy": {"address": "10.0.0.1", "port": 0}}}, "greater than or equal to 1"),
        ({"no_internet": {"names": ["*"]}}, "does not match"),
        ({"no_internet": {"names": ["https://example.com"]}}, "does not match"),
    ],
)
def test_what_would_not_work_is_refused_in_one_sentence(change: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words) as refused:
        Settings.from_config(GIVEN | change)
    assert "\n" not in str(refused.value)
