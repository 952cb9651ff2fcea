"""Which changes of access and of paths follow from which difference: what a change cites is looked for among them."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.access import boundary as bounds
from audit.difference import causes, rules
from audit.difference.properties import Kind
from audit.model.arn import is_arn
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from audit.difference.access import Change
    from audit.difference.access import Comparison as Access
    from audit.difference.causes import Did
    from audit.difference.properties import Difference
    from audit.difference.reach import Comparison as Reach
    from audit.model.graph import Edge

_PRINCIPALS = {NodeKind.ROLE, NodeKind.USER, NodeKind.GROUP}
_ITSELF = {"added": Kind.ADDED, "removed": Kind.MISSING}
_LISTS = {"IpPermissions": "ingress", "IpPermissionsEgress": "egress", "Routes": "routes", "Entries": "entries"}
"""What AWS calls a list of rules, and what the graph does."""


@dataclass(frozen=True)
class Follows:
    """A change that follows from a difference: where it stands in the JSON of the whole, and in a few words."""

    pointer: str
    text: str


def explained(differences: Sequence[Difference], access: Access, reach: Reach) -> dict[int, tuple[Follows, ...]]:
    """By the number of a difference, what follows from it as far as statements, rules and settings show it."""
    found: dict[int, dict[Follows, None]] = defaultdict(dict)
    index = _Index(differences)
    for number, change in enumerate(access.changes):
        said = f"{_short(change.principal)} {change.privilege.value} {_short(change.store)}: {change.kind.value}"
        for cause in causes.did(access, change):
            for one in index.of_access(change, cause):
                found[one][Follows(f"/access/changes/{number}", said)] = None
    for number, path in enumerate(reach.changes):
        said = f"{_short(path.source)} → {_short(path.target)}: {path.kind.value}"
        for cause in rules.did(reach, path):
            for one in index.of_reach(cause):
                found[one][Follows(f"/reach/changes/{number}", said)] = None
    return {number: tuple(follows) for number, follows in found.items()}


def _short(name: str) -> str:
    """A role of the contract as it is, an ARN by its end."""
    return name.rpartition(":")[2].rpartition("/")[2] if is_arn(name) else name


class _Index:
    """Differences by what can be cited of them."""

    def __init__(self, differences: Sequence[Difference]) -> None:
        self.all = differences
        self.by_statement: dict[str, dict[int, None]] = defaultdict(dict)
        self.by_node: dict[str, list[int]] = defaultdict(list)
        self.by_name: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, one in enumerate(differences):
            for statement in (*_statements(one.before), *_statements(one.after)):
                self.by_statement[statement][number] = None
            for node_id in dict.fromkeys(node_id for node_id in one.ids if node_id is not None):
                self.by_node[node_id].append(number)
                self.by_name[str(one.what), node_id.rpartition(":")[2].rpartition("/")[2]].append(number)

    def of_access(self, change: Change, cause: Did) -> Iterator[int]:
        """The differences that a cause of a change of access stands in."""
        edges = [edge for edge in (change.before, change.after) if edge is not None]
        ends = {end for edge in edges for end in _ends(edge)}
        if cause.text:
            for number in self.by_statement.get(_canonical(json.loads(cause.text)), ()):
                one = self.all[number]
                if one.what not in _PRINCIPALS or ends & set(one.ids):
                    yield number
            return
        for number in dict.fromkeys(number for end in ends for number in self.by_node.get(end, ())):
            if _bears(self.all[number], cause, change):
                yield number

    def of_reach(self, cause: Did) -> Iterator[int]:
        """The differences that a cause of a change of paths stands in."""
        what, _, settings = cause.what.partition(": ")
        kind, _, name = what.partition("/")
        for number in self.by_name.get((kind, name), ()):
            one = self.all[number]
            if cause.pointer:
                side = one.after if cause.how == "added" else one.before
                if side is not None and (one.path + "/").startswith(_path(cause.pointer) + "/"):
                    yield number
            elif settings:
                if one.path[1:].partition("/")[0].replace("_", " ") in settings.split(", "):
                    yield number
            elif one.kind is _ITSELF.get(cause.how):
                yield number


def _bears(one: Difference, cause: Did, change: Change) -> bool:
    """Whether a difference of a node at an end of a change is what a cause without a statement says."""
    about_principal = one.what in _PRINCIPALS
    if cause.what in {"the principal itself", "the store itself"}:
        return one.kind is _ITSELF.get(cause.how) and about_principal is (cause.what == "the principal itself")
    if cause.layer == bounds.LAYER:
        return about_principal and one.path.startswith("/boundary")
    edge = change.edge
    return edge.target in one.ids and f"the store's {one.path[1:].partition('/')[0].replace('_', ' ')}" == cause.what


def _ends(edge: Edge) -> Iterator[str]:
    yield from (edge.source, edge.target)
    for hop in (hop for path in edge.properties.get("through") or () for hop in path):
        yield from (hop["source"], hop["target"])


def _path(pointer: str) -> str:
    """Where the graph has a rule: ``/IpPermissions/9/IpRanges/0`` is in ``/ingress/9``."""
    _, field, number, *_ = pointer.split("/")
    return f"/{_LISTS.get(field, field)}/{number}"


def _statements(value: Any) -> Iterator[str]:
    """Every statement and grant in a value."""
    match value:
        case {"Effect": _} | {"GrantId": _}:
            yield _canonical(value)
        case dict():
            for item in value.values():
                yield from _statements(item)
        case list() | tuple():
            for item in value:
                yield from _statements(item)


def _canonical(statement: Any) -> str:
    return json.dumps(statement, sort_keys=True)
