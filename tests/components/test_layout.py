from __future__ import annotations

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import limits
from components.layout import Names, Purpose, Signal, bucket_name, partition_of, subnets

REGIONS = st.sampled_from(["us-east-1", "ap-southeast-1", "ap-northeast-3", "us-gov-west-1", "cn-northwest-1"])
ENVIRONMENTS = st.from_regex(r"[a-zA-Z][a-zA-Z0-9-]{0,31}", fullmatch=True)
ACCOUNTS = st.from_regex(r"[0-9]{12}", fullmatch=True)
BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")


@st.composite
def blocks(draw: st.DrawFn) -> str:
    prefix = draw(st.integers(16, 20))
    address = draw(st.integers(0, 2**prefix - 1)) << (32 - prefix)
    return str(ipaddress.IPv4Network((address, prefix)))


@given(cidr=blocks())
def test_subnets_are_disjoint_and_inside_the_block(cidr: str) -> None:
    cut = subnets(cidr)
    networks = [ipaddress.IPv4Network(each) for each in (*cut.public, *cut.private)]
    assert len(networks) == 6
    assert all(network.subnet_of(ipaddress.IPv4Network(cidr)) for network in networks)
    assert not any(a.overlaps(b) for place, a in enumerate(networks) for b in networks[:place])


def test_a_16_is_cut_as_the_vendor_cuts_it() -> None:
    cut = subnets("10.42.0.0/16")
    assert cut.public[0] == "10.42.0.0/24"
    assert cut.private == ("10.42.10.0/24", "10.42.11.0/24", "10.42.12.0/24")


@pytest.mark.parametrize("cidr", ["10.0.0.0/15", "10.0.0.0/21", "0.0.0.0/0"])
def test_a_block_of_another_size_is_refused(cidr: str) -> None:
    with pytest.raises(ValueError, match="/16 to a /20"):
        subnets(cidr)


def test_a_block_with_host_bits_is_refused() -> None:
    with pytest.raises(ValueError, match="host bits"):
        subnets("10.0.0.1/16")


@given(environment=ENVIRONMENTS, region=REGIONS, account=ACCOUNTS)
def test_every_name_is_within_the_limits_of_aws(environment: str, region: str, account: str) -> None:
    names = Names.of(environment, region, account, "automq-ops-issued")
    for bucket in (names.data_bucket, names.audit_bucket, names.access_logs_bucket):
        assert BUCKET.fullmatch(bucket), bucket
    for role in (names.console_role, names.data_plane_role, names.trail_role, names.backup_role):
        assert len(role) <= limits.ROLE_NAME.maximum
    assert re.fullmatch(r"[a-zA-Z0-9](?:[._-]?[a-zA-Z0-9])*", names.trail)
    assert 3 <= len(names.trail) <= limits.TRAIL_NAME.maximum
    assert re.fullmatch(r"[a-zA-Z0-9_-]{2,50}", names.backup_vault)
    assert all(re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", label) for label in names.zone_name.split("."))
    assert all(len(label) <= 63 for label in names.zone_name.split("."))
    assert all(re.fullmatch(r"alias/[a-zA-Z0-9/_-]{1,250}", names.key_alias(purpose)) for purpose in Purpose)
    assert all(re.fullmatch(r"[.\-_/#A-Za-z0-9]{1,512}", names.log_group(signal)) for signal in Signal)


@given(first=ENVIRONMENTS, second=ENVIRONMENTS)
def test_two_environments_never_share_a_bucket_a_trail_or_a_zone(first: str, second: str) -> None:
    if first == second:
        return
    one, other = (Names.of(each, "us-east-1", "111122223333", "ops-bucket") for each in (first, second))
    assert one.data_bucket != other.data_bucket
    assert one.access_logs_bucket != other.access_logs_bucket
    assert one.trail != other.trail


def test_case_alone_makes_another_bucket() -> None:
    one, other = (bucket_name("data", each, "us-east-1", "111122223333") for each in ("Prod", "prod"))
    assert one != other
    assert other == "automq-data-prod-us-east-1-111122223333"


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-1", "aws"),
        ("us-east-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
    ],
)
def test_the_partition_follows_from_the_region(region: str, partition: str) -> None:
    assert partition_of(region) == partition
    names = Names.of("env", region, "111122223333", "ops-bucket")
    assert names.data_bucket_arn.startswith(f"arn:{partition}:s3:::")
    assert names.console_role_arn.startswith(f"arn:{partition}:iam::111122223333:role/")


def test_china_has_its_own_service_principals() -> None:
    names = Names.of("env", "cn-north-1", "111122223333", "ops-bucket")
    assert names.ec2_service == "ec2.amazonaws.com.cn"
    assert names.logs_service == "logs.cn-north-1.amazonaws.com.cn"
    assert names.via("s3") == ["s3.cn-north-1.amazonaws.com", "s3.cn-north-1.amazonaws.com.cn"]


@pytest.mark.parametrize("environment", ["", "1env", "env_1", "e" * 33, "env.1"])
def test_an_environment_id_out_of_limits_is_refused(environment: str) -> None:
    with pytest.raises(ValueError, match="environment_id"):
        Names.of(environment, "us-east-1", "111122223333", "ops-bucket")


def test_one_bucket_cannot_be_both_data_and_ops() -> None:
    with pytest.raises(ValueError, match="both data and ops"):
        Names.of("env", "us-east-1", "111122223333", "same", "same")
