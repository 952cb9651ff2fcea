"""Both sides of one workload, what they range between, how they answer to changes, and where they meet."""

from __future__ import annotations

from collections.abc import Callable  # noqa: TC003  # a dataclass below names it
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from poc.cost import automq, confluent
from poc.cost.assumptions import likely
from poc.cost.line import Bill, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from poc.cost.assumptions import Assumption, Values
    from poc.cost.terms import Terms
    from poc.cost.volume import Volume

_SIDES = ("confluent", "automq")
_GROWS = ("load", "fan-out", "retention")
_FINE = Decimal("0.0001")
_FURTHEST, _STEPS, _HALVINGS = 16, 4, 24
"""How far a break-even is looked for, ×1/16 to ×16; in how many steps each doubling, and how finely."""


@dataclass(frozen=True, slots=True)
class Model:
    """A workload, terms and assumptions."""

    volume: Volume
    terms: Terms
    assumptions: Mapping[str, Assumption]

    @property
    def values(self) -> dict[str, Decimal]:
        """The likely value of each assumption."""
        return likely(self.assumptions)

    def confluent(self, values: Values | None = None) -> Bill:
        """Confluent's side."""
        return Bill(tuple(confluent.lines(self.terms, self.volume, values or self.values)))

    def automq(self, values: Values | None = None) -> Bill:
        """AutoMQ's side."""
        return Bill(tuple(automq.lines(self.terms, self.volume, values or self.values)))

    @property
    def comparable(self) -> bool:
        """Whether all that a comparison rests on has a price, on both sides."""
        return self.confluent().whole and self.automq().whole

    @property
    def saved(self) -> Decimal:
        """What Confluent's side costs a month more than AutoMQ's."""
        return self.confluent().usd - self.automq().usd

    def with_(self, volume: Volume | None = None, terms: Terms | None = None) -> Model:
        """The same with another workload or other terms."""
        return Model(volume or self.volume, terms or self.terms, self.assumptions)


@dataclass(frozen=True, slots=True)
class Range:
    """A side's sum when every assumption is at the end that is cheap for it, likely, or dear."""

    low: Decimal
    likely: Decimal
    high: Decimal


def ranges(model: Model) -> dict[str, Range]:
    """The range of each side."""
    return {side: _range(model, side) for side in _SIDES}


def _range(model: Model, side: str) -> Range:
    bill = model.confluent if side == "confluent" else model.automq
    low, high, values = {}, {}, model.values
    for name, one in model.assumptions.items():
        costs = {end: bill({**values, name: end}).usd for end in (one.low, one.high)}
        low[name], high[name] = sorted(costs, key=costs.__getitem__) if len(costs) > 1 else (one.low, one.high)
    return Range(bill(low).usd, bill(values).usd, bill(high).usd)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that may come otherwise: what the model says then."""

    name: str
    of: Callable[[Model, Decimal], Model]
    factors: tuple[Decimal, ...]
    unit: str = ""
    now: Callable[[Model], Decimal] | None = None


_QUARTER = (Decimal("0.75"), Decimal("1.25"))
_TWICE = (Decimal(2),)
CHANGES = (
    Change(
        "load", lambda m, f: m.with_(m.volume.scaled(load=f), m.terms.units_times(f)), _QUARTER, "MiB/s",
        lambda m: m.volume.ingress / 2**20,
    ),
    Change("fan-out", lambda m, f: m.with_(m.volume.scaled(fan_out=f)), _TWICE, "reads", lambda m: m.volume.fan_out),
    Change("retention", lambda m, f: m.with_(m.volume.scaled(kept=f)), _TWICE, "GiB kept", lambda m: m.volume.stored),
    Change("compression", lambda m, f: m.with_(m.volume.compressed(f)), _QUARTER, "ratio", lambda m: m.volume.ratio),
    Change("Confluent's prices", lambda m, f: m.with_(terms=m.terms.confluent_times(f)), _QUARTER),
    Change("AutoMQ's own price", lambda m, f: m.with_(terms=m.terms.automq_times(f)), _QUARTER),
    Change(
        "hours of people on AutoMQ's side", lambda m, f: m.with_(terms=m.terms.people_times(f)), _QUARTER, "h a month",
        lambda m: m.terms.people.automq or Decimal(0),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What both sides come to when one thing is a factor of what it is."""

    name: str
    factor: Decimal
    confluent: Decimal
    automq: Decimal


