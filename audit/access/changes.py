"""Changes: from whoever can edit a principal and act as it, to the principal as edited.

Both may be over others, and the editor may be someone else than the one who acts. Principals that an edit makes alike
are one class, of which one stands for all. Who comes as soon to a principal without limits gains nothing by one with.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, islice
from operator import or_
from typing import TYPE_CHECKING

from audit.access.edited_classes import EditedClass, Weighing, few, meeting
from audit.access.edits import WRITTEN, edited, gives_all
from audit.access.levels import MOST_PATHS, Levels, Route, Step, places
from audit.access.mentions import TAGS, keys_in, mentioned_in
from audit.access.primitives import Edit
from audit.model.arn import Arn
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from audit.access.holdings import Caller
    from audit.access.mentions import Mentions
    from audit.access.network import Arrow, Network
    from audit.access.policy import Body, Document

_MOST_ROUNDS = 6
"""Edits that only another edit makes possible: there are no more kinds of edits that help each other."""
_BOTH = (True, False)


@dataclass(eq=False)
class Change:
    """Callers that turn a principal into an edited one, which is the node ``after``.

    ``callers`` are by whether all is certain and by how many steps it takes. ``to_editor`` leads to who makes the edit,
    ``acting`` to the principal; None where it edits itself.
    """

    edit: Arrow
    after: int
    callers: dict[bool, dict[int, int]]
    to_editor: dict[bool, Levels] = field(default_factory=dict)
    acting: dict[bool, Levels] = field(default_factory=dict)

    def number(self, place: int, certain: bool) -> int:  # noqa: FBT001 the key of callers
        """In how many ways a caller makes it."""
        return self.to_editor[certain].number(place) * self.acting[certain].number(place) if self.acting else 1

    def routes(self, network: Network, place: int, *, certain: bool) -> Iterator[Route]:
        """The steps of a caller, and the principal as edited."""
        if not self.acting:
            caller = network.nodes[place]
            yield Route((Step(caller, self.edit.way, self.edit.item(caller)),), network.nodes[self.after], self.after)
            return
        found = (
            (first, then)
            for first in self.to_editor[certain].routes(place)
            for then in self.acting[certain].routes(place)
        )
        for first, then in islice(found, MOST_PATHS):
            edit = Step(first.end, self.edit.way, self.edit.item(then.end))
            after = edited(network.ways.held, then.end, self.edit.way)
            yield Route((*first.steps, edit, *then.steps), after, self.after)


@dataclass
class Changes:
    """Changes by the node that they lead to and by who makes them; never added to once searched."""

    listed: list[Change] = field(default_factory=list)

    @cached_property
    def _bits(self) -> int:
        return sum(1 << place for place in {change.after for change in self.listed})

    @cached_property
    def _by_caller(self) -> dict[int, list[Change]]:
        found: dict[int, list[Change]] = {}
        for change in self.listed:
            bits = 0
            for by_steps in change.callers.values():
                for callers in by_steps.values():
                    bits |= callers
            for place in places(bits):
                found.setdefault(place, []).append(change)
        return found

    @cached_property
    def _together(self) -> dict[tuple[int, bool], dict[int, int]]:
        found: dict[tuple[int, bool], dict[int, int]] = {}
        for change in self.listed:
            for certain, by_steps in change.callers.items():
                into = found.setdefault((change.after, certain), {})
                for steps, callers in by_steps.items():
                    into[steps] = into.get(steps, 0) | callers
        return found

    def leading_to(self, nodes: int, *, certain: bool) -> Iterator[tuple[int, int]]:
        """Who comes to one of these nodes by a change, with how many steps it takes."""
        for place in places(nodes & self._bits):
            yield from self._together[place, certain].items()

    def of(self, place: int) -> list[Change]:
        """The changes that a node can make."""
        return self._by_caller.get(place, [])


@dataclass
class Editing:
    """Adds the nodes and changes of all edits to a network."""

    network: Network
    _own: dict[tuple[int, str], Change] = field(default_factory=dict)
    _known: dict[tuple[str, int], Caller | None] = field(default_factory=dict)
    _classes: dict[tuple[Hashable, int], list[EditedClass]] = field(default_factory=dict)
    _reach: dict[int, int] = field(default_factory=dict)
    _peculiar: dict[int, bool] = field(default_factory=dict)

    def run(self) -> None:
        """First to principals without limits, by which the rest is measured; then to all."""
        fresh = range(self.network.principals)
        for free in (True, False):
            fresh = self._settle(fresh, free=free)

    def _settle(self, fresh: range, *, free: bool) -> range:
        """Until no edit makes a further node, and nobody further makes one."""
        network, before = self.network, -1
        for _ in range(_MOST_ROUNDS):
            while fresh:
                start = len(network.nodes)
                own = [change for place in fresh for change in self._edit_itself(place)]
                network.changes = Changes([*network.changes.listed, *own])
                fresh = range(start, len(network.nodes))
            start = len(network.nodes)
            self._classes.clear()
            self._reach.clear()
            others = list(self._edit_others(free=free))
            network.changes = Changes([*(one for one in network.changes.listed if not one.acting), *others])
            fresh = range(start, len(network.nodes))
            size = sum(bits.bit_count() for change in others for bits in change.callers[False].values())
            if not fresh and size == before:
                break
            before = size
        return fresh

    def _edit_itself(self, place: int) -> Iterator[Change]:
        """A node's edits of its own principal; only those that lift all its limits where there are such."""
        network = self.network
        principal, bit = network.principal(place), 1 << place
        own = [arrow for arrow in network.arrows_of(place) if arrow.edits and arrow.targets >> principal & 1]
        found = [(arrow, after) for arrow in own if (after := self._after(arrow, place)) is not None]
        named = self._standing(network.nodes[place], self._around) is None
        best = [] if named else [(arrow, after) for arrow, after in found if arrow.certain and _unlimited(after)]
        for arrow, after in best or found:
            callers = {certain: {1: bit} if arrow.certain or not certain else {} for certain in _BOTH}
            yield Change(arrow, network.edited(after), callers)

    def _edit_others(self, *, free: bool) -> Iterator[Change]:
        """Who can edit a principal and act as it, unless it comes as soon to one without limits."""
        levels: dict[tuple[int, bool], Levels] = {}

        def to(goal: int, *, certain: bool) -> Levels:
            if (goal, certain) not in levels:
                levels[goal, certain] = self.network.levels(goal, certain=certain)
            return levels[goal, certain]

        strong = self._strong()
        bars = {
            (standing, certain): [*accumulate(to(nodes, certain=certain).levels, or_, initial=0)]
            for standing, nodes in strong.items()
            for certain in _BOTH
        }
        for arrow in [arrow for arrow in self.network.arrows if arrow.edits]:
            editors = {certain: to(arrow.callers, certain=certain) for certain in _BOTH}
            weighed = Weighing(editors, bars, self._onward)
            worth = [one for one in self._alike(arrow) if (one.unlimited or not free) and weighed.is_worth(one)]
            for found in few(worth):
                callers: dict[bool, dict[int, int]] = {True: {}, False: {}}
                for certain in _BOTH if arrow.certain and not found.several else (False,):
                    if weighed.gain(found, certain=certain) & found.nodes:
                        bar = [0] if found.several else weighed.sooner(found, certain=certain)
                        callers[certain] = meeting(editors[certain], to(found.nodes, certain=certain), bar)
                if any(callers.values()):
                    after = self.network.edited(found.after)
                    acting = {certain: to(found.nodes, certain=certain) for certain in _BOTH}
                    yield Change(arrow, after, callers, editors, acting)

    def _onward(self, nodes: int) -> int:
        """Whom these nodes can act as, over any number of others."""
        if nodes not in self._reach:
            network = self.network
            reached, near = 0, nodes
            while near:
                fresh = 0
                for place in places(near):
                    for arrow in network.arrows_of(place):
                        fresh |= 0 if arrow.edits else arrow.targets
                    for change in network.changes.of(place):
                        fresh |= 1 << change.after
                near = fresh & ~reached
                reached |= fresh
            self._reach[nodes] = reached
        return self._reach[nodes]

    # --- classes ---------------------------------------------------------------------------------------------------

    def _alike(self, arrow: Arrow) -> list[EditedClass]:
        """The targets of an edit, and what was edited of them, in classes."""
        primitive = arrow.way.primitive
        kind: Hashable = arrow.way.kin if primitive.edits in _PARTICULAR else primitive.edits
        key = kind, arrow.targets
        if key not in self._classes:
            found: dict[Hashable, EditedClass] = {}
            for place in self._targets(arrow):
                after = self._after(arrow, place)
                if after is not None:
                    standing = self._standing(after, self._around)
                    name = self._alike_key(after, standing)
                    if name not in found:
                        found[name] = EditedClass(after, standing, _unlimited(after))
                    found[name].nodes |= 1 << place
            self._classes[key] = list(found.values())
        return self._classes[key]

    def _targets(self, arrow: Arrow) -> Iterator[int]:
        yield from places(arrow.targets)
        for place in range(self.network.principals, len(self.network.nodes)):
            if arrow.targets >> self.network.principal(place) & 1:
                yield place

    def _after(self, arrow: Arrow, place: int) -> Caller | None:
        """A node as edited; None where the edit gives it nothing."""
        primitive = arrow.way.primitive
        kind = str(id(arrow.way.kin)) if primitive.edits in _PARTICULAR else str(primitive.edits)
        if (kind, place) not in self._known:
            node = self.network.nodes[place]
            after = edited(self.network.ways.held, node, arrow.way)
            self._known[kind, place] = None if after.name == node.name else after
        return self._known[kind, place]

    def _alike_key(self, after: Caller, standing: Hashable | None) -> Hashable:
        written = WRITTEN in after.policies.identity
        trusted = standing if written else self._standing(after, self._trusts)
        documents = [d for d in after.policies.identity if not (written and _only_allows(d))]
        limits = after.policies.boundary
        if standing is None or trusted is None or any(map(self._odd, (*documents, *(limits or ())))):
            return after.name
        tags = Edit.TAGS in after.edits.split(",")
        bodies = tuple(id(d.body) if d.body is not None else d for d in documents)
        return standing, trusted, tags, bodies, None if limits is None else tuple(id(d.body) for d in limits)

    def _odd(self, document: Document) -> bool:
        """Whether a document says different things of different principals that have it."""
        body = document.body
        if body is None:
            return False
        if id(body) not in self._peculiar:
            keys = self.network.ways.alike.keys
            asked = (key.lower() for statement in body.statements for key in keys_in(statement))
            self._peculiar[id(body)] = any(key in keys or key.startswith(TAGS) for key in asked)
        return self._peculiar[id(body)]

    def _standing(self, caller: Caller, mentions: Mentions) -> Hashable | None:
        return self.network.ways.alike.told(caller, mentions)

    def _strong(self) -> dict[Hashable, int]:
        """The nodes without limits, by what the documents around tell them."""
        found: dict[Hashable, int] = {}
        for place, caller in enumerate(self.network.nodes):
            standing = self._standing(caller, self._around) if _unlimited(caller) else None
            if standing is not None:
                found[standing] = found.get(standing, 0) | 1 << place
        return found

    @cached_property
    def _around(self) -> Mentions:
        """What the documents of resources and organisations mention, and trust policies of those of other accounts."""
        held = self.network.ways.held
        documents = [d for node in held.graph.nodes() if (d := held.policy(node)) is not None]
        for account in sorted(held.walked()):
            documents += [d for name in ("scp", "rcp") for level in held.levels(account, name) for d in level]
        for node in held.graph.nodes(NodeKind.ROLE):
            trust = self.network.ways.targets.trust(node)
            if trust is not None and trust.body is not None and _abroad(trust.body, node.account):
                documents.append(trust)
        grantees = (
            str(g.get("GranteePrincipal")) for n in held.graph.nodes(NodeKind.KEY) for g in _grants(held.grants(n))
        )
        return mentioned_in(documents, grantees)

    @cached_property
    def _trusts(self) -> Mentions:
        """What the trust policies mention."""
        roles = self.network.ways.held.graph.nodes(NodeKind.ROLE)
        return mentioned_in(map(self.network.ways.targets.trust, roles))


_PARTICULAR = frozenset({Edit.VERSIONS, Edit.GROUPS})
"""Edits that come to something else by which policy or group they are about."""


def _unlimited(caller: Caller) -> bool:
    """Whether nothing of its own limits a principal, and it may do everything."""
    policies = caller.policies
    free = policies.boundary is None and all(map(_only_allows, policies.identity))
    return free and any(map(gives_all, policies.identity))


def _only_allows(document: Document) -> bool:
    body = document.body
    return body is not None and all(s.effect == "Allow" for s in body.statements)


def _abroad(body: Body, account: str) -> bool:
    """Whether a trust policy names somebody of another account."""
    named = (name for s in body.statements for _, name in s.principals or ())
    return any(name.startswith("arn:") and Arn.parse(name).account != account for name in named)


def _grants(grants: object) -> Iterable[dict[str, object]]:
    return grants if isinstance(grants, tuple) else ()
