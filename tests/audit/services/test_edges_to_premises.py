"""The ways to other premises: VPN connections and Direct Connect gateways, on VPN and on transit gateways."""

from __future__ import annotations

from typing import Any

from audit.graph.build import build
from audit.model.graph import BoundaryGraph, EdgeKind, NodeKind
from audit.model.snapshot import AccountEntry, Manifest, Record, Snapshot
from audit.services import directconnect, ec2_transit, ec2_transit_attachments, ec2_vpn

ACCOUNT, OTHER, REGIONS = "111111111111", "222222222222", ("eu-central-1", "us-east-1")
ASSOCIATIONS = "DescribeDirectConnectGatewayAssociations"


def told(operation: str, params: dict[str, Any] | None = None, region: str = REGIONS[0], **response: Any) -> Record:
    service = "directconnect" if "DirectConnect" in operation or "VirtualInterface" in operation else "ec2"
    return Record(ACCOUNT, region, service, operation, params or {}, response)


def graph(*records: Record) -> BoundaryGraph:
    manifest = Manifest(
        taken_at="2026-11-23T00:00:00Z", caller={}, accounts=(AccountEntry(id=ACCOUNT),), regions=REGIONS
    )
    modules = [directconnect, ec2_transit, ec2_transit_attachments, ec2_vpn]
    return build(Snapshot(manifest, records), modules)


def association(gateway: str, *prefixes: str, region: str = REGIONS[0], state: str = "associated") -> Record:
    item = {
        "directConnectGatewayId": "dx-1",
        "directConnectGatewayOwnerAccount": OTHER,
        "associationState": state,
        "associatedGateway": {
            "id": gateway,
            "type": "transitGateway" if gateway.startswith("tgw") else "virtualPrivateGateway",
            "ownerAccount": ACCOUNT,
            "region": region,
        },
        "allowedPrefixesToDirectConnectGateway": [{"cidr": prefix} for prefix in prefixes],
    }
    params = {"associatedGatewayId": gateway}
    return told(ASSOCIATIONS, params, region, directConnectGatewayAssociations=[item])


def attachments(*kinds: str) -> Record:
    items = [{"TransitGatewayAttachmentId": f"tgw-attach-{kind}", "ResourceType": kind} for kind in kinds]
    return told("DescribeTransitGatewayAttachments", TransitGatewayAttachments=items)


def gateways(*names: str) -> Record:
    return told("DescribeVpnGateways", VpnGateways=[{"VpnGatewayId": name, "State": "available"} for name in names])


def unread(*records: Record) -> set[str]:
    return {gap.operation for gap in graph(*records).gaps if gap.region == REGIONS[0]}


def test_a_vpn_connection_tells_its_routes_and_whether_its_tunnels_are_up() -> None:
    connection = {
        "VpnConnectionId": "vpn-1",
        "CustomerGatewayId": "cgw-1",
        "VpnGatewayId": "vgw-1",
        "State": "available",
        "Options": {"StaticRoutesOnly": True},
        "Routes": [{"DestinationCidrBlock": "192.168.0.0/16", "State": "available"}],
        "VgwTelemetry": [{"Status": "UP", "OutsideIpAddress": "3.4.5.6"}, {"Status": "DOWN"}],
    }

    (node,) = graph(told("DescribeVpnConnections", VpnConnections=[connection])).nodes(NodeKind.GATEWAY)

    assert (node.properties["gateway"], node.properties["customer"]) == ("vgw-1", "cgw-1")
    assert (node.properties["static"], node.properties["telemetry"]) == (True, ["UP", "DOWN"])
    assert node.properties["routes"] == connection["Routes"]


def test_a_connection_that_says_nothing_of_static_routes_learns_them() -> None:
    (node,) = graph(told("DescribeVpnConnections", VpnConnections=[{"VpnConnectionId": "vpn-1"}])).nodes()

    assert (node.properties["static"], node.properties["routes"], node.properties["telemetry"]) == (False, [], [])


def test_vpn_connections_may_hang_on_either_kind_of_gateway() -> None:
    wanted = {"ec2:DescribeVpnConnections", "directconnect:DescribeDirectConnectGatewayAssociations"}

    assert not wanted & unread(gateways(), attachments("vpc"))
    assert wanted & unread(gateways(), attachments("vpn")) == {"ec2:DescribeVpnConnections"}
    assert wanted <= unread(gateways("vgw-1"), attachments())
    assert wanted <= unread(gateways())


def test_a_direct_connect_gateway_has_its_associations_of_every_region() -> None:
    east = association("tgw-1", "10.0.0.0/8", "172.16.0.0/12", region="us-east-1")
    found = graph(association("vgw-1", "10.1.0.0/16"), east)

    (node,) = (node for node in found.nodes() if node.name == "dx-1")
    assert node.id == f"arn:aws:directconnect::{OTHER}:dx-gateway/dx-1"
    assert (node.properties["type"], node.properties["owner"]) == ("direct_connect_gateway", OTHER)
    assert node.properties["gateways"] == ["tgw-1", "vgw-1"]
    assert node.properties["allowed"] == {"tgw-1": ["10.0.0.0/8", "172.16.0.0/12"], "vgw-1": ["10.1.0.0/16"]}
    assert {edge.target for edge in found.edges(EdgeKind.ATTACHED_TO, source=node.id)} == {
        f"arn:aws:ec2:us-east-1:{ACCOUNT}:transit-gateway/tgw-1",
        f"arn:aws:ec2:eu-central-1:{ACCOUNT}:vpn-gateway/vgw-1",
    }


def test_an_association_that_ended_joins_nothing() -> None:
    (node,) = (node for node in graph(association("vgw-1", state="disassociated")).nodes() if node.name == "dx-1")

    assert node.properties["gateways"] == []


def test_a_virtual_interface_that_ends_at_a_vpn_gateway_is_an_edge_of_its_own() -> None:
    own = {"virtualInterfaceId": "dxvif-1", "virtualGatewayId": "vgw-1", "virtualInterfaceState": "available"}
    other = {"virtualInterfaceId": "dxvif-2", "directConnectGatewayId": "dx-1", "virtualGatewayId": ""}
    found = graph(told("DescribeVirtualInterfaces", virtualInterfaces=[own, other]))

    (node,) = found.nodes(NodeKind.GATEWAY)
    assert (node.properties["type"], node.properties["gateway"]) == ("virtual_interface", "vgw-1")
    assert node.properties["state"] == "available"
