"""Callers to whom every document says the same share one decision, so that thousands of roles cost what a few do.

Two roles or users are alike for a resource and a privilege when their own policies and boundaries come to the same for
what is asked, and nothing else that is asked tells them apart: no document names one of them, and every condition and
variable on the caller comes out the same. A document's statements come to bits for what they plainly allow or deny, and
to the statements themselves where conditions or variables decide; what cannot concern the question is set aside. The
decision that is shared cites stand-ins for the own documents, which each caller's own statements then replace.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from audit.access.context import FREE, Context
from audit.access.decision import OPEN
from audit.access.expression import Leaf
from audit.access.mentions import TAGS, keys_in
from audit.access.question import NOTHING, RESIDUE, STAND_IN, Gist, Question, Statements
from audit.access.speakers import SHARING, Speakers
from audit.access.vote import Cause

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from audit.access.holdings import Caller, Holdings
    from audit.access.mentions import Mentions
    from audit.access.policy import Document, Statement
    from audit.access.question import Ask


def _open(found: Any) -> Any:
    return found if found.decision.effect in OPEN else None


_Weighed = tuple[int, int, frozenset[int]]


@dataclass
class Alike:
    """The decisions of one graph's callers, shared where they are alike."""

    held: Holdings
    statements: Statements = field(default_factory=Statements)
    _standings: dict[Mentions, dict[tuple[str, str], int | None]] = field(default_factory=lambda: defaultdict(dict))
    _numbers: dict[Hashable, int] = field(default_factory=dict)
    _contexts: dict[tuple[str, str], Context] = field(default_factory=dict)
    _told: dict[Mentions, dict[tuple[str, str], int | None]] = field(default_factory=lambda: defaultdict(dict))
    _keys_of: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _groups: dict[Mentions, dict[Hashable, list[int]]] = field(default_factory=dict)
    _compared: dict[Mentions, bool] = field(default_factory=dict)

    def question(
        self,
        asks: tuple[Ask, ...],
        parted: Callable[[str], bool],
        near: Callable[[str], bool],
        mentioned: Mentions,
        records: tuple[str, ...] = (),
    ) -> Question:
        """A question whose answers callers share; parameters as in Question."""
        return Question(asks, parted, near, mentioned, self._standings[mentioned], self.statements, records)

    def each(self, others: Iterable[Caller], question: Question, decide: Callable[[Caller], Any]) -> Iterator[Any]:
        """What ``decide`` finds of everyone of the walked accounts, then of ``others``; nothing of those who have none.

        Those who are alike are asked once. ``decide`` gives something with ``decision``, ``principal`` and ``records``,
        such as an Access.
        """
        for caller in chain(self._worth_asking(question, decide), others):
            found, shared = self.answer(caller, question, decide)
            if found is not None:
                yield _own(found, caller, question) if shared else found

    def _worth_asking(self, question: Question, decide: Callable[[Caller], Any]) -> Iterator[Caller]:
        """Everyone of the walked accounts but those whose documents do not speak of the question, where that is a no.

        All of one standing of whom that is true get the same.
        """
        speakers = self._speakers
        asked = speakers.of(question)
        for silent in self._told_alike(question).values():
            first = next((place for place in silent if place not in asked), None)
            if first is not None and self.answer(speakers.callers[first], question, decide)[0] is not None:
                asked.update(silent)
        asked |= speakers.alone
        return (speakers.callers[place] for place in sorted(asked))

    def _told_alike(self, question: Question) -> dict[Hashable, list[int]]:
        """Who can share, by what the documents around tell them and whether they have a boundary."""
        mentioned = question.mentions
        if mentioned not in self._groups:
            groups: dict[Hashable, list[int]] = defaultdict(list)
            for place in self._speakers.others:
                caller = self._speakers.callers[place]
                standing = self._standing(caller, mentioned, question.standings)
                apart = place if standing is None else None
                groups[standing, caller.policies.boundary is None, apart].append(place)
            self._groups[mentioned] = groups
        return self._groups[mentioned]

    @cached_property
    def _speakers(self) -> Speakers:
        return Speakers(self.held.own)

    def answer(self, caller: Caller, question: Question, decide: Callable[[Caller], Any]) -> tuple[Any, bool]:
        """What ``decide`` finds of a caller, None for nothing, and whether it speaks of stand-ins for its documents."""
        key = self._signature(caller, question)
        if key is None:
            return _open(decide(caller)), False
        if key not in question.found:
            question.found[key] = _open(decide(_stand_in(caller, key, question)))
        return question.found[key], True

    def _signature(self, caller: Caller, question: Question) -> tuple[Any, ...] | None:
        """What callers share of whom all that is asked tells the same; None for one who stands alone."""
        policies = caller.policies
        if caller.principal.kind not in SHARING or policies.foreign:
            return None
        weighed = _weighed(policies.identity, policies.boundary, question)
        if weighed is None:
            return None
        standing = self._standing(caller, question.mentions, question.standings)
        if standing is None:
            return None
        own, limit = weighed
        numbers = own[2] | limit[2] if limit else own[2]
        values = self._values(caller, numbers) if numbers else ()
        return None if values is None else (standing, own, limit, values)

    def _values(self, caller: Caller, numbers: frozenset[int]) -> tuple[Hashable, ...] | None:
        """What the caller holds of the keys that its residue compares; None where that is not told by a value."""
        keys = sorted({key for number in numbers for key in self._keys_in(number)})
        if any(leaf.key.lower() in keys for leaf in caller.given):
            return None
        context = self._context(caller)
        return tuple((key, context.held(key)) for key in keys)

    def _keys_in(self, number: int) -> tuple[str, ...]:
        """The keys of a statement's conditions and variables of which callers hold values."""
        if number not in self._keys_of:
            keys = {key.lower() for key in keys_in(self.statements.listed[number])}
            self._keys_of[number] = tuple(key for key in keys if key in self.keys or key.startswith(TAGS))
        return self._keys_of[number]

    def _context(self, caller: Caller) -> Context:
        name = self.held.told_as(caller)
        if name not in self._contexts:
            self._contexts[name] = Context.of(caller.keys, free=True, closed=caller.closed)
        return self._contexts[name]

    def told(self, caller: Caller, mentioned: Mentions) -> Hashable | None:
        """What callers share of whom the mentions tell the same, be they roles or users; None for one that is named."""
        told, name = self._told[mentioned], self.held.told_as(caller)
        if name not in told:
            seen = None if mentioned.names(caller.principal) else self._seen(caller, mentioned)
            # Whether it is a role or a user is told where a document asks for it.
            told[name] = None if seen is None else self._number(mentioned, (seen[1], *seen[4:]))
        return told[name]

    def _standing(
        self, caller: Caller, mentioned: Mentions, standings: dict[tuple[str, str], int | None]
    ) -> int | None:
        name = self.held.told_as(caller)
        if name not in standings:
            seen = None if mentioned.names(caller.principal) else self._seen(caller, mentioned)
            standings[name] = None if seen is None else self._number(mentioned, seen)
        return standings[name]

    def _number(self, mentioned: Mentions, seen: Hashable) -> int:
        return self._numbers.setdefault((mentioned, seen), len(self._numbers))

    def _seen(self, caller: Caller, mentioned: Mentions) -> tuple[Hashable, ...] | None:
        principal = caller.principal
        if not self._compares(mentioned):
            return principal.kind, principal.account, principal.service_linked, caller.closed, (), ()
        context = self._context(caller)
        held = tuple(context.held(key) for key in mentioned.variables)
        outcomes = tuple(mentioned.outcomes(context, self.keys))
        undecided = {one.key.lower() for one in outcomes if isinstance(one, Leaf)}
        undecided |= {key.lower() for key, value in zip(mentioned.variables, held, strict=True) if value is FREE}
        if any(leaf.key.lower() in undecided for leaf in caller.given):
            return None
        return principal.kind, principal.account, principal.service_linked, caller.closed, held, outcomes

    def _compares(self, mentioned: Mentions) -> bool:
        """Whether anything that a caller holds is compared at all."""
        if mentioned not in self._compared:
            self._compared[mentioned] = bool(mentioned.variables) or mentioned.asks(self.keys)
        return self._compared[mentioned]

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every context key that some caller holds or always meets, in lower case."""
        keys = {key.lower() for caller in self.held.own for key in caller.keys}
        return frozenset(keys | {leaf.key.lower() for caller in self.held.own for leaf in caller.given})


_SAYS_NOTHING: _Weighed = (0, 0, frozenset())
_SILENT: tuple[_Weighed, _Weighed | None] = _SAYS_NOTHING, None
_SILENT_WITHIN: tuple[_Weighed, _Weighed | None] = _SAYS_NOTHING, _SAYS_NOTHING
_NONE: list[Gist] = []


def _weighed(
    identity: Sequence[Document], boundary: Sequence[Document] | None, question: Question
) -> tuple[_Weighed, _Weighed | None] | None:
    """What own policies and boundary come to; None where a document was not read or not understood."""
    own, limit = _gists(identity, question), _gists(boundary, question) if boundary else _NONE
    if own is None or limit is None:
        return None
    if not own and not limit:
        return _SILENT if boundary is None else _SILENT_WITHIN
    if any(gist.parted for gist in own):
        return (0, 0, _wholes(identity, question)), (
            0,
            0,
            _wholes(boundary, question),
        ) if boundary is not None else None
    return _joined(own, question), _joined(limit, question) if boundary is not None else None


def _gists(documents: Sequence[Document], question: Question) -> list[Gist] | None:
    found: list[Gist] = []
    known = question.gists
    for document in documents:
        body = document.body
        if body is None:
            return None
        gist = known[id(body)] if id(body) in known else question.gist(body)
        if gist is None:
            return None
        if gist is not NOTHING:
            found.append(gist)
    return found


def _joined(gists: Sequence[Gist], question: Question) -> _Weighed:
    """Several documents together; a residue that says no more than what is plain is dropped."""
    allowed = denied = 0
    residue: frozenset[int] = frozenset()
    for gist in gists:
        allowed |= gist.allowed
        denied |= gist.denied
        residue = residue | gist.residue if gist.residue else residue
    allowed &= ~denied
    if residue:
        plain = {"Allow": allowed | denied, "Deny": denied}
        listed, hits = question.statements.listed, question.hits
        residue = frozenset(n for n in residue if hits[n] & ~plain[listed[n].effect])
    return allowed, denied, residue


def _wholes(documents: Sequence[Document], question: Question) -> frozenset[int]:
    return frozenset(number for d in documents if d.body is not None for number in question.whole(d.body))


def _stand_in(caller: Caller, key: tuple[Any, ...], question: Question) -> Caller:
    """The caller with stand-ins for its own documents."""
    standing, own, limit, _ = key

    def documents(weighed: _Weighed) -> tuple[Document, ...]:
        allowed, denied, numbers = weighed
        return (question.stand_in(allowed, denied), question.residue(numbers))

    boundary = None if limit is None else documents(limit)
    policies = replace(caller.policies, identity=documents(own), boundary=boundary)
    return replace(caller, policies=policies, standing=standing)


def _own(shared: Any, caller: Caller, question: Question) -> Any:
    """A shared decision with the caller's own name, records and statements."""
    because = own_causes(shared.decision.because, caller, question)
    return replace(
        shared,
        principal=caller.principal.text,
        decision=replace(shared.decision, because=because),
        records=tuple(dict.fromkeys((*caller.records, *question.records))),
    )


def own_causes(causes: Iterable[Cause], caller: Caller, question: Question) -> tuple[Cause, ...]:
    """Causes with a caller's own statements in place of those that stand for them."""
    return tuple(dict.fromkeys(own for cause in causes for own in _causes(cause, caller, question)))


def _causes(cause: Cause, caller: Caller, question: Question) -> Iterator[Cause]:
    if cause.policy not in {STAND_IN, RESIDUE}:
        yield cause
        return
    place = int(cause.pointer)
    documents = caller.policies.boundary if cause.layer == "boundary" else caller.policies.identity
    for document in documents or ():
        for statement in _same(document, cause, place, question):
            yield Cause(cause.layer, document.name, statement.pointer, document.record, cause.effect, cause.when)


def _same(document: Document, cause: Cause, place: int, question: Question) -> Iterator[Statement]:
    """The statements of a caller's document that a stand-in's statement stands for."""
    if document.body is None:
        return
    if cause.policy == RESIDUE:
        yield from (s for s in document.body.statements if question.statements.number(s) == place)
        return
    ask = question.asks[place]
    for statement in document.body.on(ask.action):
        plain = not statement.conditions and not statement.varies
        if plain and statement.effect == cause.effect and statement.names(ask.resource):
            yield statement
