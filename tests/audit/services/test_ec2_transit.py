"""Transit gateways: one account that owns the gateway, or only shares it, listing by listing."""

from __future__ import annotations

from typing import Any

import pytest

from audit.graph.build import build
from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, EdgeKind, Node, NodeKind
from audit.model.snapshot import AccountEntry, Manifest, Record, Snapshot, Unreadable
from audit.services import ec2_transit, ec2_transit_attachments

ACCOUNT, OTHER, REGION = "111111111111", "222222222222", "us-east-1"
SPOKE = {"TransitGatewayAttachmentId": "tgw-attach-1", "TransitGatewayId": "tgw-1", "State": "available"}
ASSOCIATED = {"TransitGatewayRouteTableId": "tgw-rtb-1", "State": "associated"}
GENERAL = {
    **SPOKE,
    "TransitGatewayOwnerId": ACCOUNT,
    "ResourceOwnerId": OTHER,
    "ResourceType": "vpc",
    "ResourceId": "vpc-1",
    "Association": ASSOCIATED,
}
BY_VPC = {
    **SPOKE,
    "VpcId": "vpc-1",
    "VpcOwnerId": OTHER,
    "SubnetIds": ["subnet-1"],
    "Options": {"SecurityGroupReferencingSupport": "enable"},
}
TABLE = {"TransitGatewayRouteTableId": "tgw-rtb-1"}
STATES = [{"Name": "state", "Values": ["active", "blackhole"]}]
HOME, AWAY = (
    {"TransitGatewayId": "tgw-1", "OwnerId": ACCOUNT, "Region": REGION},
    {"TransitGatewayId": "tgw-2", "OwnerId": OTHER, "Region": "eu-central-1"},
)


def told(operation: str, params: dict[str, Any] | None = None, account: str = ACCOUNT, **response: Any) -> Record:
    return Record(account, REGION, "ec2", operation, params or {}, response)


def general(*items: dict[str, Any], **more: Any) -> Record:
    return told("DescribeTransitGatewayAttachments", TransitGatewayAttachments=[*items], **more)


def by_vpc(*items: dict[str, Any]) -> Record:
    return told("DescribeTransitGatewayVpcAttachments", TransitGatewayVpcAttachments=[*items])


def peerings(**item: Any) -> Record:
    return told("DescribeTransitGatewayPeeringAttachments", TransitGatewayPeeringAttachments=[item])


def tables() -> Record:
    return told(
        "DescribeTransitGatewayRouteTables",
        TransitGatewayRouteTables=[{**TABLE, "TransitGatewayId": "tgw-1", "State": "available"}],
    )


def associations(*attachments: str, state: str = "associated") -> Record:
    items = [{"TransitGatewayAttachmentId": attachment, "State": state} for attachment in attachments]
    return told("GetTransitGatewayRouteTableAssociations", TABLE, Associations=items)


def search(*routes: dict[str, Any], more: bool = False, **params: Any) -> Record:
    params = {"Filters": STATES, **TABLE, **params}
    return told("SearchTransitGatewayRoutes", params, Routes=[*routes], AdditionalRoutesAvailable=more)


def graph(*records: Record) -> BoundaryGraph:
    manifest = Manifest(
        taken_at="2026-11-23T00:00:00Z",
        caller={},
        accounts=(AccountEntry(id=ACCOUNT), AccountEntry(id=OTHER)),
        regions=(REGION,),
    )
    return build(Snapshot(manifest, records), [ec2_transit, ec2_transit_attachments])


def named(name: str, *records: Record) -> Node:
    (node,) = (node for node in graph(*records).nodes() if node.name == name)
    return node


def fact(name: str, *records: Record, of: str = "tgw-attach-1") -> Any:
    return named(of, *records).properties[name]


def test_both_listings_of_an_attachment_make_one_node() -> None:
    properties = named("tgw-attach-1", general(GENERAL), by_vpc(BY_VPC)).properties

    assert {name: properties[name] for name in ("gateway", "resource_type", "resource", "resource_owner")} == {
        "gateway": "tgw-1",
        "resource_type": "vpc",
        "resource": "vpc-1",
        "resource_owner": OTHER,
    }
    assert (properties["subnets"], properties["vpcs"], properties["state"]) == (["subnet-1"], ["vpc-1"], "available")
    assert properties["options"] == {"SecurityGroupReferencingSupport": "enable"}
    assert (properties["table"], properties["peer"]) == ("tgw-rtb-1", None)


