"""Wildcards of policies, without exponential time: actions, ARNs, texts.

AWS page "IAM JSON policy elements: Resource": ``*`` and ``?`` stand within the colon-delimited fields of an ARN, a
``*``
at a field's end may run on over colons, missing fields count as ``*``. Actions do not mind case, resources do.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

STAR = "\ue000"
"""Stands for a literal ``*`` in a pattern (written ``${*}`` in policies)."""
MARK = "\ue001"
"""Stands for a literal ``?`` in a pattern."""
_ARN_FIELDS = 6
_LITERALS = str.maketrans({"*": STAR, "?": MARK})
_READABLE = {ord(STAR): "${*}", ord(MARK): "${?}"}
_PLAIN = {ord(STAR): "*", ord(MARK): "?"}


def literal(text: str) -> str:
    """A pattern that matches only the text."""
    return text.translate(_LITERALS)


def plain(pattern: str) -> str:
    """The text of a pattern whose wildcards are all literal."""
    return pattern.translate(_PLAIN)


def readable(pattern: str) -> str:
    """The pattern as a policy writes it: literal wildcards as ``${*}`` and ``${?}``."""
    return pattern.translate(_READABLE)


def wild(pattern: str) -> bool:
    """Whether a pattern matches more than one text."""
    return "*" in pattern or "?" in pattern


@lru_cache(maxsize=65536)
def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches the pattern; time is at most the product of both lengths."""
    first, *rest = pattern.split("*")
    if not rest:
        return len(first) == len(text) and _fits(first, text, 0)
    *middle, last = rest
    if len(first) + len(last) > len(text) or not _fits(first, text, 0) or not _fits(last, text, len(text) - len(last)):
        return False
    place, end = len(first), len(text) - len(last)
    for chunk in middle:
        found = _find(chunk, text, place, end)
        if found < 0:
            return False
        place = found + len(chunk)
    return True


def _fits(chunk: str, text: str, place: int) -> bool:
    if not _special(chunk):
        return text.startswith(chunk, place)
    return all(_same(want, have) for want, have in zip(chunk, text[place : place + len(chunk)], strict=True))


def _same(want: str, have: str) -> bool:
    return want in {have, "?"} or (want == STAR and have == "*") or (want == MARK and have == "?")


def _special(chunk: str) -> bool:
    return "?" in chunk or STAR in chunk or MARK in chunk


def _find(chunk: str, text: str, place: int, end: int) -> int:
    if not _special(chunk):
        return text.find(chunk, place, end)
    last = end - len(chunk)
    return next((start for start in range(place, last + 1) if _fits(chunk, text, start)), -1)


def matches_action(pattern: str, action: str) -> bool:
    """Whether an action such as ``s3:GetObject`` matches; case does not count."""
    return pattern == "*" or matches(pattern.lower(), action.lower())


@lru_cache(maxsize=65536)
def matches_resource(pattern: str, resource: str) -> bool:
    """Whether a resource matches the pattern of a Resource element."""
    if pattern == "*":
        return True
    wanted, given = _fields(pattern), resource.split(":", _ARN_FIELDS - 1)
    if len(given) == len(wanted) and all(map(matches, wanted, given)):
        return True
    runs_on = any(field.endswith("*") for field in wanted[:-1])
    return runs_on and _runs_on(":".join(wanted), resource)


def near(pattern: str, places: Iterable[str]) -> bool:
    """Whether a pattern, variables and all, could match one of the places or something in it; yes when in doubt."""
    start = min((at for at in map(pattern.find, ("*", "?", "${")) if at >= 0), default=len(pattern))
    fixed = plain(pattern[:start])
    return any(place.startswith(fixed) or fixed.startswith(place) for place in places)


def matches_arn(pattern: str, arn: str) -> bool:
    """ArnEquals and ArnLike: each of the six fields is compared on its own."""
    wanted, given = pattern.split(":", _ARN_FIELDS - 1), arn.split(":", _ARN_FIELDS - 1)
    if len(given) != _ARN_FIELDS or given[0] != "arn":
        return False
    return pattern == "*" or (len(wanted) == _ARN_FIELDS and all(map(matches, wanted, given)))


def _fields(pattern: str) -> list[str]:
    fields = pattern.split(":", _ARN_FIELDS - 1)
    return fields if fields[0] != "arn" else fields + ["*"] * (_ARN_FIELDS - len(fields))


def _runs_on(pattern: str, text: str) -> bool:
    """Match where only a star before a colon, or in the last field, crosses colons; a set of places per character."""
    last_field = len(":".join(pattern.split(":", _ARN_FIELDS - 1)[:-1]))
    places = _close({0}, pattern)
    for char in text:
        step = set()
        for place in places:
            if place == len(pattern):
                continue
            if pattern[place] == "*":
                if char != ":" or place > last_field or pattern[place + 1 : place + 2] in {":", ""}:
                    step.add(place)
            elif _same(pattern[place], char) and not (pattern[place] == "?" and char == ":"):
                step.add(place + 1)
        places = _close(step, pattern)
    return len(pattern) in places


def _close(places: set[int], pattern: str) -> set[int]:
    closed = set(places)
    for place in places:
        while place < len(pattern) and pattern[place] == "*":
            place += 1  # noqa: PLW2901 the walk over a run of stars
            closed.add(place)
    return closed


def intersects(one: str, two: str) -> bool:
    """Whether some text matches both patterns; time is the product of both lengths."""
    row = [True] + [False] * len(two)
    for j, char in enumerate(two):
        row[j + 1] = row[j] and char == "*"
    for left in one:
        above, row = row, [row[0] and left == "*"] + [False] * len(two)
        for j, right in enumerate(two):
            if "*" in {left, right}:
                row[j + 1] = row[j] or above[j + 1]
            else:
                row[j + 1] = above[j] and (left == right or "?" in {left, right})
    return row[-1]
