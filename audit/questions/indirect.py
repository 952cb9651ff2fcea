"""Privileges that a principal comes to hold through others: whether the contract declares that, and how it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.contract import Privilege
from audit.model.graph import Citation, EdgeKind
from audit.model.verdict import Hop

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.boundary import Boundary
    from audit.model.graph import Edge

_TAKING = "sts-assume-role"
"""How the ids of the primitives begin that take a role by its trust policy."""


def is_indirect(edge: Edge) -> bool:
    """Whether a derived edge is of a principal that has the privilege only over others."""
    return bool(edge.properties.get("through"))


def is_declared(boundary: Boundary, edge: Edge, role: str, privilege: Privilege) -> bool:
    """Whether the contract lets the principal come to the privilege so.

    It may hold the privilege, or administer the store, or act as each principal on each listed path, of which the last
    may hold the privilege itself.
    """
    declared = boundary.declared.get(edge.source)
    if declared is None:
        return False
    mine = declared.may.get(role, ())
    if privilege in mine or Privilege.ADMINISTER in mine:
        return True
    principals = boundary.contract.principals
    others = {principals[name].arn: principals[name] for name in declared.acts_as if name in principals}
    paths = edge.properties["through"]
    inside = all(hop["target"] in others for path in paths for hop in path)
    return inside and all(privilege in others[path[-1]["target"]].may.get(role, ()) for path in paths)


def is_told_by_trust(boundary: Boundary, edge: Edge) -> bool:
    """Whether each listed path begins by taking a declared role whose trust policy names the principal.

    Who may take the declared roles is a claim of its own (takers.py), which says it once for all that the role may do.
    """
    first = [path[0] for path in edge.properties["through"]]
    return all(hop["primitive"].startswith(_TAKING) and _is_named(boundary, hop) for hop in first)


def _is_named(boundary: Boundary, hop: dict[str, Any]) -> bool:
    named = boundary.graph.edges(EdgeKind.TRUSTS, source=hop["target"], target=hop["source"])
    return hop["target"] in boundary.declared and any(named)


def over(boundary: Boundary, edge: Edge) -> str:
    """Over whom the first path leads: ``data-plane``; the principal's own documents are ``its own policies``."""
    names = (_name(boundary, hop) for hop in edge.properties["through"][0])
    return " and ".join(dict.fromkeys(names))


def _name(boundary: Boundary, hop: dict[str, Any]) -> str:
    if hop["target"] == hop["source"]:
        return "its own policies"
    return boundary.roles.get(hop["target"], boundary.label(hop["target"]))


def hops(boundary: Boundary, edges: Iterable[Edge]) -> Iterator[Hop]:
    """The first path of each edge, each step with its proof, the same step once."""
    seen: set[str] = set()
    for edge in edges:
        for hop in edge.properties["through"][0]:
            via = f" by {boundary.label(hop['via'])}" if hop["via"] else ""
            verb = "can rewrite itself" if hop["target"] == hop["source"] else "can act as or change"
            text = f"{verb} {_name(boundary, hop)}{via} ({hop['primitive']})"
            if text not in seen:
                seen.add(text)
                because = tuple(Citation(c["record"], c["document"], c["pointer"]) for c in hop["because"])
                yield Hop(hop["source"], text, because)
