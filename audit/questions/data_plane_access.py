"""Which principals can read, write, destroy or administer the data plane: its buckets, keys and file systems?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.access.access import EDGES
from audit.model.contract import Bucket, FileSystem, Key, Privilege
from audit.model.facts import Unknown
from audit.model.graph import NodeKind
from audit.model.verdict import Claim, Hop, Verdict
from audit.questions import entrants, takers
from audit.questions.holders import Store, allowed, judge, through, unsettled, words
from audit.questions.indirect import is_indirect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary
    from audit.model.graph import Edge

TITLE = "Which principals can read, write, destroy or administer the data plane?"
ORDER = 20
BROKEN = frozenset(
    {
        "undeclared_access",
        "anonymous_access",
        "declared_access_missing",
        "undeclared_taker",
        "taken_without_external_id",
        "reached_around_endpoint",
    }
)
"""The reasons of this question's broken claims; each has its policy."""

_OF_ROLES = ("undeclared_taker", "taken_without_external_id")
_OF_STORES = tuple(sorted(BROKEN - {*_OF_ROLES}))
_WORKING = ("data-plane", "console")
_PRINCIPALS = (NodeKind.ROLE, NodeKind.USER)


def claims(boundary: Boundary) -> Iterator[Claim]:
    """One claim for each principal and store, and what stands above the account or could not be seen."""
    for gap in boundary.graph.unseen(*_PRINCIPALS, account=boundary.contract.account):
        unread = Claim.unread(gap.account, "the account's roles and users", gap.unknown)
        yield unread.bearing(*BROKEN - {"anonymous_access"})
    for role, store in boundary.stores.items():
        store_id = boundary.store_id(store)
        if not boundary.placed(store_id):
            yield from (claim.bearing(*_OF_STORES) for claim in _unseen_store(boundary, role, store))
            continue
        yield from judge(boundary, Store(store_id, role, store), Privilege, "undeclared_access")
        yield from (claim.bearing("undeclared_access") for claim in entrants.claims(boundary, store_id))
        yield from _lacking(boundary, role, store_id)
        if isinstance(store, Bucket) and store.reached_only_through_endpoint:
            yield from _around(boundary, role, store)
    yield from (claim.bearing(*_OF_ROLES) for claim in takers.claims(boundary))
    yield from (claim.bearing("undeclared_access") for claim in _above(boundary))


def _lacking(boundary: Boundary, role: str, store_id: str) -> Iterator[Claim]:
    """What brokers and console are declared to hold because they need it, and do not."""
    if boundary.graph.unseen(*_PRINCIPALS, NodeKind.BUCKET, account=boundary.contract.account):
        return
    organization = _organization(boundary)
    # An organisation that was not read is told once, for all.
    told = (organization.permission,) if isinstance(organization, Unknown) else ()
    for principal in (boundary.contract.principals.get(name) for name in _WORKING):
        privileges = principal.may.get(role, ()) if principal is not None else ()
        if principal is None or not privileges:
            continue
        held = {privilege: allowed(boundary, principal.arn, store_id, privilege) for privilege in privileges}
        missing = [privilege for privilege, edge in held.items() if edge is None]
        doubted = {p: doubts for p, edge in held.items() if edge and (doubts := {*unsettled(edge)} - {*told})}
        if missing:
            text = f"{boundary.label(principal.arn)} is declared to {words(missing)} {role}, and cannot"
            path = (Hop(principal.arn, f"cannot {words(missing)}"), Hop(store_id, ""))
            nodes = (boundary.graph.get(end) for end in (principal.arn, store_id))
            records = tuple(record for node in nodes if node is not None for record in node.records)
            claim = Claim(Verdict.BROKEN, "declared_access_missing", principal.arn, text, path, records)
            yield boundary.rests_on(claim, principal)
        if doubted:
            settle = tuple(sorted({doubt for doubts in doubted.values() for doubt in doubts}))
            text = f"whether {boundary.label(principal.arn)} can {words(doubted)} {role}, as declared, is not settled"
            said = f"{text}: what was not read may deny it (grant {words(settle)})"
            yield Claim(Verdict.UNKNOWN, "declared_access_missing", principal.arn, said, (), (), settle)


