"""Who owns the durable storage: account, ACLs, foreign grants, key, replicas, and what could delete it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.arn import Arn, is_arn
from audit.model.contract import Bucket, FileSystem, Key, Privilege
from audit.model.facts import Unknown
from audit.model.graph import EdgeKind, Node, NodeKind
from audit.model.verdict import Claim, Hop, Verdict
from audit.questions.holders import ANYONE, Store, cited, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from audit.boundary import Boundary
    from audit.model.graph import Edge

TITLE = "Who owns the durable storage?"
ORDER = 10
BROKEN = frozenset(
    {
        "foreign_owner",
        "missing_bucket",
        "missing_file_system",
        "acl_enabled",
        "foreign_grant",
        "key_outside_account",
        "key_missing",
        "replica_outside_account",
        "undeclared_destroyer",
    }
)
"""The reasons of this question's broken claims; each has its policy."""

_DELIVERY = "/groups/s3/LogDelivery"
_WRITTEN = {"policy": "policy", "grants": "grants", "acl": "access control list"}


def claims(boundary: Boundary) -> Iterator[Claim]:
    """For each bucket of the contract: owner, ACLs, grants, key, copies, destroyers; for each key: owner, grants.

    For each file system: whether it is there, grants, copies, destroyers.
    """
    for role, store in boundary.stores.items():
        for claim in _of_store(boundary, role, store):
            yield boundary.rests_on(claim, store)


def _of_store(boundary: Boundary, role: str, store: Bucket | Key | FileSystem) -> Iterator[Claim]:
    match store:
        case Bucket():
            return _bucket(boundary, role, store)
        case Key():
            return _declared_key(boundary, role, store)
        case FileSystem():
            return _file_system(boundary, role, store)


def _bucket(boundary: Boundary, role: str, bucket: Bucket) -> Iterator[Claim]:
    bucket_id = boundary.bucket_id(bucket)
    gaps = boundary.graph.unseen(NodeKind.BUCKET, account=boundary.contract.account)
    if gaps:
        yield from (Claim.unread(bucket_id, f"who owns {role} ({bucket.name})", gap.unknown) for gap in gaps)
        return
    node = boundary.graph.get(bucket_id)
    owners = [edge.source for edge in boundary.graph.edges(EdgeKind.OWNS, target=bucket_id)]
    if node is None or not owners:
        text = f"{role} ({bucket.name}) is not among the buckets of account {boundary.contract.account}"
        path = (Hop(boundary.contract.account, "lists no such bucket"), Hop(bucket_id, "is free for anyone to take"))
        yield Claim(Verdict.BROKEN, "missing_bucket", bucket_id, f"{text}: create it, or correct the contract", path)
        return
    yield _owner(boundary, role, node, owners).bearing("foreign_owner")
    yield from _acls(boundary, role, node)
    for part, reasons in _PARTS.items():
        yield from (claim.bearing(*reasons) for claim in part(boundary, role, node))


def _owner(boundary: Boundary, role: str, node: Node, owners: list[str]) -> Claim:
    foreign = [owner for owner in owners if owner != boundary.contract.account]
    if foreign:
        text = f"{role} ({node.name}) belongs to account {foreign[0]}, not to {boundary.contract.account}"
        path = (Hop(foreign[0], "owns", cited(node.records)), Hop(node.id, ""))
        return Claim(Verdict.BROKEN, "foreign_owner", node.id, text, path, node.records)
    text = f"{role} ({node.name}) belongs to account {boundary.contract.account}"
    return Claim(Verdict.HOLDS, "owned", node.id, text, (), node.records)


def _acls(_: Boundary, role: str, node: Node) -> Iterator[Claim]:
    ownership = node.properties.get("ownership")
    if isinstance(ownership, Unknown):
        yield Claim.unread(node.id, f"object ownership of {role}", ownership).bearing("acl_enabled", "foreign_grant")
    elif ownership != "BucketOwnerEnforced":
        text = f"{role} accepts access control lists (object ownership is {ownership or 'not set'})"
        path = (Hop(node.id, "its owner does not own every object", cited(node.records)),)
        yield Claim(Verdict.BROKEN, "acl_enabled", node.id, f"{text}: set BucketOwnerEnforced", path, node.records)
    else:
        text = f"every object in {role} belongs to the bucket's owner; access control lists are off"
        yield Claim(Verdict.HOLDS, "acl_disabled", node.id, text, (), node.records)


