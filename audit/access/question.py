"""What is asked of callers, and what their documents come to for it: bits where they are plain, else statements."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from audit.access.glob import literal
from audit.access.policy import Body, Document, Statement

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from audit.access.mentions import Mentions

STAND_IN = "\ue0f2"
"""The name of the document that stands for what a caller's own policies plainly say."""
RESIDUE = "\ue0f3"
"""The name of the document that stands for a caller's statements with conditions or variables."""
_EFFECTS = ("Allow", "Deny")


@dataclass(frozen=True, slots=True)
class Ask:
    """An action and the ARN that it is asked of."""

    action: str
    resource: str


@dataclass(frozen=True, slots=True)
class Gist:
    """What a document comes to: bits of the asks that it plainly allows and denies, and the residue by number.

    Where a statement names a part of the resource (``parted``), more than the asks is asked, and bits would not tell.
    """

    allowed: int = 0
    denied: int = 0
    residue: frozenset[int] = frozenset()
    parted: bool = False


NOTHING = Gist()


@dataclass
class Statements:
    """Statements by number, those that say the same (wherever they stand) by the same one."""

    listed: list[Statement] = field(default_factory=list)
    _numbers: dict[Statement, int] = field(default_factory=dict)
    _seen: dict[int, int] = field(default_factory=dict)

    def number(self, statement: Statement) -> int:
        """A statement's number."""
        # A compiled statement is large to hash, and is kept as long as its callers are.
        known = self._seen.get(id(statement))
        if known is None:
            said = replace(statement, pointer="")
            known = self._numbers.setdefault(said, len(self.listed))
            if known == len(self.listed):
                self.listed.append(replace(said, pointer=str(known)))
            self._seen[id(statement)] = known
        return known


@dataclass
class Question:
    """What is asked of each caller, and what its documents come to for it.

    ``parted`` says whether a pattern names a part of the resource, which is then asked about too; ``near`` whether it
    could match anything that is asked about at all. ``standings`` is shared by the questions of equal mentions.
    ``records`` are cited by every answer.
    """

    asks: tuple[Ask, ...]
    parted: Callable[[str], bool]
    near: Callable[[str], bool]
    mentions: Mentions
    standings: dict[tuple[str, str], int | None]
    statements: Statements
    records: tuple[str, ...] = ()
    gists: dict[int, Gist | None] = field(default_factory=dict)
    found: dict[Hashable, Any] = field(default_factory=dict)
    hits: dict[int, int] = field(default_factory=dict)
    nearby: dict[str, bool] = field(default_factory=dict)

    @cached_property
    def actions(self) -> tuple[str, ...]:
        """Every action that is asked."""
        return tuple(dict.fromkeys(ask.action for ask in self.asks))

    def gist(self, body: Body) -> Gist | None:
        """What a document comes to; None when a statement that bears on the question was not understood."""
        key = id(body)
        if key not in self.gists:
            self.gists[key] = self._weigh(body)
        return self.gists[key]

    def _weigh(self, body: Body) -> Gist | None:
        near = self._near(body)
        if not near:
            return NOTHING
        if any(statement.problem or statement.effect not in _EFFECTS for statement in near):
            return None
        bits = {"Allow": 0, "Deny": 0}
        residue: set[int] = set()
        for statement in near:
            hit = self._hit(statement)
            if hit and (statement.conditions or statement.varies):
                number = self.statements.number(statement)
                self.hits[number] = hit
                residue.add(number)
            elif hit:
                bits[statement.effect] |= hit
        parted = any(s.effect == "Allow" and not s.not_resource and any(map(self.parted, s.resources)) for s in near)
        return Gist(bits["Allow"], bits["Deny"], frozenset(residue), parted)

    def whole(self, body: Body) -> frozenset[int]:
        """All statements of a document that concern the question."""
        return frozenset(map(self.statements.number, self._near(body)))

    def _near(self, body: Body) -> dict[Statement, None]:
        return dict.fromkeys(
            statement
            for action in self.actions
            for statement in body.on(action)
            if statement.not_resource or self.is_near(statement.resources)
        )

    def is_near(self, patterns: Iterable[str]) -> bool:
        """Whether one of these patterns could match anything that is asked about."""
        for pattern in patterns:
            found = self.nearby.get(pattern)
            if found is None:
                found = self.nearby[pattern] = self.near(pattern)
            if found:
                return True
        return False

    def _hit(self, statement: Statement) -> int:
        """A bit for each ask that the statement speaks of, or with variables may speak of."""
        loose = statement.varies
        bits = 0
        for place, ask in enumerate(self.asks):
            if statement.covers(ask.action) and (loose or statement.names(ask.resource)):
                bits |= 1 << place
        return bits

    def stand_in(self, allowed: int, denied: int) -> Document:
        """A document that says of each ask what the bits say, and nothing else."""
        made = [
            Statement(str(place), effect, actions=(ask.action,), resources=(literal(ask.resource),))
            for effect, bits in zip(_EFFECTS, (allowed, denied), strict=True)
            for place, ask in enumerate(self.asks)
            if bits >> place & 1
        ]
        return Document(STAND_IN, Body(tuple(made)))

    def residue(self, numbers: Iterable[int]) -> Document:
        """A document of the statements with these numbers."""
        return Document(RESIDUE, Body(tuple(self.statements.listed[number] for number in sorted(numbers))))
