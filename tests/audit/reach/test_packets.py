"""Single pairs in small estates, each told for one thing that the random estates seldom have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from estate import ANYWHERE, HERE, Estate, entry, permission, route

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


def central(*routes_of_nat: dict[str, object], s3_listed: bool = True) -> Estate:
    """A VPC whose machines leave by a NAT gateway in a subnet of its own."""
    estate = home(route(ANYWHERE, "nat-1"), public="").subnet("subnet-nat", "vpc-1", "10.1.9.0/24")
    estate.nat("nat-1", "subnet-nat", "10.1.9.9", "54.0.0.9").table(
        "rtb-nat", "vpc-1", *routes_of_nat, subnets=("subnet-nat",)
    )
    return estate.s3_list(HERE) if s3_listed else estate


def test_answers_to_a_nat_gateway_come_to_its_own_ports() -> None:
    """NAT gateways use ports 1024 to 65535, so an ACL that lets answers to lower ones in lets none in."""
    estate = central(route(ANYWHERE, "igw-1"))
    low = entry(10, out=False, ports=(0, 1023))
    estate.acl("acl-nat", "vpc-1", low, entry(10, out=True), subnets=("subnet-nat",))
    from_inside = entry(20, out=False, cidr="10.1.0.0/16")
    estate.said[HERE]["DescribeNetworkAcls"][-1]["Entries"].append(from_inside)

    answer = ask(estate, "eni-1", "internet")

    assert (answer.verdict, [one.resource for one in answer.blocked_by]) == ("blocked", ["acl-nat"])


def test_whether_s3_is_reached_is_unknown_while_its_addresses_are_and_some_are_not_reached() -> None:
    routes = (route(ANYWHERE, "igw-1"), route("52.216.0.0/15", "igw-1", State="blackhole"))
    listed, unlisted = (
        central(*routes, s3_listed=s3_listed).acl("acl-nat", "vpc-1", subnets=("subnet-nat",))
        for s3_listed in (True, False)
    )

    assert ask(listed, "eni-1", "s3").verdict == "blocked"
    assert ask(unlisted, "eni-1", "s3").verdict == "unknown"


def test_machines_of_a_subnet_get_to_another_network_by_a_nat_gateway() -> None:
    """A private NAT gateway stands for subnets that the other network has no route to."""
    estate = central(route("10.2.0.0/16", "pcx-12")).acl("acl-nat", "vpc-1", subnets=("subnet-nat",))
    estate.vpc("vpc-2", "10.2.0.0/16").subnet("subnet-2", "vpc-2", "10.2.0.0/24").acl(
        "acl-2", "vpc-2", subnets=("subnet-2",)
    )
    estate.table("rtb-2", "vpc-2", route("10.1.9.0/24", "pcx-12")).peering("pcx-12", "vpc-1", "vpc-2")
    estate.group("sg-2", "vpc-2", [permission(443, cidrs=["10.1.9.0/24"])]).interface(
        "eni-2", "subnet-2", "10.2.0.10", "sg-2"
    )

    for start in ("eni-1", "subnet-1"):
        answer = ask(estate, start, "eni-2")
        assert (answer.verdict, answer.path) == (
            "reaches",
            (
                *(["eni-1"] if start == "eni-1" else []),
                "subnet-1",
                "rtb-1",
                "nat-1",
                "rtb-nat",
                "pcx-12",
                "subnet-2",
                "eni-2",
            ),
        )


def peered(*routes: dict[str, object]) -> Estate:
    """Two VPCs with two peering connections, and lists that each hold the second's addresses."""
    estate = home(*routes).prefix_list("pl-one", "10.2.0.0/16").prefix_list("pl-two", "10.2.0.0/16", "10.3.0.0/16")
    estate.vpc("vpc-2", "10.2.0.0/16").subnet("subnet-2", "vpc-2", "10.2.0.0/24").acl(
        "acl-2", "vpc-2", subnets=("subnet-2",)
    )
    estate.table("rtb-2", "vpc-2", route("10.1.0.0/16", "pcx-one"))
    for name in ("pcx-one", "pcx-two"):
        estate.peering(name, "vpc-1", "vpc-2")
    estate.group("sg-2", "vpc-2", [permission(cidrs=[ANYWHERE], protocol="-1")])
    return estate.interface("eni-2", "subnet-2", "10.2.0.10", "sg-2")


@pytest.mark.parametrize(
    ("second", "more", "verdict"),
    [
        ("pcx-one", {}, "reaches"),
        ("pcx-two", {}, "reaches"),
        ("igw-1", {}, "unknown"),
        ("pcx-two", {"State": "blackhole"}, "unknown"),
        ("eni-appliance", {}, "unknown"),
    ],
)
def test_of_two_lists_with_one_prefix_aws_takes_any(second: str, more: dict[str, str], verdict: str) -> None:
    for order in (1, -1):
        routes = (route("pl-one", "pcx-one"), route("pl-two", second, **more))[::order]
        assert ask(peered(*routes), "eni-1", "eni-2").verdict == verdict


