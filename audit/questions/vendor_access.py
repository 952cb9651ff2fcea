"""What can the vendor do in the account, and what leaves it?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from audit.model.arn import Arn, is_arn
from audit.model.contract import Privilege
from audit.model.facts import Unknown
from audit.model.graph import EdgeKind, NodeKind
from audit.model.verdict import Claim, Hop, Verdict
from audit.questions import weaknesses
from audit.questions.holders import allowed, unsettled, words
from audit.questions.indirect import hops, is_declared, is_indirect, over

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary
    from audit.model.contract import Bucket, Principal
    from audit.model.graph import Edge

TITLE = "What can the vendor do, and what leaves the account?"
ORDER = 60
_GRANTS = _UNDECLARED, _EXPIRED, _WHOLE_ACCOUNT = "undeclared_vendor_access", "expired_window", "account_root_grant"
BROKEN = frozenset(
    {
        _UNDECLARED,
        _EXPIRED,
        "vendor_can_read_records",
        "vendor_can_write_policy",
        _WHOLE_ACCOUNT,
        "weakness_in_effect",
    }
)
"""The reasons of this question's broken claims; each has its policy."""

SHOWN = frozenset({"cut_off_by_boundary", "declared_vendor_access", "weakness_without_use"})
"""The reasons of claims that hold and are told as information."""

VENDOR_ACCOUNT = "381492316447"
"""The account that AutoMQ's page "Set up authorization of the ops bucket on AWS" asks to be granted (read 2026-08)."""

_GUARDED = (
    NodeKind.BUCKET,
    NodeKind.KEY,
    NodeKind.ROLE,
    NodeKind.TOPIC,
    NodeKind.SECRET,
    NodeKind.FILE_SYSTEM,
)


def claims(boundary: Boundary) -> Iterator[Claim]:
    """Grants to the vendor or to anyone outside, the console's power to make some, and the ways out."""
    vendor = boundary.contract.vendor_access
    unread = list(_unread(boundary))
    yield from unread
    outside: dict[tuple[str, str], list[Edge]] = {}
    for edge in boundary.graph.edges(EdgeKind.GRANTS, EdgeKind.TRUSTS):
        if _is_vendor(boundary, edge):
            outside.setdefault((edge.source, edge.target), []).append(edge)
    for edges in outside.values():
        yield boundary.rests_on(_grant(boundary, edges), vendor)
    if not outside and not unread:
        text = f"no bucket, key, role, topic or secret that was read names the vendor's account {VENDOR_ACCOUNT}"
        yield boundary.rests_on(Claim(Verdict.HOLDS, "no_vendor_grant", boundary.contract.account, text), vendor)
    yield from _policy_writers(boundary)
    yield from weaknesses.claims(boundary)
    yield from _window(boundary)


def _unread(boundary: Boundary) -> Iterator[Claim]:
    for gap in boundary.graph.unseen(*_GUARDED, account=boundary.contract.account):
        what = f"what the answers to {gap.operation} would grant outside the account"
        grants_alone = {*gap.kinds} & {*_GUARDED} <= {NodeKind.TOPIC, NodeKind.SECRET, NodeKind.FILE_SYSTEM}
        yield Claim.unread(gap.account, what, gap.unknown).bearing(*(_GRANTS if grants_alone else BROKEN))
    for node in boundary.graph.nodes(*_GUARDED):
        for fact in ("policy", "grants", "trust"):
            value = node.properties.get(fact)
            if isinstance(value, Unknown):
                unread = Claim.unread(node.id, f"the {fact} of {boundary.label(node.id)}", value)
                yield unread.bearing(*_GRANTS)


def _is_vendor(boundary: Boundary, edge: Edge) -> bool:
    if not is_arn(edge.target) and not edge.target.isdigit():
        return False
    account = Arn.parse(edge.target).account if is_arn(edge.target) else edge.target
    principal = boundary.contract.vendor_access.principal
    return account == VENDOR_ACCOUNT or (principal is not None and edge.target == principal)


def _grant(boundary: Boundary, edges: list[Edge]) -> Claim:
    """What a resource's statements on one principal of the vendor amount to."""
    vendor, first = boundary.contract.vendor_access, edges[0]
    source, target = boundary.label(first.source), first.target
    records = tuple(dict.fromkeys(record for edge in edges for record in edge.records))
    path = (
        Hop(first.source, "its policy allows", tuple(c for e in edges for c in e.because)),
        Hop(target, "the vendor"),
    )

    def broken(reason: str, text: str) -> Claim:
        return Claim(Verdict.BROKEN, reason, first.source, text, path, records)

    if target.endswith(":root") or target.isdigit():
        return broken(_WHOLE_ACCOUNT, f"{source} grants the vendor's whole account {target}: name one role instead")
    if vendor.mode == "none" or target != vendor.principal:
        return broken(_UNDECLARED, f"{source} grants {target} of the vendor, which the contract does not declare")
    ends = [_end(edge) for edge in edges]
    if vendor.until is None or None in ends:
        return broken(_UNDECLARED, f"{source} grants {target} without an end date, the contract declares a window")
    last = max(end for end in ends if end is not None)
    if last <= _moment(boundary.now):
        return broken(_EXPIRED, f"{source} still names {target}, whose window ended {vendor.until}: remove it")
    if last > _moment(vendor.until):
        return broken(_UNDECLARED, f"{source} grants {target} until {last.isoformat()}, longer than {vendor.until}")
    can = [p.value for p in Privilege if allowed(boundary, target, first.source, p) is not None]
    text = f"{source} grants {target} until {vendor.until}, as declared: in effect it can {words(can)}"
    return Claim(Verdict.HOLDS, "declared_vendor_access", first.source, text, path, records)


