"""What a permissions boundary that somebody else keeps must let through for the environment's roles to work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.documents import console, data_plane, logs
from components.documents.bucket_requests import Use
from components.documents.statement import KeyArns, allow, document, listed
from components.layout import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from components.documents.statement import Condition, Document, Statement
    from components.layout import Names, Wal

_SOME_KEY = "key/00000000-0000-0000-0000-000000000000"
# Patterns that our own documents have, as one action that they match.
_ACTIONS = {
    "kms:GenerateDataKey*": "kms:GenerateDataKey",
    "kms:ReEncrypt*": "kms:ReEncryptFrom",
    "elasticloadbalancing:Describe*": "elasticloadbalancing:DescribeLoadBalancers",
}
_SAID = ("StringEquals", "StringLike", "ArnEquals", "ArnLike", "Bool")
_RESOURCE_FIELDS = 6
_GLOBAL = frozenset({"iam", "pricing", "route53", "s3", "sts"})
"""Services whose calls, all or some, go to another region than the environment's."""


def some_keys(names: Names, named: Mapping[Purpose, str], stand_in: str = _SOME_KEY) -> KeyArns:
    """The keys that are named, and a stand-in for those that are not made yet."""
    some = names.regional("kms", stand_in)
    return KeyArns(**{purpose.value: named.get(purpose, some) for purpose in Purpose})


def needs(
    names: Names, wal: Wal, zone_id: str, image_owners: Sequence[str], keys: KeyArns, audit: Document | None = None
) -> dict[str, list[Statement]]:
    """What each role (ARN) must be able to do, whatever the vendor's policy adds; ``audit`` is the auditor's policy."""
    needed = {
        names.console_role_arn: [
            *console.tight(names, wal, zone_id, tuple(image_owners)),
            *console.kit(names, wal, keys.ops, keys.volumes),
        ],
        names.data_plane_role_arn: data_plane.broker_statements(names, wal, zone_id, keys),
        names.backup_role_arn: logs.backup(names, keys.volumes)["Statement"],
        **({names.trail_role_arn: logs.trail_to_logs(names)["Statement"]} if names.makes_trail else {}),
    }
    return needed if audit is None else {**needed, names.auditor_role_arn: audit["Statement"]}


def requested(needed: Mapping[str, Sequence[Statement]]) -> Document:
    """The actions that a boundary must allow; on which resources is the roles' own policies' part."""
    statements = (statement for mine in needed.values() for statement in mine if statement["Effect"] == "Allow")
    actions = sorted({action for statement in statements for action in listed(statement["Action"])})
    return document(allow("RolesOfTheEnvironment", actions, "*"))


def uses(names: Names, needed: Mapping[str, Sequence[Statement]]) -> Iterator[Use]:
    """The same as single requests, one for each role, action and kind of resource."""
    for role, statements in needed.items():
        for statement in statements:
            if statement["Effect"] == "Allow":
                yield from _of(names, role, statement)


def _of(names: Names, role: str, statement: Statement) -> Iterator[Use]:
    context = _context(statement.get("Condition", {}))
    for action in listed(statement["Action"]):
        for resource in listed(statement["Resource"]):
            region = {} if action.partition(":")[0] in _GLOBAL else {"aws:RequestedRegion": names.region}
            yield Use(role, _ACTIONS.get(action, action), _concrete(names, resource), {**region, **context})


def _context(condition: Condition) -> dict[str, str | None]:
    return {
        key: listed(value)[0].replace("*", "x")
        for operator, keys in condition.items()
        if operator in _SAID
        for key, value in keys.items()
    }


def _concrete(names: Names, pattern: str) -> str:
    """A resource that a pattern matches, of the environment's region and account where it leaves them open."""
    parts = pattern.split(":", _RESOURCE_FIELDS - 1)
    if len(parts) < _RESOURCE_FIELDS:
        return pattern
    place = [own if part == "*" else part for part, own in zip(parts[3:5], (names.region, names.account), strict=True)]
    return ":".join([*parts[:3], *place, parts[5].replace("*", "x")])
