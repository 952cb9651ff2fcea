"""AutoMQ's side of the model: its own price, and what AWS charges the customer for what it runs on.

What AutoMQ bills by is that of "Usage-Based Billing" (docs.automq.com): compressed bytes written, read and kept, and
hours of uptime. Requests follow from the source of its S3 WAL (ObjectWALConfig): an upload each batch interval, or
each time a batch is full.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from poc.cost.confluent import hours_of_people
from poc.cost.line import ONE_MONTH, Bill, Factor, Group, Line, number
from poc.cost.volume import HOURS, MIB, SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from poc.cost.assumptions import Values
    from poc.cost.terms import Terms
    from poc.cost.volume import Volume

OWN_PRICE = "AutoMQ's own price"
_HOURS = Factor("hours", HOURS, "h")
_TO_MIB = Factor("MiB in a GiB", Decimal(1024))
_BY_USE = (
    ("written", "Data written", "GiB"),
    ("read", "Data read", "GiB"),
    ("stored", "Data kept", "GiB-months"),
    ("uptime", "Uptime", "hours"),
)


def lines(terms: Terms, volume: Volume, values: Values) -> Iterator[Line]:
    """The lines of a month."""
    yield from software(terms, volume)
    cloud = list(_cloud(terms, volume, values))
    yield from cloud
    yield from terms.automq.further
    yield _support(terms, Bill(tuple(cloud)))
    yield hours_of_people(terms, terms.people.automq, "automq_hours")


def software(terms: Terms, volume: Volume) -> Iterator[Line]:
    """AutoMQ's own price: by use, by the month, or one line that says that it is not known."""
    charges = terms.automq.charges
    amounts = {"written": volume.written, "read": volume.read, "stored": volume.stored, "uptime": HOURS}
    if not charges:
        lacks = "ask AutoMQ for an offer and write it under prices.automq"
        yield Line(Group.SOFTWARE, OWN_PRICE, (), "months", None, lacks, vital=True)
    for name, says, unit in _BY_USE:
        if name in charges:
            factors = (Factor(name, amounts[name], unit.partition("-")[0]),)
            yield Line(
                Group.SOFTWARE, f"{OWN_PRICE}: {says.lower()}", factors, unit, charges[name], meter=_METERS[name]
            )
    if "monthly" in charges:
        yield Line(Group.SOFTWARE, f"{OWN_PRICE}: a month", ONE_MONTH, "months", charges["monthly"])


_METERS = {"written": "written_gib", "read": "read_gib", "stored": "stored_gib", "uptime": ""}


def brokers(terms: Terms, volume: Volume) -> Decimal:
    """How many brokers the peak needs: each holds its write rate, or its read rate, or shares of both."""
    side = terms.automq
    load = volume.peak / side.write_each + volume.peak * volume.fan_out / side.read_each
    return max(Decimal(side.count), load.to_integral_value(ROUND_CEILING))


def _cloud(terms: Terms, volume: Volume, values: Values) -> Iterator[Line]:
    """What AWS charges."""
    aws, off = terms.aws, terms.aws_discount
    many = Factor("brokers", brokers(terms, volume))
    kind = terms.automq.kind
    lacks = f"add {kind} to stacks/prices.yaml"
    price = terms.instances.get(kind)
    hourly = (many, _HOURS)
    yield Line(
        Group.COMPUTE, f"Brokers ({kind})", hourly, "hours", price, lacks, "broker_hours", vital=True, discount=off
    )
    disk = Factor("GiB a broker", values["broker_disk"], "GiB")
    yield Line(Group.COMPUTE, "Brokers' volumes", (many, disk), "GB-months", aws["gp3_storage"], discount=off)
    stored = Factor("stored", volume.stored, "GiB")
    name, price = "Records in S3", aws["s3_storage"]
    yield Line(Group.STORAGE, name, (stored,), "GB-months", price, meter="stored_gib", discount=off)
    yield from _requests(terms, volume, values, many)
    share = Factor("cross-zone share", values["cross_zone"])
    moved = Factor("(written + read)", volume.written + volume.read, "GiB")
    name, price = "Clients and brokers of two zones", aws["cross_zone"]
    yield Line(Group.TRAFFIC, name, (moved, share), "GB", price, meter="cross_zone_gib", discount=off)
    yield from _logs(terms, volume, values, many)
    yield from terms.automq.fixed