def test_two_lists_that_both_lead_nowhere_are_no_doubt() -> None:
    routes = (route("pl-one", "pcx-one", State="blackhole"), route("pl-two", "pcx-two", State="blackhole"))
    answer = ask(peered(*routes), "eni-1", "eni-2")

    assert (answer.verdict, answer.blocked_by[0].resource) == ("blocked", "rtb-1")


def regional(*routes: dict[str, object], **more: object) -> Estate:
    """A VPC whose machines leave by a regional NAT gateway, which has a route table and no subnet."""
    estate = home(route(ANYWHERE, "nat-r"), public="").table("rtb-nat", "vpc-1", *routes, subnets=("subnet-none",))
    return estate.say(
        HERE, "DescribeNatGateways",
        {
            "NatGatewayId": "nat-r", "VpcId": "vpc-1", "State": "available", "ConnectivityType": "public",
            "AvailabilityMode": "regional", "RouteTableId": "rtb-nat",
            "NatGatewayAddresses": [{"PublicIp": "54.0.0.9", "AvailabilityZone": "us-east-1a", "Status": "succeeded"}],
            **more,
        },
    )  # fmt: skip


def test_a_regional_nat_gateway_leads_where_its_own_table_does() -> None:
    answer = ask(regional(route(ANYWHERE, "igw-1")), "eni-1", "internet")

    assert (answer.verdict, answer.path) == ("reaches", ("eni-1", "subnet-1", "rtb-1", "nat-r", "rtb-nat", "igw-1"))


@pytest.mark.parametrize(
    ("routes", "more", "verdict"),
    [
        ((), {}, "blocked"),
        ((route(ANYWHERE, "eni-appliance"),), {}, "unknown"),
        ((route(ANYWHERE, "igw-1"),), {"RouteTableId": "rtb-unseen"}, "unknown"),
        ((route(ANYWHERE, "igw-1"),), {"RouteTableId": None}, "unknown"),
        ((route(ANYWHERE, "igw-1"),), {"State": "deleted"}, "blocked"),
    ],
)
def test_what_else_a_regional_nat_gateway_does(routes: Any, more: Any, verdict: str) -> None:
    answer = ask(regional(*routes, **more), "eni-1", "internet")

    assert answer.verdict == verdict
    assert answer.doubts if verdict == "unknown" else answer.blocked_by


@pytest.mark.parametrize(
    ("state", "verdict"), [("attached", "unknown"), ("attaching", "unknown"), ("detached", "reaches")]
)
def test_what_a_proxy_at_a_nat_gateway_lets_through_is_unknown(state: str, verdict: str) -> None:
    estate = central(route(ANYWHERE, "igw-1")).acl("acl-nat", "vpc-1", subnets=("subnet-nat",))
    proxy = {"Type": "network-firewall-proxy", "AttachmentState": state}
    estate.said[HERE]["DescribeNatGateways"][0]["AttachedAppliances"] = [proxy]

    assert ask(estate, "eni-1", "internet").verdict == verdict


def test_other_networks_do_not_tell_which_address_a_regional_nat_gateway_has() -> None:
    estate = regional(route("10.2.0.0/16", "pcx-12"))
    estate.vpc("vpc-2", "10.2.0.0/16").subnet("subnet-2", "vpc-2", "10.2.0.0/24")
    estate.acl("acl-2", "vpc-2", subnets=("subnet-2",)).peering("pcx-12", "vpc-1", "vpc-2")
    estate.table("rtb-2", "vpc-2", route("10.1.0.0/16", "pcx-12"))
    estate.group("sg-2", "vpc-2", [permission(443, cidrs=["10.1.9.0/24"])])

    answer = ask(estate.interface("eni-2", "subnet-2", "10.2.0.10", "sg-2"), "eni-1", "eni-2")

    assert (answer.verdict, answer.reason) == ("unknown", "nat_address_not_known")


def far_away(*rules: Any, routes: tuple[Any, ...] = (route(ANYWHERE, "igw-1"),), public: str = "54.0.0.10") -> Estate:
    """Two VPCs with nothing between them but the internet; the second's machine is at 54.0.2.10."""
    estate = home(*routes, public=public).vpc("vpc-2", "10.2.0.0/16").subnet("subnet-2", "vpc-2", "10.2.0.0/24")
    estate.acl("acl-2", "vpc-2", subnets=("subnet-2",)).internet_gateway("igw-2", "vpc-2")
    estate.table("rtb-2", "vpc-2", route(ANYWHERE, "igw-2")).group("sg-2", "vpc-2", list(rules))
    return estate.interface("eni-2", "subnet-2", "10.2.0.10", "sg-2", public="54.0.2.10")


