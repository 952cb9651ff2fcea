"""Callers to whom every document says the same share one decision, so that hundreds of roles cost what a few do.

Two roles or users are alike for a resource and a privilege when their own policies allow and deny the same of what is
asked without conditions, and nothing else that is asked tells them apart: no document names one of them, and every
condition and variable on the caller comes out the same. Whoever is not plainly so is decided alone. The decision that
is shared cites a stand-in for the own policies, which each caller's own statements then replace.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from audit.access.context import FREE, Context
from audit.access.decision import OPEN
from audit.access.expression import TRUE, Leaf
from audit.access.glob import literal, matches_resource
from audit.access.mentions import Mentions, mentions
from audit.access.policy import Body, Document, Statement
from audit.access.principals import Kind
from audit.access.vote import Cause

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from audit.access.holdings import Caller, Holdings
    from audit.access.who_can import Access
    from audit.model.contract import Privilege
    from audit.model.graph import Node

STAND_IN = "\ue0f2"
"""The name of the document that stands for a caller's own policies."""
_IDENTITY = "identity"
_EFFECTS = ("Allow", "Deny")
_SHARING = frozenset({Kind.ROLE, Kind.USER})


@dataclass(frozen=True, slots=True)
class Ask:
    """An action and the ARN that it is asked of."""

    action: str
    resource: str


@dataclass
class Question:
    """A privilege on a resource: what is asked, which patterns of own policies ask more, and whom documents mention.

    ``parted`` says whether a pattern names a part of the resource, which is then asked about too. ``said`` keeps what
    each compiled document says: a bit for each ask, allowed and denied, or None when conditions decide. ``standings``
    is shared by the questions of equal mentions.
    """

    asks: tuple[Ask, ...]
    parted: Callable[[str], bool]
    mentions: Mentions
    standings: dict[str, int | None]
    said: dict[int, tuple[int, int] | None] = field(default_factory=dict)
    found: dict[tuple[int, tuple[int, int]], Access | None] = field(default_factory=dict)

    def says(self, body: Body) -> tuple[int, int] | None:
        """What a document says of each ask: bits of what it allows and of what it denies."""
        # A compiled document is large to hash, and is kept as long as its callers are.
        key = id(body)
        if key not in self.said:
            self.said[key] = self._weigh(body)
        return self.said[key]

    def _weigh(self, body: Body) -> tuple[int, int] | None:
        bits = {"Allow": 0, "Deny": 0}
        for place, ask in enumerate(self.asks):
            for statement in body.on(ask.action):
                plain = self._plain(statement, ask)
                if plain is None:
                    return None
                if plain:
                    bits[statement.effect] |= 1 << place
        return bits["Allow"], bits["Deny"]

    def _plain(self, statement: Statement, ask: Ask) -> bool | None:
        """Whether a statement simply speaks of an ask; None when that takes more than matching a pattern."""
        if statement.not_resource or any("${" in text for text in statement.resources):
            return None
        if statement.may("Allow") and any(map(self.parted, statement.resources)):
            return None
        if not any(matches_resource(text, ask.resource) for text in statement.resources):
            return False
        return None if statement.conditions or statement.problem or statement.effect not in _EFFECTS else True

    def stand_in(self, allowed: int, denied: int) -> Document:
        """A document that says of each ask what the bits say, and nothing else."""
        made = []
        for effect, bits in zip(_EFFECTS, (allowed, denied), strict=True):
            made += [
                Statement(str(place), effect, actions=(ask.action,), resources=(literal(ask.resource),))
                for place, ask in enumerate(self.asks)
                if bits >> place & 1
            ]
        return Document(STAND_IN, Body(tuple(made)))


