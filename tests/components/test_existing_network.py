"""The footprint in a VPC that somebody else made: it adds what it was told to, and changes nothing."""

import json
from dataclasses import replace
from typing import Any

import pytest

from components.footprint import Footprint
from components.plan import ExistingPlan

THERE = ExistingPlan(
    vpc="vpc-theirs",
    subnets=("subnet-a", "subnet-b", "subnet-c"),
    blocks=("10.9.0.0/24", "10.9.1.0/24", "100.64.0.0/24"),
    route_tables=("rtb-a", "rtb-bc"),
    endpoints={"kms": "vpce-kms"},
    endpoint_groups=("sg-theirs",),
    makes=frozenset({"s3", "logs"}),
    s3_prefix_list="pl-s3",
    leaves=True,
)
NETWORK_KINDS = {
    "Vpc", "Subnet", "RouteTable", "Route", "RouteTableAssociation", "InternetGateway", "NatGateway", "Eip",
    "DefaultSecurityGroup",
}  # fmt: skip


@pytest.fixture(scope="module")
def declared(declare: Any, plan: Any) -> Any:
    return declare(lambda: Footprint("e", plan(cidr="10.9.0.0/16", nat="none", public=False, existing=THERE)))


def test_nothing_of_the_network_itself_is_made_or_taken_over(declared: Any) -> None:
    assert declared.kinds() & NETWORK_KINDS == set()


def test_everything_stands_in_the_named_vpc_and_subnets(declared: Any) -> None:
    assert {group["vpcId"] for group in declared.of("SecurityGroup")} == {"vpc-theirs"}
    assert declared.one("Instance", "console")["subnetId"] == "subnet-a"
    assert [zone["vpcs"][0]["vpcId"] for zone in declared.of("Zone")] == ["vpc-theirs"]


def test_only_the_named_endpoints_are_made_and_only_s3_adds_routes(declared: Any) -> None:
    made = {endpoint["serviceName"].rpartition(".")[2]: endpoint for endpoint in declared.of("VpcEndpoint")}
    assert made.keys() == {"s3", "logs"}
    assert made["s3"]["routeTableIds"] == ["rtb-a", "rtb-bc"]
    assert "routeTableIds" not in made["logs"]
    assert made["logs"]["subnetIds"] == ["subnet-a", "subnet-b", "subnet-c"]


def test_endpoints_admit_the_lent_subnets_alone_also_of_a_second_block(declared: Any) -> None:
    admitted = [
        r["cidrIpv4"] for r in declared.of("SecurityGroupIngressRule") if r["description"] == "HTTPS from the VPC"
    ]
    assert sorted(admitted) == sorted(THERE.blocks)


def test_brokers_and_console_reach_the_endpoints_that_are_there(declared: Any) -> None:
    reached = [rule.get("referencedSecurityGroupId") for rule in declared.of("SecurityGroupEgressRule")]
    assert reached.count("sg-theirs") == 2


def test_traffic_of_the_lent_subnets_is_logged_and_not_that_of_others(declared: Any) -> None:
    logs = declared.of("FlowLog")
    assert [log["subnetId"] for log in logs] == list(THERE.subnets)
    assert all("vpcId" not in log and log["trafficType"] == "ALL" for log in logs)


def test_records_go_through_a_named_s3_endpoint_without_another(declare: Any, plan: Any) -> None:
    named = ExistingPlan(**{**vars(THERE), "endpoints": {"s3": "vpce-s3"}, "makes": frozenset({"logs"})})
    declared = declare(lambda: Footprint("e", plan(nat="none", public=False, existing=named)))
    assert [endpoint["vpcEndpointType"] for endpoint in declared.of("VpcEndpoint")] == ["Interface"]
    statements = json.loads(declared.one("BucketPolicy", "data")["policy"])["Statement"]
    (through,) = [one for one in statements if one["Sid"] == "ObjectsOnlyThroughOurEndpoint"]
    assert through["Condition"]["StringNotEquals"] == {"aws:SourceVpce": "vpce-s3"}
    assert "pl-s3" in {rule.get("prefixListId") for rule in declared.of("SecurityGroupEgressRule")}


@pytest.mark.parametrize("leaves", [True, False])
def test_the_groups_open_the_way_out_only_where_the_settings_take_the_networks_own(
    declare: Any, plan: Any, *, leaves: bool
) -> None:
    there = ExistingPlan(**{**vars(THERE), "leaves": leaves})
    rules = declare(lambda: Footprint("e", plan(nat="none", public=False, existing=there))).of(
        "SecurityGroupEgressRule"
    )
    assert any(rule.get("cidrIpv4") == "0.0.0.0/0" for rule in rules) is leaves


def test_in_a_shared_vpc_nothing_is_made_that_its_owner_alone_can(declare: Any, plan: Any) -> None:
    services = ("s3", "kms", "logs")
    there = replace(
        THERE,
        shared=True,
        makes=frozenset(),
        route_tables=(),
        endpoint_groups=(),
        endpoints=dict.fromkeys(services, "vpce-1"),
    )
    zone = {"existing_zone": "Z0EXISTING"}
    made = declare(
        lambda: Footprint("e", replace(plan(cidr="10.9.0.0/16", nat="none", public=False, existing=there), **zone))
    )

    owners = {"FlowLog", "VpcEndpoint", "Zone", "ResolverQueryLogConfigAssociation", *NETWORK_KINDS}
    assert made.kinds() & owners == set()
    assert "ResolverQueryLogConfig" in made.kinds()
    https = [
        r for r in made.of("SecurityGroupEgressRule") if r.get("cidrIpv4") == "10.9.0.0/16" and r["fromPort"] == 443
    ]
    assert len(https) == 2
