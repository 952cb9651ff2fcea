"""cost.json: the model as a document; format ``byoc-cost/1``. Amounts are decimal texts, US dollars to the cent."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  # pydantic reads the annotation when it builds the model
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict

from poc.cost.automq import brokers, bytes_a_month
from poc.cost.line import Group, cents
from poc.cost.meters import at_load
from poc.cost.meters import measured as beside
from poc.cost.model import break_evens, curves, once, ranges, room, sensitivities

if TYPE_CHECKING:
    from poc.cost.line import Bill, Line
    from poc.cost.meters import Meters
    from poc.cost.model import Model
    from poc.cost.resolve import Resolved
    from stacks.prices import Price

FORMAT = "byoc-cost/1"
LABELS = {False: "MODEL", True: "MODEL and MEASURED"}


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")


class PriceRow(_Row):
    """A price with what it is for, its source, its day and how far it was checked."""

    usd: Decimal
    per: str
    source: str
    date: dt.date | None
    basis: str
    tiers: tuple[tuple[Decimal, Decimal | None], ...] = ()

    @classmethod
    def of(cls, price: Price) -> Self:
        """The row of a price."""
        tiers = tuple((tier.usd, tier.up_to) for tier in price.tiers)
        source = f"{price.source}, as quoted by {price.quoted_by}" if price.quoted_by else price.source
        return cls(usd=price.usd, per=price.per, source=source, date=price.date, basis=price.basis, tiers=tiers)


class LineRow(_Row):
    """A line of a side's bill."""

    group: Group
    name: str
    formula: str
    numbers: str
    quantity: Decimal
    unit: str
    price: PriceRow | None
    discount: Decimal
    usd: Decimal | None
    lacks: str
    vital: bool

    @classmethod
    def of(cls, line: Line) -> Self:
        """The row of a line."""
        price = PriceRow.of(line.price) if line.price is not None else None
        return cls(
            group=line.group, name=line.name, formula=line.formula, numbers=line.numbers, quantity=line.quantity,
            unit=line.unit, price=price, discount=line.discount, usd=line.usd, vital=line.vital,
            lacks=line.lacks if line.price is None else "",
        )  # fmt: skip


class SideRow(_Row):
    """What a side costs a month: its lines, their sum, its range, and whether all that matters has a price."""

    lines: tuple[LineRow, ...]
    usd: Decimal
    low: Decimal
    high: Decimal
    whole: bool

    @property
    def weak(self) -> bool:
        """Whether a price is a weak list price."""
        return any(line.price is not None and line.price.basis == "weak" for line in self.lines)

    @property
    def unpriced(self) -> tuple[LineRow, ...]:
        """The lines without a price."""
        return tuple(line for line in self.lines if line.price is None)


class BytesRow(_Row):
    """GiB as they are sent and billed, and what they are uncompressed."""

    name: str
    compressed_gib: Decimal
    uncompressed_gib: Decimal


class ChangeRow(_Row):
    """What both sides come to when one thing is a factor of what it is."""

    name: str
    factor: Decimal
    confluent: Decimal
    automq: Decimal


class BreakEvenRow(_Row):
    """Where both sides cost the same; ``factor`` None where that is nowhere between ×1/16 and ×16."""

    name: str
    factor: Decimal | None
    at: Decimal | None
    unit: str


class CurveRow(_Row):
    """Both sides over one thing: points of its value, Confluent's side and AutoMQ's."""

    name: str
    unit: str
    now: Decimal
    points: tuple[tuple[Decimal, Decimal, Decimal], ...]


class OnceRow(_Row):
    """What the move costs once."""

    name: str
    usd: Decimal | None
    formula: str


class AssumptionRow(_Row):
    """What the model assumes."""

    name: str
    what: str
    low: Decimal
    likely: Decimal
    high: Decimal
    source: str


class MeasuredRow(_Row):
    """A meter of the run: the model at the run's load, and what was counted, for a month of 730 hours."""

    meter: str
    lines: tuple[str, ...]
    unit: str
    modelled: Decimal
    modelled_usd: Decimal
    counted: Decimal | None
    counted_usd: Decimal | None


