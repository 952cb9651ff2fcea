"""What iam:GetAccountAuthorizationDetails says of an account as a whole.

Which services its roles let in, and what its principals may do at most: denials, boundaries and conditions only take
away, and are left aside. After the AWS pages "AWS JSON policy elements: Principal" and "IAM JSON policy elements:
Action".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ANYONE = "*"
_OWN = {"RoleDetailList": "RolePolicyList", "UserDetailList": "UserPolicyList", "GroupDetailList": "GroupPolicyList"}
_EDITS = (
    "iam:putuserpolicy",
    "iam:putrolepolicy",
    "iam:putgrouppolicy",
    "iam:attachuserpolicy",
    "iam:attachrolepolicy",
    "iam:attachgrouppolicy",
    "iam:createpolicyversion",
)
"""With one of these, whoever has it or takes it may do anything."""


@dataclass(frozen=True, slots=True)
class Authorizations:
    """The service principals that roles trust, and the prefixes of the actions that policies allow; ``*`` is any."""

    trusted: frozenset[str]
    allowed: frozenset[str]

    def trusts(self, service: str) -> bool:
        """Whether some role may let in a service: ``lambda`` of lambda.amazonaws.com, of any region or partition."""
        return ANYONE in self.trusted or any(name.startswith(f"{service}.") for name in self.trusted)

    def may_use(self, service: str) -> bool:
        """Whether some principal of the account may do something with a service, as it is or by editing a policy."""
        return any(fnmatchcase(service, pattern) for pattern in self.allowed)


def authorizations(details: Mapping[str, Any]) -> Authorizations:
    """Read once an answer; what is no policy that can be read stands for everything."""
    return _read(_Answer(details))


class _Answer:
    """An answer that is known again as the same, though it stands in another mapping."""

    def __init__(self, details: Mapping[str, Any]) -> None:
        self.details = details
        self._parts = tuple(details.get(name) for name in (*_OWN, "Policies"))

    def __hash__(self) -> int:
        return hash(tuple(map(id, self._parts)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Answer) and all(a is b for a, b in zip(self._parts, other._parts, strict=True))


@lru_cache(maxsize=8)
def _read(answer: _Answer) -> Authorizations:
    return Authorizations(frozenset(_trusted(answer.details)), frozenset(_allowed(answer.details)))


def _trusted(details: Mapping[str, Any]) -> Iterator[str]:
    for role in details.get("RoleDetailList") or ():
        for statement in _statements(role.get("AssumeRolePolicyDocument")):
            yield from _let_in(statement)


def _let_in(statement: dict[str, Any] | None) -> Iterator[str]:
    """The services that an Allow statement of a trust policy names."""
    principal = statement.get("principal") if statement is not None else ANYONE
    named = principal if isinstance(principal, dict) else {"AWS": principal or ANYONE}
    yield from (str(value).lower() for value in _several(named.get("Service")))
    if ANYONE in _several(named.get("AWS")):
        yield ANYONE


def _allowed(details: Mapping[str, Any]) -> Iterator[str]:
    listed = {policy.get("Arn") for policy in details.get("Policies") or ()}
    for kind, own in _OWN.items():
        for principal in details.get(kind) or ():
            attached = {policy.get("PolicyArn") for policy in principal.get("AttachedManagedPolicies") or ()}
            if not attached <= listed:
                yield ANYONE
            for policy in principal.get(own) or ():
                yield from _services(policy.get("PolicyDocument"))
    for policy in details.get("Policies") or ():
        for version in policy.get("PolicyVersionList") or ():
            yield from _services(version.get("Document"))


def _services(document: Any) -> Iterator[str]:
    for statement in _statements(document):
        actions = _several(statement.get("action")) if statement is not None else [ANYONE]
        if statement is not None and "notaction" in statement:
            yield ANYONE
        for action in (str(action).lower() for action in actions):
            edits = any(fnmatchcase(edit, action) for edit in _EDITS)
            yield ANYONE if edits else action.partition(":")[0]


def _statements(document: Any) -> Iterator[dict[str, Any] | None]:
    """The Allow statements with their elements' names in lower case; None for what cannot be read."""
    try:
        found = policy_document(document)
    except ValueError:
        found = None
    statements = (
        next((v for k, v in found.items() if k.lower() == "statement"), ()) if isinstance(found, dict) else None
    )
    for statement in [None] if statements is None else _several(statements):
        known = {key.lower(): value for key, value in statement.items()} if isinstance(statement, dict) else None
        if known is None or known.get("effect") != "Deny":
            yield known


def policy_document(document: Any) -> Any:
    """A policy document as JSON; botocore decodes IAM's URL-encoded texts, other writers of snapshots may not."""
    if not isinstance(document, str):
        return document
    return json.loads(document if document.lstrip().startswith("{") else unquote(document))


def _several(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
