"""What the cost model says of a workload, and of what it does not know."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from poc.cost.assumptions import defaults
from poc.cost.model import Model, break_evens, ranges, room, sensitivities
from poc.cost.terms import Automq, Confluent, People, Terms
from poc.cost.volume import Volume
from stacks.prices import Price, Tier, prices

if TYPE_CHECKING:
    from poc.cost.line import Line

MIB = Decimal(1 << 20)
VOLUME = Volume(20 * MIB, 60 * MIB, Decimal(3), 20 * MIB * 7 * 86400, Decimal(3), 960)


def price(usd: str, per: str = "hour") -> Price:
    return Price(usd=Decimal(usd), per=per, source="an offer", basis="given", date=dt.date(2026, 11, 2))


METRICS = {
    "KafkaNumCKUs": price("2"),
    "KafkaNetworkWrite": price("0.04", "GB"),
    "KafkaNetworkRead": price("0.04", "GB"),
    "KafkaStorage": price("0.0001", "GB-hour"),
}


def terms(**more: object) -> Terms:
    listed = prices()
    return Terms(
        confluent=Confluent(METRICS, Decimal(2), stepped=True, network="private-link", endpoints=1),
        automq=Automq({"monthly": price("4000", "month")}, "r6i.large", 3, 30 * MIB, 60 * MIB),
        aws={name: listed.price(name) for name in listed.prices},
        instances={"r6i.large": price("0.126")},
        people=People(price("100"), Decimal(20), Decimal(60)),
        **more,
    )


@pytest.fixture
def model() -> Model:
    return Model(VOLUME, terms(), defaults())


def line(model: Model, name: str) -> Line:
    return next(line for line in (*model.automq().lines, *model.confluent().lines) if line.name == name)


def test_a_log_of_250_ms_is_four_uploads_a_second_and_broker(model: Model) -> None:
    uploads = line(model, "Uploads of the write-ahead log")
    assert uploads.quantity == 5 * 4 * 730 * 3600
    assert uploads.usd == Decimal("262.80")
    # 10,512,000 uploads of a broker cost 52.56 a month, and their audit events 10.51 more.
    one = model.with_(replace(VOLUME, ingress=MIB, peak=MIB), replace(terms(), automq=replace(terms().automq, count=1)))
    assert line(one, "Uploads of the write-ahead log").usd == Decimal("52.56")


def test_full_batches_upload_more_often_than_the_interval(model: Model) -> None:
    large = replace(terms().automq, write_each=10_000 * MIB, read_each=10_000 * MIB)
    loaded = model.with_(VOLUME.scaled(load=Decimal(100)), replace(terms(), automq=large))
    uploads = line(loaded, "Uploads of the write-ahead log")
    # 2,000 MiB/s in batches of 8 MiB, whatever the number of brokers.
    assert uploads.quantity.quantize(Decimal(1)) == 250 * 730 * 3600


def test_brokers_follow_the_peak_and_never_fall_below_the_zones(model: Model) -> None:
    assert line(model, "Brokers (r6i.large)").factors[0].value == 5
    assert line(model.with_(VOLUME.scaled(load=Decimal("0.01"))), "Brokers (r6i.large)").factors[0].value == 3


def test_compressed_bytes_are_billed_and_better_compression_lowers_both_sides(model: Model) -> None:
    better = model.with_(VOLUME.compressed(Decimal(2)))
    assert better.volume.written == VOLUME.written / 2
    assert better.confluent().usd < model.confluent().usd
    assert better.automq().usd < model.automq().usd


def test_compression_cannot_make_records_larger_than_they_are() -> None:
    assert VOLUME.compressed(Decimal("0.1")).ratio == 1


def test_each_tier_charges_its_own_part() -> None:
    tiered = Price(
        usd=Decimal(3), per="GB", source="s", basis="given",
        tiers=(Tier(usd=Decimal(3), up_to=Decimal(10)), Tier(usd=Decimal(2), up_to=Decimal(30)), Tier(usd=Decimal(1))),
    )  # fmt: skip
    assert [tiered.exact(Decimal(n)) for n in (5, 10, 30, 40)] == [15, 30, 70, 80]


def test_without_automqs_price_nothing_is_compared_and_the_room_for_it_is_said(model: Model) -> None:
    unpriced = model.with_(terms=replace(terms(), automq=replace(terms().automq, charges={})))
    assert not unpriced.comparable
    assert [line.name for line in unpriced.automq().unpriced if line.vital] == ["AutoMQ's own price"]
    assert list(break_evens(unpriced)) == []
    # At exactly that price both sides cost the same.
    found = room(unpriced)
    assert found is not None
    at_room = replace(terms(), automq=replace(terms().automq, charges={"monthly": price(str(found), "month")}))
    assert model.with_(terms=at_room).saved == 0


def test_without_confluents_prices_nothing_is_compared_and_no_room_is_said(model: Model) -> None:
    unpriced = model.with_(terms=replace(terms(), confluent=Confluent({}, None)))
    assert not unpriced.comparable
    assert room(unpriced) is None


def test_both_sides_cost_the_same_at_a_break_even(model: Model) -> None:
    found = {one.name: one.factor for one in break_evens(model)}
    factor = found["Confluent's prices"]
    assert factor is not None
    met = model.with_(terms=terms().confluent_times(factor))
    assert abs(met.saved) < 1


def test_a_side_that_is_dearer_everywhere_meets_nowhere() -> None:
    dear = replace(terms(), automq=replace(terms().automq, charges={"monthly": price("9000000", "month")}))
    found = {one.name: one.factor for one in break_evens(Model(VOLUME, dear, defaults()))}
    assert found["retention"] is None


def test_changes_reach_only_the_side_that_pays_for_them(model: Model) -> None:
    found = {(one.name, one.factor): one for one in sensitivities(model)}
    twice = found["fan-out", Decimal(2)]
    assert twice.confluent > model.confluent().usd
    assert twice.automq > model.automq().usd
    cheaper = found["Confluent's prices", Decimal("0.75")]
    assert cheaper.confluent < model.confluent().usd
    assert cheaper.automq == model.automq().usd
    assert {one.name for one in found.values()} >= {"load", "fan-out", "retention", "compression", "AutoMQ's own price"}


def test_whole_capacity_units_follow_the_load() -> None:
    assert terms().units_times(Decimal("1.25")).confluent.units == 3


def test_a_range_holds_the_likely_sum(model: Model) -> None:
    for span in ranges(model).values():
        assert span.low < span.likely <= span.high


def test_a_discount_is_taken_off_of_every_price_of_aws(model: Model) -> None:
    less = model.with_(terms=terms(aws_discount=Decimal("0.5")))
    assert line(less, "Brokers (r6i.large)").usd == line(model, "Brokers (r6i.large)").usd / 2
    assert line(less, "AutoMQ's own price: a month").usd == Decimal(4000)


def test_an_instance_without_a_price_is_not_free(model: Model) -> None:
    other = replace(terms(), instances={})
    assert line(model.with_(terms=other), "Brokers (r6i.large)").usd is None
    assert not model.with_(terms=other).comparable
