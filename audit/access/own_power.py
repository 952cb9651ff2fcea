"""What a principal's own policies say of an action, and what its boundary and its account's SCPs leave of that.

AWS page "Permissions boundaries for IAM entities": effective is what both allow. A resource's policy is not asked: this
is about what the principal's documents give it everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.access import boundary, identity, scp
from audit.access.context import Context
from audit.access.decision import Decision, Effect, Outcome, decide
from audit.access.expression import TRUE, Leaf, any_of, atoms
from audit.access.holdings import Holdings, bounded
from audit.access.matching import Request
from audit.access.simulate import known_keys
from audit.model.graph import Citation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.access.holdings import Caller
    from audit.access.vote import Vote
    from audit.model.graph import BoundaryGraph, Node


_OPEN = frozenset({Effect.ALLOWED, Effect.UNDETERMINED})


@dataclass(frozen=True, slots=True)
class OwnPower:
    """The decision of the own policies alone and of all layers, with the statements that allow and that limit."""

    alone: Decision
    effective: Decision
    allows: tuple[Citation, ...]
    limits: tuple[Citation, ...]

    @property
    def given(self) -> bool:
        """Whether the principal's own policies allow the action, or may allow it."""
        return self.alone.effect in _OPEN

    @property
    def cut_off(self) -> bool:
        """Whether nothing is left of what the own policies allow."""
        return self.effective.effect not in _OPEN

    @property
    def certain(self) -> bool:
        """Whether the action is allowed in effect, whatever was not read."""
        return self.effective.effect is Effect.ALLOWED and not self.effective.unless

    @property
    def depends_on(self) -> frozenset[str]:
        """The condition keys, as written, that what is left of the action still depends on."""
        return frozenset(atom.key for atom in atoms(self.effective.only_if) if isinstance(atom, Leaf))

    @property
    def missing(self) -> tuple[str, ...]:
        """The permissions that would settle what was not read."""
        return tuple(dict.fromkeys(one.permission for one in (*self.effective.missing, *self.effective.unless)))


def own_power(
    graph: BoundaryGraph, principal: Node, action: str, resource: str, context: Mapping[str, object]
) -> OwnPower:
    """What a role or user of the graph may do to an ARN of its own account; keys that context lacks are free."""
    caller = Holdings(graph).caller(principal)
    request = _request(caller, action, resource, context)
    given, account = identity.vote(caller.policies.identity, request), scp.vote(caller.policies.scp, request)
    limit = boundary.vote(caller.policies.boundary, request)
    alone = Outcome(given.allow, (), given.deny, given.causes)
    limits = (("boundary", limit.allow), ("scp", account.allow))
    causes = (*given.causes, *limit.causes, *account.causes)
    whole = Outcome(given.allow, limits, any_of(given.deny, limit.deny, account.deny), causes)
    return OwnPower(
        decide(alone, caller.given),
        decide(whole, caller.given),
        tuple(Citation(c.record, c.policy, c.pointer) for c in given.causes if c.effect == "Allow"),
        tuple(dict.fromkeys(_limits(caller, limit, action))),
    )


def _request(caller: Caller, action: str, resource: str, context: Mapping[str, object]) -> Request:
    account = caller.principal.account or ""
    keys = {**known_keys(caller.principal, action, account), **caller.keys, **context}
    asked = Context.of(keys, free=True, closed=caller.closed)
    return Request(caller.principal, action, resource, account, asked, bounded(caller))


def _limits(caller: Caller, limit: Vote, action: str) -> Iterator[Citation]:
    """The boundary's statements that say so: denials, else those that allow the action elsewhere, else all of it."""
    denials = [cause for cause in limit.causes if cause.effect == "Deny"]
    always = [cause for cause in denials if cause.when == TRUE]
    elsewhere = [] if always else list(_allowing(caller, action))
    for cause in always or ([] if elsewhere else denials):
        yield Citation(cause.record, cause.policy, cause.pointer)
    yield from elsewhere
    if not denials and not elsewhere:
        yield from (Citation(d.record, d.name, "/Statement") for d in caller.policies.boundary or ())


def _allowing(caller: Caller, action: str) -> Iterator[Citation]:
    for document in caller.policies.boundary or ():
        for statement in document.body.on(action) if document.body is not None else ():
            if statement.may("Allow"):
                yield Citation(document.record, document.name, statement.pointer)
