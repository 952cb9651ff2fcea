"""Single pairs in small estates, each told for one thing that the random estates seldom have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from estate import ANYWHERE, Estate, permission, route

from audit.reach.packets import decide

if TYPE_CHECKING:
    from audit.reach.packets import Answer


def home(*routes: dict[str, object], public: str = "54.0.0.10") -> Estate:
    """A VPC with an internet gateway and one machine that lets everything in."""
    estate = Estate().vpc("vpc-1", "10.1.0.0/16").subnet("subnet-1", "vpc-1", "10.1.0.0/24")
    estate.table("rtb-1", "vpc-1", *routes).acl("acl-1", "vpc-1", subnets=("subnet-1",))
    estate.group("sg-1", "vpc-1", [permission(cidrs=[ANYWHERE], protocol="-1")]).internet_gateway("igw-1", "vpc-1")
    return estate.interface("eni-1", "subnet-1", "10.1.0.10", "sg-1", public=public)


def ask(estate: Estate, start: str, end: str, port: int = 443) -> Answer:
    return decide(estate.graph(), start, end, "tcp", port)


@pytest.mark.parametrize("target", ["vpce-firewall", "eni-appliance"])
def test_what_a_device_answers_in_a_machines_stead_is_unknown(target: str) -> None:
    answer = ask(home(route(ANYWHERE, target)), "internet", "eni-1")

    assert answer.verdict == "unknown"
    assert answer.doubts


def test_the_internet_is_unknown_while_route_tables_are_unread() -> None:
    answer = ask(home(route(ANYWHERE, "igw-1")).refuse("DescribeRouteTables"), "internet", "eni-1")

    assert answer.verdict == "unknown"
    assert {doubt.reason for doubt in answer.doubts} >= {"route_table_unread"}


def test_behind_a_device_the_internet_does_not_know_a_machine_without_a_public_address() -> None:
    answer = ask(home(route(ANYWHERE, "eni-appliance"), public=""), "internet", "eni-1")

    assert [(one.resource, one.reason) for one in answer.blocked_by] == [("eni-1", "no_public_address")]


def test_what_nothing_leads_to_names_what_would_lead_there() -> None:
    answer = ask(home(), "192.168.1.1", "eni-1")

    assert answer.verdict == "blocked"
    assert {one.resource for one in answer.blocked_by} <= {"vpc-1", "rtb-1"}
    assert answer.blocked_by
