"""Who holds a privilege on a store, compared with what the contract declares: shared by the questions about access."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.boundary import PRIVILEGES
from audit.model.graph import NodeKind
from audit.model.verdict import Claim, Hop, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.boundary import Boundary
    from audit.model.contract import Principal, Privilege
    from audit.model.graph import Edge

ANYONE = "*"


@dataclass(frozen=True, slots=True)
class Holding:
    """A principal's derived privileges on one store, and whether the contract declares them."""

    principal: str
    store: str
    edges: tuple[Edge, ...]
    declared: Principal | None

    @property
    def privileges(self) -> tuple[Privilege, ...]:
        """The privileges, in the order of the edges."""
        return tuple(PRIVILEGES[edge.kind] for edge in self.edges)

    def beyond(self, role: str) -> tuple[Edge, ...]:
        """The edges whose privilege the contract does not declare for the store's role."""
        may = self.declared.may.get(role, ()) if self.declared is not None else ()
        return tuple(edge for edge in self.edges if PRIVILEGES[edge.kind] not in may)


def holdings(boundary: Boundary, store: str, privileges: Iterable[Privilege]) -> Iterator[Holding]:
    """Every principal that may hold one of the privileges on the store, by name."""
    wanted = set(privileges)
    kinds = [kind for kind, privilege in PRIVILEGES.items() if privilege in wanted]
    found: dict[str, list[Edge]] = {}
    for edge in boundary.graph.edges(*kinds, target=store):
        found.setdefault(edge.source, []).append(edge)
    for principal, edges in sorted(found.items()):
        ordered = tuple(sorted(edges, key=lambda edge: list(PRIVILEGES).index(edge.kind)))
        yield Holding(principal, store, ordered, boundary.declared.get(principal))


def judge(boundary: Boundary, holding: Holding, role: str, reason: str) -> Iterator[Claim]:
    """The claims on one holding: declared, undeclared, on an upper bound only, or undetermined."""
    beyond = holding.beyond(role)
    within = [edge for edge in holding.edges if edge not in beyond and edge.properties["decision"] == "allowed"]
    if within:
        yield _declared(boundary, holding, role, within)
    certain = [edge for edge in beyond if _certain(edge)]
    if certain:
        said = "anonymous_access" if holding.principal == ANYONE else reason
        claim = _claim(boundary, Verdict.BROKEN, said, holding, certain, "the contract does not declare it")
        yield boundary.rests_on(claim, boundary.stores.get(role), holding.declared)
    for edge in beyond:
        if edge not in certain:
            yield _uncertain(boundary, holding, edge)


def _certain(edge: Edge) -> bool:
    return edge.properties["decision"] == "allowed" and not edge.properties.get("unless")


def _declared(boundary: Boundary, holding: Holding, role: str, edges: list[Edge]) -> Claim:
    claim = _claim(boundary, Verdict.HOLDS, "declared_access", holding, edges, "as the contract declares")
    return boundary.rests_on(claim, boundary.stores.get(role), holding.declared)


def _claim(boundary: Boundary, verdict: Verdict, reason: str, holding: Holding, edges: list[Edge], why: str) -> Claim:
    can = words([PRIVILEGES[edge.kind].value for edge in edges])
    text = f"{_who(boundary, holding.principal)} can {can} {boundary.label(holding.store)}{_only_if(edges)}: {why}"
    citations = tuple(dict.fromkeys(citation for edge in edges for citation in edge.because))
    path = (Hop(holding.principal, f"can {can}", citations), Hop(holding.store, "holds or protects records"))
    records = tuple(dict.fromkeys(record for edge in edges for record in edge.records))
    return Claim(verdict, reason, holding.principal, text, path, records)


def _uncertain(boundary: Boundary, holding: Holding, edge: Edge) -> Claim:
    who, can = _who(boundary, holding.principal), PRIVILEGES[edge.kind].value
    target = boundary.label(holding.store)
    if edge.properties["decision"] == "undetermined":
        missing = tuple(edge.properties.get("missing", ()))
        text = f"whether {who} can {can} {target} is undetermined: grant {words(list(missing))}"
        return Claim(Verdict.UNKNOWN, "unreadable", holding.principal, text, (), edge.records, missing)
    layers = [part["layer"] for part in edge.properties["unless"]]
    missing = tuple(dict.fromkeys(part["permission"] for part in edge.properties["unless"]))
    text = (
        f"{who} can {can} {target} unless the unread {words(layers)} denies it, and the contract does not declare it: "
        f"grant {words(list(missing))}"
    )
    path = (Hop(holding.principal, f"can {can} unless {words(layers)} denies", edge.because), Hop(holding.store, ""))
    return Claim(Verdict.UNKNOWN, "upper_bound", holding.principal, text, path, edge.records, missing)


def _who(boundary: Boundary, principal: str) -> str:
    if principal == ANYONE:
        return "anyone, without credentials,"
    node = boundary.graph.get(principal)
    if node is not None and node.kind is NodeKind.ROOT_USER:
        return f"the root user of account {node.account}"
    return boundary.label(principal)


def _only_if(edges: list[Edge]) -> str:
    conditions = list(dict.fromkeys(expression(edge.properties.get("only_if")) for edge in edges))
    shown = [condition for condition in conditions if condition]
    return f" only if {' / '.join(shown)}" if shown and "" not in conditions else ""


def expression(tree: Any) -> str:
    """An expression over free condition keys as a short phrase: ``aws:SourceVpce is vpce-1``."""
    match tree:
        case None:
            return ""
        case {"and": list(parts)}:
            return " and ".join(expression(part) for part in parts)
        case {"or": list(parts)}:
            return "(" + " or ".join(expression(part) for part in parts) + ")"
        case {"not": part}:
            return f"not ({expression(part)})"
        case {"operator": str(operator), "key": str(key), "values": list(values)}:
            return f"{key} {_OPERATORS.get(operator, operator)} {', '.join(map(str, values))}"
        case _:
            return str(tree)


_OPERATORS = {"StringEquals": "is", "StringNotEquals": "is not", "ArnEquals": "is", "ArnLike": "is like", "Bool": "is"}


def words(items: Iterable[str]) -> str:
    """Items as a phrase: ``read, write and destroy``."""
    unique = list(dict.fromkeys(items))
    return unique[0] if len(unique) == 1 else ", ".join(unique[:-1]) + " and " + unique[-1] if unique else "nothing"
