"""Boolean expressions over what is not known of a request: conditions on free keys, documents that were not read.

``Leaf`` is a condition as a policy writes it and means the same: its rule for a missing key belongs to it.
``Opaque`` stands for a document that was not read or a statement that was not understood.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from audit.access.glob import readable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition: operator with prefix and suffix, key as written, values sorted."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opaque:
    """What could not be evaluated: a layer's document (``permission`` would settle it) or one statement (``pointer``).

    ``effect`` is what it would contribute; ``grants`` whether the document can give access, ``understood`` is false for
    a statement that was read and not understood.
    """

    layer: str
    effect: str
    permission: str = ""
    grants: bool = False
    understood: bool = True
    policy: str = ""
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Const:
    """Always or never."""

    value: bool


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary, of what has no contrary of its own kind."""

    part: Leaf | Opaque


@dataclass(frozen=True, slots=True)
class And:
    """Every part."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part."""

    parts: tuple[Expr, ...]


Expr = Const | Leaf | Opaque | Not | And | Or
TRUE = Const(value=True)
FALSE = Const(value=False)

_CONTRARY = {
    "StringEquals": "StringNotEquals",
    "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "StringLike": "StringNotLike",
    "ArnEquals": "ArnNotEquals",
    "ArnLike": "ArnNotLike",
    "NumericEquals": "NumericNotEquals",
    "DateEquals": "DateNotEquals",
    "IpAddress": "NotIpAddress",
}
_CONTRARY |= {negative: positive for positive, negative in _CONTRARY.items()}
NEGATIVE = frozenset(name for name in _CONTRARY if "Not" in name)
"""Operators that a missing key satisfies."""
_ORDERED = {"LessThan": "GreaterThanEquals", "GreaterThanEquals": "LessThan"}
_ORDERED |= {"LessThanEquals": "GreaterThan", "GreaterThan": "LessThanEquals"}
_QUANTIFIERS = {"ForAllValues": "ForAnyValue", "ForAnyValue": "ForAllValues"}


_MOST_COMPARED = 256


def const(value: bool) -> Const:  # noqa: FBT001 the value itself is the argument
    """TRUE or FALSE."""
    return TRUE if value else FALSE


def all_of(*parts: Expr) -> Expr:
    """The conjunction: flat, without repeats, FALSE when two parts are contrary."""
    return _join(parts, And, TRUE, FALSE)


def any_of(*parts: Expr) -> Expr:
    """The disjunction: flat, without repeats, TRUE when two parts are contrary."""
    return _join(parts, Or, FALSE, TRUE)


def _join(parts: tuple[Expr, ...], form: type[And | Or], neutral: Const, final: Const) -> Expr:
    open_ = []
    for part in parts:
        if part is final:
            return final
        if part is not neutral:
            open_.append(part)
    # Where the context is known all parts are constants, and that is where speed counts.
    if len(open_) <= 1:
        return open_[0] if open_ else neutral
    return _joined(open_, form, neutral, final)


def _joined(parts: list[Expr], form: type[And | Or], neutral: Const, final: Const) -> Expr:
    if final in parts:
        return final
    kept = dict.fromkeys(part for part in _flat(parts, form) if part != neutral)
    if len(kept) <= 1:
        return next(iter(kept), neutral)
    if any(negate(part) in kept for part in kept if isinstance(part, Leaf | Opaque | Not)):
        return final
    # Comparing each with each is for what people write; a generated policy of thousands keeps what it says.
    others = kept if len(kept) <= _MOST_COMPARED else ()
    lean = tuple(part for part in kept if not _absorbed(part, kept, others, form))
    return lean[0] if len(lean) == 1 else form(lean)


def _flat(parts: list[Expr], form: type[And | Or]) -> Iterator[Expr]:
    for part in parts:
        if isinstance(part, And | Or) and isinstance(part, form):
            yield from part.parts
        else:
            yield part


