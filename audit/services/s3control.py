"""S3 Control: the account's block of public access, access points and Access Grants.

Multi-region access points are answered in one region only and not read yet.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audit.model.facts import Fact, Unknown
from audit.model.graph import Edge, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.services.reading import document, evidence, record_id, then, whole
from audit.services.row import OWN, Row, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Facts

_CALLER, _ACCOUNT = "sts:GetCallerIdentity", "[{AccountId: Account}]"
_NEXT_PAGE = '[{AccountId: "$params".AccountId, NextToken: NextToken}]'
_POINT = "AccessPointList[].{Name: Name}"


def _point(operation: str, why: str, absent: frozenset[str] = frozenset()) -> Row:
    listing = "s3control:ListAccessPoints"
    return Row("s3control", operation, f"s3:{operation}", why, params={"AccountId": OWN}, parent=listing, each=_POINT,
               absent=absent)  # fmt: skip


ROWS: tuple[Row, ...] = (
    Row("s3control", "GetPublicAccessBlock", "s3:GetAccountPublicAccessBlock",
        "the account's block of public access, with what the organisation imposes", Scope.GLOBAL,
        parent=_CALLER, each=_ACCOUNT, absent=frozenset({"NoSuchPublicAccessBlockConfiguration"})),
    Row("s3control", "ListAccessPoints", "s3:ListAccessPoints", "other doors to a bucket",
        parent=_CALLER, each=_ACCOUNT, again=_NEXT_PAGE),
    Row("s3control", "ListAccessGrantsInstances", "s3:ListAccessGrantsInstances",
        "whether Access Grants hands out credentials for buckets", parent=_CALLER, each=_ACCOUNT, again=_NEXT_PAGE),
    Row("s3control", "ListAccessGrants", "s3:ListAccessGrants", "whom Access Grants lets in",
        parent="s3control:ListAccessGrantsInstances",
        each='AccessGrantsInstancesList && {AccountId: "$params".AccountId}',
        absent=frozenset({"AccessGrantsInstanceNotExistsError"}), again=_NEXT_PAGE),
    _point("GetAccessPoint", "an access point's own block of public access"),
    _point("GetAccessPointPolicy", "whom an access point lets in", frozenset({"NoSuchAccessPointPolicy"})),
)  # fmt: skip


def describe(facts: Facts) -> Iterator[Node | Edge | Gap]:
    """The account's effective block of public access (the page "GetPublicAccessBlock", S3 Control)."""
    if facts.region == GLOBAL:
        name, params = "s3control:GetPublicAccessBlock", {"AccountId": facts.account}
        block = facts.value(name, "PublicAccessBlockConfiguration", params)
        records = evidence(facts.record(name, params))
        properties = {"s3_public_access_block": block}
        yield Node(facts.account, NodeKind.ACCOUNT, facts.account, facts.account, GLOBAL, properties, records)


def access_points(near: Facts | Unknown, bucket: str) -> tuple[Fact, list[str]]:
    """The access points to a bucket in its region, and the walked accounts whose points were all read.

    Of this account, Unknown when its own were not read, and those that other walked accounts show.
    """
    if isinstance(near, Unknown):
        return near, []
    found = {entry.id: _points(replace(near, account=entry.id), bucket) for entry in near.snapshot.manifest.accounts}
    own = found.pop(near.account) if near.account in found else _points(near, bucket)
    others = {account: points for account, points in found.items() if isinstance(points, list)}
    told = [near.account, *others] if isinstance(own, list) else [*others]
    return then(own, lambda points: [*points, *(point for more in others.values() for point in more)]), told


def _points(facts: Facts, bucket: str) -> Fact:
    listed = whole(facts, "s3control:ListAccessPoints", "AccessPointList", {"AccountId": facts.account})
    return then(listed, lambda found: [_described(facts, point) for point in found if point.get("Bucket") == bucket])


def _described(facts: Facts, point: dict[str, Any]) -> dict[str, Fact]:
    params = {"AccountId": facts.account, "Name": point["Name"]}
    return {
        **point,
        "arn": facts.arn("s3", f"accesspoint/{point['Name']}"),
        "policy": document(facts, "s3control:GetAccessPointPolicy", "Policy", params),
        "policy_record": record_id(facts, "s3control:GetAccessPointPolicy", params),
        "public_access_block": facts.value("s3control:GetAccessPoint", "PublicAccessBlockConfiguration", params),
    }


def access_grants(near: Facts | Unknown) -> Fact:
    """What the account's Access Grants instance in a bucket's region grants; None without an instance."""
    if isinstance(near, Unknown):
        return near
    params = {"AccountId": near.account}
    instances = whole(near, "s3control:ListAccessGrantsInstances", "AccessGrantsInstancesList", params)
    return then(
        instances,
        lambda found: whole(near, "s3control:ListAccessGrants", "AccessGrantsList", params) if found else None,
    )