def test_the_listing_of_vpc_attachments_alone_tells_what_the_other_would() -> None:
    properties = named("tgw-attach-1", by_vpc(BY_VPC)).properties

    assert (properties["resource_type"], properties["resource"], properties["resource_owner"]) == (
        "vpc",
        "vpc-1",
        OTHER,
    )
    assert isinstance(properties["table"], Unknown)
    assert fact("table", by_vpc(BY_VPC), tables(), associations("tgw-attach-1")) == "tgw-rtb-1"


def test_without_the_listing_of_vpc_attachments_its_subnets_are_unknown() -> None:
    assert isinstance(fact("subnets", general(GENERAL)), Unknown)
    assert fact("vpcs", general(GENERAL)) == ["vpc-1"]


def test_an_attachment_that_is_gone_joins_no_vpc() -> None:
    assert fact("vpcs", general({**GENERAL, "State": "deleted"})) == []


@pytest.mark.parametrize(
    "association",
    [None, {**ASSOCIATED, "State": "disassociating"}],
    ids=["no association", "one that ends"],
)
def test_an_owned_attachment_without_an_association_follows_no_table(association: dict[str, Any] | None) -> None:
    assert fact("table", general({**GENERAL, "Association": association})) is None


def test_who_only_shares_a_gateway_is_not_shown_which_table_an_attachment_follows() -> None:
    shared = {**GENERAL, "TransitGatewayOwnerId": OTHER, "Association": None}

    table = fact("table", general(shared), told("DescribeTransitGatewayRouteTables"))

    assert isinstance(table, Unknown)
    assert table.code == "OwnedElsewhere"


def test_what_the_owners_account_says_of_a_shared_attachment_is_kept() -> None:
    participant = {**GENERAL, "Association": None, "TransitGatewayOwnerId": ACCOUNT}

    assert fact("table", general(GENERAL), general(participant, account=OTHER)) == "tgw-rtb-1"


def test_a_policy_table_is_no_table_that_is_known() -> None:
    item = {**GENERAL, "Association": {"TransitGatewayPolicyTableId": "tgw-ptb-1", "State": "associated"}}

    assert fact("table", general(item)).code == "PolicyTable"


@pytest.mark.parametrize("sides", [(HOME, AWAY), (AWAY, HOME)], ids=["we asked", "they asked"])
@pytest.mark.parametrize("listed", [True, False], ids=["listed", "peerings alone"])
def test_a_peering_names_the_other_side_whoever_asked_for_it(sides: tuple[Any, Any], *, listed: bool) -> None:
    item = {**GENERAL, "ResourceType": "peering", "ResourceId": "tgw-2", "ResourceOwnerId": OTHER}
    peering = peerings(
        TransitGatewayAttachmentId="tgw-attach-1",
        RequesterTgwInfo=sides[0],
        AccepterTgwInfo=sides[1],
        State="available",
    )

    properties = named("tgw-attach-1", *([general(item)] if listed else []), peering).properties

    assert (properties["gateway"], properties["resource_type"], properties["vpcs"]) == ("tgw-1", "peering", [])
    assert properties["peer"] == {
        "gateway": "tgw-2", "account": OTHER, "region": "eu-central-1", "attachment": "tgw-attach-1",
    }  # fmt: skip


def test_a_peering_whose_listing_was_not_read_still_names_the_other_gateway() -> None:
    item = {**GENERAL, "ResourceType": "peering", "ResourceId": "tgw-2", "ResourceOwnerId": OTHER}

    peer = fact("peer", general(item))

    assert (peer["gateway"], peer["account"]) == ("tgw-2", OTHER)
    assert isinstance(peer["region"], Unknown)