def _around(boundary: Boundary, role: str, bucket: Bucket) -> Iterator[Claim]:
    """Whether declared principals reach records only through the environment's endpoint; a dated window need not."""
    network, bucket_id = boundary.contract.network, boundary.bucket_id(bucket)
    ours = set(network.endpoints.values()) if network is not None else set()
    settled = True
    for privilege in (Privilege.READ, Privilege.WRITE):
        for edge in boundary.graph.edges(EDGES[privilege], target=bucket_id):
            declared = boundary.declared.get(edge.source)
            if is_indirect(edge) or declared is None or declared.until or privilege not in declared.may.get(role, ()):
                continue
            if through(edge.properties.get("only_if"), ours):
                continue
            settled = False
            yield boundary.rests_on(_passing(boundary, edge, privilege, role), bucket, network)
    if settled:
        text = f"those declared for {role} read and write it only through the environment's endpoint"
        yield boundary.rests_on(Claim(Verdict.HOLDS, "reached_through_endpoint", bucket_id, text), bucket, network)


def _passing(boundary: Boundary, edge: Edge, privilege: Privilege, role: str) -> Claim:
    text = f"{boundary.label(edge.source)} can {privilege.value} {role} around the environment's endpoint"
    path = (Hop(edge.source, f"can {privilege.value} from anywhere", edge.because), Hop(edge.target, ""))
    missing = unsettled(edge)
    if missing:
        text = f"{text}, unless what was not read denies it: grant {words(missing)}"
        return Claim(Verdict.UNKNOWN, "reached_around_endpoint", edge.source, text, path, edge.records, missing)
    return Claim(Verdict.BROKEN, "reached_around_endpoint", edge.source, text, path, edge.records)


_KINDS = {Bucket: NodeKind.BUCKET, Key: NodeKind.KEY, FileSystem: NodeKind.FILE_SYSTEM}


def _unseen_store(boundary: Boundary, role: str, store: Bucket | Key | FileSystem) -> Iterator[Claim]:
    store_id = boundary.store_id(store)
    gaps = boundary.graph.unseen(_KINDS[type(store)])
    for gap in gaps:
        yield Claim.unread(store_id, f"{role} ({store_id})", gap.unknown)
    if not gaps:
        text = f"{role} ({store_id}) is not in the walked accounts, so who can use it cannot be judged"
        yield Claim(Verdict.UNKNOWN, "not_in_snapshot", store_id, text)


def _above(boundary: Boundary) -> Iterator[Claim]:
    """aws-rules 18: whoever stands above the account is named, never left out."""
    organization = _organization(boundary)
    if isinstance(organization, Unknown):
        what = "the organisation above the account (its management account can administer everything)"
        unread = Claim.unread(boundary.contract.account, what, organization)
        yield unread.bearing("undeclared_access", "declared_access_missing")
    elif organization is not None:
        management = organization["MasterAccountId"]
        root = f"arn:{boundary.contract.partition}:iam::{management}:root"
        if management == boundary.contract.account or root in boundary.declared:
            text = f"account {management} manages the organisation and can administer everything: declared"
            yield Claim(Verdict.HOLDS, "declared_access", root, text)
        else:
            text = (
                f"management account {management}, its delegated administrators and StackSets roles stand above the "
                "account, outside this audit's view: declare it as a principal, or walk it with --assume-role"
            )
            yield Claim(Verdict.UNKNOWN, "outside_view", root, text)


def _organization(boundary: Boundary) -> Any:
    account = boundary.graph.get(boundary.contract.account)
    return account.properties.get("organization") if account is not None else None
