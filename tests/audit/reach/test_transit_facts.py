"""Facts of the walk that paths over transit gateways rest on: what was not read leaves them unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.graph import Node, NodeKind
from audit.reach.packets import decide
from audit.reach.path import Reach

if TYPE_CHECKING:
    from tests.audit.reach.conftest import Toy

FAR = "192.168.0.5"
TABLE = {"TransitGatewayRouteTableId": "tgw-rtb-1"}


def _attachment(name: str, kind: str, resource: str, gateway: str = "tgw-1") -> dict[str, Any]:
    return {
        "TransitGatewayAttachmentId": name, "TransitGatewayId": gateway, "TransitGatewayOwnerId": "111111111111",
        "ResourceType": kind, "ResourceId": resource, "ResourceOwnerId": "111111111111", "State": "available",
        "Association": {**TABLE, "State": "associated"},
    }  # fmt: skip


@pytest.fixture
def joined(toy: Toy) -> Toy:
    """vpc-1 on a transit gateway, behind which a VPN leads to 192.168.0.0/16."""
    toy.table("rtb-1", {"DestinationCidrBlock": "192.168.0.0/16", "TransitGatewayId": "tgw-1"})
    toy.subnet("subnet-1", "10.0.1.0/24").open_acl("subnet-1").group("sg-1", [])
    toy.interface("eni-1", "subnet-1", "10.0.1.10", "sg-1")
    near, far = _attachment("tgw-attach-1", "vpc", "vpc-1"), _attachment("tgw-attach-2", "vpn", "vpn-1")
    by_vpc = {**near, "VpcId": "vpc-1", "VpcOwnerId": "111111111111", "SubnetIds": ["subnet-1"]}
    ends = [{"TransitGatewayAttachmentId": "tgw-attach-2", "ResourceType": "vpn", "ResourceId": "vpn-1"}]
    routes = [
        {"DestinationCidrBlock": "192.168.0.0/16", "Type": "static", "State": "active", "TransitGatewayAttachments": ends},
        {
            "DestinationCidrBlock": "10.0.0.0/16", "Type": "propagated", "State": "active",
            "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": "tgw-attach-1", "ResourceType": "vpc"}],
        },
    ]  # fmt: skip
    toy.answers |= {
        "ec2:DescribeTransitGatewayAttachments": {"TransitGatewayAttachments": [near, far]},
        "ec2:DescribeTransitGatewayVpcAttachments": {"TransitGatewayVpcAttachments": [by_vpc]},
        "ec2:DescribeTransitGateways": {"TransitGateways": [{"TransitGatewayId": "tgw-1", "State": "available"}]},
        "ec2:DescribeTransitGatewayRouteTables": {
            "TransitGatewayRouteTables": [{**TABLE, "TransitGatewayId": "tgw-1", "State": "available"}]
        },
        "ec2:SearchTransitGatewayRoutes": {"Routes": routes},
        "ec2:GetTransitGatewayRouteTableAssociations": {
            "Associations": [{"TransitGatewayAttachmentId": f"tgw-attach-{n}", "State": "associated"} for n in (1, 2)]
        },
    }
    toy.details |= dict.fromkeys(
        (
            "ec2:SearchTransitGatewayRoutes",
            "ec2:GetTransitGatewayRouteTableAssociations",
            "ec2:GetTransitGatewayRouteTablePropagations",
        ),
        TABLE,
    )
    return toy


def test_other_premises_are_reached_by_the_attachments(joined: Toy) -> None:
    assert decide(joined.graph(), "eni-1", FAR, "tcp", 443).verdict is Reach.REACHES


@pytest.mark.parametrize(
    "refused",
    [
        "DescribeTransitGatewayAttachments",
        "DescribeTransitGatewayVpcAttachments",
        "DescribeTransitGatewayRouteTables",
        "SearchTransitGatewayRoutes",
    ],
)
def test_what_was_not_read_leaves_the_path_unknown(joined: Toy, refused: str) -> None:
    graph = joined.refuse(f"ec2:{refused}").graph()

    assert decide(graph, "eni-1", FAR, "tcp", 443).verdict is Reach.UNKNOWN


def test_gateways_that_are_peered_within_a_region_have_an_attachment_each(joined: Toy) -> None:
    far = {**_attachment("tgw-attach-5", "vpn", "vpn-1", "tgw-2"), "Association": None}
    peering = _attachment("tgw-attach-3", "peering", "tgw-2"), _attachment("tgw-attach-4", "peering", "tgw-1", "tgw-2")
    away = {"TransitGatewayRouteTableId": "tgw-rtb-2", "State": "associated"}
    listed = joined.answers["ec2:DescribeTransitGatewayAttachments"]["TransitGatewayAttachments"]
    listed[1:] = [peering[0], *({**one, "Association": away} for one in (peering[1], far))]
    first, _ = joined.answers["ec2:SearchTransitGatewayRoutes"]["Routes"]
    first["TransitGatewayAttachments"] = [{"TransitGatewayAttachmentId": "tgw-attach-3", "ResourceType": "peering"}]
    graph = joined.graph()
    routes = [
        {"DestinationCidrBlock": cidr, "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": name}]}
        for cidr, name in (("192.168.0.0/16", "tgw-attach-5"), ("10.0.0.0/16", "tgw-attach-4"))
    ]
    table = {"gateway": "tgw-2", "routes": routes, "complete": True, "associations": []}
    graph.add(Node("far-table", NodeKind.TRANSIT_ROUTE_TABLE, "tgw-rtb-2", "", "", table))

    answer = decide(graph, "eni-1", FAR, "tcp", 443)

    assert answer.verdict is Reach.REACHES
    assert answer.path[-4:] == ("tgw-attach-3", "tgw-2", "tgw-rtb-2", "tgw-attach-5")
