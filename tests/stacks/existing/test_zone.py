"""A hosted zone that the settings name is taken when brokers' names can be written and seen in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.errors import SettingsError
from components.image_names import console_repository
from stacks.existing import look_up, zone
from stacks.existing.zone import Zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.rehearsal.emulator import Emulator
    from stacks.settings import Settings

FACTS = {"Name": "kafka.example.internal.", "Config": {"PrivateZone": True}}
VPC = {"VPCId": "vpc-0b1c2d3e4f5061718", "VPCRegion": "us-east-1"}


def test_a_private_zone_of_that_name_that_the_vpc_sees_is_taken(own_with: Callable[..., Settings]) -> None:
    assert zone.problems(own_with(), Zone(FACTS, [VPC])) == []


@pytest.mark.parametrize(("found", "words"), [
    (Zone(None), "is not there: name a private zone of 111122223333"),
    (Zone({**FACTS, "Config": {"PrivateZone": False}}, [VPC]), "is public"),
    (Zone({**FACTS, "Name": "example.internal."}, [VPC]), "is the zone example.internal, hosted_zone.name says kafka.example.internal"),
    (Zone({**FACTS, "LinkedService": {"ServicePrincipal": "servicediscovery.amazonaws.com"}}, [VPC]),
     "is kept by servicediscovery.amazonaws.com"),
    (Zone(FACTS, []), "is not associated with vpc-0b1c2d3e4f5061718: let its owner do what `byoc requests STACK` prints"),
    (Zone(FACTS, [{**VPC, "VPCRegion": "eu-west-1"}]), "is not associated with vpc-0b1c2d3e4f5061718"),
])  # fmt: skip
def test_another_zone_is_refused_in_one_sentence(own_with: Callable[..., Settings], found: Zone, words: str) -> None:
    (problem,) = zone.problems(own_with(), found)
    assert problem.startswith("hosted_zone.existing Z0B1C2D3E4F506172839A ")
    assert words in problem


def test_a_zone_that_is_not_there_and_a_boundary_that_is_not_stop_the_program(
    own_account: Emulator, own_with: Callable[..., Settings]
) -> None:
    absent = "arn:aws:iam::111122223333:policy/nobodys"
    with pytest.raises(SettingsError) as caught:
        look_up(own_with(hosted_zone={"existing": "Z00000000"}, permissions_boundary=absent))
    assert "hosted_zone.existing Z00000000 is not there" in str(caught.value)
    assert f"permissions_boundary {absent} is not there: name a policy of 111122223333" in str(caught.value)


@pytest.mark.parametrize(("changes", "words"), [
    ({"hosted_zone": {"name": "Kafka.Example."}}, "hosted_zone.name"),
    ({"hosted_zone": {"existing": "kafka"}}, "hosted_zone.existing"),
    ({"network": {"existing": None, "subnets": [], "endpoints": {}, "nat": "none", "public_subnets": False}},
     "cannot be associated with a VPC that is yet to be made"),
    ({"permissions_boundary": "arn:aws:iam::222233334444:policy/theirs"}, "is another account's: IAM takes one of 111122223333"),
    ({"permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess"}, "permissions_boundary"),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused(
    own_with: Callable[..., Settings], changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        own_with(**changes)


def test_the_consoles_image_is_mirrored_under_the_environments_name_whatever_the_zones(
    own_with: Callable[..., Settings],
) -> None:
    assert console_repository(own_with().names) == "automq/env-own/console"
