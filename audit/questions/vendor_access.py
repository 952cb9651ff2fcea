"""What can the vendor do in the account, and what leaves it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.arn import Arn, is_arn
from audit.model.contract import Privilege
from audit.model.facts import Unknown
from audit.model.graph import EdgeKind, NodeKind
from audit.model.verdict import Claim, Hop, Verdict
from audit.questions.holders import allowed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary
    from audit.model.contract import Bucket
    from audit.model.graph import Edge

TITLE = "What can the vendor do, and what leaves the account?"
ORDER = 60
BROKEN = frozenset(
    {
        "undeclared_vendor_access",
        "expired_window",
        "vendor_can_read_records",
        "vendor_can_write_policy",
        "account_root_grant",
    }
)
"""The reasons of this question's broken claims; each has its policy."""

VENDOR_ACCOUNT = "381492316447"
"""The account that AutoMQ's page "Set up authorization of the ops bucket on AWS" asks to be granted (read 2026-08)."""

_GUARDED = (NodeKind.BUCKET, NodeKind.KEY, NodeKind.ROLE, NodeKind.TOPIC, NodeKind.SECRET)


def claims(boundary: Boundary) -> Iterator[Claim]:
    """Grants to the vendor or to anyone outside, the console's power to make some, and the ways out."""
    yield from _unread(boundary)
    outside = [edge for edge in boundary.graph.edges(EdgeKind.GRANTS, EdgeKind.TRUSTS) if _is_vendor(boundary, edge)]
    for edge in outside:
        yield boundary.rests_on(_grant(boundary, edge), boundary.contract.vendor_access)
    if not outside:
        text = f"no bucket, key, role, topic or secret of the account names the vendor's account {VENDOR_ACCOUNT}"
        yield boundary.rests_on(
            Claim(Verdict.HOLDS, "no_vendor_grant", boundary.contract.account, text), boundary.contract.vendor_access
        )
    yield from _policy_writers(boundary)
    yield from _window(boundary)


def _unread(boundary: Boundary) -> Iterator[Claim]:
    for gap in boundary.graph.unseen(*_GUARDED, account=boundary.contract.account):
        what = f"what the answers to {gap.operation} would grant outside the account"
        yield Claim.unread(gap.account, what, gap.unknown)
    for role, store in boundary.stores.items():
        node = boundary.graph.get(boundary.store_id(store))
        for fact in ("policy", "grants") if node is not None else ():
            value = node.properties.get(fact) if node is not None else None
            if node is not None and isinstance(value, Unknown):
                yield Claim.unread(node.id, f"the {fact} of {role}", value)


def _is_vendor(boundary: Boundary, edge: Edge) -> bool:
    if not is_arn(edge.target) and not edge.target.isdigit():
        return False
    account = Arn.parse(edge.target).account if is_arn(edge.target) else edge.target
    principal = boundary.contract.vendor_access.principal
    return account == VENDOR_ACCOUNT or (principal is not None and edge.target == principal)


def _grant(boundary: Boundary, edge: Edge) -> Claim:
    vendor, source = boundary.contract.vendor_access, boundary.label(edge.source)
    path = (Hop(edge.source, "its policy allows", edge.because), Hop(edge.target, "the vendor"))
    until = edge.properties.get("until") or vendor.until
    if edge.target.endswith(":root") or edge.target.isdigit():
        text = f"{source} grants the vendor's whole account {edge.target}: name one role instead"
        return Claim(Verdict.BROKEN, "account_root_grant", edge.source, text, path, edge.records)
    if vendor.mode == "none" or edge.target != vendor.principal:
        text = f"{source} grants {edge.target} of the vendor, which the contract does not declare"
        return Claim(Verdict.BROKEN, "undeclared_vendor_access", edge.source, text, path, edge.records)
    if until is not None and until <= boundary.now:
        text = f"{source} still names {edge.target}, whose window ended {until}: it grants nothing, remove it"
        return Claim(Verdict.BROKEN, "expired_window", edge.source, text, path, edge.records)
    text = f"{source} grants {edge.target} until {until}: declared"
    return Claim(Verdict.HOLDS, "declared_vendor_access", edge.source, text, path, edge.records)


def _policy_writers(boundary: Boundary) -> Iterator[Claim]:
    """Software of the vendor that could open the ops bucket by itself (a console role with PutBucketPolicy)."""
    console = boundary.contract.principals.get("console")
    if console is None:
        return
    for role, bucket in boundary.contract.buckets.items():
        if Privilege.ADMINISTER not in console.may.get(role, ()):
            text = f"the vendor's console can change the policy of {role}, and so grant anyone"
            yield from _console(boundary, bucket, Privilege.ADMINISTER, ("vendor_can_write_policy", text))
    records = boundary.contract.buckets.get("data-bucket")
    if records is not None and Privilege.READ not in console.may.get("data-bucket", ()):
        text = "the vendor's console can read records in data-bucket"
        yield from _console(boundary, records, Privilege.READ, ("vendor_can_read_records", text))


def _console(boundary: Boundary, bucket: Bucket, privilege: Privilege, said: tuple[str, str]) -> Iterator[Claim]:
    """That the console holds an undeclared privilege; what is only possible is told by data_plane_access."""
    console = boundary.contract.principals["console"]
    edge = allowed(boundary, console.arn, boundary.bucket_id(bucket), privilege)
    if edge is not None and edge.properties["decision"] == "allowed" and not edge.properties.get("unless"):
        path = (Hop(console.arn, f"can {privilege.value}", edge.because), Hop(edge.target, bucket.holds))
        yield boundary.rests_on(Claim(Verdict.BROKEN, said[0], console.arn, said[1], path, edge.records), console)


def _window(boundary: Boundary) -> Iterator[Claim]:
    vendor = boundary.contract.vendor_access
    if vendor.mode == "granted" and vendor.until is not None and vendor.until <= boundary.now:
        text = f"the contract's vendor window ended {vendor.until}: close it in the stack's setting vendor_access"
        yield Claim(Verdict.BROKEN, "expired_window", "vendor_access", text)
    egress = boundary.contract.network.internet_egress if boundary.contract.network is not None else "none"
    if egress == "none":
        text = "no way out to the internet is declared: the console cannot call AutoMQ Cloud"
        yield Claim(Verdict.HOLDS, "no_declared_egress", "egress", text)
    else:
        text = "the console calls AutoMQ Cloud through the NAT gateway with its client id: declared egress"
        yield Claim(Verdict.HOLDS, "declared_egress", "egress", text)
