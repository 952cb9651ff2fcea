"""A statement against a request: never, always, or a rest on free keys.

AWS pages "IAM JSON policy elements: Action", "… NotAction", "… Resource", "… NotResource", "… Condition".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.access.conditions.evaluate import evaluate
from audit.access.expression import FALSE, TRUE, Expr, Leaf, Opaque, all_of, any_of, negate
from audit.access.glob import literal, matches_resource, wild
from audit.access.variables import Resolved, default_of, name_of, parts_of, resolve

if TYPE_CHECKING:
    from audit.access.context import Context
    from audit.access.policy import Statement
    from audit.access.principals import Principal

_MAX_TRIES = 40_000
_MAX_VALUES = 256


@dataclass(frozen=True, slots=True)
class Request:
    """One request; ``bounded`` says whether the principal has a permissions boundary, None when that was not read."""

    principal: Principal
    action: str
    resource: str
    resource_account: str
    context: Context
    bounded: bool | None = False

    @property
    def service(self) -> str:
        """The service prefix of the action, in lower case."""
        return self.action.partition(":")[0].lower()

    @property
    def same_account(self) -> bool:
        """Whether the principal is of the account that owns the resource."""
        return self.principal.account is not None and self.principal.account == self.resource_account


def applies(statement: Statement, request: Request, *, layer: str, policy: str, effect: str) -> Expr:
    """When a statement applies with an effect, its principal aside; one not understood leaves an opaque."""
    if not statement.covers(request.action):
        return FALSE
    resource = on_resource(statement, request)
    if resource == FALSE:
        return FALSE
    conditions = [evaluate(leaf, request.context, variables=statement.variables) for leaf in statement.conditions]
    parts = all_of(resource, *conditions)
    if statement.problem is None or parts == FALSE:
        return parts
    return all_of(parts, Opaque(layer, effect, understood=False, policy=policy, pointer=statement.pointer))


def on_resource(statement: Statement, request: Request) -> Expr:
    """When a statement speaks of the request's resource."""
    named = any_of(*(_named(text, statement, request) for text in statement.resources))
    return negate(named) if statement.not_resource else named


def _named(text: str, statement: Statement, request: Request) -> Expr:
    found = resolve(text, request.context) if statement.variables else Resolved(text)
    if found.text is None:
        return FALSE
    if not found.free:
        return TRUE if matches_resource(found.text, request.resource) else FALSE
    return _solved(found.text, request.resource)


def _solved(text: str, resource: str) -> Expr:
    """Which values of the free variables make the pattern match, solved from the resource's own text, one by one."""
    parts = parts_of(text)
    if len(parts) == 1:
        return TRUE if matches_resource(text, resource) else FALSE
    if not _fits(text, resource):
        return FALSE
    before, variable = parts[0], parts[1]
    key, default = name_of(variable), default_of(variable)
    values = _values(text, before, variable, resource)
    if values is None:
        return Opaque("variables", "", understood=False, policy=text)
    options = [all_of(Leaf("StringEquals", key, (value,)), _solved(rest, resource)) for value, rest in values]
    if default is not None:
        options.append(all_of(Leaf("Null", key, ("true",)), _solved(_filled(text, variable, default), resource)))
    return any_of(*options)


def _values(text: str, before: str, variable: str, resource: str) -> list[tuple[str, str]] | None:
    """Values that the first variable can have, each with the pattern that remains; None when there are too many."""
    starts = range(len(resource)) if wild(before) else (len(before),)
    if len(starts) * len(resource) > _MAX_TRIES:
        return None
    tries = sorted({resource[a:b] for a in starts for b in range(a + 1, len(resource) + 1)})
    found = [(value, rest) for value in tries if _fits(rest := _filled(text, variable, value), resource)]
    return found if len(found) <= _MAX_VALUES else None


def _filled(text: str, variable: str, value: str) -> str:
    return text.replace(f"${{{variable}}}", literal(value))


def _fits(text: str, resource: str) -> bool:
    """Whether the pattern could match, its variables being anything."""
    return matches_resource("*".join(parts_of(text)[::2]), resource)
