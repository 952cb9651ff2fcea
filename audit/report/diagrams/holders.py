"""Who holds what on the stores: principals with the same access as one box, and many of one kind folded and counted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from audit.boundary import PRIVILEGES
from audit.model.contract import Privilege
from audit.model.graph import EdgeKind, NodeKind
from audit.report.access import who
from audit.report.diagrams.diagram import Box, Shape, Standing
from audit.report.diagrams.places import ACCESS, box_id
from audit.report.diagrams.site import listed
from audit.report.diagrams.standings import of_access

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.model.graph import Edge
    from audit.report.diagrams.site import Site

PRINCIPALS = (NodeKind.ROLE, NodeKind.USER)
"""The principals of an account that a listing may hide."""
_FEW = {"declared": 1_000, "declared-services": 1}
_FEW_OTHERS = 5
"""As many groups of a kind are drawn one by one; more are folded."""
_SHAPES = {"declared": Shape.IDENTITY, "declared-services": Shape.OUTSIDE}
_OUTSIDE = {"declared-services", "services", "foreign"}
_NAMES = {
    "declared": "Declared",
    "declared-services": "AWS services, declared",
    "undeclared": "Undeclared in the contract",
    "services": "AWS services, undeclared",
    "foreign": "Others, undeclared",
}
_ORDER = list(Privilege)


@dataclass(frozen=True)
class Holders:
    """Principals of a kind that are one box. ``folded`` are alike in kind only, not in what they hold."""

    kind: str
    principals: tuple[str, ...]
    edges: tuple[Edge, ...] = field(repr=False)
    folded: bool = False

    @property
    def id(self) -> str:
        """The id of its box."""
        return f"all_{self.kind}" if self.folded else box_id("who", self.principals[0])

    def box(self, site: Site) -> Box:
        """Its box: the only one's role and name, or how many they are and the first of them."""
        return Box(self.id, _SHAPES.get(self.kind, Shape.STRANGER), tuple(self._lines(site)), about=self.principals)

    def _lines(self, site: Site) -> Iterator[str]:
        boundary = site.boundary
        names = [boundary.roles.get(one) or who(boundary, one) for one in self.principals]
        if self.folded:
            yield f"{_NAMES[self.kind]} \u00d7 {len(names):,}"
            yield f"{listed(names, 2)}"
        elif len(names) > 1:
            yield f"{listed(names, 2)}"
            yield f"{'undeclared, ' if self.kind == 'undeclared' else ''}{len(names)} with the same access"
        else:
            role, node = boundary.roles.get(self.principals[0]), boundary.graph.get(self.principals[0])
            yield names[0]
            if role and node is not None and node.name != role:
                yield "root user" if node.kind is NodeKind.ROOT_USER else node.name
            if not role and self.kind in {"undeclared", "foreign"}:
                yield "undeclared"

    @cached_property
    def held(self) -> dict[Standing, dict[Privilege, dict[str, list[Edge]]]]:
        """How, and what, on which stores."""
        found: dict[Standing, dict[Privilege, dict[str, list[Edge]]]] = {}
        for edge in self.edges:
            by_store = found.setdefault(of_access(edge), {}).setdefault(PRIVILEGES[edge.kind], {})
            by_store.setdefault(edge.target, []).append(edge)
        return {s: {p: found[s][p] for p in _ORDER if p in found[s]} for s in Standing if s in found}


def holders(
    site: Site,
    kinds: Iterable[EdgeKind] = ACCESS,
    stores: frozenset[str] | None = None,
) -> list[Holders]:
    """All who hold something on some stores, or on all that derived edges are about; those to keep are never folded."""
    found = (edge for edge in site.graph.edges(*kinds) if stores is None or edge.target in stores)
    edges = sorted(found, key=lambda edge: (edge.source, edge.target, edge.kind))
    by_principal: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        by_principal[edge.source].append(edge)
    keep = site.keep | _steps(edge for principal in site.keep for edge in by_principal.get(principal, ()))
    alike: dict[tuple[str, frozenset[tuple[str, str, str]]], list[str]] = defaultdict(list)
    for principal, held in by_principal.items():
        pattern = frozenset((edge.target, str(edge.kind), of_access(edge).value) for edge in held)
        own = frozenset({(principal, "", "")}) if principal in keep else frozenset()
        alike[kind_of(site, principal), pattern | own].append(principal)
    groups = [
        Holders(kind, tuple(them), tuple(edge for one in them for edge in by_principal[one]))
        for (kind, _), them in alike.items()
    ]
    return [one for kind in _NAMES for one in _folded([g for g in groups if g.kind == kind], keep)]


def _steps(edges: Iterable[Edge]) -> frozenset[str]:
    """The first of those over whom edges lead, a few of them."""
    paths = (path for edge in edges for path in edge.properties.get("through") or () if path)
    return frozenset(sorted({str(path[0]["target"]) for path in paths})[:_FEW_OTHERS])


def kind_of(site: Site, principal: str) -> str:
    """What a principal is to the contract."""
    node = site.graph.get(principal)
    declared = principal in site.boundary.roles
    if node is not None and node.kind is NodeKind.SERVICE:
        return "declared-services" if declared else "services"
    if declared:
        return "declared"
    if node is None or node.kind is NodeKind.FOREIGN_PRINCIPAL or node.account != site.contract.account:
        return "foreign"
    return "undeclared"


def is_outside(site: Site, found: Holders) -> bool:
    """Whether principals are of another account, or AWS's own services."""
    if found.kind in _OUTSIDE:
        return True
    nodes = (site.graph.get(one) for one in found.principals)
    return all(node is None or node.account != site.contract.account for node in nodes)


def _folded(groups: list[Holders], keep: frozenset[str]) -> list[Holders]:
    """The groups of one kind: each where they are few or declared, else one, beside those that are kept."""
    ordered = sorted(groups, key=lambda one: one.principals)
    if not ordered or len(ordered) <= _FEW.get(ordered[0].kind, _FEW_OTHERS):
        return ordered
    kept = [one for one in ordered if keep & {*one.principals}]
    rest = [one for one in ordered if one not in kept]
    principals = tuple(sorted(principal for one in rest for principal in one.principals))
    edges = tuple(edge for one in rest for edge in one.edges)
    return [*kept, *([Holders(ordered[0].kind, principals, edges, folded=True)] if rest else [])]
