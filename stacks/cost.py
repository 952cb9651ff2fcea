"""The fixed monthly cost of a footprint, from a small dated price file; what depends on use carries no number."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from components.layout import Purpose, Wal
from stacks.cluster_settings import Eks
from stacks.endpoint_services import made_endpoints
from stacks.prices import CENT, STALE_AFTER_DAYS, prices
from stacks.wal_settings import FileSystems

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from stacks.prices import Basis, Price, Prices
    from stacks.settings import Settings

_SECRETS = 2  # the configuration that AutoMQ Cloud issues, and the console's first credentials


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an estimate; ``monthly_usd`` is None for what depends on use or has no price here."""

    component: str
    quantity: float
    unit: str
    monthly_usd: Decimal | None
    usage_based: bool
    source: str
    price: Price | None = None

    @property
    def basis(self) -> Basis | None:
        """How far its price was checked."""
        return self.price.basis if self.price is not None else None


@dataclass(frozen=True, slots=True)
class Estimate:
    """The lines, and what must be said beside them: stale prices, another region, a missing price."""

    lines: tuple[Line, ...]
    notes: tuple[str, ...]

    @property
    def fixed_usd(self) -> Decimal:
        """The sum of the fixed lines that have a price, a month."""
        return sum((line.monthly_usd or Decimal(0) for line in self.lines), Decimal(0))


def estimate(settings: Settings, as_of: date | None = None, listed: Prices | None = None) -> Estimate:
    """The fixed monthly cost of the footprint that these settings make; prices older than 180 days are flagged."""
    listed = listed or prices()
    fixed = tuple(_fixed(settings, listed))
    asked = {
        "private_link": settings.clients.private_link,
        "no_internet": settings.no_internet,
        "file_systems": _file_systems(settings),
        "instances": settings.cluster is None or None,
    }
    usage = tuple(
        Line(u.component, 0, u.unit, None, usage_based=True, source=u.source)
        for u in listed.usage
        if u.only is None or asked[u.only] is not None
    )
    return Estimate((*fixed, *usage), tuple(_notes(settings, listed, as_of, fixed)))


def rows(found: Estimate) -> list[tuple[str, str, str]]:
    """The estimate as a table: component, quantity with unit, US dollars a month."""
    table = [
        (line.component, "" if line.usage_based else f"{line.quantity:g} {line.unit}".strip(), _money(line))
        for line in found.lines
    ]
    return [*table, ("Fixed, a month", "", f"${found.fixed_usd:.2f}")]


def _money(line: Line) -> str:
    if line.usage_based:
        return f"by use ({line.unit})"
    return "no price listed" if line.monthly_usd is None else f"${line.monthly_usd:.2f}"


def _notes(settings: Settings, listed: Prices, as_of: date | None, fixed: Sequence[Line]) -> Iterator[str]:
    age = (as_of - listed.date).days if as_of is not None else 0
    if age > STALE_AFTER_DAYS:
        yield f"prices are of {listed.date}, {age} days old: refresh stacks/prices.yaml"
    if settings.region != listed.region:
        yield f"prices are those of {listed.region}, not of {settings.region}: expect others"
    if any(line.basis == "recalled" for line in fixed):
        yield "some prices are recalled (see basis in stacks/prices.yaml): check them before you rely on the sum"
    for line in fixed:
        if line.monthly_usd is None:
            yield f"no price is listed for {line.component}: add it to stacks/prices.yaml"


def _fixed(settings: Settings, listed: Prices) -> Iterator[Line]:
    # What Pulumi and its AWS provider take long to import is asked for its numbers only here.
    from components.alarms import watches  # noqa: PLC0415  # see above
    from components.console import DATA_GIB, ROOT_GIB  # noqa: PLC0415  # see above

    zones = len(settings.zones)
    gateways = {"single": 1, "per_zone": zones}.get(settings.network.nat, 0)
    proxy = settings.no_internet.proxy if settings.no_internet is not None else None
    endpoints = len(made_endpoints(settings)) + (proxy is not None and proxy.service_name is not None)
    yield from _line(listed, "NAT gateways", gateways, "nat_gateway")
    yield from _line(listed, "NAT gateways' public addresses", gateways, "public_ipv4_address")
    yield from _line(
        listed, f"Interface endpoints ({endpoints} in {zones} zones)", endpoints * zones, "interface_endpoint"
    )
    yield _instances(listed, "The console's instance", settings.console.instance_type)
    yield from _cluster(settings, listed)
    yield from _line(listed, "The console's volumes", ROOT_GIB + DATA_GIB, "gp3_storage")
    made = _file_systems(settings)
    if made is not None:
        provisioned = made.count * made.throughput_mibps
        yield from _line(listed, f"The log's file systems ({provisioned} MiB/s)", provisioned, "file_system_throughput")
    if settings.console.access == "load_balancer":
        yield from _line(listed, "The console's load balancer", 1, "load_balancer")
    if settings.clients.private_link is not None:
        yield from _line(listed, "The clients' network load balancer", 1, "load_balancer")
    yield from _line(listed, "KMS keys", len(Purpose) - len(settings.keys.existing), "kms_key")
    yield from _line(listed, "Secrets", _SECRETS, "secret")
    yield from _line(listed, "Private hosted zone", int(settings.hosted_zone is None), "hosted_zone")
    yield from _line(listed, "Alarms", len(watches(settings.break_glass)), "alarm")


def _file_systems(settings: Settings) -> FileSystems | None:
    return (settings.file_systems or FileSystems()) if settings.wal is Wal.FILE_SYSTEM else None


def _line(listed: Prices, component: str, quantity: int, name: str) -> Iterator[Line]:
    if quantity:
        price = listed.price(name)
        hours = listed.hours_a_month if price.per == "hour" else 1
        unit = "GB" if price.per == "GB-month" else ""
        usd = price.exact(Decimal(quantity * hours)).quantize(CENT)
        yield Line(component, quantity, unit, usd, usage_based=False, source=price.source, price=price)


def _cluster(settings: Settings, listed: Prices) -> Iterator[Line]:
    if settings.cluster is None:
        return
    from components.plan import SYSTEM_NODES  # noqa: PLC0415  # as in _fixed

    eks = settings.eks or Eks()
    made = settings.cluster.existing is None
    if made:
        yield from _line(listed, "The cluster's control plane", 1, "eks_cluster")
    brokers = eks.nodes_desired * len(settings.zones)
    yield _instances(listed, "The brokers' nodes at first", eks.instance_type, brokers)
    if made:
        yield _instances(listed, "The nodes of the cluster's own parts", eks.system_instance_type, SYSTEM_NODES[0])


def _instances(listed: Prices, component: str, kind: str, number: int = 1) -> Line:
    price = listed.instance(kind)
    usd = None if price is None else price.exact(Decimal(number * listed.hours_a_month)).quantize(CENT)
    name, source = f"{component} ({kind})", listed.instances.source
    return Line(name, number, "", usd, usage_based=False, source=source, price=price)