def _end(edge: Edge) -> datetime | None:
    """When a statement stops to allow; None for one that does not."""
    conditions = edge.properties.get("conditions")
    for operator in ("DateLessThan", "DateLessThanEquals"):
        keys = conditions.get(operator, {}) if isinstance(conditions, dict) else {}
        values = [value for key, value in keys.items() if key.lower() == "aws:currenttime"]
        if values and isinstance(values[0], str):
            return _moment(values[0])
    return None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _policy_writers(boundary: Boundary) -> Iterator[Claim]:
    """Software of the vendor that could open the ops bucket by itself (a console role with PutBucketPolicy)."""
    console = boundary.contract.principals.get("console")
    if console is None:
        return
    for role, bucket in sorted(boundary.contract.buckets.items()):
        if Privilege.ADMINISTER not in console.may.get(role, ()):
            text = f"the vendor's console can change the policy of {role}, and so grant anyone"
            yield from _console(boundary, bucket, Privilege.ADMINISTER, ("vendor_can_write_policy", text))
    records = boundary.contract.buckets.get("data-bucket")
    if records is not None and Privilege.READ not in console.may.get("data-bucket", ()):
        text = "the vendor's console can read records in data-bucket"
        yield from _console(boundary, records, Privilege.READ, ("vendor_can_read_records", text))
        yield from _console_through(boundary, records, console)


def _console_through(boundary: Boundary, records: Bucket, console: Principal) -> Iterator[Claim]:
    """That the console comes to the records by what it starts: declared, or not."""
    edges = boundary.graph.edges(EdgeKind.CAN_READ, source=console.arn, target=boundary.bucket_id(records))
    for edge in edges:
        if not is_indirect(edge) or unsettled(edge):
            continue
        path = (*hops(boundary, [edge]), Hop(edge.target, records.holds))
        text = f"the vendor's console can come to read records in data-bucket through {over(boundary, edge)}"
        if is_declared(boundary, edge, "data-bucket", Privilege.READ):
            said = f"{text}, whose instances it starts: as declared"
            claim = Claim(Verdict.HOLDS, "declared_vendor_access", console.arn, said, path, edge.records)
        else:
            claim = Claim(Verdict.BROKEN, "vendor_can_read_records", console.arn, text, path, edge.records)
        yield boundary.rests_on(claim, console)


def _console(boundary: Boundary, bucket: Bucket, privilege: Privilege, said: tuple[str, str]) -> Iterator[Claim]:
    """That the console holds an undeclared privilege, or holds it unless what was not read denies it."""
    console = boundary.contract.principals["console"]
    edge = allowed(boundary, console.arn, boundary.bucket_id(bucket), privilege)
    if edge is None:
        return
    path = (Hop(console.arn, f"can {privilege.value}", edge.because), Hop(edge.target, bucket.holds))
    missing = unsettled(edge)
    if missing:
        text = f"{said[1]}, unless what was not read denies it: grant {words(missing)}"
        yield Claim(Verdict.UNKNOWN, said[0], console.arn, text, path, edge.records, missing)
    else:
        yield boundary.rests_on(Claim(Verdict.BROKEN, said[0], console.arn, said[1], path, edge.records), console)


def _window(boundary: Boundary) -> Iterator[Claim]:
    vendor = boundary.contract.vendor_access
    if vendor.mode == "granted" and vendor.until is not None and _moment(vendor.until) <= _moment(boundary.now):
        text = f"the contract's vendor window ended {vendor.until}: close it in the stack's setting vendor_access"
        path = (Hop("vendor_access", f"the contract opens it until {vendor.until}"),)
        yield boundary.rests_on(Claim(Verdict.BROKEN, "expired_window", "vendor_access", text, path), vendor)
    network = boundary.contract.network
    if network is None:
        return
    if network.internet_egress == "none":
        text = "no way out to the internet is declared: the console cannot call AutoMQ Cloud"
        yield boundary.rests_on(Claim(Verdict.HOLDS, "no_declared_egress", "egress", text), network)
    else:
        text = "the console calls AutoMQ Cloud through the NAT gateway with its client id: declared egress"
        yield boundary.rests_on(Claim(Verdict.HOLDS, "declared_egress", "egress", text), network)
