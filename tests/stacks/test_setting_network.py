"""The network's settings: a new VPC, or one that exists, and never half of each."""

from __future__ import annotations

from typing import Any

import pytest

from audit.model.errors import SettingsError
from stacks.automq_config import sample_automq_config
from stacks.endpoint_services import called_services, made_endpoints
from stacks.settings import Settings

PLACE = ("env-abc", "us-east-1", "111122223333")
BASE: dict[str, Any] = {
    "environment_id": PLACE[0], "region": PLACE[1], "aws_account_id": PLACE[2],
    "automq_config": sample_automq_config(*PLACE),
}  # fmt: skip
SUBNETS = [f"subnet-0123456789abcdef{place}" for place in range(3)]
SERVICES = called_services(Settings.from_config(BASE))
THERE: dict[str, Any] = {
    "existing": "vpc-0123456789abcdef0", "cidr": "10.80.0.0/22", "subnets": SUBNETS,
    "endpoints": dict.fromkeys(("s3", *SERVICES), "made"),
}  # fmt: skip


def made(**network: Any) -> Settings:
    return Settings.from_config({**BASE, "network": network})


def test_an_existing_vpc_gets_no_gateways_and_no_public_subnets() -> None:
    network = made(**THERE).network
    assert (network.nat, network.public_subnets) == ("none", False)


def test_its_block_may_be_any_that_aws_allows_and_its_clients_are_those_of_the_block() -> None:
    (listener,) = made(**THERE).listeners
    assert listener.cidrs == ("10.80.0.0/22",)


def test_only_endpoints_that_say_so_are_made() -> None:
    chosen = {**THERE["endpoints"], "kms": "vpce-0123456789abcdef0", "sts": "none"}
    settings = made(**{**THERE, "nat": "existing", "endpoints": chosen})
    assert set(made_endpoints(settings)) == set(SERVICES) - {"kms", "sts"}
    assert set(made_endpoints(made())) == set(SERVICES)


def test_one_zone_is_enough() -> None:
    assert made(zone_letters=["b"]).zones == ("us-east-1b",)
    assert made(**{**THERE, "zone_letters": ["b"], "subnets": SUBNETS[:1]}).zones == ("us-east-1b",)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"existing": "vpc-x"}, ["network.existing is 'vpc-x'", "vpc-["]),
        ({"zone_letters": ["a", "b"]}, ["network.zone_letters names 2 zones", "name three, or one"]),
        ({"subnets": SUBNETS[:2]}, ["2 subnets for 3 zones", "one subnet for each"]),
        ({"subnets": [*SUBNETS[:2], SUBNETS[0]]}, ["2 subnets for 3 zones"]),
        ({"subnets": [*SUBNETS[:2], "subnet-x"]}, ["network.subnets[2] is 'subnet-x'"]),
        ({"nat": "per_zone"}, ["network.nat per_zone", "would change vpc-0123456789abcdef0", "none or existing"]),
        ({"public_subnets": True}, ["public_subnets would change", "leave public_subnets out"]),
        ({"endpoints": {"s3": "made"}}, ["does not say how autoscaling, ec2", "is reached", "write vpce-…"]),
        ({"endpoints": {**THERE["endpoints"], "sqs": "made"}}, ["network.endpoints.sqs is not called"]),
        ({"endpoints": {**THERE["endpoints"], "kms": "yes"}}, ["network.endpoints.kms is 'yes'", "vpce-…"]),
        ({"endpoints": {**THERE["endpoints"], "s3": "none"}}, ["network.endpoints.s3 is none", "made"]),
        (
            {"endpoints": {**THERE["endpoints"], "kms": "none"}},
            ["kms is none and so is network.nat", "set nat to existing"],
        ),
        ({"cidr": "10.80.0.1/22"}, ["network.cidr", "host bits"]),
    ],
)
def test_an_existing_vpc_that_cannot_be_meant_is_refused(changes: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        made(**{**THERE, **changes})
    assert all(word in str(caught.value) for word in words), str(caught.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"subnets": SUBNETS}, ["network.subnets belongs to an existing VPC", "leave subnets out"]),
        ({"endpoints": {"s3": "made"}}, ["network.endpoints belongs to an existing VPC"]),
        ({"nat": "existing"}, ["network.nat is existing", "none, single or per_zone"]),
    ],
)
def test_a_new_vpc_takes_nothing_of_an_existing_one(changes: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        made(**changes)
    assert all(word in str(caught.value) for word in words), str(caught.value)
