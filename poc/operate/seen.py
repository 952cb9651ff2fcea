"""Who can see dashboards, metrics and logs: read from the audited boundary, never asked of AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.contract import Privilege
from audit.model.graph import NodeKind
from poc.operate.result import SeenRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.boundary import Boundary
    from audit.model.graph import Node

_WATCHING = {
    "dashboards": "cloudwatch:GetDashboard",
    "metrics": "cloudwatch:GetMetricData",
    "alarms": "cloudwatch:DescribeAlarms",
}
"""What people look at in CloudWatch, and the action of IAM that shows it (Service Authorization Reference)."""


def seen(boundary: Boundary) -> Iterator[SeenRow]:
    """Each log sink of the contract and each view of CloudWatch, with who can read it, and who may."""
    for sink in boundary.contract.log_sinks:
        node = boundary.graph.get(boundary.sink_id(sink))
        owner = boundary.contract.owners.get(sink.reviewed_by)
        row = {
            "what": _logs(sink.signal),
            "where": sink.name,
            "reviewed_by": owner.team if owner is not None else "",
        }
        if node is None or not boundary.placed(node.id):
            yield SeenRow(**row, can=(), may=(), read=False)
            continue
        edges = boundary.who_can(node, Privilege.READ)
        sure = {
            edge.source for edge in edges if edge.properties["decision"] == "allowed" and not edge.properties["unless"]
        }
        can = _names(boundary, sure)
        yield SeenRow(**row, can=can, may=_names(boundary, {edge.source for edge in edges} - sure), read=True)
    yield from _cloudwatch(boundary)


def _cloudwatch(boundary: Boundary) -> Iterator[SeenRow]:
    people = [*boundary.graph.nodes(NodeKind.ROLE), *boundary.graph.nodes(NodeKind.USER)]
    mine = [node for node in people if node.account == boundary.contract.account]
    whole = not boundary.graph.unseen(NodeKind.ROLE, NodeKind.USER, account=boundary.contract.account)
    for what, action in _WATCHING.items():
        can, may = [], []
        for node in mine:
            power = boundary.power_of(node, action, "*", {})
            if power.certain:
                can.append(node.id)
            elif not power.cut_off and power.given:
                may.append(node.id)
        yield SeenRow(
            what=f"{what} of CloudWatch",
            where=action,
            reviewed_by="",
            can=_names(boundary, can),
            may=_names(boundary, may),
            read=whole,
        )


def _logs(signal: str) -> str:
    said = signal.replace("_", " ")
    return said if said.endswith("logs") else f"{said} logs"


def _names(boundary: Boundary, found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({_name(boundary, one, boundary.graph.get(one)) for one in found}))


def _name(boundary: Boundary, principal: str, node: Node | None) -> str:
    return boundary.roles.get(principal) or (node.name if node is not None else principal)
