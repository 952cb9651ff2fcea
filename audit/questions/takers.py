"""Who may take the roles that hold privileges: what a declared role may do, whoever takes it may do.

AWS pages "How to use trust policies with IAM roles" and, on external ids, "The confused deputy problem". Where the
contract says who takes a role, nobody else may; otherwise a trust in a service is how the role works, and any other is
judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.arn import Arn, is_arn
from audit.model.facts import Unknown
from audit.model.graph import EdgeKind, NodeKind
from audit.model.verdict import Claim, Hop, Verdict
from audit.questions.holders import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary
    from audit.model.contract import Principal
    from audit.model.graph import Citation, Edge, Node


def claims(boundary: Boundary) -> Iterator[Claim]:
    """For each declared role that holds a privilege, or that somebody is declared to take: those whom it lets in."""
    for role, principal in boundary.contract.principals.items():
        node = boundary.graph.get(principal.arn)
        if node is not None and node.kind is NodeKind.ROLE and (any(principal.may.values()) or principal.taken_by):
            takers = (boundary.contract.principals.get(taker) for taker in principal.taken_by)
            parts = (principal, *takers)
            for claim in _role(boundary, role, node):
                yield boundary.rests_on(claim, *parts)


def _role(boundary: Boundary, role: str, node: Node) -> Iterator[Claim]:
    trust = node.properties.get("trust")
    if isinstance(trust, Unknown):
        yield Claim.unread(node.id, f"who may take {role}", trust)
        return
    takers: dict[str, list[Edge]] = {}
    for edge in boundary.graph.edges(EdgeKind.TRUSTS, source=node.id):
        if _lets_in(edge):
            takers.setdefault(edge.target, []).append(edge)
    against = [claim for edges in takers.values() if (claim := _against(boundary, role, node, edges)) is not None]
    yield from against
    if not against:
        who = words(sorted(_name(boundary, taker) for taker in takers))
        held = tuple(Hop(taker, f"takes {role}", _because(edges)) for taker, edges in takers.items())
        text = f"{who} alone may take {role}" if takers else f"nobody may take {role}"
        yield Claim(Verdict.HOLDS, "declared_takers", node.id, text, held, node.records)


def _against(boundary: Boundary, role: str, node: Node, edges: list[Edge]) -> Claim | None:
    """What speaks against the statements that let one taker in; None where the contract means them."""
    principal, taker = boundary.contract.principals[role], edges[0].target
    path = (Hop(node.id, "its trust policy lets in", _because(edges)), Hop(taker, f"acts as {role}"))
    records = tuple(dict.fromkeys(record for edge in edges for record in edge.records))
    who = f"{_name(boundary, taker)} may take {role}"
    if not (_named if principal.taken_by else _expected)(boundary, principal, taker):
        text = f"{who} and do all that it may, which the contract does not declare"
        return Claim(Verdict.BROKEN, "undeclared_taker", node.id, text, path, records)
    if not principal.taken_by or _account(boundary, taker) in {"", boundary.contract.account}:
        return None
    decision = boundary.taken_without_id(node, _arn(boundary, taker))
    if decision.effect == "allowed":
        text = f"{who} and is asked for no particular external id: whoever it audits for can point it at this role"
        return Claim(Verdict.BROKEN, "taken_without_external_id", node.id, text, path, records)
    if decision.effect == "undetermined":
        missing = tuple(dict.fromkeys(one.permission for one in decision.missing))
        text = f"{who}: whether with a particular external id alone rests on {words(missing)}, which is not understood"
        return Claim(Verdict.UNKNOWN, "taken_without_external_id", node.id, text, path, records, missing)
    return None


def _because(edges: list[Edge]) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(citation for edge in edges for citation in edge.because))


def _lets_in(edge: Edge) -> bool:
    actions = edge.properties.get("actions") or ("sts:AssumeRole",)
    return any(action.lower() in ("*", "sts:*") or action.lower().startswith("sts:assume") for action in actions)


def _expected(boundary: Boundary, taken: Principal, taker: str) -> bool:
    """A service, or a declared principal that may do all that the role may.

    A walked account as a whole is none: that its root is declared says nothing of its other users and roles.
    """
    node, declared = boundary.graph.get(taker), boundary.declared.get(taker)
    if node is not None and node.kind is NodeKind.SERVICE:
        return True
    return declared is not None and all(set(may) <= set(declared.may.get(on, ())) for on, may in taken.may.items())


def _named(boundary: Boundary, taken: Principal, taker: str) -> bool:
    """One whom the contract lets take this role by name, or of an account that it lets take it as a whole."""
    principals = boundary.contract.principals
    takers = {principals[role].arn for role in taken.taken_by if role in principals}
    return not takers.isdisjoint({_arn(boundary, taker), _root(boundary, _account(boundary, taker))})


def _account(boundary: Boundary, taker: str) -> str:
    arn = _arn(boundary, taker)
    return Arn.parse(arn).account if is_arn(arn) else ""


def _arn(boundary: Boundary, taker: str) -> str:
    """The ARN of a taker: a walked account as a whole is a node by its number, the contract names its root."""
    return _root(boundary, taker) if taker.isdigit() else taker


def _root(boundary: Boundary, account: str) -> str:
    return f"arn:{boundary.contract.partition}:iam::{account}:root"


def _name(boundary: Boundary, taker: str) -> str:
    """A taker for a sentence; an account as a whole by its number."""
    arn = _arn(boundary, taker)
    if not arn.endswith(":root"):
        return boundary.label(taker)
    account, role = f"account {_account(boundary, taker)}", boundary.roles.get(arn)
    return f"{role} ({account})" if role else account
