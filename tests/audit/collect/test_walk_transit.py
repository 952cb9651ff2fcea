"""The walk of a transit gateway, against the embedded AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.collect.walk import collect
from audit.graph.build import build
from audit.model.graph import NodeKind
from audit.services import ec2_transit, ec2_transit_attachments
from audit.services import rows as all_rows

if TYPE_CHECKING:
    from collections.abc import Callable

MODULES = [ec2_transit, ec2_transit_attachments]
ROWS = {row.name: row for row in all_rows().values() if "TransitGateway" in row.operation}
VPN = {
    row.name: row
    for row in all_rows().values()
    if "Vpn" in row.operation or row.operation == "DescribeNetworkInterfaces"
}


def test_an_account_without_attachments_is_asked_once(request_for: Callable[..., Any]) -> None:
    snapshot = collect(request_for(), rows=ROWS)

    assert [record.operation for record in snapshot.records] == ["DescribeTransitGatewayAttachments"]


def test_two_vpcs_on_a_gateway(request_for: Callable[..., Any], client: Callable[..., Any]) -> None:
    ec2 = client("ec2")
    gateway = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    attachments = [_attached(ec2, gateway, number) for number in (1, 2)]
    table = ec2.create_transit_gateway_route_table(TransitGatewayId=gateway)["TransitGatewayRouteTable"]
    key = {"TransitGatewayRouteTableId": table["TransitGatewayRouteTableId"]}
    ec2.associate_transit_gateway_route_table(TransitGatewayAttachmentId=attachments[0], **key)
    ec2.enable_transit_gateway_route_table_propagation(TransitGatewayAttachmentId=attachments[1], **key)
    ec2.create_transit_gateway_route(DestinationCidrBlock="10.9.0.0/16", Blackhole=True, **key)

    graph = build(collect(request_for(), rows=ROWS), MODULES)

    assert not graph.gaps
    found = {node.name: node.properties for node in graph.nodes(NodeKind.TRANSIT_ROUTE_TABLE, NodeKind.GATEWAY)}
    told = found[key["TransitGatewayRouteTableId"]]
    assert (told["gateway"], told["complete"]) == (gateway, True)
    assert (told["associations"], told["propagations"]) == ([attachments[0]], [attachments[1]])
    assert ("10.9.0.0/16", "blackhole") in {(route["DestinationCidrBlock"], route["State"]) for route in told["routes"]}
    assert found[attachments[0]]["resource_type"] == "vpc"
    assert len(found[attachments[0]]["subnets"]) == len(found[attachments[0]]["vpcs"]) == 1


def test_vpn_connections_are_asked_once_for_the_gateways_of_either_kind(
    request_for: Callable[..., Any], client: Callable[..., Any]
) -> None:
    ec2 = client("ec2")
    gateway = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    customer = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="3.4.5.6", BgpAsn=65000)["CustomerGateway"]

    def connections() -> int:
        snapshot = collect(request_for(), rows={**ROWS, **VPN})
        return sum(record.operation == "DescribeVpnConnections" for record in snapshot.records)

    assert connections() == 0
    ec2.create_vpn_connection(Type="ipsec.1", CustomerGatewayId=customer["CustomerGatewayId"], TransitGatewayId=gateway)
    assert connections() == 1
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    ec2.create_network_interface(SubnetId=subnet)
    ec2.create_vpn_gateway(Type="ipsec.1")
    assert connections() == 1


def _attached(ec2: Any, gateway: str, number: int) -> str:
    vpc = ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.{number}.0.0/24")["Subnet"]["SubnetId"]
    made = ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=gateway, VpcId=vpc, SubnetIds=[subnet])
    attachment: str = made["TransitGatewayVpcAttachment"]["TransitGatewayAttachmentId"]
    return attachment
