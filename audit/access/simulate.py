"""JSON Lines in, decisions out, in the same order; a bad line gets an ``error`` and the rest goes on.

    {"id", "principal", "action", "resource", "resource_account", "context", "unlisted_context": "absent" | "free",
     "identity", "boundary", "session", "resource_policy", "scp", "rcp", "endpoint", "grants", "block_public_access"}

Any document may be ``{"unreadable": permission}``. Keys that follow from the principal and the resource are filled.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from audit.access.access_point import keys_of, point_of
from audit.access.context import Context
from audit.access.evaluate import evaluate
from audit.access.layers import NAMES, is_unread, layers, right
from audit.access.matching import Request
from audit.access.policy import brief
from audit.access.principals import Kind, Principal
from audit.model.arn import is_arn
from audit.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from audit.access.decision import Decision
    from audit.access.evaluate import Policies
    from audit.access.layers import Layers

_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+")
_ACCOUNT = re.compile(r"[0-9]{12}")
_PROVIDER = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(/\S*)?")
_WITH_WEB_IDENTITY = "sts:assumerolewithwebidentity"
_REQUIRED = ("id", "principal", "action", "resource", "resource_account")
_UNLISTED = ("absent", "free")
_DOCUMENTS = frozenset(NAMES)
_SCALARS = frozenset((str, int, float, bool))
_FIELDS = frozenset((*_REQUIRED, *NAMES, "context", "unlisted_context"))
_HALF = re.compile("[\ud800-\udfff]")
_write = json.JSONEncoder(ensure_ascii=False).encode


def simulate(lines: Iterable[str | bytes]) -> Iterator[str]:
    """One decision a line; blank lines are passed over."""
    return answered(lines, _answer)


def answered(lines: Iterable[str | bytes], answer: Callable[[str, Any], dict[str, Any]]) -> Iterator[str]:
    """What is said to each line that is not blank, given as text and as parsed; an error where that raises one."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            said = _line(line, number, answer)
            text = _write(said)
            # Half a surrogate pair is JSON, escaped, and no UTF-8: as it came it goes.
            yield json.dumps(said) if _HALF.search(text) else text


def _line(line: str | bytes, number: int, answer: Callable[[str, Any], dict[str, Any]]) -> dict[str, Any]:
    case: Any = None
    try:
        text = line if isinstance(line, str) else line.decode("utf-8-sig")
        case = _read(text)
        return answer(text, case)
    except (UsageError, ValueError, RecursionError) as error:
        name = case.get("id") if isinstance(case, dict) else None
        return {"id": name, "error": f"line {number}: {_sentence(error)}"}


def _answer(text: str, case: Any) -> dict[str, Any]:
    request, found = _case(case)
    if not _told_once(text, case, found):
        read_carefully(text)
    answer = {"id": case["id"], **evaluate(request, found.policies).to_json()}
    return {**answer, "problems": found.problems} if found.problems else answer


