"""Principals as nodes, ways as arrows from many callers to many targets; edits make further nodes.

A principal as edited is a node of its own, with its own ways. It is reached by whoever can make the edit and act as
that principal: the principal itself, or someone who can do both, each perhaps over others.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from audit.access.decision import Effect
from audit.access.edits import edited
from audit.access.glob import matches, wild
from audit.access.primitives import Edit, Gains
from audit.access.principals import Kind
from audit.model.arn import Arn
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from audit.access.expression import Leaf
    from audit.access.holdings import Caller
    from audit.access.targets import Item, Kin
    from audit.access.ways import Way, Ways

_SERVICE_LINKED = "/aws-service-role/"
_MOST_ROUNDS = 4
"""An edit on an edit on an edit: there are no more kinds of edits that help each other."""


@dataclass(eq=False)
class Arrow:
    """A way with the nodes that it leads from and to, as bits."""

    way: Way
    callers: int = 0
    targets: int = 0

    @property
    def certain(self) -> bool:
        """Whether every need is allowed, whatever was not read."""
        return self.way.decision.effect is Effect.ALLOWED

    @property
    def edits(self) -> bool:
        """Whether it changes its target instead of gaining it."""
        return self.way.primitive.gains is Gains.OWN


@dataclass(eq=False)
class Change:
    """Callers that turn a principal into an edited one, which is the node ``after``.

    By ``arrows`` they edit it; ``before`` is the principal that they must act as too, None where they are it. In a
    ``far`` change edit and act are each over others.
    """

    callers: int
    after: int
    arrows: tuple[Arrow, ...]
    principal: int
    acting: Arrow | None = None
    far: bool = False

    @property
    def certain(self) -> bool:
        """Whether every step is."""
        return all(arrow.certain for arrow in (*self.arrows, *((self.acting,) if self.acting else ())))

    @property
    def steps(self) -> int:
        """How many steps it takes."""
        return len(self.arrows) + (self.acting is not None)


@dataclass
class Network:
    """The nodes and arrows of one graph; built once, searched for every privilege."""

    ways: Ways
    nodes: list[Caller] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    _places: dict[tuple[str, str], int] = field(default_factory=dict)
    _arrows: dict[Way, Arrow] = field(default_factory=dict)
    _of: dict[int, list[Arrow]] = field(default_factory=dict)
    _bits: dict[Kin, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for caller in self._actors():
            self._place(caller)
        self.principals = len(self.nodes)
        for place in range(self.principals):
            self._ask(place)
        self._edit()

    @property
    def arrows(self) -> Iterable[Arrow]:
        """Every arrow."""
        return self._arrows.values()

    def arrows_of(self, place: int) -> list[Arrow]:
        """The arrows that lead from a node."""
        return self._of[place]

    def changes_of(self, place: int) -> list[Change]:
        """The changes that a node can make."""
        return self._by_caller.get(place, [])

    def place(self, name: str) -> int | None:
        """The place of a principal as it is."""
        return self._places.get((name, ""))

    def node(self, caller: Caller) -> int:
        """The place of a caller, as it is or as edited."""
        return self._places[caller.name]

    def item(self, arrow: Arrow, place: int) -> Item:
        """What an arrow is about at one of its targets."""
        return arrow.way.kin.by_target[self.nodes[place].principal.text][0]

    @cached_property
    def _by_caller(self) -> dict[int, list[Change]]:
        found: dict[int, list[Change]] = {}
        for change in self.changes:
            for place in places(change.callers):
                found.setdefault(place, []).append(change)
        return found

    def _actors(self) -> Iterator[Caller]:
        """Everyone of the walked accounts but service-linked roles, and whom trust policies name beyond them."""
        held = self.ways.held
        yield from (caller for caller in held.own if _SERVICE_LINKED not in caller.principal.text)
        roles = list(held.graph.nodes(NodeKind.ROLE))
        partition = Arn.parse(roles[0].id).partition if roles else ""
        for caller in held.outsiders(map(self.ways.targets.trust, roles), partition):
            if caller.principal.kind is not Kind.SERVICE:
                yield caller

    def _place(self, caller: Caller) -> int:
        place = self._places.setdefault(caller.name, len(self.nodes))
        if place == len(self.nodes):
            self.nodes.append(caller)
        return place

    def _ask(self, place: int) -> None:
        """A node's own arrows."""
        mine: dict[Arrow, None] = {}
        for way in self.ways.of(self.nodes[place]):
            arrow = self._arrows.get(way)
            if arrow is None:
                arrow = self._arrows[way] = Arrow(way, targets=self._targets(way.kin))
            arrow.callers |= 1 << place
            mine[arrow] = None
        self._of[place] = list(mine)

    def _targets(self, kin: Kin) -> int:
        if kin not in self._bits:
            found = (self.place(name) for name in kin.by_target)
            self._bits[kin] = sum(1 << place for place in found if place is not None)
        return self._bits[kin]

    # --- edits ---------------------------------------------------------------------------------------------------

    def _edit(self) -> None:
        """Nodes for principals as edited, until no edit makes a further one."""
        fresh = range(self.principals)
        for _ in range(_MOST_ROUNDS):
            start = len(self.nodes)
            for place in fresh:
                self._edit_itself(place)
            if fresh.start == 0:
                self._edit_others()
            fresh = range(start, len(self.nodes))

    def _edit_itself(self, place: int) -> None:
        """A node that can edit its own principal: by each edit alone, and by all together."""
        principal = self._principal(place)
        own = [arrow for arrow in self._of[place] if arrow.edits and arrow.targets >> principal & 1]
        for arrow in own:
            self._change(1 << place, place, (arrow,))
        every = tuple({arrow.way.primitive.edits: arrow for arrow in reversed(own)}.values())
        if len(every) > 1:
            self._change(1 << place, place, every)

    def _edit_others(self) -> None:
        """Callers that can edit a principal and act as it; of principals that an edit makes alike, one is taken."""
        arrows = [arrow for arrow in self.arrows if arrow.callers]
        editing = [arrow for arrow in arrows if arrow.edits]
        for edit in editing:
            for acting in arrows:
                callers = edit.callers & acting.callers
                if callers and not acting.edits and edit.targets & acting.targets:
                    for target in self._unlike(edit.targets & acting.targets):
                        # Who can free itself of all limits but SCPs gains nothing by another that no document names.
                        spared = 0 if self._named >> target & 1 else self._freed
                        self._change(callers & ~(1 << target) & ~spared, target, (edit,), acting)
        self._edit_over_others(editing)

    @cached_property
    def _freed(self) -> int:
        """The unlimited principals that can write their own policies."""
        able = 0
        for arrow in self.arrows:
            if arrow.way.primitive.edits is Edit.POLICIES and arrow.certain:
                able |= arrow.callers & arrow.targets
        return able & self._unlimited

    def _edit_over_others(self, editing: list[Arrow]) -> None:
        """Callers that come to an edit, and to acting as what it edits, only over others."""
        closures: dict[int, int] = {}
        for edit in editing:
            editors = self.closure(edit.callers, closures)
            if editors == edit.callers:
                continue
            for target in self._unlike(edit.targets):
                both = editors & self.closure(1 << target, closures)
                if both & ~(1 << target):
                    self._change(both, target, (edit,), far=True)

    def closure(self, goal: int, known: dict[int, int]) -> int:
        """Everyone who can act as one of these nodes, over any number of others, and themselves."""
        if goal not in known:
            reached, near = goal, goal
            arrows = [arrow for arrow in self.arrows if not arrow.edits]
            while near:
                hit = [arrow for arrow in arrows if arrow.targets & near]
                arrows = [arrow for arrow in arrows if not arrow.targets & near]
                fresh = 0
                for arrow in hit:
                    fresh |= arrow.callers
                near = fresh & ~reached
                reached |= fresh
            known[goal] = reached
        return known[goal]

    def _change(
        self, callers: int, place: int, arrows: tuple[Arrow, ...], acting: Arrow | None = None, *, far: bool = False
    ) -> None:
        before = after = self.nodes[place]
        for arrow in arrows:
            after = edited(self.ways.held, after, arrow.way)
        if not callers or after.name == before.name:
            return
        fresh = len(self.nodes)
        node = self._place(after)
        if node == fresh:
            self._ask(node)
        self.changes.append(Change(callers, node, arrows, self._principal(place), acting, far))

    def _principal(self, place: int) -> int:
        return self._places[self.nodes[place].principal.text, ""]

    def _unlike(self, targets: int) -> Iterator[int]:
        """Principals that differ once their policies are edited: each that documents name, one that nothing limits."""
        yield from places(targets & self._named)
        free = targets & ~self._named & self._unlimited
        if free:
            yield next(places(free))
            return
        seen: set[Hashable] = set()
        for place in places(targets & ~self._named):
            caller = self.nodes[place]
            limits = tuple(id(document.body) for document in caller.policies.boundary or ())
            denials = tuple(
                id(d.body)
                for d in caller.policies.identity
                if d.body is None or any(s.effect != "Allow" for s in d.body.statements)
            )
            key = caller.principal.account, caller.policies.boundary is None, limits, denials
            if key not in seen:
                seen.add(key)
                yield place

    @cached_property
    def _unlimited(self) -> int:
        """The principals without boundary and without denials of their own."""
        return sum(1 << place for place in range(self.principals) if _unlimited(self.nodes[place]))

    @cached_property
    def _named(self) -> int:
        """The principals that documents of resources or organisations name, or that match a pattern in one."""
        exact, patterns = self._names
        names = [caller.principal.text for caller in self.nodes[: self.principals]]
        return sum(
            1 << place
            for place, name in enumerate(names)
            if name in exact or any(matches(pattern, name) for pattern in patterns)
        )

    @cached_property
    def _names(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """The names and patterns of principals in the documents of resources and organisations."""
        held = self.ways.held
        documents = [held.policy(node) for node in held.graph.nodes()]
        documents += [
            d
            for account in held.walked()
            for name in ("scp", "rcp")
            for level in held.levels(account, name)
            for d in level
        ]
        bodies = [document.body for document in documents if document is not None and document.body is not None]
        statements = [statement for body in bodies for statement in body.statements]
        texts = {name for s in statements for _, name in s.principals or ()}
        leaves: list[Leaf] = [
            leaf for s in statements for leaf in s.conditions if leaf.key.lower() == "aws:principalarn"
        ]
        texts |= {value for leaf in leaves for value in leaf.values}
        patterns = tuple(sorted(text for text in texts if wild(text) and text != "*"))
        return frozenset(texts), patterns


def _unlimited(caller: Caller) -> bool:
    policies = caller.policies
    return policies.boundary is None and all(
        d.body is not None and all(s.effect == "Allow" for s in d.body.statements) for d in policies.identity
    )


def places(bits: int) -> Iterator[int]:
    """The places of the bits that are set, lowest first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
