"""Requests that come through VPC endpoints: where only they pass, the endpoints' policies must let them pass too."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeGuard

from audit.access import endpoint
from audit.access.expression import Expr, Leaf, Opaque, all_of, any_of, atoms, negate, substitute
from audit.access.glob import wild
from audit.access.policy import unread
from audit.model.graph import NodeKind
from audit.model.verdict import NOT_JOINED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.access.holdings import Holdings
    from audit.access.matching import Request
    from audit.access.policy import Document

_EQUAL = frozenset({"StringEquals", "StringLike", "ArnEquals"})


def through(allowed: Expr, request: Request, held: Holdings) -> Expr:
    """The expression where each condition on an endpoint also asks what the endpoint's policy says; S3's only."""
    if request.service != "s3":
        return allowed

    def narrow(atom: Leaf | Opaque) -> Expr:
        if not _asks(atom):
            return atom
        return any_of(*(all_of(Leaf(atom.operator, atom.key, (v,)), _passes(held, v, request)) for v in atom.values))

    return substitute(allowed, narrow)


def endpoints(allowed: Expr) -> tuple[str, ...]:
    """The endpoints that an expression asks for by name."""
    return tuple(dict.fromkeys(value for atom in atoms(allowed) if _asks(atom) for value in atom.values))


def documents(held: Holdings, names: Iterable[str]) -> tuple[Document, ...] | None:
    """The policies of endpoints, unread ones of those that the graph does not hold; None when no policy limits."""
    known = {node.name: node for node in held.graph.nodes(NodeKind.VPC_ENDPOINT)}
    found = [
        held.endpoint(known[name]) if name in known else unread("endpoint_policy", _permission(held)) for name in names
    ]
    return tuple(one for one in found if one is not None) or None


def _permission(held: Holdings) -> str:
    """What would settle an endpoint that was not described: the owner's word where its VPC is shared."""
    gaps = [gap.unknown for gap in held.graph.unseen(NodeKind.VPC_ENDPOINT)]
    shared = bool(gaps) and all(unknown.code == NOT_JOINED for unknown in gaps)
    return gaps[0].permission if shared else "ec2:DescribeVpcEndpoints"


def _asks(atom: Leaf | Opaque) -> TypeGuard[Leaf]:
    if not isinstance(atom, Leaf) or atom.key.lower() != "aws:sourcevpce" or atom.operator not in _EQUAL:
        return False
    return not any(map(wild, atom.values))


def _passes(held: Holdings, name: str, request: Request) -> Expr:
    vote = endpoint.vote(documents(held, (name,)), request)
    return all_of(vote.allow, negate(vote.deny))