def test_to_a_public_address_packets_go_over_the_internet() -> None:
    answer = ask(far_away(permission(443, cidrs=["54.0.0.10/32"])), "eni-1", "54.0.2.10")

    assert (answer.verdict, answer.sources) == ("reaches", ("10.1.0.10/32",))
    assert answer.path == ("eni-1", "subnet-1", "rtb-1", "igw-1", "igw-2", "subnet-2", "eni-2")
    assert ask(far_away(permission(443, cidrs=["54.0.0.10/32"])), "eni-1", "eni-2").verdict == "blocked"


def test_rules_for_private_addresses_do_not_see_what_comes_over_the_internet() -> None:
    answer = ask(far_away(permission(443, cidrs=["10.1.0.0/16"])), "eni-1", "54.0.2.10")

    assert answer.verdict == "blocked"
    assert [(one.resource, one.reason) for one in answer.blocked_by] == [("sg-2", "no_matching_rule")]


def test_within_a_vpc_a_public_address_is_over_the_internet_too() -> None:
    """Neither the private path nor references to groups count on the way by the gateway and back."""
    estate = home(route(ANYWHERE, "igw-1")).group("sg-2", "vpc-1", [permission(443, groups=["sg-1"])])
    estate.interface("eni-2", "subnet-1", "10.1.0.20", "sg-2", public="54.0.0.20")

    assert ask(estate, "eni-1", "eni-2").verdict == "reaches"
    assert ask(estate, "eni-1", "10.1.0.20").verdict == "reaches"
    assert ask(estate, "eni-1", "54.0.0.20").verdict == "blocked"


def test_without_a_public_address_nothing_is_sent_to_one() -> None:
    answer = ask(far_away(permission(443, cidrs=[ANYWHERE]), public=""), "eni-1", "54.0.2.10")

    assert ("eni-1", "no_public_address") in [(one.resource, one.reason) for one in answer.blocked_by]


@pytest.mark.parametrize(("seen", "verdict"), [("54.0.0.9/32", "reaches"), ("10.1.9.9/32", "blocked")])
def test_behind_a_nat_gateway_its_public_address_is_the_source(seen: str, verdict: str) -> None:
    estate = far_away(permission(443, cidrs=[seen]), routes=(route(ANYWHERE, "nat-1"),), public="")
    estate.subnet("subnet-nat", "vpc-1", "10.1.9.0/24").acl("acl-nat", "vpc-1", subnets=("subnet-nat",))
    estate.nat("nat-1", "subnet-nat", "10.1.9.9", "54.0.0.9")
    estate.table("rtb-nat", "vpc-1", route(ANYWHERE, "igw-1"), subnets=("subnet-nat",))

    for start in ("eni-1", "subnet-1"):
        assert ask(estate, start, "54.0.2.10").verdict == verdict


def test_a_device_before_the_internet_gateway_leaves_it_unknown() -> None:
    estate = far_away(permission(443, cidrs=[ANYWHERE]), routes=(route(ANYWHERE, "vpce-firewall"),))

    assert ask(estate, "eni-1", "54.0.2.10").verdict == "unknown"


def test_a_nat_gateway_whose_public_address_is_not_known_leaves_it_unknown() -> None:
    estate = far_away(permission(443, cidrs=["54.0.0.0/24"]), routes=(route(ANYWHERE, "nat-1"),), public="")
    estate.subnet("subnet-nat", "vpc-1", "10.1.9.0/24").acl("acl-nat", "vpc-1", subnets=("subnet-nat",))
    estate.nat("nat-1", "subnet-nat", "10.1.9.9", "54.0.0.9")
    estate.table("rtb-nat", "vpc-1", route(ANYWHERE, "igw-1"), subnets=("subnet-nat",))
    estate.said[HERE]["DescribeNatGateways"][0]["NatGatewayAddresses"] = []

    assert ask(estate, "eni-1", "54.0.2.10").reason == "public_address_not_known"


def test_the_internet_and_other_premises_ask_for_a_public_address() -> None:
    estate = far_away(permission(443, cidrs=["8.8.8.8/32"]))

    assert ask(estate, "internet", "54.0.2.10").sources == ("8.8.8.8/32",)
    assert ask(estate, "8.8.8.8", "54.0.2.10").verdict == "reaches"
    assert ask(estate, "9.9.9.9", "54.0.2.10").verdict == "blocked"
    assert ask(estate, "192.168.1.1", "54.0.2.10").verdict == "unknown"