def _sentence(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def _told_once(text: str, case: dict[str, Any], found: Layers) -> bool:
    """Whether no object has a name twice: then, escapes aside, the text has the colons of what was read and no more."""
    if "\\" in text:
        return False
    asked: str = case["action"] + case["resource"] + (case["principal"] or "")
    own = _write((case["id"], case["context"])) if "context" in case else _write(case["id"])
    return text.count(":") == asked.count(":") + own.count(":") + len(case) + found.colons


def _unique(told: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; of a name that is there twice nobody knows which value is meant."""
    found = dict(told)
    if len(found) < len(told):
        names = [name for name, _ in told]
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise UsageError(f"the name {brief(twice)} is there twice in one object: leave one")
    return found


def _no_number(name: str) -> Any:
    raise UsageError(f"{name} is no JSON: write a finite number")


_read = json.JSONDecoder(parse_constant=_no_number).decode
read_carefully = json.JSONDecoder(parse_constant=_no_number, object_pairs_hook=_unique).decode
"""Reads JSON whose objects have no name twice; raises UsageError for one that has."""


def decide_case(case: Any) -> Decision:
    """The decision of one parsed case; raises UsageError for one that makes no sense."""
    return evaluate(*read_case(case))


def read_case(case: Any) -> tuple[Request, Policies]:
    """The request and policies of a parsed case; raises UsageError for one that makes no sense."""
    request, found = _case(case)
    return request, found.policies


def _case(case: Any) -> tuple[Request, Layers]:
    _check(case)
    action, owner = case["action"], case["resource_account"]
    principal = _principal(case["principal"], action.lower() == _WITH_WEB_IDENTITY)
    given = Context.of(case.get("context") or {}, free=case.get("unlisted_context") == "free")
    context = given.over(_known(principal, action.partition(":")[0], owner))
    point = point_of(case["resource"])
    if point is not None:
        context = context.filled(keys_of(point))
    boundary = case.get("boundary")
    bounded = None if is_unread(boundary) else bool(boundary)
    request = Request(principal, action, case["resource"], owner, context, bounded)
    found = layers(case)
    if principal.account not in {None, owner}:
        found = found._replace(policies=replace(found.policies, foreign=True))
    return request, found


@lru_cache(maxsize=16384)
def _principal(text: str | None, with_web_identity: bool) -> Principal:  # noqa: FBT001 part of the cache's key
    """The caller; who comes with a web identity is named by its provider, which may look like a service."""
    if text is not None and with_web_identity and _PROVIDER.fullmatch(text):
        return Principal(Kind.IDENTITY, text)
    return Principal.read(text)


def known_keys(principal: Principal, action: str, resource_account: str) -> dict[str, object]:
    """Context keys that follow from principal and resource, those of the action's service included."""
    found: dict[str, object] = {**principal.keys(), "aws:ResourceAccount": resource_account}
    match action.partition(":")[0].lower():
        case "kms" if principal.account:
            found["kms:CallerAccount"] = principal.account
        case "s3":
            found["s3:ResourceAccount"] = resource_account
    return found


@lru_cache(maxsize=16384)
def _known(principal: Principal, service: str, owner: str) -> Mapping[str, tuple[str, ...]]:
    return Context.of(known_keys(principal, service, owner)).values


def require(case: Any, names: Iterable[str]) -> None:
    """Raises UsageError for a case that is no object, or lacks a name."""
    if not isinstance(case, dict):
        raise UsageError("a case is a JSON object")
    missing = [name for name in names if name not in case]
    if missing:
        raise UsageError(f"the case lacks {', '.join(missing)}: add it")


def _check(case: Any) -> None:
    require(case, _REQUIRED)
    if not _FIELDS.issuperset(case):
        unknown = min(set(case) - _FIELDS)
        raise UsageError(f"the case has the unknown field {brief(unknown)}: known are {', '.join(sorted(_FIELDS))}")
    principal, action, resource, owner = (case[name] for name in _REQUIRED[1:])
    if _plain(principal, action, resource, owner):
        return _check_context(case)
    right("principal", principal, "a text or null", fits=principal is None or isinstance(principal, str))
    right("action", action, "service:Action without wildcards", fits=_fits(_ACTION, action))
    right("resource", resource, "an ARN or *", fits=isinstance(resource, str) and (resource == "*" or is_arn(resource)))
    right("resource_account", owner, "twelve digits", fits=_fits(_ACCOUNT, owner))
    return None


def _plain(principal: Any, action: Any, resource: Any, owner: Any) -> bool:
    """Whether nothing is to be said of them."""
    texts = type(action) is type(resource) is type(owner) is str and (principal is None or type(principal) is str)
    named = texts and _ACTION.fullmatch(action) and _ACCOUNT.fullmatch(owner)
    return bool(named) and (resource == "*" or is_arn(resource))


def _check_context(case: dict[str, Any]) -> None:
    unlisted, context = case.get("unlisted_context", "absent"), case.get("context")
    right("unlisted_context", unlisted, "absent or free", fits=unlisted in _UNLISTED)
    if not context:
        return
    right("context", context, "an object", fits=isinstance(context, dict))
    wrong = next((key for key, value in context.items() if not _is_value(value)), None)
    if wrong is not None:
        wanted = "a text, number, boolean, null or a list of them"
        right(f"context {brief(wrong)}", context[wrong], wanted, fits=False)
    if len(set(map(str.lower, context))) < len(context):
        raise UsageError("context has a key twice: the case of keys does not count")


def _is_value(value: Any) -> bool:
    if isinstance(value, list):
        return _SCALARS.issuperset(map(type, value))
    return value is None or type(value) in _SCALARS


def _fits(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
