"""Gateways and interfaces as AWS documents them, one listing at a time."""

from __future__ import annotations

from typing import Any

from audit.graph.build import build
from audit.model.graph import BoundaryGraph, EdgeKind
from audit.model.snapshot import AccountEntry, Manifest, Record, Snapshot
from audit.services import ec2_gateways, ec2_interfaces, ec2_vpc

ACCOUNT, REGION = "111111111111", "us-east-1"


def ec2(resource: str) -> str:
    return f"arn:aws:ec2:{REGION}:{ACCOUNT}:{resource}"


def listed(operation: str, path: str, *items: dict[str, Any]) -> BoundaryGraph:
    manifest = Manifest(
        taken_at="2026-11-23T00:00:00Z", caller={}, accounts=(AccountEntry(id=ACCOUNT),), regions=(REGION,)
    )
    record = Record(ACCOUNT, REGION, "ec2", operation, {}, {path: [*items]})
    return build(Snapshot(manifest, (record,)), [ec2_gateways, ec2_interfaces, ec2_vpc])


def test_a_regional_nat_gateway_has_a_table_and_zones_in_place_of_a_subnet() -> None:
    item = {
        "NatGatewayId": "nat-1", "VpcId": "vpc-1", "AvailabilityMode": "regional", "RouteTableId": "rtb-9",
        "NatGatewayAddresses": [
            {"PublicIp": "3.4.5.6", "AvailabilityZone": "us-east-1a"}, {"PublicIp": "3.4.5.7", "AvailabilityZone": "us-east-1b"},
        ],
    }  # fmt: skip

    nat = listed("DescribeNatGateways", "NatGateways", item).node(ec2("natgateway/nat-1")).properties

    assert (nat["availability"], nat["subnet"], nat["table"]) == ("regional", None, "rtb-9")
    assert nat["zones"] == ["us-east-1a", "us-east-1b"]


def test_an_interface_that_says_nothing_of_its_type_is_an_ordinary_one() -> None:
    item = {"NetworkInterfaceId": "eni-1", "OwnerId": ACCOUNT, "AvailabilityZone": "us-east-1a"}

    found = (
        listed("DescribeNetworkInterfaces", "NetworkInterfaces", item).node(ec2("network-interface/eni-1")).properties
    )

    assert (found["interface_type"], found["zone"], found["source_dest_check"]) == ("interface", "us-east-1a", True)


def test_a_vpc_without_ipv6_has_no_gateway_for_it_and_another_may() -> None:
    def unread(**more: Any) -> set[str]:
        vpc = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", **more}
        return {gap.operation for gap in listed("DescribeVpcs", "Vpcs", vpc).gaps}

    assert "ec2:DescribeEgressOnlyInternetGateways" not in unread()
    assert "ec2:DescribeEgressOnlyInternetGateways" in unread(
        Ipv6CidrBlockAssociationSet=[{"Ipv6CidrBlock": "2600::/56", "Ipv6CidrBlockState": {"State": "associated"}}]
    )


def test_a_peering_is_attached_to_the_vpc_of_the_other_account() -> None:
    sides = {
        "RequesterVpcInfo": {"VpcId": "vpc-1", "OwnerId": ACCOUNT, "Region": REGION},
        "AccepterVpcInfo": {"VpcId": "vpc-2", "OwnerId": "222222222222", "Region": "eu-central-1"},
    }
    item = {"VpcPeeringConnectionId": "pcx-1", "Status": {"Code": "active"}, **sides}

    graph = listed("DescribeVpcPeeringConnections", "VpcPeeringConnections", item)

    assert {edge.target for edge in graph.edges(EdgeKind.ATTACHED_TO)} == {
        ec2("vpc/vpc-1"),
        "arn:aws:ec2:eu-central-1:222222222222:vpc/vpc-2",
    }
