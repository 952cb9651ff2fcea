"""Who may take the roles that hold privileges: what a declared role may do, whoever takes it may do.

AWS page "How to use trust policies with IAM roles". A trust in a service is how the role works; any other is judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.facts import Unknown
from audit.model.graph import EdgeKind, NodeKind
from audit.model.verdict import Claim, Hop, Verdict
from audit.questions.holders import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary
    from audit.model.contract import Principal
    from audit.model.graph import Edge, Node


def claims(boundary: Boundary) -> Iterator[Claim]:
    """For each declared role that holds a privilege: those whom its trust policy lets in."""
    for role, principal in boundary.contract.principals.items():
        node = boundary.graph.get(principal.arn)
        if node is not None and node.kind is NodeKind.ROLE and any(principal.may.values()):
            for claim in _role(boundary, role, principal, node):
                yield boundary.rests_on(claim, principal)


def _role(boundary: Boundary, role: str, principal: Principal, node: Node) -> Iterator[Claim]:
    trust = node.properties.get("trust")
    if isinstance(trust, Unknown):
        yield Claim.unread(node.id, f"who may take {role}", trust)
        return
    edges = [edge for edge in boundary.graph.edges(EdgeKind.TRUSTS, source=node.id) if _lets_in(edge)]
    others = [edge for edge in edges if not _expected(boundary, principal, edge.target)]
    for edge in others:
        path = (Hop(node.id, "its trust policy lets in", edge.because), Hop(edge.target, f"acts as {role}"))
        who = boundary.label(edge.target)
        text = f"{who} may take {role} and do all that it may, which the contract does not declare"
        yield Claim(Verdict.BROKEN, "undeclared_taker", node.id, text, path, edge.records)
    if not others:
        who = words(sorted(boundary.label(edge.target) for edge in edges))
        held = tuple(Hop(edge.target, f"takes {role}", edge.because) for edge in edges)
        yield Claim(Verdict.HOLDS, "declared_takers", node.id, f"{who} alone may take {role}", held, node.records)


def _lets_in(edge: Edge) -> bool:
    actions = edge.properties.get("actions") or ("sts:AssumeRole",)
    return any(action.lower() in ("*", "sts:*") or action.lower().startswith("sts:assume") for action in actions)


def _expected(boundary: Boundary, taken: Principal, taker: str) -> bool:
    """A service, or a declared principal that may do all that the role may."""
    node, declared = boundary.graph.get(taker), boundary.declared.get(taker)
    if node is not None and node.kind is NodeKind.SERVICE:
        return True
    return declared is not None and all(set(may) <= set(declared.may.get(on, ())) for on, may in taken.may.items())
