"""Expressions made short: conditions on one key joined, what cannot be dropped, contradictions found.

The result means the same in every context (a text equality on a key of several values, which policies should not have,
is left alone).
"""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

from audit.access.contradiction import contradictory, holds, single
from audit.access.expression import FALSE, TRUE, And, Const, Expr, Leaf, Not, Opaque, Or, all_of, any_of, const, negate
from audit.access.glob import wild

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    _Join = Callable[[frozenset[str], frozenset[str]], frozenset[str]]

_MOST_BRANCHES = 4096
_FINITE = frozenset({"StringEquals", "StringLike", "ArnEquals", "ArnLike", "Bool"})
_UNION = frozenset({"StringEquals", "StringLike", "ArnEquals", "ArnLike", "IpAddress", "StringEqualsIgnoreCase"})
_EXCLUSION = frozenset({"StringNotEquals"})


def simplify(expr: Expr, given: tuple[Leaf, ...] = ()) -> Expr:
    """A shorter expression that means the same where ``given`` holds; FALSE when it contradicts itself."""
    if isinstance(expr, Const):
        return expr
    short = _short(expr, given)
    return short if _satisfiable(all_of(short, *given)) else FALSE


def _short(expr: Expr, given: tuple[Leaf, ...]) -> Expr:
    """The expression where the given conditions hold."""
    match expr:
        case Leaf():
            return _leaf(expr, given)
        case And(parts):
            return _and(parts, given)
        case Or(parts):
            return _or([_short(part, given) for part in parts])
        case Const() | Not() | Opaque():
            return expr


def _leaf(leaf: Leaf, given: tuple[Leaf, ...]) -> Expr:
    near = [other for other in given if other.key.lower() == leaf.key.lower() and single(other)]
    if not near or not single(leaf):
        return leaf
    if contradictory(frozenset((leaf, *near))):
        return FALSE
    return TRUE if _implies(near, leaf) else leaf


def _implies(near: Iterable[Leaf], leaf: Leaf) -> bool:
    contrary = negate(leaf)
    return isinstance(contrary, Leaf) and contradictory(frozenset((contrary, *near)))


def _and(parts: tuple[Expr, ...], given: tuple[Leaf, ...]) -> Expr:
    leaves: list[Leaf] = []
    for group in _by_key(part for part in parts if isinstance(part, Leaf)):
        merged = _merge_and(group)
        if merged is None:
            return FALSE
        leaves += merged
    short = {leaf: _leaf(leaf, given) for leaf in leaves}
    if FALSE in short.values():
        return FALSE
    kept = [leaf for leaf in leaves if short[leaf] != TRUE]
    others = [_short(part, (*given, *leaves)) for part in parts if not isinstance(part, Leaf)]
    kept = [leaf for leaf in kept if not any(_brings(other, leaf) for other in others)]
    joined = all_of(*kept, *others)
    grown = isinstance(joined, And) and any(isinstance(part, Leaf) and part not in kept for part in joined.parts)
    return _and(joined.parts, given) if grown and isinstance(joined, And) else joined


def _brings(expr: Expr, leaf: Leaf) -> bool:
    """Whether every branch of an expression implies a condition."""
    match expr:
        case Or(parts):
            return all(_brings(part, leaf) for part in parts)
        case And(parts):
            return any(_brings(part, leaf) for part in parts)
        case Leaf():
            same = expr.key.lower() == leaf.key.lower() and single(expr) and single(leaf)
            return expr == leaf or (same and _implies([expr], leaf))
    return False


def _by_key(leaves: Iterable[Leaf]) -> Iterator[list[Leaf]]:
    groups: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        name = leaf.key.lower() if single(leaf) else f"{leaf.key.lower()} {leaf.operator} {leaf.values}"
        groups.setdefault(name, []).append(leaf)
    yield from groups.values()


