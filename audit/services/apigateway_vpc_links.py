"""API Gateway VPC links, of HTTP APIs (apigatewayv2) and REST APIs (apigateway): callers enter a VPC by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.services.ec2_entrances import vpc_of_subnets
from audit.services.ec2_interfaces import IF_ANY
from audit.services.elbv2 import BALANCERS
from audit.services.row import Row, if_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_HTTP, _REST = "apigatewayv2:GetVpcLinks", "apigateway:GetVpcLinks"

ROWS = (
    Row("apigatewayv2", "GetVpcLinks", "apigateway:GET", "whether callers of HTTP APIs enter a VPC", **IF_ANY),
    Row(
        "apigateway",
        "GetVpcLinks",
        "apigateway:GET",
        "whether callers of REST APIs enter a VPC",
        **if_any(BALANCERS, "LoadBalancers[?Type=='network']"),
    ),
)


def describe(facts: Facts) -> Iterator[Element]:
    """VPC links as entrances."""
    yield from facts.described(_HTTP, "Items", (NodeKind.ENTRANCE,), _http)
    yield from facts.described(_REST, "items", (NodeKind.ENTRANCE,), _rest)


def _http(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    subnets = item.get("SubnetIds") or []
    properties = {
        "type": "api_gateway_vpc_link",
        "vpc": vpc_of_subnets(facts, subnets),
        "subnets": subnets,
        "groups": item.get("SecurityGroupIds") or [],
        "state": item.get("VpcLinkStatus"),
        "tags": item.get("Tags") or {},
    }
    node_id = facts.arn("apigateway", f"/vpclinks/{item['VpcLinkId']}", account="")
    yield Node(node_id, NodeKind.ENTRANCE, item["VpcLinkId"], facts.account, facts.region, properties, (record,))


def _rest(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    targets = item.get("targetArns") or []
    properties = {
        "type": "api_gateway_vpc_link",
        "vpc": None,
        "targets": targets,
        "state": item.get("status"),
        "tags": item.get("tags") or {},
    }
    node_id = facts.arn("apigateway", f"/vpclinks/{item['id']}", account="")
    yield Node(node_id, NodeKind.ENTRANCE, item["id"], facts.account, facts.region, properties, (record,))
    for target in targets:
        yield Edge(node_id, target, EdgeKind.TARGETS, records=(record,))
