"""JSON Lines in, decisions out, in the same order; a bad line gets an ``error`` and the rest goes on.

    {"id", "principal", "action", "resource", "resource_account", "context", "unlisted_context": "absent" | "free",
     "identity", "boundary", "session", "resource_policy", "scp", "rcp", "endpoint", "grants", "block_public_access"}

Any document may be ``{"unreadable": permission}``. Keys that follow from the principal and the resource are filled.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from audit.access import kms, s3
from audit.access.context import Context
from audit.access.evaluate import Policies, evaluate
from audit.access.expression import Expr, Opaque, const
from audit.access.matching import Request
from audit.access.policy import Document, document
from audit.access.principals import Principal
from audit.model.arn import is_arn
from audit.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from audit.access.decision import Decision

_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+")
_ACCOUNT = re.compile(r"\d{12}")
_FIELDS = frozenset(
    (
        "id", "principal", "action", "resource", "resource_account", "context", "unlisted_context", "identity",
        "boundary", "session", "resource_policy", "scp", "rcp", "endpoint", "grants", "block_public_access",
    )
)  # fmt: skip


def simulate(lines: Iterable[str]) -> Iterator[str]:
    """One decision a line; blank lines are passed over."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield json.dumps(_line(line, number), ensure_ascii=False)


def _line(line: str, number: int) -> dict[str, Any]:
    case: Any = None
    try:
        case = json.loads(line)
        decision = decide_case(case)
    except (UsageError, ValueError, RecursionError) as error:
        found = case.get("id") if isinstance(case, dict) else None
        return {"id": found, "error": f"line {number}: {error}"}
    return {"id": case["id"], **decision.to_json()}


def decide_case(case: Any) -> Decision:
    """The decision of one parsed case; raises UsageError for one that makes no sense."""
    return evaluate(*read_case(case))


def read_case(case: Any) -> tuple[Request, Policies]:
    """The request and policies of a parsed case; raises UsageError for one that makes no sense."""
    _check(case)
    principal = Principal.read(case["principal"])
    free = case.get("unlisted_context", "absent") == "free"
    given = case.get("context") or {}
    context = Context.of(given, free=free).filled(known_keys(principal, case["action"], case["resource_account"]))
    request = Request(
        principal, case["action"], case["resource"], case["resource_account"], context, _bounded(case.get("boundary"))
    )
    return request, _policies(case)


def known_keys(principal: Principal, action: str, resource_account: str) -> dict[str, object]:
    """Context keys that follow from principal and resource, those of the action's service included."""
    found: dict[str, object] = {**principal.keys(), "aws:ResourceAccount": resource_account}
    match action.partition(":")[0].lower():
        case "kms" if principal.account:
            found["kms:CallerAccount"] = principal.account
        case "s3":
            found["s3:ResourceAccount"] = resource_account
    return found


def _check(case: Any) -> None:
    if not isinstance(case, dict):
        raise UsageError("a case is a JSON object")
    missing = [name for name in ("id", "principal", "action", "resource", "resource_account") if name not in case]
    if missing:
        raise UsageError(f"the case lacks {', '.join(missing)}: add it")
    unknown = sorted(set(case) - _FIELDS)
    if unknown:
        raise UsageError(f"the case has the unknown field {unknown[0]}: known are {', '.join(sorted(_FIELDS))}")
    rules = (
        ("principal", case["principal"] is None or isinstance(case["principal"], str), "a text or null"),
        ("action", _fits(_ACTION, case["action"]), "service:Action without wildcards"),
        ("resource", case["resource"] == "*" or is_arn(str(case["resource"])), "an ARN or *"),
        ("resource_account", _fits(_ACCOUNT, case["resource_account"]), "twelve digits"),
        ("unlisted_context", case.get("unlisted_context", "absent") in {"absent", "free"}, "absent or free"),
        ("context", isinstance(case.get("context") or {}, dict), "an object"),
    )
    for name, right, wanted in rules:
        if not right:
            raise UsageError(f"{name} is {json.dumps(case.get(name))}: expected {wanted}")


def _fits(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _bounded(content: Any) -> bool | None:
    return None if _is_unread(content) else bool(content)


def _is_unread(content: Any) -> bool:
    return isinstance(content, dict) and set(content) == {"unreadable"}


def _policies(case: dict[str, Any]) -> Policies:
    resource = case.get("resource_policy")
    session = case.get("session")
    endpoint = case.get("endpoint")
    boundary = case.get("boundary")
    return Policies(
        identity=_documents("identity", case.get("identity") or []),
        boundary=_documents("boundary", boundary) if boundary else None,
        session=None if session is None else _documents("session", [session], single=True),
        resource=None if resource is None else _document("resource_policy", resource, principals=True),
        scp=_levels("scp", case.get("scp") or [], principals=False),
        rcp=_levels("rcp", case.get("rcp") or [], principals=True),
        endpoint=_documents("endpoint", endpoint, principals=True) if endpoint else None,
        grants=_grants(case.get("grants") or []),
        public_block=_block(case.get("block_public_access")),
    )


def _document(name: str, content: Any, *, principals: bool = False) -> Document:
    """Compile a document; one that is no policy at all is an error, a statement not understood is the evaluator's."""
    found = document(name, content, principals=principals)
    whole = next((s for s in (found.body.statements if found.body else ()) if s.problem and not s.pointer), None)
    if whole is not None:
        raise UsageError(f"{name}: {whole.problem}")
    return found


def _documents(name: str, content: Any, *, principals: bool = False, single: bool = False) -> tuple[Document, ...]:
    items = [content] if _is_unread(content) else content
    if not isinstance(items, list):
        raise UsageError(f"{name} is a list of policies")
    names = [name] if single or _is_unread(content) else [f"{name}/{place}" for place in range(len(items))]
    return tuple(_document(n, item, principals=principals) for n, item in zip(names, items, strict=True))


def _levels(name: str, content: Any, *, principals: bool) -> tuple[tuple[Document, ...], ...]:
    if _is_unread(content):
        return (_documents(name, content, principals=principals),)
    if not isinstance(content, list):
        raise UsageError(f"{name} is a list of levels, each a list of policies")
    return tuple(_documents(f"{name}/{place}", level, principals=principals) for place, level in enumerate(content))


def _grants(content: Any) -> kms.Grants:
    if _is_unread(content):
        return document("grants", content)
    if not isinstance(content, list) or not all(isinstance(grant, dict) for grant in content):
        raise UsageError("grants is a list of grants as ListGrants returns them")
    return tuple(content)


def _block(content: Any) -> Expr:
    """When RestrictPublicBuckets holds; IgnorePublicAcls needs an ACL, which a case does not have."""
    if _is_unread(content):
        return Opaque(s3.LAYER, "Deny", content["unreadable"])
    if not isinstance(content or {}, dict):
        raise UsageError("block_public_access is an object of the four settings")
    return const(bool((content or {}).get("RestrictPublicBuckets")))
