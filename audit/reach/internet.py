"""The doors to the internet: gateways, their attachment, and VPC Block Public Access before them.

After "Block public access to VPCs and subnets" and "Internet gateways" in the VPC guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import NodeKind
from audit.reach.addresses import V6, Intervals, addresses
from audit.reach.path import Doubt

if TYPE_CHECKING:
    from audit.reach.topology import Network

_ENDED = {"delete-complete", "create-failed", "disassociated"}
_SETTING = "vpc_block_public_access"

Seen = tuple[Intervals, tuple[Doubt, ...]]
Check = tuple[str, tuple[Doubt, ...]]
"""What stops packets (empty when nothing does), and what is in doubt."""


def open_door(net: Network, gateway: str, vpc: str) -> Check:
    """Whether an internet gateway exists and is attached to the VPC."""
    node = net.named(NodeKind.INTERNET_GATEWAY, gateway)
    if node is None:
        if net.hidden(NodeKind.INTERNET_GATEWAY, vpc) is not None:
            return "", (net.doubt_in(vpc, NodeKind.INTERNET_GATEWAY, gateway),)
        return "internet_gateway_gone", ()
    if vpc not in node.properties["vpcs"]:
        return "internet_gateway_detached", ()
    return "", inspected(net, gateway)


def doors(net: Network, vpc: str) -> tuple[str, ...]:
    """The internet gateways of a VPC; one of no name that is known where they could not be read."""
    found = tuple(node.name for node in net.all(NodeKind.INTERNET_GATEWAY) if vpc in node.properties["vpcs"])
    return found or ((vpc,) if net.hidden(NodeKind.INTERNET_GATEWAY, vpc) is not None else ())


def inspected(net: Network, gateway: str) -> tuple[Doubt, ...]:
    """The doubt about a gateway whose arriving packets a route table leads on."""
    # A table associated with the gateway itself may send arriving packets through a device of its own.
    tables = (table for table in net.all(NodeKind.ROUTE_TABLE) if gateway in (table.properties.get("gateways") or ()))
    leading = (t for t in tables if any(route.get("GatewayId") != "local" for route in t.properties["routes"]))
    return tuple(Doubt("edge_route_table", table.id) for table in leading)


def blocked(net: Network, vpc: str, subnet: str, direction: str) -> Check:
    """VPC Block Public Access before a subnet: ``in``, ``out`` by an own address, or ``nat``."""
    account, region = _owner(net, vpc, subnet)
    options = net.setting(account, f"{_SETTING}/{region}")
    if isinstance(options, Unknown):
        return "", (Doubt("vpc_block_public_access_unread", vpc, options),)
    mode = (options or {}).get("InternetGatewayBlockMode", "off")
    if mode == "off" or (mode == "block-ingress" and direction == "nat"):
        return "", ()
    excluded = net.setting(account, f"{_SETTING}_exclusions/{region}")
    if isinstance(excluded, Unknown):
        return "", (Doubt("vpc_block_public_access_unread", vpc, excluded),)
    # An exclusion for egress counts only where both directions are blocked.
    outward = {"allow-egress"} if mode == "block-bidirectional" and direction != "in" else set()
    return _excluded(excluded or [], {vpc, subnet}, {"allow-bidirectional"} | outward)


def _owner(net: Network, vpc: str, subnet: str) -> tuple[str, str]:
    """The account that owns a VPC's network, and its region."""
    node = net.named(NodeKind.VPC, vpc) or net.named(NodeKind.SUBNET, subnet)
    return (str(node.properties.get("owner") or node.account), node.region) if node is not None else ("", "")


def _excluded(exclusions: list[dict[str, Any]], names: set[str], passing: set[str]) -> Check:
    modes = {
        exclusion.get("InternetGatewayExclusionMode")
        for exclusion in exclusions
        if exclusion.get("State") not in _ENDED and str(exclusion.get("ResourceArn")).rpartition("/")[2] in names
    }
    return ("", ()) if modes & passing else ("vpc_block_public_access", ())


def seen_as(net: Network, sources: Intervals, interfaces: tuple[str, ...], path: tuple[str, ...]) -> Seen:
    """The addresses by which the internet sees what was sent by a path, and the doubt where that is not certain.

    IPv6 addresses are their own; IPv4 ones are those of the NAT gateway, if any, or the interfaces' public ones.
    """
    if sources & V6:
        return sources, ()
    name = next((name for name in reversed(path) if name.startswith("nat-")), "")
    gateway = net.named(NodeKind.NAT_GATEWAY, name)
    found = addresses(gateway.properties["addresses"]) if gateway is not None else public_addresses(net, interfaces)
    return found, (Doubt("public_address_not_known", gateway.id if gateway is not None else interfaces[0]),)


def public_addresses(net: Network, interfaces: tuple[str, ...]) -> Intervals:
    """The public IPv4 addresses of interfaces."""
    nodes = (net.named(NodeKind.NETWORK_INTERFACE, one.rpartition("/")[2]) for one in interfaces)
    return addresses(text for node in nodes if node is not None for text in node.properties["public_addresses"])
