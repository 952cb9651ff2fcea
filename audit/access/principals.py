"""Who asks, and whom a principal element means.

AWS pages "AWS JSON policy elements: Principal", "… NotPrincipal", "How AWS enforcement code logic evaluates requests to
allow or deny access". A grant to a user, a session or everyone reaches the caller directly; one to a role's ARN
leaves the
role's boundary and session policy in force; one to an account only lets the account's own policies decide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from audit.access.conditions.evaluate import evaluate
from audit.access.expression import FALSE, TRUE, Expr, Leaf, Opaque, all_of, any_of, const, negate
from audit.model.arn import Arn, is_arn
from audit.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.access.context import Context

_ACCOUNT = re.compile(r"[0-9]{12}")
_SERVICE = re.compile(r"[a-z0-9][a-z0-9.-]*\.(amazonaws\.com(\.cn)?|aws\.internal|aws\.com)", re.IGNORECASE)
_SESSION_PARTS = 3


class Kind(Enum):
    """What kind of caller, with the value of aws:PrincipalType where there is one."""

    ROOT = "Account"
    USER = "User"
    ROLE = "Role"
    SESSION = "AssumedRole"
    FEDERATED_USER = "FederatedUser"
    IDENTITY = "WebIdentity"
    SERVICE = "Service"
    ANONYMOUS = "Anonymous"


_OUTSIDE_IAM = (Kind.IDENTITY, Kind.SERVICE, Kind.ANONYMOUS)


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller. ``name`` is the user's, role's or service's; a ROLE stands for any session of it.

    ``unique_id`` is AIDA… or AROA… where known; ``account`` is None for services and anonymous callers.
    """

    kind: Kind
    text: str
    account: str | None = None
    name: str = ""
    session: str = ""
    unique_id: str = ""

    @property
    def is_iam(self) -> bool:
        """Whether the caller has an account whose own policies count."""
        return self.kind not in _OUTSIDE_IAM

    @property
    def service_linked(self) -> bool:
        """Whether the caller is a service-linked role, which no organisation policy restricts."""
        return ":role/aws-service-role/" in self.text or (
            self.kind is Kind.SESSION and self.name.startswith("AWSServiceRoleFor")
        )

    @property
    def role_arn(self) -> str:
        """aws:PrincipalArn: a session's is its role's ARN (without the path, which a session's ARN does not show)."""
        if self.kind is not Kind.SESSION:
            return self.text
        return f"arn:{Arn.parse(self.text).partition}:iam::{self.account}:role/{self.name}"

    def keys(self) -> dict[str, str | None]:
        """The context keys that follow from the caller, None for those it never has.

        AWS page "AWS global condition context keys", properties of the principal.
        """
        kind = Kind.SESSION if self.kind is Kind.ROLE else self.kind
        service = self.kind is Kind.SERVICE
        found: dict[str, str | None] = {
            "aws:PrincipalIsAWSService": "true" if service else "false",
            "aws:PrincipalServiceName": self.text if service else None,
            "aws:PrincipalServiceNamesList": self.text if service else None,
        }
        if not self.is_iam:
            found |= dict.fromkeys(("aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:username"))
            return found | (
                {"aws:PrincipalType": "Anonymous", "aws:userid": "anonymous"} if kind is Kind.ANONYMOUS else {}
            )
        found |= {"aws:PrincipalArn": self.role_arn, "aws:PrincipalAccount": self.account}
        found |= {"aws:PrincipalType": kind.value, "aws:username": self.name if kind is Kind.USER else None}
        return found | self._userid()

    def _userid(self) -> dict[str, str | None]:
        match self.kind:
            case Kind.ROOT:
                return {"aws:userid": self.account}
            case Kind.USER if self.unique_id:
                return {"aws:userid": self.unique_id}
            case Kind.SESSION if self.unique_id:
                return {"aws:userid": f"{self.unique_id}:{self.session}"}
            case Kind.FEDERATED_USER:
                return {"aws:userid": f"{self.account}:{self.name}"}
        return {}

    @classmethod
    def read(cls, text: str | None, unique_id: str = "") -> Principal:
        """Read an ARN, an account id, a service's name, or None for anonymous; raises UsageError for anything else."""
        if text is None or text == "*":
            return cls(Kind.ANONYMOUS, "*")
        if _ACCOUNT.fullmatch(text):
            return cls(Kind.ROOT, text, text)
        if _SERVICE.fullmatch(text):
            return cls(Kind.SERVICE, text, name=text)
        found = _from_arn(text, unique_id) if is_arn(text) else None
        if found is None:
            raise UsageError(f"{text!r} is no principal: pass the ARN of a user, role or session, or a service's name")
        return found


_KINDS = {
    ("iam", "root"): Kind.ROOT,
    ("iam", "user"): Kind.USER,
    ("iam", "role"): Kind.ROLE,
    ("iam", "saml-provider"): Kind.IDENTITY,
    ("iam", "oidc-provider"): Kind.IDENTITY,
    ("sts", "assumed-role"): Kind.SESSION,
    ("sts", "federated-user"): Kind.FEDERATED_USER,
}


