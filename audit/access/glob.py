"""Wildcards of policies, without exponential time: actions, ARNs, texts.

AWS page "IAM JSON policy elements: Resource": ``*`` and ``?`` stand within the colon-delimited fields of an ARN, a
``*``
at a field's end may run on over colons, missing fields count as ``*``. Actions do not mind case, resources do.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

STAR = "\ue000"
"""Stands for a literal ``*`` in a pattern (written ``${*}`` in policies)."""
MARK = "\ue001"
"""Stands for a literal ``?`` in a pattern."""
DOLLAR = "\ue002"
"""Stands for a literal ``$`` that begins no variable (written ``${$}`` in policies)."""
_ARN_FIELDS = 6
_LITERALS = str.maketrans({"*": STAR, "?": MARK, "$": DOLLAR})
_READABLE = {ord(STAR): "${*}", ord(MARK): "${?}"}
_PLAIN = {ord(STAR): "*", ord(MARK): "?", ord(DOLLAR): "$"}


def literal(text: str) -> str:
    """A pattern that matches only the text."""
    return text.translate(_LITERALS)


def plain(pattern: str) -> str:
    """The text of a pattern whose wildcards are all literal."""
    return pattern if pattern.isascii() else pattern.translate(_PLAIN)


def undollared(text: str) -> str:
    """A text in which no variable begins: what ``${`` means in versions without variables."""
    return text.replace("${", f"{DOLLAR}{{")


def readable(pattern: str, *, wildcards: bool = True) -> str:
    """The pattern as a policy writes it: what is literal as ``${*}``, ``${?}``, ``${$}`` where it would mean more."""
    text = pattern.replace(f"{DOLLAR}{{", "${$}{").replace(DOLLAR, "$")
    return text.translate(_READABLE) if wildcards else plain(text)


def wild(pattern: str) -> bool:
    """Whether a pattern matches more than one text."""
    return "*" in pattern or "?" in pattern


_LITERAL = frozenset((STAR, MARK, DOLLAR))


class _Parts(NamedTuple):
    """A pattern between its stars; ``last`` is None without a star. ``special``: a chunk needs a look at each place."""

    first: str
    middle: tuple[str, ...]
    last: str | None
    special: bool


@lru_cache(maxsize=65536)
def _parts(pattern: str) -> _Parts:
    first, *rest = pattern.split("*")
    return _Parts(first, tuple(rest[:-1]), rest[-1] if rest else None, _special(pattern))


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches the pattern; time is at most the product of both lengths."""
    return _matches(_parts(pattern), text)


def _matches(parts: _Parts, text: str) -> bool:
    first, middle, last, special = parts
    if special:
        return _matches_places(parts, text)
    if last is None:
        return first == text
    place, end = len(first), len(text) - len(last)
    if place > end or not text.startswith(first) or not text.endswith(last):
        return False
    for chunk in middle:
        found = text.find(chunk, place, end)
        if found < 0:
            return False
        place = found + len(chunk)
    return True


def _matches_places(parts: _Parts, text: str) -> bool:
    """The same where a chunk holds a question mark or something literal."""
    first, middle, last, _ = parts
    if last is None:
        return len(first) == len(text) and _fits(first, text, 0)
    place, end = len(first), len(text) - len(last)
    if place > end or not _fits(first, text, 0) or not _fits(last, text, end):
        return False
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
    return want in {have, "?"} or (want in _LITERAL and plain(want) == have)


def _special(chunk: str) -> bool:
    return "?" in chunk or not (chunk.isascii() or _LITERAL.isdisjoint(chunk))


def _find(chunk: str, text: str, place: int, end: int) -> int:
    if not _special(chunk):
        return text.find(chunk, place, end)
    last = end - len(chunk)
    return next((start for start in range(place, last + 1) if _fits(chunk, text, start)), -1)


def matches_action(pattern: str, action: str) -> bool:
    """Whether an action such as ``s3:GetObject`` matches; case does not count."""
    if "*" not in pattern and "?" not in pattern:
        return pattern.lower() == action.lower()
    return pattern == "*" or matches(pattern.lower(), action.lower())


def matches_resource(pattern: str, resource: str) -> bool:
    """Whether a resource matches the pattern of a Resource element."""
    if pattern == "*" or pattern == resource:  # noqa: PLR1714 a set would be made each time
        return True
    simple = _only_last_wild(pattern)
    if simple is None:
        return _matches_fields(pattern, resource)
    start, parts = simple
    return resource.startswith(start) and _matches(parts, resource[len(start) :])


@lru_cache(maxsize=65536)
def _only_last_wild(pattern: str) -> tuple[str, _Parts] | None:
    """What comes before the last field of an ARN, and that field, when all else is to be taken as it stands."""
    fields = pattern.split(":", _ARN_FIELDS - 1)
    start = ":".join(fields[:-1]) + ":"
    return None if len(fields) < _ARN_FIELDS or wild(start) or _special(start) else (start, _parts(fields[-1]))


@lru_cache(maxsize=65536)
def _matches_fields(pattern: str, resource: str) -> bool:
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
    """Match where only a star before a colon, or in the last field, crosses colons.

    The places that the text so far leads to are bits of one number, so that a character costs a few words' work.
    """
    while "**" in pattern:
        pattern = pattern.replace("**", "*")
    at = _places(pattern)
    stars, marks = at.pop("*", 0), at.pop("?", 0)
    for char in _LITERAL & at.keys():
        at[plain(char)] = at.get(plain(char), 0) | at[char]
    crossing = _crossing(pattern)
    places = 1 | (stars & 1) << 1
    for char in text:
        matched, kept = (at.get(char, 0), crossing) if char == ":" else (at.get(char, 0) | marks, stars)
        step = (places & matched) << 1 | (places & kept)
        if not step:
            return False
        places = step | (step & stars) << 1
    return bool(places >> len(pattern) & 1)


def _places(pattern: str) -> dict[str, int]:
    """Where each character stands in a pattern, as bits."""
    found: dict[str, list[int]] = {}
    for place, char in enumerate(pattern):
        found.setdefault(char, []).append(place)
    return {char: _bits(places) for char, places in found.items()}


def _crossing(pattern: str) -> int:
    """The stars that run on over colons."""
    last_field = len(":".join(pattern.split(":", _ARN_FIELDS - 1)[:-1]))
    stars = (place for place, char in enumerate(pattern) if char == "*")
    return _bits(place for place in stars if place > last_field or pattern[place + 1 : place + 2] in {":", ""})


def _bits(places: Iterable[int]) -> int:
    """Places in ascending order as the bits of a number."""
    found = bytearray()
    for place in places:
        found.extend(bytes(place // 8 + 1 - len(found)))
        found[place // 8] |= 1 << place % 8
    return int.from_bytes(found, "little")


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
