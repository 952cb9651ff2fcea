"""CloudWatch Observability Access Manager: links through which another account sees this one's logs and metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.arn import Arn
from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.services.row import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Facts

ROWS: tuple[Row, ...] = (Row("oam", "ListLinks", "oam:ListLinks", "which accounts see this one's logs and metrics"),)


def describe(facts: Facts) -> Iterator[Node | Edge | Gap]:
    """Every link of the account in the region; what it shows goes to the account that owns the sink."""
    if facts.region != GLOBAL:
        yield from facts.described("oam:ListLinks", "Items", (NodeKind.OBSERVABILITY_LINK,), _link)


def _link(facts: Facts, link: dict[str, Any], record: str) -> Iterator[Node | Edge]:
    arn, sink = link["Arn"], link["SinkArn"]
    shows = link.get("ResourceTypes") or []
    properties = {"sink": sink, "sink_account": Arn.parse(sink).account, "resource_types": shows}
    name = link.get("Label") or link["Id"]
    yield Node(arn, NodeKind.OBSERVABILITY_LINK, name, facts.account, facts.region, properties, (record,))
    yield Edge(facts.account, arn, EdgeKind.OWNS, {}, (record,))
    yield Edge(arn, sink, EdgeKind.COPIES_TO, {"by": "observability_link", "resource_types": shows}, (record,))