@lru_cache(maxsize=16384)
def _from_arn(text: str, unique_id: str) -> Principal | None:
    arn = Arn.parse(text)
    kind = _KINDS.get((arn.service, arn.kind))
    if kind is None or not arn.account:
        return None
    if kind is not Kind.SESSION:
        return Principal(kind, text, arn.account, "" if kind is Kind.ROOT else arn.name, unique_id=unique_id)
    parts = arn.resource.split("/")
    return Principal(kind, text, arn.account, parts[1], parts[2], unique_id) if len(parts) == _SESSION_PARTS else None


class Meant(NamedTuple):
    """How an element means a caller, by what still limits it: nothing, boundary and session, all its policies."""

    direct: Expr = FALSE
    role: Expr = FALSE
    account: Expr = FALSE

    @property
    def at_all(self) -> Expr:
        """When the element means the caller in any way."""
        return any_of(self.direct, self.role, self.account)


NOBODY = Meant()
_ITSELF, _ITS_ROLE, _ACCOUNTS_POLICIES = Meant(direct=TRUE), Meant(role=TRUE), Meant(account=TRUE)
_WHOLE_ACCOUNT = Meant(direct=TRUE, account=TRUE)


def meant(pairs: Sequence[tuple[str, str]], caller: Principal, context: Context) -> Meant:
    """How the pairs of a Principal element mean a caller."""
    if len(pairs) == 1:
        return _pair(*pairs[0], caller, context)
    found = [_pair(kind, name, caller, context) for kind, name in pairs]
    return Meant(
        any_of(*(one.direct for one in found)),
        any_of(*(one.role for one in found)),
        any_of(*(one.account for one in found)),
    )


def _pair(kind: str, name: str, caller: Principal, context: Context) -> Meant:
    if name == "*" and kind == "AWS":
        return _ITSELF
    match kind:
        case "Service":
            return Meant(direct=const(caller.kind is Kind.SERVICE and name.lower() == caller.text.lower()))
        case "Federated":
            return Meant(direct=const(caller.kind is Kind.IDENTITY and name in {caller.text, "*"}))
        case _ if not caller.is_iam:
            return NOBODY
        case "CanonicalUser":
            # A canonical id names an account; which one, no document says.
            other = Opaque("canonical_user", "", understood=False, policy=name)
            return _ITSELF if name == caller.text else Meant(account=other)
    return _aws(name, caller, context)


def _aws(name: str, caller: Principal, context: Context) -> Meant:
    account = _account_of(name)
    if account is not None:
        if account != caller.account:
            return NOBODY
        return _WHOLE_ACCOUNT if caller.kind is Kind.ROOT else _ACCOUNTS_POLICIES
    if name == caller.text:
        return _ITS_ROLE if caller.kind is Kind.ROLE else _ITSELF
    if caller.unique_id and name == caller.unique_id:
        return _ITSELF if caller.kind is Kind.USER else _ITS_ROLE
    return _role_or_session(name, caller, context) if is_arn(name) else NOBODY


@lru_cache(maxsize=16384)
def _account_of(name: str) -> str | None:
    """The account that a name stands for, or None."""
    if not is_arn(name):
        return name if _ACCOUNT.fullmatch(name) else None
    arn = Arn.parse(name)
    return arn.account if (arn.service, arn.resource) == ("iam", "root") else None


def _role_or_session(name: str, caller: Principal, context: Context) -> Meant:
    """A session belongs to the role of its name; which session a ROLE acts as is the end of aws:userid."""
    named = _from_arn(name, "")
    if named is None or (named.account, named.name) != (caller.account, caller.name):
        return NOBODY
    if caller.kind is Kind.SESSION and named.kind is Kind.ROLE:
        return _ITS_ROLE
    if caller.kind is Kind.ROLE and named.kind is Kind.SESSION:
        return Meant(direct=evaluate(Leaf("StringLike", "aws:userid", (f"*:{named.session}",)), context))
    return NOBODY


def not_meant(pairs: tuple[tuple[str, str], ...], caller: Principal, context: Context, *, bounded: bool | None) -> Expr:
    """When a Deny with NotPrincipal reaches a caller: not when it is listed, account included, and has no boundary.

    The page says that the account must be listed too, or the whole account *might* be denied: then it is not known.
    """
    found = meant(pairs, caller, context)
    itself = any_of(found.direct, found.role)
    if not caller.is_iam:
        return negate(itself)
    if bounded:
        return TRUE
    listed = ("AWS", "*") in pairs or caller.kind is Kind.ROOT
    account = TRUE if listed or found.account == TRUE else Opaque("not_principal", "", understood=False)
    boundary = TRUE if bounded is False else Opaque("boundary", "Allow", "iam:GetAccountAuthorizationDetails")
    return negate(all_of(itself, account, boundary))
