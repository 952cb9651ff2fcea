"""VPC Lattice: service networks and resource gateways join VPCs without routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.graph import Node, NodeKind
from audit.services.ec2_interfaces import IF_ANY
from audit.services.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_NETWORKS = "vpc-lattice:ListServiceNetworkVpcAssociations"
_GATEWAYS = "vpc-lattice:ListResourceGateways"

ROWS = (
    Row(
        "vpc-lattice",
        "ListServiceNetworkVpcAssociations",
        _NETWORKS,
        "which VPCs are joined to a service network",
        **IF_ANY,
    ),
    Row(
        "vpc-lattice",
        "ListResourceGateways",
        _GATEWAYS,
        "which VPCs other accounts enter by a resource gateway",
        **IF_ANY,
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """Service network associations and resource gateways as entrances."""
    yield from facts.described(_NETWORKS, "items", (NodeKind.ENTRANCE,), _network)
    yield from facts.described(_GATEWAYS, "items", (NodeKind.ENTRANCE,), _gateway)


def _network(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    properties = {
        "type": "lattice_service_network",
        "vpc": item.get("vpcId"),
        "network": item.get("serviceNetworkArn"),
        "state": item.get("status"),
    }
    yield Node(item["arn"], NodeKind.ENTRANCE, item["id"], facts.account, facts.region, properties, (record,))


def _gateway(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    properties = {
        "type": "lattice_resource_gateway",
        "vpc": item.get("vpcIdentifier"),
        "subnets": item.get("subnetIds") or [],
        "groups": item.get("securityGroupIds") or [],
        "state": item.get("status"),
    }
    yield Node(item["arn"], NodeKind.ENTRANCE, item["id"], facts.account, facts.region, properties, (record,))
