"""Who holds a privilege on a store, compared with what the contract declares: shared by the questions about access."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.access.access import EDGES
from audit.access.phrase import phrase
from audit.access.privileges import OTHER_KEY
from audit.boundary import PRIVILEGES
from audit.model.contract import Privilege
from audit.model.graph import Citation, NodeKind
from audit.model.verdict import Claim, Hop, Verdict
from audit.questions import indirect

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pydantic import BaseModel

    from audit.boundary import Boundary
    from audit.model.graph import Edge

ANYONE = "*"
_EACH_OBJECT = "s3:GetObject"


@dataclass(frozen=True, slots=True)
class Store:
    """A thing that holds or protects records: its node id, its role in the contract, and the contract's line on it."""

    id: str
    role: str
    part: BaseModel | None = None


def judge(boundary: Boundary, store: Store, privileges: Iterable[Privilege], reason: str) -> Iterator[Claim]:
    """Who holds the privileges on a store: undeclared ones are broken, doubtful ones unknown, declared ones hold.

    ``reason`` names a broken claim; anyone without credentials is ``anonymous_access``.
    """
    certain: dict[tuple[str, bool], list[Edge]] = {}
    rulers = _rulers(boundary, store)
    doubtful: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[Edge]] = {}
    for privilege in privileges:
        edges = sorted(boundary.graph.edges(EDGES[privilege], target=store.id), key=lambda edge: edge.source)
        settled = True
        for edge in edges:
            declared = _is_declared(boundary, edge, store.role, privilege)
            if edge.properties["decision"] == "allowed" and declared:
                continue
            settled = False
            if indirect.is_indirect(edge) and (edge.source in rulers or indirect.is_told_by_trust(boundary, edge)):
                continue
            if _certain(edge):
                certain.setdefault((edge.source, indirect.is_indirect(edge)), []).append(edge)
            else:
                doubtful.setdefault(_doubt(edge), []).append(edge)
        if settled:
            yield _only(boundary, store, privilege, edges)
    for edges in certain.values():
        yield boundary.rests_on(_undeclared(boundary, store, edges, reason), store.part)
    for (layer, missing, layers), edges in doubtful.items():
        strangers = ("anonymous_access",) if ANYONE in {edge.source for edge in edges} else ()
        yield _doubted(boundary, store, edges, (layer, missing, layers)).bearing(reason, *strangers)


def allowed(boundary: Boundary, principal: str, store: str, privilege: Privilege) -> Edge | None:
    """The edge that says that a principal holds a privilege itself, or may hold it; None when it does not."""
    edges = boundary.graph.edges(EDGES[privilege], source=principal, target=store)
    return next((edge for edge in edges if not indirect.is_indirect(edge)), None)


def unsettled(edge: Edge) -> tuple[str, ...]:
    """The permissions that would settle whether a derived edge is really there; empty when it is."""
    unless = [part["permission"] for part in edge.properties.get("unless") or () if part["layer"] != OTHER_KEY]
    settles = tuple(dict.fromkeys((*edge.properties.get("missing", ()), *unless)))
    return settles if settles or edge.properties["decision"] == "allowed" else ("unknown",)


def _is_declared(boundary: Boundary, edge: Edge, role: str, privilege: Privilege) -> bool:
    if indirect.is_indirect(edge):
        return indirect.is_declared(boundary, edge, role, privilege)
    return privilege in _may(boundary, edge.source, role)


def _rulers(boundary: Boundary, store: Store) -> set[str]:
    """Who administers the store itself, or may: what it comes to through others is no news."""
    edges = boundary.graph.edges(EDGES[Privilege.ADMINISTER], target=store.id)
    return {edge.source for edge in edges if not indirect.is_indirect(edge)}


def _may(boundary: Boundary, principal: str, role: str) -> tuple[Privilege, ...]:
    declared = boundary.declared.get(principal)
    return declared.may.get(role, ()) if declared is not None else ()


def _certain(edge: Edge) -> bool:
    return edge.properties["decision"] == "allowed" and not unsettled(edge)


def _doubt(edge: Edge) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """What makes an edge doubtful: undetermined or upper bound, the missing permissions, the unread layers."""
    if edge.properties["decision"] == "undetermined":
        return "unreadable", tuple(edge.properties.get("missing", ())), ()
    unless = [part for part in edge.properties["unless"] if part["layer"] != OTHER_KEY]
    missing = tuple(dict.fromkeys(part["permission"] for part in unless))
    return "upper_bound", missing, tuple(dict.fromkeys(part["layer"] for part in unless))


