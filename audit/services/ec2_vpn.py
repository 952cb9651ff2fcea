"""VPN: gateways of a VPC to other premises, and the connections to those premises by VPC or transit gateway."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from audit.model.graph import NodeKind
from audit.services.ec2_gateways import attached, gateway
from audit.services.ec2_interfaces import IF_ANY
from audit.services.ec2_transit import ATTACHMENTS
from audit.services.facts import tags
from audit.services.row import Row, if_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_ec2 = partial(Row, "ec2")
GATEWAYS, _CONNECTIONS = "ec2:DescribeVpnGateways", "ec2:DescribeVpnConnections"

ROWS = (
    _ec2("DescribeVpnGateways", GATEWAYS, "which VPCs are joined to other premises", **IF_ANY),
    _ec2(
        "DescribeVpnConnections",
        _CONNECTIONS,
        "which premises are joined by VPN, and which addresses are routed there",
        **if_any(GATEWAYS, "VpnGateways"),
        also={ATTACHMENTS: "TransitGatewayAttachments[?starts_with(ResourceType, 'vpn')] && `{}`"},
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """VPN gateways with their VPCs, and VPN connections."""
    yield from facts.described(GATEWAYS, "VpnGateways", (NodeKind.GATEWAY,), _gateway)
    yield from facts.described(_CONNECTIONS, "VpnConnections", (NodeKind.GATEWAY,), _connection)


def _gateway(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    vpcs = attached(item.get("VpcAttachments"))
    more = {"state": item.get("State"), "tags": tags(item)}
    yield from gateway(facts, ("vpn-gateway", item["VpnGatewayId"], "vpn_gateway"), vpcs, more, record)


def _connection(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    more = {
        "state": item.get("State"),
        "gateway": item.get("VpnGatewayId") or item.get("TransitGatewayId"),
        "customer": item.get("CustomerGatewayId"),
        "routes": item.get("Routes") or [],
        "static": (item.get("Options") or {}).get("StaticRoutesOnly", False),
        "telemetry": [tunnel["Status"] for tunnel in item.get("VgwTelemetry") or () if tunnel.get("Status")],
        "tags": tags(item),
    }
    yield from gateway(facts, ("vpn-connection", item["VpnConnectionId"], "vpn_connection"), [], more, record)
