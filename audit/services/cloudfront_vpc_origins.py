"""CloudFront VPC origins: viewers' requests enter private subnets through CloudFront's own interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.services.row import Row, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Element, Facts

_ORIGINS = "cloudfront:ListVpcOrigins"

ROWS = (Row("cloudfront", "ListVpcOrigins", _ORIGINS, "whether viewers may enter a VPC by CloudFront", Scope.GLOBAL),)


def describe(facts: Facts) -> Iterator[Element]:
    """VPC origins as entrances that target a load balancer or an instance."""
    yield from facts.described(_ORIGINS, "VpcOriginList.Items", (NodeKind.ENTRANCE,), _origin)


def _origin(facts: Facts, item: dict[str, Any], record: str) -> Iterator[Element]:
    arn, target = item["Arn"], item.get("OriginEndpointArn")
    properties = {
        "type": "cloudfront_vpc_origin",
        "vpc": None,
        "targets": [target] if target else [],
        "state": item.get("Status"),
    }
    yield Node(
        arn, NodeKind.ENTRANCE, item.get("Name") or item["Id"], facts.account, facts.region, properties, (record,)
    )
    if target:
        yield Edge(arn, target, EdgeKind.TARGETS, records=(record,))