def _only(boundary: Boundary, store: Store, privilege: Privilege, edges: list[Edge]) -> Claim:
    target = boundary.roles.get(store.id) or boundary.label(store.id)
    direct = [edge for edge in edges if not indirect.is_indirect(edge)]
    others = [edge for edge in edges if indirect.is_indirect(edge)]
    who = f"only {words(_named(boundary, edge) for edge in direct)} can" if direct else "nobody can by itself"
    text = f"{who if edges else 'nobody can'} {privilege.value} {target}"
    text += "".join(f", {_named(boundary, edge)} through {indirect.over(boundary, edge)}" for edge in others)
    text += ": as declared" if edges else ""
    path = (
        *(Hop(edge.source, f"can {privilege.value}{_only_if(edge)}", edge.because) for edge in direct),
        *indirect.hops(boundary, others),
    )
    records = tuple(dict.fromkeys(record for edge in edges for record in edge.records))
    claim = Claim(Verdict.HOLDS, "declared_access", store.id, text, path, records)
    return boundary.rests_on(claim, store.part, *(boundary.declared.get(edge.source) for edge in edges))


def _named(boundary: Boundary, edge: Edge) -> str:
    return boundary.roles.get(edge.source, boundary.label(edge.source))


def _undeclared(boundary: Boundary, store: Store, edges: list[Edge], reason: str) -> Claim:
    principal = edges[0].source
    can = words(PRIVILEGES[edge.kind].value for edge in edges)
    parts = {part for edge in edges for part in edge.properties.get("resources", ())}
    where = f" ({words(sorted(parts))})" if parts else ""
    text = (
        f"{in_words(boundary, principal)} can {can} {boundary.label(store.id)}{where}{_only_if(edges[0])}{_but(edges)}"
    )
    citations = tuple(dict.fromkeys(citation for edge in edges for citation in edge.because))
    first: tuple[Hop, ...] = (Hop(principal, f"can {can}", citations),)
    if indirect.is_indirect(edges[0]):
        text += f" through {words(indirect.over(boundary, edge) for edge in edges)}"
        first = tuple(indirect.hops(boundary, edges))
    path = (*first, Hop(store.id, "holds or protects records"))
    records = tuple(dict.fromkeys(record for edge in edges for record in edge.records))
    said = "anonymous_access" if principal == ANYONE else reason
    text = f"{text}, which the contract does not declare"
    return Claim(Verdict.BROKEN, said, principal, text, path, records, bears_on=(reason,))


def _but(edges: list[Edge]) -> str:
    layers = {part["layer"] for edge in edges for part in edge.properties.get("unless") or ()}
    return " (objects under another key than the bucket's aside)" if OTHER_KEY in layers else ""


def _doubted(
    boundary: Boundary, store: Store, edges: list[Edge], doubt: tuple[str, tuple[str, ...], tuple[str, ...]]
) -> Claim:
    reason, missing, layers = doubt
    who = words(in_words(boundary, principal) for principal in dict.fromkeys(edge.source for edge in edges))
    can = words(PRIVILEGES[edge.kind].value for edge in edges)
    what = f"{who} can {can} {boundary.label(store.id)}"
    records = tuple(dict.fromkeys(record for edge in edges for record in edge.records))
    if reason == "unreadable":
        text = f"whether {what} is undetermined: {_settled_by(missing)}"
        return Claim(Verdict.UNKNOWN, reason, store.id, text, (), records, missing)
    text = f"{what} unless the unread {words(layers)} denies it, and nothing declares it: grant {words(missing)}"
    path = (Hop(edges[0].source, f"can {can}", edges[0].because), Hop(store.id, "unless denied by what was not read"))
    return Claim(Verdict.UNKNOWN, reason, store.id, text, path, records, missing)


def _settled_by(missing: tuple[str, ...]) -> str:
    if missing == (_EACH_OBJECT,):
        return f"objects may have another key than the bucket's, and only their own metadata shows which ({missing[0]})"
    return f"grant {words(missing)}"


def in_words(boundary: Boundary, principal: str) -> str:
    """A principal for a sentence: its label, or what stands for everyone or a whole account."""
    if principal == ANYONE:
        return "anyone, without credentials,"
    if principal.isdigit():
        return f"a role or user of account {principal}"
    node = boundary.graph.get(principal)
    if node is not None and node.kind is NodeKind.ROOT_USER:
        return f"the root user of account {node.account}"
    return boundary.label(principal)


def _only_if(edge: Edge) -> str:
    condition = phrase(edge.properties.get("only_if"))
    return f" only if {condition}" if condition else ""


def through(tree: Any, endpoints: Collection[str]) -> bool:
    """Whether an expression asks that a request passes one of these endpoints."""
    match tree:
        case {"and": list(parts)}:
            return any(through(part, endpoints) for part in parts)
        case {"or": list(parts)}:
            return all(through(part, endpoints) for part in parts)
        case {"operator": "StringEquals" | "StringLike" | "ArnEquals", "key": str(key), "values": list(values)}:
            return key.lower() == "aws:sourcevpce" and set(values) <= set(endpoints)
        case _:
            return False


def cited(records: Iterable[str]) -> tuple[Citation, ...]:
    """Citations of records as a whole, for a hop that no statement makes true."""
    return tuple(Citation(record) for record in records if record)


def words(items: Iterable[str]) -> str:
    """Items as a phrase: ``read, write and destroy``."""
    unique = list(dict.fromkeys(items))
    return unique[0] if len(unique) == 1 else ", ".join(unique[:-1]) + " and " + unique[-1] if unique else "nothing"