class RunRow(_Row):
    """The run whose meters stand beside the model."""

    source: str
    since: dt.datetime
    until: dt.datetime
    hours: Decimal
    written_gib: Decimal
    read_gib: Decimal
    stored_gib: Decimal
    meters: tuple[MeasuredRow, ...]


class CostResult(_Row):
    """The whole cost model of a case."""

    format: Literal["byoc-cost/1"] = "byoc-cost/1"
    case: str
    label: str
    region: str
    hours_a_month: int
    brokers: int
    compression_ratio: Decimal
    bytes: tuple[BytesRow, ...]
    confluent: SideRow
    automq: SideRow
    comparable: bool
    saved: Decimal | None
    room: Decimal | None
    sensitivities: tuple[ChangeRow, ...]
    break_evens: tuple[BreakEvenRow, ...]
    curves: tuple[CurveRow, ...]
    once: tuple[OnceRow, ...]
    assumptions: tuple[AssumptionRow, ...]
    run: RunRow | None
    notes: tuple[str, ...]

    def text(self) -> str:
        """The document as cost.json holds it."""
        return self.model_dump_json(indent=1) + "\n"


def result(case: str, resolved: Resolved, region: str, meters: Meters | None = None) -> CostResult:
    """The document of a case."""
    model, comparable = resolved.model, resolved.model.comparable
    span = ranges(model)
    sides = {
        name: _side(bill, span[name].low, span[name].high)
        for name, bill in (("confluent", model.confluent()), ("automq", model.automq()))
    }
    open_room = room(model)
    return CostResult(
        case=case,
        label=LABELS[meters is not None],
        region=region,
        hours_a_month=730,
        brokers=int(brokers(model.terms, model.volume)),
        compression_ratio=model.volume.ratio,
        bytes=tuple(
            BytesRow(name=name, compressed_gib=_shown(small), uncompressed_gib=_shown(large))
            for name, small, large in bytes_a_month(model.volume)
        ),
        confluent=sides["confluent"],
        automq=sides["automq"],
        comparable=comparable,
        saved=model.saved if comparable else None,
        room=open_room,
        sensitivities=tuple(
            ChangeRow(name=one.name, factor=one.factor, confluent=one.confluent, automq=one.automq)
            for one in sensitivities(model)
        ),
        break_evens=tuple(
            BreakEvenRow(name=one.name, factor=_maybe(one.factor), at=_maybe(one.at), unit=one.unit)
            for one in break_evens(model)
        ),
        curves=tuple(
            CurveRow(name=one.name, unit=one.unit, now=_shown(one.now), points=one.points) for one in curves(model)
        ),
        once=tuple(
            OnceRow(name=name, usd=None if usd is None else cents(usd), formula=how) for name, usd, how in once(model)
        ),
        assumptions=tuple(
            AssumptionRow(name=name, **one.model_dump(include={"what", "low", "likely", "high", "source"}))
            for name, one in model.assumptions.items()
        ),
        run=_run(model, meters) if meters is not None else None,
        notes=resolved.notes,
    )


def _side(bill: Bill, low: Decimal, high: Decimal) -> SideRow:
    lines = tuple(LineRow.of(line) for line in bill.lines)
    return SideRow(lines=lines, usd=bill.usd, low=low, high=high, whole=bill.whole)


def _run(model: Model, meters: Meters) -> RunRow:
    volume = at_load(model, meters).volume
    rows = tuple(
        MeasuredRow(
            meter=one.meter, lines=one.lines, unit=one.unit, modelled=_shown(one.modelled),
            modelled_usd=one.modelled_usd, counted=_maybe(one.counted), counted_usd=one.counted_usd,
        )
        for one in beside(model, meters)
    )  # fmt: skip
    return RunRow(
        source=meters.source, since=meters.since, until=meters.until, hours=_shown(meters.hours),
        written_gib=_shown(volume.written), read_gib=_shown(volume.read), stored_gib=_shown(volume.stored), meters=rows,
    )  # fmt: skip


def _shown(value: Decimal) -> Decimal:
    """A number without the digits that no reader needs."""
    return value.quantize(Decimal("0.0001"))


def _maybe(value: Decimal | None) -> Decimal | None:
    return None if value is None else _shown(value)
