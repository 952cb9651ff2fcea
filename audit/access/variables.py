"""Policy variables: ``${aws:username}``, ``${aws:PrincipalTag/team, 'none'}``, ``${*}``.

AWS page "IAM policy elements: Variables and tags": only in version 2012-10-17, in Resource and in string and ARN
conditions; a variable without value or default matches nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audit.access.context import FREE, Free
from audit.access.glob import literal, undollared

if TYPE_CHECKING:
    from audit.access.context import Context

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_DEFAULT = re.compile(r"\s*([^,\s]+)\s*,\s*'([^']*)'\s*")
_ESCAPES = {"*", "?", "$"}


@dataclass(frozen=True, slots=True)
class Resolved:
    """A text with its variables filled: ``text`` is None when one has no value; ``free`` are the keys left in it."""

    text: str | None
    free: tuple[str, ...] = ()


def resolve(text: str, context: Context) -> Resolved:
    """Fill the variables of a text; values are literal, their wildcards escaped as glob.literal does."""
    if "${" not in text:
        return Resolved(text)
    free: list[str] = []
    parts: list[str] = []
    end = 0
    for found in _VARIABLE.finditer(text):
        value = _value(found[1], context)
        if value is None:
            return Resolved(None)
        if isinstance(value, Free):
            free.append(name_of(found[1]))
            value = found[0]
        parts += (text[end : found.start()], value)
        end = found.end()
    return Resolved("".join((*parts, text[end:])), tuple(dict.fromkeys(free)))


def unresolved(text: str) -> Resolved:
    """The text where variables do not count."""
    return Resolved(undollared(text)) if "${" in text else Resolved(text)


def name_of(variable: str) -> str:
    """The key of a variable's inside, without its default."""
    found = _DEFAULT.fullmatch(variable)
    return (found[1] if found else variable).strip()


def default_of(variable: str) -> str | None:
    """The default of a variable's inside, or None."""
    found = _DEFAULT.fullmatch(variable)
    return found[2] if found else None


def _value(variable: str, context: Context) -> str | Free | None:
    if variable in _ESCAPES:
        return literal(variable)
    held = context.held(name_of(variable))
    if isinstance(held, Free):
        return FREE
    if held is None:
        default = default_of(variable)
        return None if default is None else literal(default)
    return literal(held[0]) if len(held) == 1 else None


def parts_of(text: str) -> list[str]:
    """The text split at its variables: texts at even places, the inside of variables at odd ones."""
    return _VARIABLE.split(text)
