"""A call of botocore as data: its operation, and its parameters as expressions over the scene of one resource."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from stacks.rehearsal.scene import Scene

    Expression = str | Callable[[Scene], Any]

_INPUT = re.compile(r"\binputs\.(\w+)")
# AWS's words for calls that say how a thing is to be: made again, they change it.
_PUTS = ("Put", "Set", "Modify", "Enable")


def inputs_of(*expressions: Expression) -> frozenset[str]:
    """The inputs that expressions read by name; a function's cannot be seen."""
    return frozenset(name for text in expressions if isinstance(text, str) for name in _INPUT.findall(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a row.

    Attributes:
        operation: botocore's name.
        params: botocore's parameter to an expression; a parameter whose value is None is left out.
        service: botocore's service, the row's own unless set.
        when: the call is made only if this is true.
        each: the call is made for every item of this list, which the other expressions see as ``item``.
        absent: error codes that mean the thing is not there.
        shows: of a reading call: what it found; None, an empty list or an empty map means nothing.
        completes: of a call that adds what the emulator lacks: what that is, for docs/rehearsal.md.
    """

    operation: str
    params: Mapping[str, Expression] = field(default_factory=dict)
    service: str | None = None
    when: Expression | None = None
    each: Expression | None = None
    absent: frozenset[str] = frozenset()
    shows: Expression | None = None
    completes: str = ""

    def expressions(self) -> Iterator[Expression]:
        """Every expression of the call."""
        yield from self.params.values()
        yield from (expression for expression in (self.when, self.each) if expression is not None)

    @property
    def puts(self) -> bool:
        """Whether the call, made again, changes what it made; one for each item would not take an item away."""
        return self.each is None and self.operation.startswith(_PUTS)

    def inputs(self) -> frozenset[str]:
        """The inputs that an expression of the call reads by name."""
        return frozenset(name for text in self.expressions() if isinstance(text, str) for name in _INPUT.findall(text))
