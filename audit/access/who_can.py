"""Who can read, write, destroy and administer what, over the graph: by themselves, and through others.

Every caller of the walked accounts, and whom the resource's documents name, is asked for each alternative of the
privilege; who does not have it is asked how it comes to it over those who do (audit/access/through.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from audit.access.access import Access, Hop
from audit.access.asker import Asker
from audit.access.decision import Decision, Effect, Settles
from audit.access.holdings import Holdings
from audit.access.network import Network
from audit.access.through import search
from audit.access.ways import Ways
from audit.model.arn import Arn, is_arn
from audit.model.contract import Privilege
from audit.model.graph import Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from audit.access.holdings import Caller
    from audit.access.levels import Route, Step
    from audit.access.through import Reached
    from audit.access.ways import Way
    from audit.model.graph import BoundaryGraph, Edge


def who_can(graph: BoundaryGraph, resource_id: str, privilege: Privilege, *, now: str | None = None) -> list[Access]:
    """Everyone who has, or may have, the privilege; ``now`` is the snapshot's time (ISO 8601), free when not given.

    First those who have it by themselves, then those who come to it through others. Raises UsageError for a resource
    that is no bucket, key, secret, topic, log group or file system of the graph.
    """
    return list(_Crowd(Asker(Holdings(graph), now)).who_can(resource_id, privilege))


def derive(graph: BoundaryGraph, resource_ids: Iterable[str], *, now: str | None = None) -> Iterator[Edge]:
    """The can_read, can_write, can_destroy and can_administer edges of these resources."""
    crowd = _Crowd(Asker(Holdings(graph), now))
    for resource_id in resource_ids:
        for privilege in Privilege:
            for access in crowd.who_can(resource_id, privilege):
                yield access.edge()


def foreign_nodes(graph: BoundaryGraph, edges: Iterable[Edge]) -> Iterator[Node]:
    """Nodes for sources of derived edges that the graph does not hold: services, foreign principals, everyone."""
    for source in sorted({edge.source for edge in edges if edge.source not in graph}):
        service = not is_arn(source) and "." in source
        account = Arn.parse(source).account if is_arn(source) else ""
        yield Node(source, NodeKind.SERVICE if service else NodeKind.FOREIGN_PRINCIPAL, source, account, "")


@dataclass
class _Crowd:
    """Everyone of one graph, and how they come to act as each other."""

    asker: Asker
    _hops: dict[tuple[tuple[str, str], Way, str, str | None], Hop] = field(default_factory=dict)

    def who_can(self, resource_id: str, privilege: Privilege) -> Iterator[Access]:
        direct = list(self.asker.who_can(resource_id, privilege))
        yield from direct
        node = self.asker.held.graph.node(resource_id)
        having = dict(self._having(node, privilege, direct))
        have = {access.principal for access in direct}
        for caller, found in search(self.network, {place: one.effect for place, one in having.items()}):
            if caller.principal.text not in have:
                yield self._through(caller, (node, privilege), found, having)

    @cached_property
    def ways(self) -> Ways:
        """How they come to act as each other."""
        return Ways(self.asker.held, self.asker.alike, self.asker.now)

    @cached_property
    def network(self) -> Network:
        """The same as nodes and arrows."""
        return Network(self.ways)

    def _having(self, node: Node, privilege: Privilege, direct: Iterable[Access]) -> Iterator[tuple[int, Decision]]:
        """The nodes that have the privilege, or may have it: principals as they are, and as edited."""
        network = self.network
        for access in direct:
            place = network.place(access.principal)
            if place is not None:
                yield place, access.decision
        question = self.asker.question(node, privilege)
        for place in range(network.principals, len(network.nodes)):
            found, _ = self.asker.alike.answer(
                network.nodes[place], question, lambda caller: self.asker.access(caller, node, privilege)
            )
            if found is not None:
                yield place, found.decision

    def _through(
        self, caller: Caller, asked: tuple[Node, Privilege], found: Reached, having: Mapping[int, Decision]
    ) -> Access:
        """A privilege over others: the steps of the first path and the access at its end make the decision."""
        node, privilege = asked
        first = found.routes[0]
        parts = [*(step.way.decision for step in first.steps), having[first.place]]
        doubts = [part for part in parts if part.effect is not Effect.ALLOWED]
        paths = tuple(tuple(map(self._hop, route.steps)) for route in found.routes)
        decision = Decision(
            Effect.ALLOWED if found.certain else Effect.UNDETERMINED,
            unless=tuple(dict.fromkeys(one for part in parts for one in part.unless)),
            missing=tuple(dict.fromkeys(one for part in doubts for one in part.missing)) or _not_told_apart(found),
            because=tuple(dict.fromkeys(cause for hop in paths[0] for cause in hop.because)),
        )
        records = (*caller.records, *node.records, *self._records(first))
        return Access(
            caller.principal.text,
            node.id,
            privilege,
            decision,
            through=paths,
            paths=found.number,
            records=tuple(dict.fromkeys(records)),
        )

    def _hop(self, step: Step) -> Hop:
        way, target, via = step.way, step.item.target, step.item.via or None
        key = step.actor.name, way, target, via
        if key not in self._hops:
            causes = self.ways.causes(step.actor, way)
            hop = Hop(step.actor.principal.text, way.primitive.id, target, via, way.decision.only_if, causes)
            self._hops[key] = hop
        return self._hops[key]

    def _records(self, route: Route) -> Iterator[str]:
        graph = self.asker.held.graph
        for step in route.steps:
            for name in (step.item.target, step.item.via):
                node = graph.get(name)
                yield from node.records if node is not None else ()


def _not_told_apart(found: Reached) -> tuple[Settles, ...]:
    """What settles a path over one of very many principals (audit/access/edited_classes.py): AWS's own simulator."""
    return () if found.certain else (Settles("escalation", "iam:SimulatePrincipalPolicy"),)
