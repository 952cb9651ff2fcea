"""Which principals an edit makes alike: all nodes of a network in classes, kept while nodes are added."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

from audit.access.bits import places
from audit.access.edited_classes import Classes
from audit.access.edits import WRITTEN, edited, gives_all, only_allows
from audit.access.mentions import TAGS, keys_in, mentioned_in
from audit.access.primitives import Edit
from audit.model.arn import Arn
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from audit.access.evaluate import Policies
    from audit.access.holdings import Caller
    from audit.access.mentions import Mentions
    from audit.access.network import Arrow, Network
    from audit.access.policy import Body, Document

_PARTICULAR = frozenset({Edit.VERSIONS, Edit.GROUPS})
"""Edits that come to something else by which policy or group they are about."""


@dataclass
class _Made:
    """What one edit makes of nodes: the number of each one's class, None where the edit gives it nothing.

    ``terms`` are, of each class, what the documents around tell it and whether nothing limits it.
    """

    numbers: dict[Hashable, int] = field(default_factory=dict)
    terms: list[tuple[Hashable | None, bool]] = field(default_factory=list)
    of: dict[int, int | None] = field(default_factory=dict)
    # Keys hold documents by their address, which must not become that of others.
    kept: list[Policies] = field(default_factory=list)


@dataclass
class MadeAlike:
    """The classes of one network's nodes by what edits make of them."""

    network: Network
    _made: dict[Hashable, _Made] = field(default_factory=dict)
    _classes: dict[tuple[Hashable, int], Classes] = field(default_factory=dict)
    _peculiar: dict[int, tuple[Body, bool]] = field(default_factory=dict)
    _fresh: set[tuple[Hashable, int]] = field(default_factory=set)
    _strong: dict[Hashable, int] = field(default_factory=dict)
    _looked: int = 0

    def look_again(self) -> None:
        """From now on the nodes that were added meanwhile count too."""
        self._fresh.clear()

    def classes(self, arrow: Arrow) -> Classes:
        """The targets of an edit, and what was edited of them, in classes."""
        kind = _kind(arrow)
        key = kind, arrow.targets
        if key not in self._classes:
            self._classes[key] = Classes()
        if key not in self._fresh:
            self._fresh.add(key)
            self._grow(self._classes[key], self._made.setdefault(kind, _Made()), arrow)
        return self._classes[key]

    def after(self, arrow: Arrow, place: int) -> Caller | None:
        """A node as edited; None where the edit gives it nothing."""
        node = self.network.nodes[place]
        after = edited(self.network.ways.held, node, arrow.way)
        return None if after.name == node.name else after

    def told(self, caller: Caller) -> Hashable | None:
        """What the documents of resources and organisations tell callers of one standing; None for a named one."""
        return self._standing(caller, self._around)

    def strong(self) -> dict[Hashable, int]:
        """The nodes without limits, by what the documents around tell them."""
        nodes = self.network.nodes
        for place in range(self._looked, len(nodes)):
            standing = self.told(nodes[place]) if unlimited(nodes[place]) else None
            if standing is not None:
                self._strong[standing] = self._strong.get(standing, 0) | 1 << place
        self._looked = len(nodes)
        return self._strong

    def _grow(self, classes: Classes, made: _Made, arrow: Arrow) -> None:
        for place in self._targets(arrow, classes.known):
            if place not in made.of:
                made.of[place] = self._number(made, arrow, place)
            number = made.of[place]
            if number is not None:
                classes.add(place, number, made.terms[number], partial(self.after, arrow, place))
        classes.known = len(self.network.nodes)

    def _targets(self, arrow: Arrow, known: int) -> Iterator[int]:
        """Those of which the classes do not know yet, principals as they are first."""
        principals = self.network.principals
        if known < principals:
            yield from places(arrow.targets)
        for place in range(max(known, principals), len(self.network.nodes)):
            if arrow.targets >> self.network.principal(place) & 1:
                yield place

    def _number(self, made: _Made, arrow: Arrow, place: int) -> int | None:
        after = self.after(arrow, place)
        if after is None:
            return None
        standing = self.told(after)
        key = self._key(after, standing)
        if key not in made.numbers:
            made.numbers[key] = len(made.terms)
            made.terms.append((standing, unlimited(after)))
            made.kept.append(after.policies)
        return made.numbers[key]

    def _key(self, after: Caller, standing: Hashable | None) -> Hashable:
        written = WRITTEN in after.policies.identity
        trusted = standing if written else self._standing(after, self._trusts)
        documents = [d for d in after.policies.identity if not (written and only_allows(d))]
        limits = after.policies.boundary
        if standing is None or trusted is None or any(map(self._odd, (*documents, *(limits or ())))):
            return after.name
        tags = Edit.TAGS in after.edits.split(",")
        bodies = tuple(id(d.body) if d.body is not None else d for d in documents)
        return standing, trusted, written, tags, bodies, None if limits is None else tuple(id(d.body) for d in limits)

    def _odd(self, document: Document) -> bool:
        """Whether a document says different things of different principals that have it."""
        body = document.body
        if body is None:
            return False
        if id(body) not in self._peculiar:
            keys = self.network.ways.alike.keys
            asked = (key.lower() for statement in body.statements for key in keys_in(statement))
            self._peculiar[id(body)] = body, any(key in keys or key.startswith(TAGS) for key in asked)
        return self._peculiar[id(body)][1]

    def _standing(self, caller: Caller, mentions: Mentions) -> Hashable | None:
        return self.network.ways.alike.told(caller, mentions)

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


def unlimited(caller: Caller) -> bool:
    """Whether nothing of its own limits a principal, and it may do everything."""
    policies = caller.policies
    free = policies.boundary is None and all(map(only_allows, policies.identity))
    return free and any(map(gives_all, policies.identity))


def _kind(arrow: Arrow) -> Hashable:
    edits = arrow.way.primitive.edits
    return arrow.way.kin if edits in _PARTICULAR else edits


def _abroad(body: Body, account: str) -> bool:
    """Whether a trust policy names somebody of another account."""
    named = (name for s in body.statements for _, name in s.principals or ())
    return any(name.startswith("arn:") and Arn.parse(name).account != account for name in named)


def _grants(grants: object) -> Iterable[dict[str, object]]:
    return grants if isinstance(grants, tuple) else ()
