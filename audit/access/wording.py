"""What a cited statement says: from a cause to the text of its statement in the documents of a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.access.holdings import POLICIES
from audit.model.facts import Unknown
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from audit.access.vote import Cause
    from audit.model.graph import BoundaryGraph, Node

Contents = dict[str, tuple[Any, ...]]
"""Documents by the name that causes cite; the policies of one level of an organisation share one."""


def contents(graph: BoundaryGraph, caller: Node | None, resource: Node | None, endpoints: Iterable[str]) -> Contents:
    """The documents that bear on a request, as they were read."""
    found: dict[str, list[Any]] = {}
    parts = (*_of_caller(graph, caller), *_of_resource(graph, resource), *_of_endpoints(graph, set(endpoints)))
    for name, content in parts:
        if isinstance(content, dict):
            found.setdefault(name, []).append(content)
    return {name: tuple(documents) for name, documents in found.items()}


def texts(documents: Contents, cause: Cause) -> tuple[Any, ...]:
    """The text of a cause's statement; several where documents share a name, none where it was not read."""
    return tuple(found for one in documents.get(cause.policy, ()) if (found := _at(one, cause.pointer)) is not None)


def _of_caller(graph: BoundaryGraph, caller: Node | None) -> Iterator[tuple[str, Any]]:
    if caller is None:
        return
    for item in _listed(caller.properties, "identity"):
        yield f"identity/{item.get('name', '')}", item.get("document")
    boundary = caller.properties.get("boundary")
    yield "boundary", boundary.get("document") if isinstance(boundary, dict) else None
    yield from _levels(graph.get(caller.account), "scp")


def _of_resource(graph: BoundaryGraph, resource: Node | None) -> Iterator[tuple[str, Any]]:
    if resource is None:
        return
    properties = resource.properties
    if resource.kind in POLICIES:
        yield POLICIES[resource.kind][0], properties.get("policy")
    yield "trust", properties.get("trust")
    for point in _listed(properties, "access_points"):
        yield f"access_point/{point.get('Name', '')}", point.get("policy")
    for place, grant in enumerate(_listed(properties, "grants")):
        yield f"grants/{grant.get('GrantId', place)}", grant
    yield from _levels(graph.get(resource.account), "rcp")


def _of_endpoints(graph: BoundaryGraph, names: set[str]) -> Iterator[tuple[str, Any]]:
    for node in graph.nodes(NodeKind.VPC_ENDPOINT) if names else ():
        if node.name in names:
            yield "endpoint_policy", node.properties.get("policy")


def _levels(account: Node | None, name: str) -> Iterator[tuple[str, Any]]:
    levels = account.properties.get(name) if account is not None else None
    for place, level in enumerate(() if levels is None or isinstance(levels, Unknown) else levels):
        yield from ((f"{name}/{place}", content) for content in level)


def _listed(properties: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    found = properties.get(name)
    return (item for item in (found if isinstance(found, list | tuple) else ()) if isinstance(item, dict))


def _at(content: Any, pointer: str) -> Any:
    """What stands at a JSON pointer of a policy, whose elements may be written in any case."""
    for part in pointer.split("/")[1:]:
        if isinstance(content, list):
            content = content[int(part)] if part.isdigit() and int(part) < len(content) else None
        elif isinstance(content, dict):
            content = next((value for key, value in content.items() if key.lower() == part.lower()), None)
        else:
            return None
    return content