def _absorbed(part: Expr, kept: dict[Expr, None], others: Iterable[Expr], form: type[And | Or]) -> bool:
    """``a and (a or b)`` is a; ``a or (a and b)`` is a, and so for what is joined from several parts."""
    other = Or if form is And else And
    if not isinstance(part, other):
        return False
    if any(inner in kept for inner in part.parts):
        return True
    mine = set(part.parts)
    return any(isinstance(one, other) and len(one.parts) < len(mine) and mine.issuperset(one.parts) for one in others)


def negate(expr: Expr) -> Expr:
    """The contrary, with negation driven into the leaves."""
    match expr:
        case Const(value):
            return const(not value)
        case And(parts):
            return any_of(*map(negate, parts))
        case Or(parts):
            return all_of(*map(negate, parts))
        case Not(part):
            return part
        case Leaf():
            return _contrary(expr)
        case Opaque():
            return Not(expr)


@lru_cache(maxsize=1024)
def split_operator(operator: str) -> tuple[str, str, bool]:
    """Quantifier ("" without one), operator, whether IfExists: ``ForAnyValue:StringLikeIfExists``."""
    quantifier, _, rest = operator.rpartition(":")
    return quantifier, rest.removesuffix("IfExists"), rest.endswith("IfExists")


def _contrary(leaf: Leaf) -> Expr:
    quantifier, name, if_exists = split_operator(leaf.operator)
    if name == "Null":
        return Leaf(leaf.operator, leaf.key, tuple(sorted({"true": "false", "false": "true"}[v] for v in leaf.values)))
    other = _CONTRARY.get(name)
    if quantifier:
        fits = other is not None and not if_exists
        return Leaf(f"{_QUANTIFIERS[quantifier]}:{other}", leaf.key, leaf.values) if fits else Not(leaf)
    if other is not None:
        contrary = Leaf(other, leaf.key, leaf.values)
        present = Leaf("Null", leaf.key, ("false",))
        return all_of(present, contrary) if if_exists and name not in NEGATIVE else contrary
    return _contrary_single(leaf, name, if_exists=if_exists)


def _contrary_single(leaf: Leaf, name: str, *, if_exists: bool) -> Expr:
    """Booleans and order: only one value has a contrary of the same kind."""
    suffix = "" if if_exists else "IfExists"
    if len(leaf.values) != 1:
        return Not(leaf)
    if name == "Bool" and leaf.values[0] in {"true", "false"}:
        return Leaf(f"Bool{suffix}", leaf.key, ("false" if leaf.values[0] == "true" else "true",))
    for kind in ("Numeric", "Date"):
        order = _ORDERED.get(name.removeprefix(kind))
        if name.startswith(kind) and order is not None:
            return Leaf(f"{kind}{order}{suffix}", leaf.key, leaf.values)
    return Not(leaf)


def substitute(expr: Expr, change: Callable[[Leaf | Opaque], Expr]) -> Expr:
    """The expression with every leaf and opaque replaced; a replaced one is not looked into again."""
    match expr:
        case Const():
            return expr
        case And(parts):
            return all_of(*(substitute(part, change) for part in parts))
        case Or(parts):
            return any_of(*(substitute(part, change) for part in parts))
        case Not(part):
            return negate(change(part))
        case Leaf() | Opaque():
            return change(expr)


def atoms(expr: Expr) -> Iterator[Leaf | Opaque]:
    """Every leaf and opaque, in order."""
    match expr:
        case And(parts) | Or(parts):
            for part in parts:
                yield from atoms(part)
        case Not(part):
            yield part
        case Leaf() | Opaque():
            yield expr
        case _:
            return


def to_json(expr: Expr) -> dict[str, Any] | None:
    """``and``, ``or``, ``not`` and ``{operator, key, values}``; None for always. FALSE and opaques have no form."""
    match expr:
        case And(parts):
            return {"and": [to_json(part) for part in parts]}
        case Or(parts):
            return {"or": [to_json(part) for part in parts]}
        case Not(part):
            return {"not": to_json(part)}
        case Leaf(operator, key, values):
            wildcards = "Like" in operator or "Arn" in operator
            return {"operator": operator, "key": key, "values": [readable(v, wildcards=wildcards) for v in values]}
        case Const(value=True):
            return None
    raise ValueError(f"{expr} has no form as a condition: decide the opaque parts first")