def _requests(terms: Terms, volume: Volume, values: Values, many: Factor) -> Iterator[Line]:
    """Requests to S3, and what follows from each: an audit event, that event's log entry, a request to KMS."""
    aws, off = terms.aws, terms.aws_discount
    written, read = Factor("written", volume.written, "GiB"), Factor("read", volume.read, "GiB")
    part = Factor("MiB a part", values["part_mib"], "MiB", divides=True)
    again = Factor("rewrites", values["rewrites"])
    puts = [
        (
            "Uploads of the write-ahead log",
            (many, _uploads(volume, values, many.value), Factor("seconds", SECONDS, "s")),
        ),
        ("Uploads of records", (written, _TO_MIB, part)),
        ("Uploads by compaction", (written, again, _TO_MIB, part)),
    ]
    catch_up, fetched = (
        Factor("catch-up share", values["catch_up"]),
        Factor("MiB a read", values["read_mib"], "MiB", divides=True),
    )
    gets = [
        ("Reads by compaction", (written, again, _TO_MIB, part)),
        ("Reads of consumers that lag", (read, catch_up, _TO_MIB, fetched)),
    ]
    made: list[Line] = []
    for rows, price, meter in ((puts, "s3_put", "s3_puts"), (gets, "s3_get", "s3_gets")):
        for name, factors in rows:
            made.append(Line(Group.REQUESTS, name, factors, "requests", aws[price], meter=meter, discount=off))
    yield from made
    requests = Factor("S3 requests", sum((line.quantity for line in made), Decimal(0)))
    name = "Audit events of requests to S3"
    yield Line(Group.LOGGING, name, (requests,), "events", aws["data_event"], meter="data_events", discount=off)
    size = (Factor("KiB an event", values["event_kib"], "KiB"), Factor("KiB in a GiB", Decimal(1 << 20), divides=True))
    name = "The same in the trail's log group"
    yield Line(Group.LOGGING, name, (requests, *size), "GB", aws["log_ingestion"], meter="trail_log_gib", discount=off)
    share = Factor("share that reaches KMS", values["kms_share"])
    name = "Requests to KMS"
    yield Line(
        Group.REQUESTS, name, (requests, share), "requests", aws["kms_request"], meter="kms_requests", discount=off
    )


def _uploads(volume: Volume, values: Values, many: Decimal) -> Factor:
    """Uploads a second of a broker: one each interval, more where batches are full before."""
    by_time = 1000 / values["batch_ms"]
    by_size = volume.ingress / MIB / many / values["batch_mib"]
    each, batch = number(volume.ingress / MIB / many), number(values["batch_mib"])
    said = f"the larger of 1000 ÷ {number(values['batch_ms'])} ms and {each} MiB/s ÷ {batch} MiB"
    return Factor(f"uploads a second ({said})", max(by_time, by_size), "a second")


def _logs(terms: Terms, volume: Volume, values: Values, many: Factor) -> Iterator[Line]:
    aws, off = terms.aws, terms.aws_discount
    each = Factor("GiB a broker", values["broker_logs"], "GiB")
    price = aws["log_ingestion"]
    yield Line(Group.LOGGING, "Brokers' logs", (many, each), "GB", price, meter="broker_log_gib", discount=off)
    # Written once to a broker and once to S3, read once from a broker.
    moved = Factor("(2 × written + read)", 2 * volume.written + volume.read, "GiB")
    flows = (Factor("GiB a TiB", values["flow_logs"], "GiB"), Factor("GiB in a TiB", Decimal(1024), divides=True))
    price = aws["flow_log_delivery"]
    yield Line(Group.LOGGING, "Flow logs", (moved, *flows), "GB", price, meter="flow_log_gib", discount=off)


def _support(terms: Terms, cloud: Bill) -> Line:
    factors = (Factor("AWS's lines above", cloud.usd, "USD"),)
    lacks = "say prices.aws.support, with 0 percent where there is none"
    return Line(Group.SUPPORT, "AWS support", factors, "USD", terms.support, lacks)


def bytes_a_month(volume: Volume) -> tuple[tuple[str, Decimal, Decimal], ...]:
    """What is written, read and kept in GiB: compressed as it is billed, and uncompressed."""
    rows = (("written a month", volume.written), ("read a month", volume.read), ("kept, one copy", volume.stored))
    return tuple((name, amount, amount * volume.ratio) for name, amount in rows)