def _merge_and(group: list[Leaf]) -> list[Leaf] | None:
    """Conditions on one key that must all hold, joined; None when they never do."""
    if len(group) == 1 or not single(group[0]):
        return group
    if contradictory(frozenset(group)):
        return None
    finite = next((leaf for leaf in group if leaf.operator in _FINITE and not any(map(wild, leaf.values))), None)
    if finite is not None:
        values = tuple(value for value in finite.values if holds(group, finite.key, value))
        return [Leaf(finite.operator, finite.key, values)] if values else None
    group = list(_joined(group, _EXCLUSION, frozenset[str].union))
    return _lean(group, lambda leaf, others: _implies(others, leaf))


def _joined(group: list[Leaf], operators: frozenset[str], join: _Join) -> Iterator[Leaf]:
    """Conditions of one operator as one."""
    sets: dict[str, frozenset[str]] = {}
    for leaf in group:
        if leaf.operator not in operators:
            yield leaf
        else:
            values = frozenset(leaf.values)
            sets[leaf.operator] = join(sets.get(leaf.operator, values), values)
    for operator, values in sets.items():
        yield Leaf(operator, group[0].key, tuple(sorted(values)))


def _lean(group: list[Leaf], needless: Callable[[Leaf, list[Leaf]], bool]) -> list[Leaf]:
    """The conditions without those that the others make needless."""
    kept = list(group)
    for leaf in group:
        others = [other for other in kept if other != leaf]
        if others and needless(leaf, others):
            kept = others
    return kept


def _or(parts: list[Expr]) -> Expr:
    joined = any_of(*parts)
    if not isinstance(joined, Or):
        return joined
    others = [part for part in joined.parts if not isinstance(part, Leaf)]
    leaves: list[Leaf] = []
    for group in _by_key(part for part in joined.parts if isinstance(part, Leaf)):
        merged = _merge_or(group)
        if merged is None:
            return TRUE
        leaves += merged
    kept = [part for part in others if not any(_brings(part, leaf) for leaf in leaves)]
    return any_of(*leaves, *kept)


def _merge_or(group: list[Leaf]) -> list[Leaf] | None:
    """Conditions on one key of which one must hold, joined; None when one always does."""
    if len(group) == 1 or not single(group[0]):
        return group
    contraries = [negate(leaf) for leaf in group]
    simple = [leaf for leaf in contraries if isinstance(leaf, Leaf)]
    if len(simple) == len(group) and contradictory(frozenset(simple)):
        return None
    group = list(_joined(list(_joined(group, _UNION, frozenset[str].union)), _EXCLUSION, frozenset[str].intersection))
    return _lean(group, lambda leaf, others: any(_implies([leaf], other) for other in others))


def _satisfiable(expr: Expr) -> bool:
    """Whether some branch of the expression has no contradiction; assumed when there are very many branches."""
    if isinstance(expr, Const):
        return expr.value
    branches = list(islice(_branches(expr), _MOST_BRANCHES))
    return len(branches) == _MOST_BRANCHES or any(_consistent(branch) for branch in branches)


def _consistent(branch: frozenset[Leaf]) -> bool:
    return not any(contradictory(frozenset(group)) for group in _by_key(branch))


def _branches(expr: Expr) -> Iterator[frozenset[Leaf]]:
    match expr:
        case Leaf():
            yield frozenset((expr,))
        case Or(parts):
            for part in parts:
                yield from _branches(part)
        case And(parts):
            for chosen in _choices(parts):
                yield frozenset().union(*chosen)
        case Const(value):
            if value:
                yield frozenset()
        case _:
            yield frozenset()


def _choices(parts: tuple[Expr, ...]) -> Iterator[tuple[frozenset[Leaf], ...]]:
    return product(*(list(islice(_branches(part), _MOST_BRANCHES)) for part in parts))


def assume(expr: Expr, key: str, value: str) -> Expr:
    """The expression where a key has a value, unless it could then never hold."""
    change = _with(expr, key.lower(), value)
    return expr if change == FALSE else change


def _with(expr: Expr, key: str, value: str) -> Expr:
    match expr:
        case Leaf() if expr.key.lower() == key and single(expr):
            return const(holds((expr,), expr.key, value))
        case And(parts):
            return all_of(*(_with(part, key, value) for part in parts))
        case Or(parts):
            return any_of(*(_with(part, key, value) for part in parts))
        case _:
            return expr
