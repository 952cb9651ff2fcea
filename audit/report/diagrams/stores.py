"""The stores that access is about, grouped as they belong together, and arrows to whole groups where all are meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.graph import NodeKind
from audit.report.diagrams import places
from audit.report.diagrams.diagram import Box, Shape
from audit.report.diagrams.places import RECORD_STORES, box_id
from audit.report.diagrams.site import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from audit.model.graph import Node
    from audit.report.diagrams.site import Site

_FEW = 6
_KINDS = {NodeKind.LOG_GROUP: ("log_groups", "Log groups"), NodeKind.SECRET: ("secrets", "Secrets")}


class Stores:
    """The boxes of the stores, and which boxes stand for a set of them."""

    def __init__(self, site: Site) -> None:
        self._site = site
        groups = (*self._declared(), *(box for kind in _KINDS for box in self._listed(kind)))
        self.box = Box("stores", Shape.GROUP, ("stores, keys and logs",), tuple(groups))

    def all(self) -> set[str]:
        """Every store."""
        return {one for _, inner in self.box.walk() for one in inner.about}

    def places(self, stores: Collection[str]) -> Iterator[tuple[str, set[str]]]:
        """The boxes that some stores are in, each with all that it stands for: a group's own, or the only one meant."""
        for group in self.box.children:
            within = {child.id: {*child.about} for child in group.children}
            meant = [child for child, about in within.items() if about & {*stores}]
            if len(meant) == 1:
                yield meant[0], within[meant[0]]
            elif meant:
                yield group.id, {one for about in within.values() for one in about}

    def _declared(self) -> Iterator[Box]:
        site, contract = self._site, self._site.contract
        records = [role for role in RECORD_STORES if role in contract.buckets]
        keys = {str(contract.buckets[role].encryption) for role in records} & {*contract.keys}
        yield from _group("records", "Records", [
            *(places.store(site, role) for role in records), *places.file_systems(site),
            *(places.key(site, key) for key in sorted(keys)),
        ])  # fmt: skip
        rest = sorted({*contract.buckets} - {*records})
        yield from _group("other_buckets", "Log buckets", [places.store(site, role) for role in rest])
        yield from _group("other_keys", "Keys", [places.key(site, role) for role in sorted({*contract.keys} - keys)])

    def _listed(self, kind: NodeKind) -> Iterator[Box]:
        box, name = _KINDS[kind]
        nodes = [self._site.graph.node(one) for one in self._site.boundary.derived if one in self._site.judged]
        nodes = [node for node in nodes if node.kind is kind]
        if len(nodes) <= _FEW:
            yield from _group(box, name, [_one(node) for node in nodes])
            return
        kept = [_one(node) for node in nodes if node.id in self._site.keep]
        rest = [node for node in nodes if node.id not in self._site.keep]
        lines = (f"{name} \u00d7 {len(rest)}", listed((node.name for node in rest), 2))
        folded = Box(box_id("all", box.replace("_", "-")), Shape.FOLDED, lines, about=tuple(node.id for node in rest))
        yield from _group(box, name, [*kept, folded])


def _group(box: str, name: str, children: list[Box]) -> Iterator[Box]:
    if children:
        yield Box(box, Shape.GROUP, (name,), tuple(children))


def _one(node: Node) -> Box:
    shape = Shape.LOG if node.kind is NodeKind.LOG_GROUP else Shape.STORE
    return Box(box_id("store", node.id), shape, (node.name,), about=(node.id,))
