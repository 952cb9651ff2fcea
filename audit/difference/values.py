"""Values of both sides compared part by part: a policy statement by statement, any other list as a set."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.difference.identity import Side

_MEMBERS = {"RuleId", "ListenerArn", "RuleArn", "SubscriptionArn", "SecurityGroupRuleId", "AssociationId", "Version"}
"""Members of AWS's answers that are made up for each thing, or say nothing of it."""
_KEYS = ("arn", "name", "Name", "filterName", "RuleName", "GroupId", "Id", "ID", "Port")
"""Members by which the items of a list are known, the first that all have and no two share."""
_STATEMENT, _VERSION = "Statement", "Version"
_OLDEST = "2008-10-17"
"""The version of a policy that names none, in which variables are plain text (IAM JSON policy elements: Version)."""
_ROOT = re.compile(r"arn:[^:]+:iam::(\d{12}):root")
"""An account's ARN as a principal, which says the same as its number (AWS JSON policy elements: Principal)."""
Part = tuple[str, Any, Any]
"""A pointer, and what stands there before and after."""


def escaped(name: str) -> str:
    """A name as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def parts(sides: tuple[Side, Side], path: str, before: Any, after: Any) -> Iterator[Part]:
    """The innermost parts in which two values differ: pointer, before, after."""
    one, two = sides
    if _said(one, before) == _said(two, after):
        return
    match before, after:
        case dict(), dict():
            if _STATEMENT in before and _STATEMENT in after:
                yield from _items(sides, f"{path}/{_STATEMENT}", _list(before[_STATEMENT]), _list(after[_STATEMENT]))
                versions = before.get(_VERSION, _OLDEST), after.get(_VERSION, _OLDEST)
                yield from parts(sides, f"{path}/{_VERSION}", *versions)
                return
            keys = {one.text(key): key for key in before}, {two.text(key): key for key in after}
            for key in sorted((keys[0].keys() | keys[1].keys()) - _MEMBERS):
                pointer = f"{path}/{escaped(key)}"
                values = (side.get(names.get(key, "")) for side, names in zip((before, after), keys, strict=True))
                yield from parts(sides, pointer, *values)
        case list() | tuple(), list() | tuple():
            yield from _items(sides, path, list(before), list(after))
        case _:
            yield path, _told(one, before, [after]), _told(two, after, [before])


def _items(sides: tuple[Side, Side], path: str, before: list[Any], after: list[Any]) -> Iterator[Part]:
    """The items that stand on one side only; those that a member names are compared inside."""
    one, two = sides
    key = _key(sides, before, after)
    if key is not None:
        olds = {one.text(str(item[key])): item for item in before}
        news = {two.text(str(item[key])): item for item in after}
        for name in sorted(olds.keys() | news.keys()):
            yield from parts(sides, f"{path}/{escaped(name)}", olds.get(name), news.get(name))
        return
    there = [_said(one, item) for item in before], [_said(two, item) for item in after]
    for number in _more(there[0], there[1]):
        yield f"{path}/{number}", _told(one, before[number], after), None
    for number in _more(there[1], there[0]):
        yield f"{path}/{number}", None, _told(two, after[number], before)


def _more(said: list[str], others: list[str]) -> Iterator[int]:
    """The numbers of what the others do not have, or not as often."""
    left = Counter(others)
    for number, one in enumerate(said):
        left[one] -= 1
        if left[one] < 0:
            yield number


def _told(side: Side, value: Any, others: Iterable[Any]) -> Any:
    """A value as it stands there, or what it means where the other side has the same text and means something else."""
    return side.canonical(value) if any(value == other for other in others) else value


def _key(sides: tuple[Side, Side], before: list[Any], after: list[Any]) -> str | None:
    for key in _KEYS:
        if all(isinstance(item, dict) and item.get(key) is not None for item in (*before, *after)):
            names = [
                [side.text(str(item[key])) for item in items]
                for side, items in zip(sides, (before, after), strict=True)
            ]
            if all(len(set(found)) == len(found) for found in names):
                return key
    return None


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _said(side: Side, value: Any) -> str:
    return json.dumps(side.canonical(_plain(value)), sort_keys=True, default=str)


def _plain(value: Any) -> Any:
    """A policy as it is meant: a text is a list of one, everybody is written one way, and a Sid says nothing."""
    match value:
        case {"Effect": _}:
            return {key: _meant(key, part) for key, part in value.items() if key != "Sid"}
        case {"Statement": statements}:
            return {_VERSION: value.get(_VERSION, _OLDEST), _STATEMENT: _plain(_list(statements))}
        case dict():
            return {key: _plain(part) for key, part in value.items() if key not in _MEMBERS}
        case list() | tuple():
            return [_plain(part) for part in value]
        case _:
            return value


def _meant(key: str, part: Any) -> Any:
    if key in {"Principal", "NotPrincipal"}:
        part = part if isinstance(part, dict) else {"AWS": part}
        return {kind: [_principal(name) for name in _list(names)] for kind, names in part.items()}
    if key in {"Action", "NotAction"}:
        return [name.lower() if isinstance(name, str) else name for name in _list(part)]
    if key == "Condition" and isinstance(part, dict):
        return {operator: {name: _list(v) for name, v in keys.items()} for operator, keys in part.items()}
    return part if key == "Effect" else _list(part)


def _principal(name: Any) -> Any:
    root = _ROOT.fullmatch(name) if isinstance(name, str) else None
    return root[1] if root else name
