"""Whether what the stack makes fits into the account's quotas, beside what is there already."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from audit.model.facts import Unknown
from audit.preflight.asking import alone, each
from audit.preflight.judged import Judged, broken, holds, unknown
from audit.preflight.quotas import Count, Quota, allowed, asks, cited, count, of
from audit.preflight.seen import granting, unread
from audit.services import rows
from audit.services.row import Row, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.intended import Intended
    from audit.preflight.seen import Seen

TITLE = "The stack fits into the account's quotas"
_LIMIT = Row(
    "route53", "GetAccountLimit", "route53:GetAccountLimit", "Shows how many hosted zones there are and may be.",
    Scope.GLOBAL,
)  # fmt: skip
_ADDRESSES = Row("ec2", "DescribeAddresses", "ec2:DescribeAddresses", "Shows how many Elastic IP addresses there are.")


def reads(intended: Intended, _caller: str) -> Iterator[Row]:
    """The quotas of what the stack makes, and the listings that count it."""
    wanted = of(intended)
    listings = {quota.listing for quota in wanted}
    listings |= {"ec2:DescribeSubnets" for quota in wanted if quota.per == "zone"}
    listings |= {"ec2:DescribeVpcs" for quota in wanted if quota.per == "vpc"}
    yield from alone(*sorted(listings & rows().keys()))
    if _ADDRESSES.name in listings:
        yield _ADDRESSES
    yield from each(_LIMIT, ({"Type": quota.limit} for quota in wanted if quota.limit))
    yield from asks(quota.asked for quota in wanted if quota.asked is not None)


def check(seen: Seen) -> Iterator[Judged]:
    """One sentence a quota; those that could not be read for the same reason in one."""
    unsaid: dict[tuple[str, str], list[str]] = {}
    for quota in of(seen.intended):
        most, found = allowed(seen, quota), count(seen, quota)
        if isinstance(most, Unknown):
            unsaid.setdefault((most.permission, most.code), []).append(_beside(quota, found))
        elif isinstance(found, Unknown):
            yield unread(quota.title, f"how many {quota.title} there are", found)
        else:
            yield _judged(seen, quota, most, found)
    for (permission, code), told in unsaid.items():
        yield _unsaid(seen, permission, code, told)


def _judged(seen: Seen, quota: Quota, most: int, found: Count) -> Judged:
    where = f" in {found.place}" if quota.per == "zone" else ""
    text = f"{quota.title}{where}: {found.used} there, {found.more} to make, {most} allowed"
    evidence = list(_evidence(seen, quota))
    if found.used + found.more <= most:
        return holds("fits", quota.title, text, *evidence)
    need = found.used + found.more
    by_request = (
        f"aws service-quotas request-service-quota-increase --service-code {quota.service} --quota-code {quota.code}"
    )
    way = f"ask for {need}: {by_request} --desired-value {need}" if quota.code else "ask AWS Support for more"
    if quota.fixed:
        way = "AWS raises it for nobody: remove what is not needed, or deploy in another account"
    return broken("exceeded", quota.title, text, *evidence, way_out=way)


def _evidence(seen: Seen, quota: Quota) -> Iterator[str]:
    """The records that a sentence rests on."""
    yield seen.evidence(quota.listing, {"Type": quota.limit} if quota.limit is not None else None)
    if quota.asked is not None:
        yield from cited(seen, quota.asked)


def _beside(quota: Quota, found: Count | Unknown) -> str:
    """What is known although the quota is not; the default is no proof, an account's own may be lower."""
    if isinstance(found, Unknown):
        return f"{quota.title} (nor how many there are: {found.permission}; AWS's default is {quota.default})"
    return f"{quota.title} ({found.used} there, {found.more} to make; AWS's default is {quota.default})"


def _unsaid(seen: Seen, permission: str, code: str, told: list[str]) -> Judged:
    text = f"how many AWS allows the account could not be read ({code}): {'; '.join(told)}"
    way, account = granting(permission), seen.intended.account
    judged = unknown("quota_not_read", account, text, way_out=way, missing=(permission,))
    return replace(judged, details=tuple(told))
