"""The text of what a proof cites: the statement of a policy, the route, the rule, as it stands in AWS's answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.access.expression import TRUE
from audit.access.vote import Cause
from audit.access.wording import contents, texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from audit.model.graph import BoundaryGraph
    from audit.model.snapshot import Record
    from audit.report.content.proof import Place


def statement(graph: BoundaryGraph, records: Mapping[str, Record], place: Place, nodes: Iterable[str]) -> Any:
    """What stands at a place, in the documents of ``nodes``, too; None where that cannot be told."""
    record = place.records[0] if place.records else ""
    if not place.pointer or not record:
        return None
    cause = Cause("", place.document, place.pointer, record, "Allow", TRUE)
    for node_id in (place.node, *nodes):
        node = graph.get(node_id)
        if node is not None and record in node.records:
            endpoints = {node.name} if place.document == "endpoint_policy" else ()
            for found in texts(contents(graph, node, node, endpoints), cause):
                return found
    held = records.get(record)
    name = place.document.partition("/")[2]
    return _named(held.response, name, place.pointer) if held is not None and held.response and name else None


def _named(answer: Any, name: str, pointer: str) -> Any:
    """What a pointer leads to within the object of an answer that some member gives that name."""
    if isinstance(answer, dict):
        if name in (value for value in answer.values() if isinstance(value, str)):
            found = _at(answer, pointer)
            if found is not None:
                return found
        answer = list(answer.values())
    if isinstance(answer, list):
        return next((found for item in answer if (found := _named(item, name, pointer)) is not None), None)
    return None


def _at(content: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        if isinstance(content, list) and part.isdigit() and int(part) < len(content):
            content = content[int(part)]
        elif isinstance(content, dict) and part in content:
            content = content[part]
        else:
            return None
    return content
