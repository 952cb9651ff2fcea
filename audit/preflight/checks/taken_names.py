"""Whether names that the account may have only once are free or this environment's own: roles, log groups, secrets.

IAM tells names apart without regard to case (AWS page "IAM and AWS STS quotas"). A secret that is scheduled for
deletion keeps its name until then (AWS page "DeleteSecret").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.preflight.asking import audits, each
from audit.preflight.judged import Judged, broken, holds
from audit.preflight.seen import is_ours, unread
from audit.services.row import Row, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.intended import Intended
    from audit.preflight.seen import Seen

TITLE = "The names of roles, log groups and secrets are free, or this environment's own"
_DETAILS = "iam:GetAccountAuthorizationDetails"
_GROUPS, _GROUP_TAGS = "logs:DescribeLogGroups", "logs:ListTagsForResource"
_SECRET = "secretsmanager:DescribeSecret"  # noqa: S105 the name of a call
_ROLE_TYPE, _GROUP_TYPE, _SECRET_TYPE = "aws_iam_role", "aws_cloudwatch_log_group", "aws_secretsmanager_secret"
_ABSENT = frozenset({"ResourceNotFoundException"})
_TAGS_ROW = Row(
    "logs", "ListTagsForResource", _GROUP_TAGS, "Shows whose a log group of that name is.", Scope.REGIONAL,
    absent=_ABSENT,
)  # fmt: skip
_SECRET_ROW = Row(
    "secretsmanager", "DescribeSecret", _SECRET, "Shows whose a secret of that name is, and whether it goes.",
    Scope.REGIONAL, absent=_ABSENT,
)  # fmt: skip


def reads(intended: Intended, _caller: str) -> Iterator[Row]:
    """The account's roles and log groups, and each of the stack's secrets by its name."""
    yield from audits(_DETAILS, _GROUPS)
    yield from each(_TAGS_ROW, (_group(intended, name) for name in _names(intended, _GROUP_TYPE)))
    yield from each(_SECRET_ROW, ({"SecretId": name} for name in _names(intended, _SECRET_TYPE)))


def check(seen: Seen) -> Iterator[Judged]:
    """One sentence a name that is there already, one for each kind's free names."""
    for kind, type_, judge in (
        ("role", _ROLE_TYPE, _role),
        ("log group", _GROUP_TYPE, _log_group),
        ("secret", _SECRET_TYPE, _secret),
    ):
        names = _names(seen.intended, type_)
        judged = {name: judge(seen, name) for name in names}
        free = [name for name, one in judged.items() if one is None]
        yield from (one for one in judged.values() if one is not None)
        if free:
            text = f"{len(free)} of {len(names)} names of {kind}s are free"
            yield holds("free", free[0], text, seen.evidence(_EVIDENCE[type_]))


_EVIDENCE = {_ROLE_TYPE: _DETAILS, _GROUP_TYPE: _GROUPS, _SECRET_TYPE: _SECRET}


def _names(intended: Intended, type_: str) -> list[str]:
    return [name for thing in intended.of(type_) if isinstance(name := thing.values.get("name"), str)]


def _group(intended: Intended, name: str) -> dict[str, str]:
    arn = f"arn:{intended.partition}:logs:{intended.region}:{intended.account}:log-group:{name}"
    return {"resourceArn": arn}


def _role(seen: Seen, name: str) -> Judged | None:
    roles = seen.value(_DETAILS, "RoleDetailList[].{name: RoleName, tags: Tags}")
    if isinstance(roles, Unknown):
        return unread(name, f"whether the role name {name} is free", roles)
    there = next((role for role in roles or () if role["name"].lower() == name.lower()), None)
    return None if there is None else _whose(seen, "role", name, there["tags"], seen.evidence(_DETAILS))


def _log_group(seen: Seen, name: str) -> Judged | None:
    groups = seen.value(_GROUPS, "logGroups[].logGroupName")
    if isinstance(groups, Unknown):
        return unread(name, f"whether the log group name {name} is free", groups)
    if name not in (groups or ()):
        return None
    params = _group(seen.intended, name)
    tags = seen.value(_GROUP_TAGS, "tags", params)
    if isinstance(tags, Unknown):
        return unread(name, f"whether the log group {name} is this environment's", tags)
    listed = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
    return _whose(seen, "log group", name, listed, seen.evidence(_GROUP_TAGS, params))


def _secret(seen: Seen, name: str) -> Judged | None:
    params = {"SecretId": name}
    found = seen.value(_SECRET, "@", params)
    evidence = seen.evidence(_SECRET, params)
    if isinstance(found, Unknown):
        return unread(name, f"whether the secret name {name} is free", found)
    if found is None:
        return None
    if found.get("DeletedDate"):
        at_once = f"aws secretsmanager delete-secret --secret-id {name} --force-delete-without-recovery"
        return broken(
            "to_be_deleted", name, f"a secret {name} is scheduled for deletion, and keeps its name until then",
            evidence, way_out=f"restore it and take it over with pulumi import, or delete it at once: {at_once}",
        )  # fmt: skip
    return _whose(seen, "secret", name, found.get("Tags"), evidence)


def _whose(seen: Seen, kind: str, name: str, tags: Any, evidence: str) -> Judged:
    if is_ours(tags, seen.intended):
        return holds("ours", name, f"the {kind} {name} is this environment's own already", evidence)
    return broken(
        "not_ours", name, f"a {kind} {name} is in this account already, and is not this environment's", evidence,
        way_out="choose another environment_id, which all names follow, or remove what has the name",
    )  # fmt: skip
