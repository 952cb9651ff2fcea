"""The cost model for people: cost.md, and the lines on a console."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from poc.cost.line import money, number
from poc.markdown import page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from poc.cost.result import CostResult, LineRow, PriceRow, SideRow

CHECKED = {
    "given": "the customer's own",
    "read": "its page was read",
    "quoted": "a dated page quotes it",
    "recalled": "from memory, read its page first",
    "weak": "WEAK: third parties transcribed it",
}
"""How far a price was checked, in words."""
NOT_COUNTED = (
    "taxes, free tiers and minimum commitments",
    "CloudWatch metrics, backups of the console's volume, and data of the control plane's endpoints",
    "objects in S3 that wait for compaction or deletion, and audit events of deletions",
    "traffic of clients to other regions or to the internet",
    "traffic between zones within PrivateLink and a transit gateway, which AWS has not charged since April 2022",
)
"""What neither side's sum has in it."""


def markdown(found: CostResult) -> str:
    """cost.md."""
    filters: dict[str, Callable[..., Any]] = {"usd": _usd, "number": number, "price": price, "off": _off}
    values = {"found": found, "prices": list(prices(found)), "checked": CHECKED, "not_counted": NOT_COUNTED}
    return page(__package__, "cost.md.j2", filters, payback=payback(found), **values)


def prices(found: CostResult) -> Iterator[tuple[str, PriceRow]]:
    """Every price once, with the lines that it charges."""
    named: dict[PriceRow, list[str]] = {}
    for side in (found.confluent, found.automq):
        for line in side.lines:
            if line.price is not None:
                named.setdefault(line.price, []).append(line.name)
    for one, names in named.items():
        yield ", ".join(dict.fromkeys(names)), one


def price(one: PriceRow) -> str:
    """A price in words, such as ``$0.005 for 1,000 requests``; of several tiers, all."""
    if one.per == "USD":
        return f"{number(one.usd * 100)} % of it" if one.usd < 1 else "as billed"
    if not one.tiers:
        return f"${number(one.usd)} for {_one(one.per)}"
    tiers = (f"${number(usd)}" + (f" to {number(top)}" if top is not None else " above") for usd, top in one.tiers)
    return f"{', '.join(tiers)} for {_one(one.per)}"


def _one(per: str) -> str:
    return per if per[0].isdigit() else f"{'an' if per == 'hour' else 'a'} {per}"


def _usd(amount: Decimal | None) -> str:
    return "not priced" if amount is None else money(amount)


def _off(line: LineRow) -> str:
    return f", less {number(line.discount * 100)} %" if line.discount else ""


def payback(found: CostResult) -> Decimal | None:
    """After how many months the move has paid for itself; None where it does not, or something lacks a price."""
    if found.saved is None or found.saved <= 0 or any(one.usd is None for one in found.once):
        return None
    return sum((one.usd for one in found.once if one.usd is not None), Decimal(0)) / found.saved


def shown(found: CostResult) -> Iterator[str]:
    """What the command prints."""
    yield f"{found.label}: {found.case}, US dollars a month of 730 hours, AWS prices of {found.region}"
    for name, side in (("Confluent", found.confluent), ("AutoMQ", found.automq)):
        yield ""
        yield f"{name}  {money(side.usd)}  (from {money(side.low)} to {money(side.high)}){_open(side)}"
        for line in side.lines:
            yield f"  {line.name:<44}{_usd(line.usd):>14}  {line.formula}{_off(line)}"
            if line.lacks:
                yield f"  {'':<44}{'':>14}  {line.lacks}"
    yield ""
    yield from _compared(found)
    for note in found.notes:
        yield f"note: {note}"


def _open(side: SideRow) -> str:
    many = len(side.unpriced)
    return f", {many} {'line' if many == 1 else 'lines'} not priced" if many else ""


def _compared(found: CostResult) -> Iterator[str]:
    if found.saved is None:
        yield "no difference is shown: a line that a comparison rests on has no price"
    else:
        yield f"difference  {money(found.saved)} a month"
    if found.room is not None:
        yield f"AutoMQ's own price may come to {money(found.room)} a month until both sides cost the same"
    for one in found.break_evens:
        at = f" ({number(one.at)} {one.unit})" if one.at is not None else ""
        where = f"at ×{number(one.factor)}{at}" if one.factor is not None else "nowhere between ×1/16 and ×16"
        yield f"equal by {one.name}: {where}"
