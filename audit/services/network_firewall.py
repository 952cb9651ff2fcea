"""Network Firewall: an inspection device whose rules are not modelled, so an unknown hop where routes lead to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.graph import Node, NodeKind
from audit.services.ec2_interfaces import IF_ANY
from audit.services.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_FIREWALLS = "network-firewall:ListFirewalls"

ROWS = (Row("network-firewall", "ListFirewalls", _FIREWALLS, "whether packets pass an inspection device", **IF_ANY),)


def describe(facts: Facts) -> Iterator[Element]:
    """Firewalls as gateways of type network_firewall."""
    yield from facts.described(_FIREWALLS, "Firewalls", (NodeKind.GATEWAY,), _firewall)


def _firewall(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    properties: dict[str, Any] = {
        "type": "network_firewall",
        "vpcs": [],
        "attachment": item.get("TransitGatewayAttachmentId"),
    }
    arn, name = item["FirewallArn"], item["FirewallName"]
    yield Node(arn, NodeKind.GATEWAY, name, facts.account, facts.region, properties, (record,))
