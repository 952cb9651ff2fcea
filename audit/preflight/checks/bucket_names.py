"""Whether the buckets' names are free, this environment's own already, or taken: names are shared by all accounts.

AWS pages "General purpose bucket naming rules" and "HeadBucket": 404 for a name that is free; for a bucket of another
account 403, which a caller without rights gets too, so a name that nobody has is asked as well.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from audit.model.facts import Unknown
from audit.preflight.asking import audits, each
from audit.preflight.judged import Judged, broken, holds, unknown
from audit.preflight.seen import is_ours, unread
from audit.services.row import Row, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.intended import Intended
    from audit.preflight.seen import Seen

DENIED = "AccessDenied"
"""What a record calls a refusal to HeadBucket, which has no code of its own."""
TITLE = "The buckets' names are free, or this environment's own"
_LIST, _HEAD, _TAGS = "s3:ListBuckets", "s3:HeadBucket", "s3:GetBucketTagging"
_ROW = Row(
    "s3", "HeadBucket", "s3:ListBucket", "Shows whether a bucket's name is free.", Scope.GLOBAL,
    absent=frozenset({"404", "NoSuchBucket"}),
)  # fmt: skip
_TAGGING = Row(
    "s3", "GetBucketTagging", "s3:GetBucketTagging", "Shows whose a bucket of that name is.", Scope.GLOBAL,
    absent=frozenset({"NoSuchTagSet", "NoSuchBucket"}),
)  # fmt: skip


def reads(intended: Intended, _caller: str) -> Iterator[Row]:
    """The account's buckets, each name of the stack's, their tags, and a name that nobody has."""
    yield from audits(_LIST)
    names = _names(intended)
    if names:
        yield from each(_ROW, ({"Bucket": name} for name in (*names, _nobodys(intended))))
        yield from each(_TAGGING, ({"Bucket": name} for name in names))


def _names(intended: Intended) -> list[str]:
    found = (thing.values.get("bucket") for thing in intended.of("aws_s3_bucket"))
    # Pulumi declares them in any order.
    return sorted(name for name in found if isinstance(name, str) and name not in intended.unsettled)


def _nobodys(intended: Intended) -> str:
    """A name that no bucket has, as far as chance allows: what S3 says of it, it says of every free name."""
    return f"byoc-preflight-{hashlib.sha256(intended.environment.encode()).hexdigest()[:40]}"


def check(seen: Seen) -> Iterator[Judged]:
    """One sentence a name."""
    for name, setting in seen.intended.unsettled.items():
        if any(thing.values.get("bucket") == name for thing in seen.intended.of("aws_s3_bucket")):
            yield unknown(
                "name_not_known", name,
                f"the name of a bucket stands in {setting}, which is encrypted: whether it is free was not asked",
                way_out=f"give it: pulumi config get {setting} --stack {seen.intended.stack} | byoc preflight "
                f"{seen.intended.stack} --{setting.replace('_', '-')} -",
            )  # fmt: skip
    for name in _names(seen.intended):
        yield _judged(seen, name)


def _judged(seen: Seen, name: str) -> Judged:
    head, params = seen.value(_HEAD, "@", {"Bucket": name}), {"Bucket": name}
    evidence = (seen.evidence(_HEAD, params), seen.evidence(_LIST))
    if head is None:
        return holds("free", name, f"the bucket name {name} is free", *evidence)
    listed = seen.value(_LIST, "Buckets[].Name")
    if isinstance(listed, Unknown) and isinstance(head, Unknown):
        return unread(name, f"whether the bucket {name} is of this account", listed)
    # S3 answers only where the bucket is of the expected owner, this account: that counts where there is no list.
    if isinstance(listed, Unknown) or name in (listed or ()):
        return _own(seen, name, evidence)
    if not isinstance(head, Unknown) or (head.code == DENIED and _told_apart(seen)):
        return broken(
            "taken", name, f"the bucket name {name} is taken by another account", *evidence,
            way_out="choose another name (data_bucket, or environment_id where names follow it)",
        )  # fmt: skip
    return unread(name, f"whether the bucket name {name} is free", head)


def _told_apart(seen: Seen) -> bool:
    """Whether S3 answers otherwise for a name that nobody has: then a refusal says that a bucket is there."""
    return seen.value(_HEAD, "@", {"Bucket": _nobodys(seen.intended)}) is None


def _own(seen: Seen, name: str, evidence: tuple[str, ...]) -> Judged:
    tags = seen.value(_TAGS, "TagSet", {"Bucket": name})
    evidence = (*evidence, seen.evidence(_TAGS, {"Bucket": name}))
    if isinstance(tags, Unknown):
        return unread(name, f"whether the bucket {name} of this account is this environment's", tags)
    if is_ours(tags, seen.intended):
        return holds("ours", name, f"the bucket {name} is this environment's own already", *evidence)
    return broken(
        "not_ours", name, f"a bucket {name} is in this account already, and is not this environment's", *evidence,
        way_out=f"choose another name, or take it over: pulumi import aws:s3/bucket:Bucket NAME {name}",
    )  # fmt: skip
