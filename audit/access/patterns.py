"""What all documents of a graph speak of: the actions that their statements cover, and on which resource patterns."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from audit.access.glob import matches_resource, near, wild
from audit.access.variables import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from audit.access.policy import Body, Statement


@dataclass
class Actions:
    """Some actions, each with a bit, and which of them a statement covers."""

    names: tuple[str, ...]

    @cached_property
    def bits(self) -> dict[str, int]:
        """The place of each action's bit."""
        return {action: place for place, action in enumerate(self.names)}

    @cached_property
    def _by_service(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for action in self.names:
            found.setdefault(action.partition(":")[0].lower(), []).append(action)
        return {service: tuple(actions) for service, actions in found.items()}

    def covered(self, statement: Statement) -> int:
        """A bit for each action that a statement covers; those of other services are not even compared."""
        if statement.actions == ("*",) and not statement.not_action:
            return (1 << len(self.names)) - 1
        services = {pattern.partition(":")[0].lower() for pattern in statement.actions}
        if statement.not_action or any(map(wild, services)):
            near_ones: Iterable[str] = self.names
        else:
            near_ones = [action for service in services for action in self._by_service.get(service, ())]
        return sum(1 << self.bits[action] for action in near_ones if statement.covers(action))


@dataclass
class Patterns:
    """The resource patterns of all documents, by the action that their statements cover."""

    bodies: list[Body]
    actions: Actions
    _found: dict[str, tuple[dict[str, None], list[str]]] = field(default_factory=dict)
    _nearby: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _marks: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    _like: dict[str, str] = field(default_factory=dict)
    _first: dict[tuple[frozenset[str], frozenset[str]], str] = field(default_factory=dict)

    def like(self, action: str) -> str:
        """The first action of which the same patterns speak."""
        if action not in self._like:
            exact, loose = self._of(action)
            self._like[action] = self._first.setdefault((frozenset(exact), frozenset(loose)), action)
        return self._like[action]

    def marks(self, action: str, arn: str) -> frozenset[str]:
        """The patterns on an action that match an ARN; with a variable in one, the ARN itself: it may be just that."""
        action = self.like(action)
        key = action, arn
        if key not in self._marks:
            exact, _ = self._of(action)
            found = {pattern for pattern in self._near(action, arn) if matches_resource(_widest(pattern), arn)}
            found |= {arn} if arn in exact or any("${" in pattern for pattern in found) else set()
            self._marks[key] = frozenset(found)
        return self._marks[key]

    def texts(self, action: str) -> list[str]:
        """Every pattern of the statements that cover an action."""
        exact, loose = self._of(action)
        return [*exact, *loose]

    def _of(self, action: str) -> tuple[dict[str, None], list[str]]:
        if action not in self._found:
            bit = 1 << self.actions.bits[action]
            texts = dict.fromkeys(text for s, mask in self._statements if mask & bit for text in s.resources)
            loose = dict.fromkeys(text for text in texts if wild(text) or "${" in text)
            self._found[action] = dict.fromkeys(text for text in texts if text not in loose), list(loose)
        return self._found[action]

    @cached_property
    def _statements(self) -> list[tuple[Statement, int]]:
        statements = {id(s): s for body in self.bodies for s in body.statements}.values()
        masks = ((statement, self.actions.covered(statement)) for statement in statements)
        return [(statement, mask) for statement, mask in masks if mask]

    def _near(self, action: str, arn: str) -> list[str]:
        place = arn[: arn.find("/") + 1] or arn
        if (action, place) not in self._nearby:
            self._nearby[action, place] = [pattern for pattern in self._of(action)[1] if near(pattern, (place,))]
        return self._nearby[action, place]


def _widest(pattern: str) -> str:
    return "*".join(parts_of(pattern)[::2])