def test_a_peering_within_a_region_is_an_attachment_on_either_side() -> None:
    other = {**AWAY, "Region": REGION, "OwnerId": ACCOUNT}
    peering = peerings(
        TransitGatewayAttachmentId="tgw-attach-1", AccepterTransitGatewayAttachmentId="tgw-attach-2",
        RequesterTgwInfo=HOME, AccepterTgwInfo=other, State="available",
    )  # fmt: skip

    assert fact("peer", peering)["attachment"] == "tgw-attach-2"
    assert fact("peer", peering, of="tgw-attach-2")["gateway"] == "tgw-1"


def test_a_vpn_is_an_attachment_that_joins_no_vpc() -> None:
    item = {**GENERAL, "ResourceType": "vpn", "ResourceId": "vpn-1"}
    properties = named("tgw-attach-1", general(item)).properties

    assert (properties["resource"], properties["vpcs"], properties["subnets"]) == ("vpn-1", [], [])
    assert properties["options"] is None


def test_a_table_has_its_routes_and_who_follows_it() -> None:
    route = {"DestinationCidrBlock": "10.2.0.0/16", "Type": "static", "State": "blackhole"}
    propagated = told(
        "GetTransitGatewayRouteTablePropagations", TABLE,
        TransitGatewayRouteTablePropagations=[
            {"TransitGatewayAttachmentId": "tgw-attach-2", "State": "enabled"},
            {"TransitGatewayAttachmentId": "tgw-attach-3", "State": "disabling"},
        ],
    )  # fmt: skip

    found = graph(general(GENERAL), tables(), search(route), associations("tgw-attach-1"), propagated)

    (table,) = found.nodes(NodeKind.TRANSIT_ROUTE_TABLE)
    assert table.properties["gateway"] == "tgw-1"
    assert (table.properties["routes"], table.properties["complete"]) == ([route], True)
    assert table.properties["associations"] == ["tgw-attach-1"]
    assert table.properties["propagations"] == ["tgw-attach-2"]
    assert [edge.target for edge in found.edges(EdgeKind.CONTAINS)] == [table.id]


def test_associations_that_were_filtered_or_cut_off_are_not_known() -> None:
    def followers(params: dict[str, Any], **more: Any) -> Any:
        answer = told("GetTransitGatewayRouteTableAssociations", {**TABLE, **params}, Associations=[], **more)
        return fact("associations", tables(), answer, of="tgw-rtb-1")

    assert followers({"MaxResults": 100}) == []
    assert isinstance(followers({"Filters": [{"Name": "resource-type", "Values": ["vpn"]}]}), Unknown)
    assert followers({}, NextToken="2").code == "Truncated"


def complete(*records: Record) -> bool:
    found: bool = fact("complete", tables(), *records, of="tgw-rtb-1")
    return found


def test_a_search_that_left_routes_out_is_not_complete() -> None:
    assert not complete(search(more=True))
    assert not complete(search(Filters=[{"Name": "state", "Values": ["active"]}]))
    assert not complete(search(Filters=[{"Name": "route-search.longest-prefix-match", "Values": ["10.2.0.1"]}]))


def test_searches_that_together_leave_nothing_out_are_complete() -> None:
    first = told(
        "SearchTransitGatewayRoutes", {**TABLE, "Filters": STATES}, AdditionalRoutesAvailable=True, NextToken="2"
    )

    assert complete(first, search(NextToken="2"))
    assert complete(*(search(Filters=[{"Name": "state", "Values": [one]}]) for one in ("active", "blackhole")))
    assert complete(search(Filters=[{"Name": "type", "Values": ["static", "propagated"]}]))


def test_a_table_whose_routes_were_refused_has_unknown_routes() -> None:
    refused = Unreadable("UnauthorizedOperation", "ec2:SearchTransitGatewayRoutes")
    search = Record(
        ACCOUNT, REGION, "ec2", "SearchTransitGatewayRoutes", {**TABLE, "Filters": STATES}, unreadable=refused
    )

    table = named("tgw-rtb-1", general(GENERAL), tables(), search)

    assert isinstance(table.properties["routes"], Unknown)
    assert table.properties["complete"] is False
    assert isinstance(table.properties["associations"], Unknown)
