"""Whose own documents speak of what is asked: found by action and resource, so that all others are not looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.access.principals import Kind
from audit.access.question import NOTHING

if TYPE_CHECKING:
    from audit.access.holdings import Caller
    from audit.access.policy import Body, Statement
    from audit.access.question import Question

SHARING = frozenset({Kind.ROLE, Kind.USER})
"""Kinds of callers that can be alike."""


@dataclass
class _Spoken:
    """The documents, by number, in which some actions are spoken of; by the resources. One statement stands for all."""

    sample: Statement
    on: dict[tuple[tuple[str, ...], bool], list[int]] = field(default_factory=dict)


@dataclass
class Speakers:
    """Callers, by their places in a list, by what the documents that they hold speak of.

    ``alone`` are those whose documents do not tell, as they are of other kinds or were not read; ``others`` the rest.
    """

    callers: tuple[Caller, ...]
    alone: set[int] = field(default_factory=set)
    others: list[int] = field(default_factory=list)
    _bodies: list[Body] = field(default_factory=list)
    _holders: list[list[int]] = field(default_factory=list)
    _numbers: dict[int, int] = field(default_factory=dict)
    _spoken: dict[tuple[tuple[str, ...], bool], _Spoken] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place, caller in enumerate(self.callers):
            bodies = [d.body for d in (*caller.policies.identity, *(caller.policies.boundary or ()))]
            read = [body for body in bodies if body is not None]
            if caller.principal.kind not in SHARING or caller.policies.foreign or len(read) < len(bodies):
                self.alone.add(place)
                continue
            self.others.append(place)
            for body in read:
                self._holders[self._number(body)].append(place)

    def _number(self, body: Body) -> int:
        number = self._numbers.setdefault(id(body), len(self._bodies))
        if number == len(self._bodies):
            self._bodies.append(body)
            self._holders.append([])
            for statement in body.statements:
                actions = statement.actions, statement.not_action
                resources = statement.resources, statement.not_resource
                self._spoken.setdefault(actions, _Spoken(statement)).on.setdefault(resources, []).append(number)
        return number

    def of(self, question: Question) -> set[int]:
        """The places of those whose documents bear on a question, or were not understood."""
        found: set[int] = set()
        # In this order, in which statements are then numbered, answers cite them.
        for number in sorted(self._near(question)):
            if question.gist(self._bodies[number]) is not NOTHING:
                found.update(self._holders[number])
        return found

    def _near(self, question: Question) -> set[int]:
        """The documents in which a statement comes near to what is asked."""
        found: set[int] = set()
        for spoken in self._spoken.values():
            if any(map(spoken.sample.covers, question.actions)):
                for (resources, beyond), numbers in spoken.on.items():
                    if beyond or question.is_near(resources):
                        found.update(numbers)
        return found
