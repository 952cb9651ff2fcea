"""A statement against a request: never, always, or a rest on free keys.

AWS pages "IAM JSON policy elements: Action", "… NotAction", "… Resource", "… NotResource", "… Condition".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audit.access.conditions.evaluate import evaluate
from audit.access.expression import FALSE, TRUE, Expr, Leaf, Opaque, all_of, any_of, negate
from audit.access.glob import literal, matches_resource, wild
from audit.access.variables import default_of, name_of, parts_of, resolve, unresolved

if TYPE_CHECKING:
    from audit.access.context import Context
    from audit.access.policy import Statement
    from audit.access.principals import Principal


@dataclass(frozen=True, slots=True)
class Request:
    """One request; ``bounded`` says whether the principal has a permissions boundary, None when that was not read."""

    principal: Principal
    action: str
    resource: str
    resource_account: str
    context: Context
    bounded: bool | None = False
    service: str = field(init=False, compare=False)
    """The service prefix of the action, in lower case."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "service", self.action.partition(":")[0].lower())

    @property
    def same_account(self) -> bool:
        """Whether the principal is of the account that owns the resource."""
        return self.principal.account is not None and self.principal.account == self.resource_account


def applies(statement: Statement, request: Request, *, layer: str, policy: str, effect: str) -> Expr:
    """When a statement on the action applies with an effect, its principal aside; one not understood adds an opaque."""
    try:
        parts = _on_resource(statement, request)
    except _TooMany:
        parts = Opaque(layer, effect, understood=False, policy=policy, pointer=statement.pointer)
    for leaf in statement.conditions:
        if parts is FALSE:
            return FALSE
        parts = all_of(parts, evaluate(leaf, request.context, variables=statement.variables))
    if statement.problem is None or parts is FALSE:
        return parts
    return all_of(parts, Opaque(layer, effect, understood=False, policy=policy, pointer=statement.pointer))


def _on_resource(statement: Statement, request: Request) -> Expr:
    """When a statement speaks of the request's resource."""
    named: Expr = FALSE
    for text in statement.resources:
        if named is TRUE:
            break
        named = any_of(named, _named(text, statement, request))
    return negate(named) if statement.not_resource else named


def _named(text: str, statement: Statement, request: Request) -> Expr:
    if "${" not in text:
        return TRUE if matches_resource(text, request.resource) else FALSE
    found = resolve(text, request.context) if statement.variables else unresolved(text)
    if found.text is None:
        return FALSE
    if not found.free:
        return TRUE if matches_resource(found.text, request.resource) else FALSE
    return _solved(found.text, request.resource, _Budget())


class _TooMany(Exception):  # noqa: N818 never leaves this file
    """Too many values of free variables could match."""


@dataclass(slots=True)
class _Budget:
    """How many values may yet be tried, and how many found, for all variables of a pattern together."""

    tries: int = 40_000
    found: int = 256

    def spend(self, tries: int = 0, found: int = 0) -> None:
        self.tries -= tries
        self.found -= found
        if self.tries < 0 or self.found < 0:
            raise _TooMany


def _solved(text: str, resource: str, left: _Budget) -> Expr:
    """Which values of the free variables make the pattern match, solved from the resource's own text, one by one."""
    parts = parts_of(text)
    if len(parts) == 1:
        return TRUE if matches_resource(text, resource) else FALSE
    if not _fits(text, resource):
        return FALSE
    before, variable = parts[0], parts[1]
    key, default = name_of(variable), default_of(variable)
    values = _values(text, before, variable, resource, left)
    options = [all_of(Leaf("StringEquals", key, (value,)), _solved(rest, resource, left)) for value, rest in values]
    if default is not None:
        options.append(all_of(Leaf("Null", key, ("true",)), _solved(_filled(text, variable, default), resource, left)))
    return any_of(*options)


def _values(text: str, before: str, variable: str, resource: str, left: _Budget) -> list[tuple[str, str]]:
    """Values that the first variable can have, each with the pattern that remains."""
    starts = range(len(resource) + 1) if wild(before) else (len(before),)
    left.spend(tries=sum(len(resource) + 1 - start for start in starts))
    tries = sorted({resource[a:b] for a in starts for b in range(a, len(resource) + 1)})
    found = [(value, rest) for value in tries if _fits(rest := _filled(text, variable, value), resource)]
    left.spend(found=len(found))
    return found


def _filled(text: str, variable: str, value: str) -> str:
    return text.replace(f"${{{variable}}}", literal(value))


def _fits(text: str, resource: str) -> bool:
    """Whether the pattern could match, its variables being anything."""
    return matches_resource("*".join(parts_of(text)[::2]), resource)