def _declared_key(boundary: Boundary, role: str, key: Key) -> Iterator[Claim]:
    """A key that the contract names: of the account, there, and granted to nobody outside."""
    arn, account = Arn.parse(key.arn), boundary.contract.account
    if arn.account != account:
        text = f"{role} is a key of account {arn.account}, who can make what it protects unreadable"
        path = (Hop(key.arn, f"key of account {arn.account}"),)
        yield Claim(Verdict.BROKEN, "key_outside_account", key.arn, text, path)
        return
    node = boundary.graph.get(key.arn)
    listed = any(boundary.graph.edges(EdgeKind.OWNS, target=key.arn))
    # Details are asked of keys that are only named somewhere too: a key that is there has a state.
    if node is not None and (listed or isinstance(node.properties.get("state"), str)):
        text = f"{role} ({node.name}) is a key of account {account}"
        yield Claim(Verdict.HOLDS, "key_owned", key.arn, text, (), node.records).bearing("key_missing")
        yield from (claim.bearing("foreign_grant") for claim in _foreign_grants(boundary, role, node))
        return
    open_ = ("key_missing", "foreign_grant")
    gaps = boundary.graph.unseen(NodeKind.KEY, account=account)
    yield from (Claim.unread(key.arn, f"whether {role} exists", gap.unknown).bearing(*open_) for gap in gaps)
    if not gaps and arn.region != boundary.contract.region:
        text = f"{role} is a key of region {arn.region}, which was not walked"
        yield Claim(Verdict.UNKNOWN, "not_in_snapshot", key.arn, text, bears_on=open_)
    elif not gaps:
        text = f"{role} is not among the keys of account {account}: what it protected cannot be read"
        lost = (Hop(account, "lists no such key"), Hop(key.arn, ""))
        yield Claim(Verdict.BROKEN, "key_missing", key.arn, f"{text}; create it, or correct the contract", lost)


def _file_system(boundary: Boundary, role: str, file_system: FileSystem) -> Iterator[Claim]:
    """A file system that the contract names: there, granted to nobody outside, copied nowhere, not to be destroyed."""
    store_id, account = boundary.store_id(file_system), boundary.contract.account
    node = boundary.graph.get(store_id)
    if node is not None and boundary.placed(store_id):
        text = f"{role} ({node.name}) is a file system of account {account}"
        yield Claim(Verdict.HOLDS, "owned", store_id, text, (), node.records).bearing("missing_file_system")
        for part in (_foreign_grants, _copies, _destroyers):
            yield from (claim.bearing(*_PARTS[part]) for claim in part(boundary, role, node))
        return
    gaps = boundary.graph.unseen(NodeKind.FILE_SYSTEM, account=account)
    for gap in gaps:
        yield Claim.unread(store_id, f"whether {role} exists", gap.unknown)
    if not gaps:
        text = f"{role} is not among the file systems of account {account}: brokers cannot start on it"
        lost = (Hop(account, "lists no such file system"), Hop(store_id, ""))
        yield Claim(
            Verdict.BROKEN, "missing_file_system", store_id, f"{text}; create it, or correct the contract", lost
        )


def _foreign_grants(boundary: Boundary, role: str, node: Node) -> Iterator[Claim]:
    unread = [*_unread_grants(role, node)]
    yield from unread
    grants = list(boundary.graph.edges(EdgeKind.GRANTS, source=node.id))
    for edge in grants:
        if edge.target in boundary.declared and _is_foreign(boundary, edge):
            text = f"{role} grants {edge.target} in another account: declared in the contract"
            yield Claim(Verdict.HOLDS, "declared_grant", node.id, text, _grant_path(edge), edge.records)
        elif _is_foreign(boundary, edge):
            text = f"{role} grants {edge.target}, outside account {boundary.contract.account}, and nothing declares it"
            yield Claim(Verdict.BROKEN, "foreign_grant", node.id, text, _grant_path(edge), edge.records)
    if not unread and not any(_is_foreign(boundary, edge) or edge.target == ANYONE for edge in grants):
        text = f"{role} grants nobody outside the account"
        yield Claim(Verdict.HOLDS, "no_foreign_grant", node.id, text, (), node.records)


