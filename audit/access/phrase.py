"""Expressions over free condition keys as short phrases, for people: ``aws:SourceVpce is vpce-1``."""

from __future__ import annotations

from typing import Any

from audit.access.expression import split_operator

_POSITIVE = {
    "StringEquals": "is",
    "StringEqualsIgnoreCase": "is, in any case,",
    "StringLike": "is like",
    "ArnEquals": "is",
    "ArnLike": "is like",
    "Bool": "is",
    "BinaryEquals": "is",
    "NumericEquals": "is",
    "NumericLessThan": "is below",
    "NumericLessThanEquals": "is at most",
    "NumericGreaterThan": "is above",
    "NumericGreaterThanEquals": "is at least",
    "DateEquals": "is",
    "DateLessThan": "is before",
    "DateLessThanEquals": "is not after",
    "DateGreaterThan": "is after",
    "DateGreaterThanEquals": "is not before",
    "IpAddress": "is in",
}
_NEGATIVE = {
    "StringNotEquals": "is not",
    "StringNotEqualsIgnoreCase": "is not, in any case,",
    "StringNotLike": "is not like",
    "ArnNotEquals": "is not",
    "ArnNotLike": "is not like",
    "NumericNotEquals": "is not",
    "DateNotEquals": "is not",
    "NotIpAddress": "is not in",
}
_WORDS = _POSITIVE | _NEGATIVE
_QUANTIFIED = {"": "", "ForAllValues": "every value of ", "ForAnyValue": "some value of "}


def phrase(tree: Any) -> str:
    """An expression in the form of ``only_if``; "" for None, which is always."""
    match tree:
        case None:
            return ""
        case {"or": list(parts)}:
            return " or ".join(map(_within, parts))
        case {"and": list(parts)}:
            return " and ".join(map(_within, parts))
        case {"not": part}:
            return f"not ({phrase(part)})"
        case {"operator": str(operator), "key": str(key), "values": list(values)}:
            return _leaf(operator, key, [str(value) for value in values])
        case _:
            return str(tree)


def _within(tree: Any) -> str:
    """A part of a longer phrase, in brackets where it is joined itself."""
    text = phrase(tree)
    return f"({text})" if isinstance(tree, dict) and tree.keys() & {"and", "or"} else text


def _leaf(operator: str, key: str, values: list[str]) -> str:
    quantifier, name, if_exists = split_operator(operator)
    if name == "Null":
        return f"{key} is {'absent' if values == ['true'] else 'present'}"
    said = f"{_QUANTIFIED.get(quantifier, '')}{key} {_WORDS.get(name, name)} {_values(values, name)}"
    return f"{said} where there is one" if if_exists else said


def _values(values: list[str], name: str) -> str:
    return " and ".join(values) if name in _NEGATIVE else " or ".join(values)
