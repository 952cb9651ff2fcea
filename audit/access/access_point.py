"""S3 access points: what follows from their ARNs, and what is not asked when only their own policy is given.

AWS pages "Configuring IAM policies for using access points" (both the access point and the bucket must permit a
request; the condition keys), "Making requests through a Multi-Region Access Point", "Configuring IAM policies for
Object Lambda Access Points".
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from audit.access.expression import FALSE, Expr, Leaf, Opaque
from audit.model.arn import Arn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from audit.access.policy import Document

LAYER = "access_point"
BUCKET_LAYER = "bucket_policy"
_MARK = ":accesspoint/"
_SERVICES = frozenset({"s3", "s3express"})
ARN_KEY, ACCOUNT_KEY = "s3:DataAccessPointArn", "s3:DataAccessPointAccount"
ORIGIN_KEY = "s3:AccessPointNetworkOrigin"
KEYS = (ARN_KEY, ACCOUNT_KEY, ORIGIN_KEY)
"""The context keys that only a request through an access point carries."""
DIRECTLY: dict[str, object] = dict.fromkeys(KEYS)
"""Of a request that names the bucket."""


@dataclass(frozen=True, slots=True)
class Point:
    """An access point to a bucket, or all those of one account or kind that were not read.

    ``keys`` are context keys of every request through it, ``origin`` what its network origin asks of one, ``block``
    when its own block of public access restricts. ``unread`` is the permission that would have told of such points,
    empty for one that was read; ``given`` is what is known of them nevertheless.
    """

    arn: str
    account: str
    keys: Mapping[str, object] = field(default_factory=dict)
    policy: Document | None = None
    block: Expr = FALSE
    origin: Leaf | None = None
    unread: str = ""
    given: tuple[Leaf, ...] = ()

    @property
    def objects(self) -> str:
        """The ARN of the objects behind it, without a name."""
        return f"{self.arn}/object"

    def asked(self, bucket: str, resource: str) -> str:
        """The ARN that a request through it names instead of the bucket's or its object's."""
        name = resource.removeprefix(bucket)
        return f"{self.objects}{name}" if name else self.arn


def point_of(resource: str) -> str | None:
    """The ARN of the access point that a resource's ARN names, with or without an object; None for any other."""
    if _MARK not in resource:
        return None
    arn = Arn.parse(resource)
    if arn.service != "s3" or arn.kind != _MARK[1:-1]:
        return None
    return str(replace(arn, resource="/".join(arn.resource.split("/")[:2])))


def keys_of(point: str) -> dict[str, object]:
    """What follows from an access point's ARN."""
    return {ARN_KEY: point, ACCOUNT_KEY: Arn.parse(point).account}


def unasked(resource: str) -> tuple[str, Expr] | None:
    """What else must permit a request that names an access point, as a limit: the bucket, or what is not modelled.

    Of a request through a Multi-Region or an Object Lambda access point only a denial is certain.
    """
    if _MARK not in resource:
        return None
    arn = Arn.parse(resource)
    if arn.service == "s3-object-lambda":
        return LAYER, Opaque(LAYER, "Allow", understood=False, policy="Object Lambda access point")
    if arn.service not in _SERVICES:
        return None
    if arn.service == "s3" and not arn.region:
        return LAYER, Opaque(LAYER, "Allow", understood=False, policy="Multi-Region access point")
    return BUCKET_LAYER, Opaque(BUCKET_LAYER, "Allow", f"{arn.service}:GetBucketPolicy")
