"""The access points of a graph's bucket: those that were read, and those of which nothing is known.

Anyone may make an access point to a bucket; it gives nothing that the bucket's policy does not delegate (AWS page
"Configuring IAM policies for using access points", Granting permissions for cross-account access points). So points
that no answer lists count where some document speaks of access points at all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audit.access.access_point import ACCOUNT_KEY, ARN_KEY, ORIGIN_KEY, Point, keys_of
from audit.access.expression import Leaf, any_of
from audit.access.holdings import fact_of, read_document, restricts
from audit.model.arn import Arn
from audit.model.facts import Unknown
from audit.model.graph import NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from audit.access.holdings import Holdings
    from audit.model.graph import Node

_LIST, _POLICY = "s3:ListAccessPoints", "s3:GetAccessPointPolicy"
_MULTI_REGION = "s3:ListMultiRegionAccessPoints"
_ANY = "\ue0f1"
"""A name that only wildcards match."""


def access_points(held: Holdings, bucket: Node) -> tuple[Point, ...]:
    """The access points through which a bucket can be asked; none for other kinds."""
    if bucket.kind is not NodeKind.BUCKET:
        return ()
    if bucket.id not in held.points:
        held.points[bucket.id] = tuple(_all(held, bucket))
    return held.points[bucket.id]


def _all(held: Holdings, bucket: Node) -> Iterator[Point]:
    listed = fact_of(bucket, "access_points", _LIST)
    if isinstance(listed, Unknown):
        mine = (Leaf("StringLike", ARN_KEY, _arns(bucket.account)),)
        keys = {ACCOUNT_KEY: bucket.account}
        yield replace(_unlisted(held, bucket, bucket.account, listed.permission), keys=keys, given=mine)
    else:
        yield from (_read(held, bucket, point) for point in listed or ())
    if held.points_matter:
        told = bucket.properties.get("access_point_accounts")
        known = tuple(sorted({bucket.account, *(told if isinstance(told, list | tuple) else ())}))
        elsewhere = (Leaf("StringNotEquals", ACCOUNT_KEY, known), Leaf("StringNotLike", ARN_KEY, _arns(*known)))
        yield replace(_unlisted(held, bucket, _ANY, _LIST), given=elsewhere)
        regions = (Leaf("StringLike", ARN_KEY, ("arn:*:s3::*:accesspoint/*",)),)
        yield replace(_unlisted(held, bucket, bucket.account, _MULTI_REGION), given=regions)


def _arns(*accounts: str) -> tuple[str, ...]:
    return tuple(f"arn:*:s3:*:{account}:accesspoint/*" for account in accounts)


def _unlisted(held: Holdings, bucket: Node, account: str, permission: str) -> Point:
    return Point(_arn(bucket, account), account, block=held.block(bucket), unread=permission)


def _arn(bucket: Node, account: str) -> str:
    region = bucket.properties.get("location")
    place = region if isinstance(region, str) and region else _ANY
    return f"arn:{Arn.parse(bucket.id).partition}:s3:{place}:{account}:accesspoint/{_ANY}"


def _read(held: Holdings, bucket: Node, point: Mapping[str, Any]) -> Point:
    """One that was listed; its ARN follows from its name where an answer lacks it."""
    arn = str(point.get("arn") or _arn(bucket, bucket.account).replace(_ANY, str(point["Name"])))
    content = point.get("policy", Unknown(_POLICY, "NotCollected", ""))
    block = point.get("public_access_block", Unknown("s3:GetAccessPoint", "NotCollected", ""))
    name = f"access_point/{point['Name']}"
    document = read_document(content, name, str(point.get("policy_record") or ""), principals=True)
    origin = point.get("NetworkOrigin")
    keys = {**keys_of(arn), **({ORIGIN_KEY: origin} if isinstance(origin, str) else {})}
    restricted = any_of(held.block(bucket), restricts(block, "RestrictPublicBuckets"))
    return Point(arn, Arn.parse(arn).account, keys, document, restricted, _origin(point))


def _origin(point: Mapping[str, Any]) -> Leaf | None:
    """Page "Creating access points restricted to a virtual private cloud": requests from elsewhere are rejected."""
    if point.get("NetworkOrigin") == "Internet":
        return None
    network = (point.get("VpcConfiguration") or {}).get("VpcId")
    if isinstance(network, str):
        return Leaf("StringEquals", "aws:SourceVpc", (network,))
    return Leaf("Null", "aws:SourceVpc", ("false",)) if point.get("NetworkOrigin") == "VPC" else None
