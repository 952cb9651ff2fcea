"""Who owns the durable storage: account, ACLs, foreign grants, key, replicas, and what could delete it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.arn import Arn, is_arn
from audit.model.contract import Bucket, Privilege
from audit.model.facts import Unknown
from audit.model.graph import EdgeKind, Node, NodeKind
from audit.model.verdict import Claim, Hop, Verdict
from audit.questions.holders import ANYONE, Store, cited, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from audit.boundary import Boundary
    from audit.model.graph import Edge

TITLE = "Who owns the durable storage?"
ORDER = 10
BROKEN = frozenset(
    {
        "foreign_owner",
        "missing_bucket",
        "acl_enabled",
        "foreign_grant",
        "key_outside_account",
        "key_missing",
        "replica_outside_account",
        "undeclared_destroyer",
    }
)
"""The reasons of this question's broken claims; each has its policy."""


def claims(boundary: Boundary) -> Iterator[Claim]:
    """For each bucket of the contract: owner, ACLs, grants, key, copies, destroyers."""
    for role, bucket in boundary.stores.items():
        if isinstance(bucket, Bucket):
            for claim in _bucket(boundary, role, bucket):
                yield boundary.rests_on(claim, bucket)


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
    yield _owner(boundary, role, node, owners)
    for part in (_acls, _foreign_grants, _key, _copies, _destroyers):
        judged: Callable[[Boundary, str, Node], Iterator[Claim]] = part
        yield from judged(boundary, role, node)


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
        yield Claim.unread(node.id, f"object ownership of {role}", ownership)
    elif ownership != "BucketOwnerEnforced":
        text = f"{role} accepts access control lists (object ownership is {ownership or 'not set'})"
        path = (Hop(node.id, "its owner does not own every object", cited(node.records)),)
        yield Claim(Verdict.BROKEN, "acl_enabled", node.id, f"{text}: set BucketOwnerEnforced", path, node.records)
    else:
        text = f"every object in {role} belongs to the bucket's owner; access control lists are off"
        yield Claim(Verdict.HOLDS, "acl_disabled", node.id, text, (), node.records)


def _foreign_grants(boundary: Boundary, role: str, node: Node) -> Iterator[Claim]:
    policy = node.properties.get("policy")
    if isinstance(policy, Unknown):
        yield Claim.unread(node.id, f"the bucket policy of {role}", policy)
        return
    grants = list(boundary.graph.edges(EdgeKind.GRANTS, source=node.id))
    for edge in grants:
        if edge.target in boundary.declared and _is_foreign(boundary, edge):
            text = f"{role} grants {edge.target} in another account: declared in the contract"
            yield Claim(Verdict.HOLDS, "declared_grant", node.id, text, _grant_path(edge), edge.records)
        elif _is_foreign(boundary, edge):
            text = f"{role} grants {edge.target}, outside account {boundary.contract.account}, and nothing declares it"
            yield Claim(Verdict.BROKEN, "foreign_grant", node.id, text, _grant_path(edge), edge.records)
    if not any(_is_foreign(boundary, edge) or edge.target == ANYONE for edge in grants):
        text = f"{role} grants nobody outside the account"
        yield Claim(Verdict.HOLDS, "no_foreign_grant", node.id, text, (), node.records)


def _grant_path(edge: Edge) -> tuple[Hop, ...]:
    return Hop(edge.source, "its policy allows", edge.because), Hop(edge.target, "")


def _is_foreign(boundary: Boundary, edge: Edge) -> bool:
    """Whether a grant leaves the account; one to anyone under conditions is judged by data_plane_access."""
    if edge.target == ANYONE:
        return not edge.properties.get("conditions")
    account = edge.target if edge.target.isdigit() else Arn.parse(edge.target).account if is_arn(edge.target) else ""
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
    for fact in ("replication", "inventory", "analytics", "metadata", "notifications", "access_points"):
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
    store = Store(node.id, role, boundary.contract.buckets[role])
    yield from judge(boundary, store, (Privilege.DESTROY,), "undeclared_destroyer")
