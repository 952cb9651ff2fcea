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
from audit.services.row import Row, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.services.facts import Facts

_CALLER, _ACCOUNT = "sts:GetCallerIdentity", "[{AccountId: Account}]"
_NEXT_PAGE = '[{AccountId: "$params".AccountId, NextToken: NextToken}]'
_POINT = "AccessPointList[].{AccountId: BucketAccountId, Name: Name}"


def _point(operation: str, why: str, absent: frozenset[str] = frozenset()) -> Row:
    listing = "s3control:ListAccessPoints"
    return Row("s3control", operation, f"s3:{operation}", why, parent=listing, each=_POINT, absent=absent)


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


def access_points(near: Facts | Unknown, bucket: str) -> Fact:
    """The access points to a bucket in its region: of this account, and those that other walked accounts show."""
    if isinstance(near, Unknown):
        return near
    own = _points(near, bucket)
    others = [entry.id for entry in near.snapshot.manifest.accounts if entry.id != near.account]
    return then(own, lambda found: [*found, *(p for o in others for p in _readable(replace(near, account=o), bucket))])


def _readable(facts: Facts, bucket: str) -> list[dict[str, Fact]]:
    points = _points(facts, bucket)
    return points if isinstance(points, list) else []


def _points(facts: Facts, bucket: str) -> Fact:
    listed = whole(facts, "s3control:ListAccessPoints", "AccessPointList", {"AccountId": facts.account})
    return then(listed, lambda found: [_described(facts, point) for point in found if point.get("Bucket") == bucket])


def _described(facts: Facts, point: dict[str, Any]) -> dict[str, Fact]:
    params = {"AccountId": point.get("BucketAccountId"), "Name": point["Name"]}
    return {
        **point,
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