def _unread_grants(role: str, node: Node) -> Iterator[Claim]:
    """What could grant the bucket or key to somebody outside, and was not read; lists count only where they are on."""
    facts = (
        ["policy", "grants"]
        if node.properties.get("ownership") == "BucketOwnerEnforced"
        else ["policy", "grants", "acl"]
    )
    for fact in facts:
        value = node.properties.get(fact)
        if isinstance(value, Unknown):
            yield Claim.unread(node.id, f"the {_WRITTEN[fact]} of {role}", value)
    points = node.properties.get("access_points")
    if isinstance(points, Unknown):
        yield Claim.unread(node.id, f"access points of {role}", points)
    for point in points if isinstance(points, list) else ():
        if isinstance(point["policy"], Unknown):
            yield Claim.unread(node.id, f"the policy of the access point {point['Name']} to {role}", point["policy"])


def _grant_path(edge: Edge) -> tuple[Hop, ...]:
    said = "its access control list allows" if edge.properties.get("by") == "acl" else "its policy or a grant allows"
    return Hop(edge.source, said, edge.because), Hop(edge.target, "")


def _is_foreign(boundary: Boundary, edge: Edge) -> bool:
    """Whether a grant leaves the account; one to anyone under conditions is judged by data_plane_access."""
    if edge.target == ANYONE:
        return not edge.properties.get("conditions")
    if not edge.target.isdigit() and not is_arn(edge.target):
        # Lists name accounts by canonical ids, and groups by addresses, of which one is S3's own log delivery.
        node = boundary.graph.get(edge.target)
        return node is not None and node.kind is NodeKind.FOREIGN_PRINCIPAL and not edge.target.endswith(_DELIVERY)
    account = edge.target if edge.target.isdigit() else Arn.parse(edge.target).account
    return account not in ("", boundary.contract.account)


def _key(boundary: Boundary, role: str, node: Node) -> Iterator[Claim]:
    encryption = node.properties.get("encryption")
    if isinstance(encryption, Unknown):
        yield Claim.unread(node.id, f"the default encryption of {role}", encryption)
        return
    key_arn = (encryption or {}).get("key")
    expected = boundary.contract.buckets[role].encryption
    if not key_arn:
        if expected != "SSE-S3":
            text = f"{role} is not encrypted with {expected}: S3 holds the key"
            lost = (Hop(node.id, "has no key of its own", cited(node.records)),)
            yield Claim(Verdict.BROKEN, "key_missing", node.id, text, lost, node.records)
        return
    owner = Arn.parse(key_arn).account if key_arn.startswith("arn:") else boundary.contract.account
    path = (Hop(node.id, "encrypted with", cited(node.records)), Hop(key_arn, f"key of account {owner}"))
    if owner != boundary.contract.account:
        text = f"{role} is encrypted with a key of account {owner}, who can make its records unreadable"
        yield Claim(Verdict.BROKEN, "key_outside_account", node.id, text, path, node.records)
    else:
        text = f"{role} is encrypted with {boundary.label(key_arn)} of the same account"
        yield Claim(Verdict.HOLDS, "key_owned", node.id, text, path, node.records)


def _copies(boundary: Boundary, role: str, node: Node) -> Iterator[Claim]:
    for fact in ("replication", "inventory", "analytics", "metadata", "notifications", "replicas"):
        value = node.properties.get(fact)
        if isinstance(value, Unknown):
            yield Claim.unread(node.id, f"{fact.replace('_', ' ')} of {role}", value)
    for edge in boundary.graph.edges(EdgeKind.COPIES_TO, source=node.id):
        owners = [e.source for e in boundary.graph.edges(EdgeKind.OWNS, target=edge.target)]
        because = edge.because or cited(edge.records)
        path = (Hop(node.id, f"copies by {edge.properties.get('by', 'a rule')}", because), Hop(edge.target, ""))
        if boundary.contract.account in owners:
            text = f"{role} is copied to {boundary.label(edge.target)} of the same account"
            yield Claim(Verdict.HOLDS, "copied_inside", node.id, text, path, edge.records)
        else:
            text = f"{role} is copied to {edge.target}, which account {boundary.contract.account} does not own"
            yield Claim(Verdict.BROKEN, "replica_outside_account", node.id, text, path, edge.records)


def _destroyers(boundary: Boundary, role: str, node: Node) -> Iterator[Claim]:
    store = Store(node.id, role, boundary.stores[role])
    yield from judge(boundary, store, (Privilege.DESTROY,), "undeclared_destroyer")


_PARTS: Mapping[Callable[[Boundary, str, Node], Iterator[Claim]], tuple[str, ...]] = {
    _foreign_grants: ("foreign_grant",),
    _key: ("key_missing", "key_outside_account"),
    _copies: ("replica_outside_account",),
    _destroyers: ("undeclared_destroyer",),
}
"""What is told of a bucket, and the reasons that each part bears on."""
