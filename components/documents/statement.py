"""The parts that documents are made of: statements, documents, and the conditions that many of them share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from components import limits
from components.layout import Wal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from components.layout import Names

Statement: TypeAlias = dict[str, Any]
Document: TypeAlias = dict[str, Any]
Condition: TypeAlias = dict[str, dict[str, Any]]
Texts: TypeAlias = "str | Sequence[str]"

# A dict, not the bare "*": both mean everyone, and only this form is read by every tool that reads bucket policies.
EVERYONE: dict[str, Any] = {"AWS": "*"}


@dataclass(frozen=True, slots=True)
class KeyArns:
    """The ARNs of the environment's keys, known once they exist."""

    data: str
    ops: str
    logs: str
    volumes: str


@dataclass(frozen=True, slots=True)
class VendorWindow:
    """A dated grant to one role of the vendor: ``until`` is ISO-8601 UTC, prefixes are of the ops bucket."""

    principal: str
    until: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


def document(*statements: Statement) -> Document:
    """A policy document of these statements."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(sid: str, action: Texts, resource: Texts, condition: Condition | None = None) -> Statement:
    """An identity policy's Allow."""
    return _statement("Allow", sid, action, resource, condition)


def deny(sid: str, action: Texts, resource: Texts, condition: Condition | None = None) -> Statement:
    """An identity policy's Deny."""
    return _statement("Deny", sid, action, resource, condition)


def to(principal: dict[str, Any] | str, statement: Statement) -> Statement:
    """The same statement in a resource's policy, for a principal."""
    return {"Sid": statement["Sid"], "Effect": statement["Effect"], "Principal": principal, **statement}


def _statement(effect: str, sid: str, action: Texts, resource: Texts, condition: Condition | None) -> Statement:
    made: Statement = {"Sid": sid, "Effect": effect, "Action": _texts(action), "Resource": _texts(resource)}
    return {**made, "Condition": condition} if condition else made


def _texts(value: Texts) -> str | list[str]:
    if isinstance(value, str):
        return value
    return value[0] if len(value) == 1 else list(value)


def listed(value: Any) -> list[str]:
    """A member that policies write as a text where it has one value."""
    return [value] if isinstance(value, str) else list(value)


def disk_services(wal: Wal) -> tuple[str, ...]:
    """The services through which the volumes key encrypts: EC2, and EFS where the write-ahead log is on it."""
    return ("ec2", "elasticfilesystem") if wal is Wal.FILE_SYSTEM else ("ec2",)


def resource_tagged(names: Names) -> Condition:
    """The resource carries both of the environment's tags."""
    return {"StringEquals": {f"aws:ResourceTag/{key}": value for key, value in names.vendor_tags.items()}}


def request_tagged(names: Names) -> Condition:
    """The request puts both of the environment's tags on what it creates."""
    return {"StringEquals": {f"aws:RequestTag/{key}": value for key, value in names.vendor_tags.items()}}


def in_region(names: Names) -> Condition:
    """The call goes to the environment's region."""
    return {"StringEquals": {"aws:RequestedRegion": names.region}}


def own_account(names: Names) -> Condition:
    """The resource belongs to the environment's account, whoever took its name elsewhere (aws-rules 11)."""
    return {"StringEquals": {"aws:ResourceAccount": names.account}}


def log_delivery(names: Names, account: str) -> Condition:
    """An account's flow logs, as the service that delivers them says whose they are."""
    source = f"arn:{names.partition}:logs:{names.region}:{account}:*"
    return {"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": source}}


def joined(*conditions: Condition) -> Condition:
    """All of these conditions at once; the same operator's keys are merged."""
    merged: Condition = {}
    for condition in conditions:
        for operator, keys in condition.items():
            merged[operator] = {**merged.get(operator, {}), **keys}
    return merged


def packed(statements: Iterable[Statement], limit: limits.Limit = limits.MANAGED_POLICY) -> list[Document]:
    """As few policies as hold these statements in order, each within the limit, by default a managed policy's."""
    documents: list[Document] = []
    for statement in statements:
        last = documents[-1]["Statement"] if documents else []
        grown = document(*last, statement)
        if documents and limits.size(grown) <= limit.maximum:
            documents[-1] = grown
        else:
            documents.append(document(statement))
    return documents