@dataclass
class Alike:
    """The decisions of one graph's callers, shared where they are alike.

    ``question`` makes the question of a resource and privilege; ``decide`` decides one caller alone.
    """

    held: Holdings
    question: Callable[[Node, Privilege], tuple[tuple[Ask, ...], Callable[[str], bool]]]
    decide: Callable[[Caller, Node, Privilege], Access]
    _standings: dict[Mentions, dict[str, int | None]] = field(default_factory=lambda: defaultdict(dict))
    _numbers: dict[Hashable, int] = field(default_factory=dict)

    def each(self, callers: Iterable[Caller], node: Node, privilege: Privilege) -> Iterator[Access]:
        """What each caller has, or may have, of a privilege on a resource; nothing of those who have none."""
        question = self._question(node, privilege)
        for caller in callers:
            found = self._access(caller, node, privilege, question)
            if found is not None:
                yield found

    def _access(self, caller: Caller, node: Node, privilege: Privilege, question: Question) -> Access | None:
        said = _said(caller, question)
        standing = self._standing(caller, question) if said is not None else None
        if said is None or standing is None:
            alone = self.decide(caller, node, privilege)
            return alone if alone.decision.effect in OPEN else None
        key = standing, said
        if key not in question.found:
            policies = replace(caller.policies, identity=(question.stand_in(*said),))
            shared = self.decide(replace(caller, policies=policies), node, privilege)
            question.found[key] = shared if shared.decision.effect in OPEN else None
        shares = question.found[key]
        return _own(shares, caller, node, question) if shares is not None else None

    def _question(self, node: Node, privilege: Privilege) -> Question:
        mentioned = mentions(self.held, node)
        return Question(*self.question(node, privilege), mentioned, self._standings[mentioned])

    def _standing(self, caller: Caller, question: Question) -> int | None:
        """A number that callers share of whom the mentions tell the same; None for one who stands alone."""
        text = caller.principal.text
        if text not in question.standings:
            named = question.mentions.names(caller.principal)
            seen = None if named else self._seen(caller, question.mentions)
            question.standings[text] = None if seen is None else self._numbers.setdefault(seen, len(self._numbers))
        return question.standings[text]

    def _seen(self, caller: Caller, mentioned: Mentions) -> Hashable:
        principal, context = caller.principal, Context.of(caller.keys, free=True, closed=caller.closed)
        held = tuple(context.held(key) for key in mentioned.variables)
        outcomes = tuple(mentioned.outcomes(context, self._keys))
        undecided = {one.key.lower() for one in outcomes if isinstance(one, Leaf)}
        undecided |= {key.lower() for key, value in zip(mentioned.variables, held, strict=True) if value is FREE}
        if any(leaf.key.lower() in undecided for leaf in caller.given):
            return None
        return principal.kind, principal.account, principal.service_linked, caller.closed, held, outcomes

    @cached_property
    def _keys(self) -> frozenset[str]:
        """Every context key that some caller holds or always meets, in lower case."""
        keys = {key.lower() for caller in self.held.own for key in caller.keys}
        return frozenset(keys | {leaf.key.lower() for caller in self.held.own for leaf in caller.given})


def _said(caller: Caller, question: Question) -> tuple[int, int] | None:
    """What the caller's own policies say together; None where they must be weighed alone."""
    policies = caller.policies
    if caller.principal.kind not in _SHARING or policies.boundary is not None or policies.foreign:
        return None
    allowed = denied = 0
    known = question.said
    for document in policies.identity:
        body = document.body
        if body is None:
            return None
        said = known[id(body)] if id(body) in known else question.says(body)
        if said is None:
            return None
        allowed |= said[0]
        denied |= said[1]
    return allowed, denied


def _own(shared: Access, caller: Caller, node: Node, question: Question) -> Access:
    """A shared decision with the caller's own name, records and statements."""
    because = (own for cause in shared.decision.because for own in _causes(cause, caller, question))
    return replace(
        shared,
        principal=caller.principal.text,
        decision=replace(shared.decision, because=tuple(dict.fromkeys(because))),
        records=tuple(dict.fromkeys((*caller.records, *node.records))),
    )


def _causes(cause: Cause, caller: Caller, question: Question) -> Iterator[Cause]:
    if cause.policy != STAND_IN:
        yield cause
        return
    ask = question.asks[int(cause.pointer)]
    for document in caller.policies.identity:
        for statement in document.body.on(ask.action) if document.body is not None else ():
            hit = any(matches_resource(text, ask.resource) for text in statement.resources)
            if statement.effect == cause.effect and hit:
                yield Cause(_IDENTITY, document.name, statement.pointer, document.record, cause.effect, TRUE)