def sensitivities(model: Model) -> Iterator[Sensitivity]:
    """Both sides under each change."""
    for change in CHANGES:
        for factor in change.factors:
            other = change.of(model, factor)
            yield Sensitivity(change.name, factor, other.confluent().usd, other.automq().usd)


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Where both sides cost the same: at a factor of what a thing is now, or nowhere that was looked."""

    name: str
    factor: Decimal | None
    at: Decimal | None
    unit: str


def break_evens(model: Model) -> Iterator[BreakEven]:
    """The nearest break-even of each change; none where the sides cannot be compared."""
    if not model.comparable:
        return
    for change in CHANGES:
        factor = _crossing(model, change)
        at = change.now(model) * factor if factor is not None and change.now is not None else None
        yield BreakEven(change.name, factor, at, change.unit)


def _crossing(model: Model, change: Change) -> Decimal | None:
    """The factor nearest to 1 at which the sides meet."""
    found = [
        factor
        for up in (True, False)
        if (factor := _towards(lambda factor: change.of(model, factor).saved, up=up)) is not None
    ]
    return min(found, key=lambda factor: max(factor, 1 / factor), default=None)


def _towards(saved: Callable[[Decimal], Decimal], *, up: bool) -> Decimal | None:
    step = Decimal(2) ** (1 / Decimal(_STEPS))
    near = Decimal(1)
    sign = saved(near) > 0
    while (near < _FURTHEST) if up else (near > 1 / Decimal(_FURTHEST)):
        far = near * step if up else near / step
        if (saved(far) > 0) != sign:
            return _halved(saved, near, far, sign=sign)
        near = far
    return None


def _halved(saved: Callable[[Decimal], Decimal], near: Decimal, far: Decimal, *, sign: bool) -> Decimal:
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        if (saved(middle) > 0) == sign:
            near = middle
        else:
            far = middle
    return near


@dataclass(frozen=True, slots=True)
class Curve:
    """What both sides come to over one thing, from a quarter of what it is to four times that."""

    name: str
    unit: str
    now: Decimal
    points: tuple[tuple[Decimal, Decimal, Decimal], ...]


def curves(model: Model) -> Iterator[Curve]:
    """The curves of what a workload may grow in."""
    for change in CHANGES:
        if change.name in _GROWS and change.now is not None:
            now = change.now(model)
            points = [_point(model, change, now, Decimal(2) ** (Decimal(step) / 4)) for step in range(-8, 9)]
            yield Curve(change.name, change.unit, now, tuple(points))


def _point(model: Model, change: Change, now: Decimal, factor: Decimal) -> tuple[Decimal, Decimal, Decimal]:
    other = change.of(model, factor)
    return (now * factor).quantize(_FINE), other.confluent().usd, other.automq().usd


def room(model: Model) -> Decimal | None:
    """What AutoMQ's own price may come to a month until both sides cost the same; None where another price lacks."""
    own = {line.name for line in automq.software(model.terms, model.volume)}
    bill = model.automq()
    rest = Bill(tuple(line for line in bill.lines if line.name not in own))
    return model.confluent().usd - rest.usd if model.confluent().whole and rest.whole else None


def once(model: Model) -> tuple[tuple[str, Decimal | None, str], ...]:
    """What the move costs once: name, US dollars or None, and how."""
    people = model.terms.people
    hour, move = people.hour, people.move
    work = None if hour is None or move is None else hour.exact(move)
    days = people.both_run / 86400
    both = model.automq().usd * days * 24 / 730 if people.both_run and model.automq().whole else None
    return (
        ("People's time for the move", work, "hours of the move × price of an hour"),
        ("Both clusters at the same time", both, f"AutoMQ's month × {number(days)} days × 24 h ÷ 730 h"),
    )
