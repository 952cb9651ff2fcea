"""inventory.md: what moves as it is, what needs replacing, what could not be seen."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from audit.report.markdown import escaped
from poc.inventory.model import Move

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from poc.inventory.model import Inventory

_MOST_ROWS = 200
_WHOLE = 100  # from here on decimals say nothing


def page(found: Inventory) -> str:
    """The whole page; long tables are cut, inventory.json has all."""
    return "\n\n".join(_parts(found)) + "\n"


def summary(found: Inventory) -> Iterator[str]:
    """What a terminal shows."""
    if found.product is not None:
        scoped = [topic for topic in found.topics if topic.in_scope]
        yield f"{found.product} at {found.bootstrap}: {found.brokers} brokers"
        partitions = sum(topic.partitions for topic in scoped)
        yield f"  topics   {len(found.topics)}, in scope {len(scoped)} with {partitions} partitions"
        yield f"  groups   {len(found.groups)}, in scope {sum(group.in_scope for group in found.groups)}"
        yield f"  ACLs     {len(found.acls)}, quotas {len(found.quotas)}, SCRAM users {len(found.users)}"
    for meter in found.meters:
        if meter.metric in {"received_bytes", "sent_bytes"}:
            yield f"  {meter.metric}   {_amount(meter.mean)} {meter.unit} on average, {_amount(meter.highest)} at most"
    own = sum(one.usd for one in found.costs if one.of_cluster)
    if found.billed is not None:
        yield f"  billed   {own:,.2f} USD of this cluster, {found.billed}"
    for move in Move:
        services = Counter(one.service for one in found.services if one.move is move)
        usages = Counter(one.pattern for one in found.usages if one.move is move)
        for name, count in (*services.items(), *usages.items()):
            yield f"{move}: {name} ({count})"
    for one in found.unseen:
        yield f"not seen: {one.what} ({one.why})"


def _parts(found: Inventory) -> Iterator[str]:
    yield f"# Inventory of {found.case}"
    yield "\n".join(f"- {line.strip()}" for line in summary(found)) or "Nothing was found."
    yield "## What could not be seen"
    unseen = [(one.what, one.why) for one in found.unseen]
    always = ("stream lineage, audit log consumers, clients outside the repositories", "no API and no file tells them")
    yield _table(("what", "why"), [*unseen, always])
    for move in (Move.REPLACE, Move.CHECK, Move.AS_IS):
        services = [(one.service, one.name, one.note) for one in found.services if one.move is move]
        usages = [
            (one.what, f"{one.file}:{one.line} ({one.kind})", one.note) for one in found.usages if one.move is move
        ]
        if services or usages:
            yield f"## What {move if move is not Move.AS_IS else 'moves as it is'}"
            yield _table(("what", "where", "to know"), [*services, *usages])
    yield from _consumed(found)
    yield from _cluster(found)


def _consumed(found: Inventory) -> Iterator[str]:
    if found.meters:
        yield "## What Confluent measured"
        rows = [(m.metric, m.unit, _amount(m.mean), _amount(m.highest), f"{m.values}: {m.of}") for m in found.meters]
        yield _table(("metric", "unit", "mean", "highest", "values"), rows)
    if found.billed is not None:
        yield "## What Confluent billed"
        yield f"US dollars after discounts, {found.billed}."
        bills = [(one.line_type, f"{one.usd:,.2f}", "yes" if one.of_cluster else "no") for one in found.costs]
        yield _table(("line", "USD", "of this cluster"), bills)


def _amount(value: float) -> str:
    return f"{value:,.0f}" if value >= _WHOLE else f"{value:.2f}"


def _cluster(found: Inventory) -> Iterator[str]:
    topics = [
        (t.name, str(t.partitions), str(t.replication_factor), _configs(t.configs), "yes" if t.in_scope else "no")
        for t in found.topics
    ]
    groups = [
        (
            g.name,
            g.state,
            g.protocol,
            "not known" if g.lag is None else str(g.lag),
            ", ".join(g.topics),
            "yes" if g.in_scope else "no",
        )
        for g in found.groups
    ]
    acls = [
        (a.principal, a.permission, a.operation, f"{a.resource} {a.name} ({a.pattern})", a.host) for a in found.acls
    ]
    quotas = [(q.entity, q.key, f"{q.value:g}") for q in found.quotas]
    for title, head, rows in (
        ("Topics", ("topic", "partitions", "replicas", "own configs", "in scope"), topics),
        ("Groups", ("group", "state", "protocol", "lag", "topics", "in scope"), groups),
        ("ACLs", ("principal", "permission", "operation", "resource", "host"), acls),
        ("Quotas", ("entity", "quota", "value"), quotas),
        ("SCRAM users", ("user",), [(name,) for name in found.users]),
    ):
        if rows:
            yield f"## {title}"
            yield _table(head, rows)


def _configs(configs: dict[str, str] | None) -> str:
    return "not read" if configs is None else ", ".join(f"{name}={value}" for name, value in configs.items())


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    all_ = list(rows)
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    lines += [" | ".join(escaped(cell) for cell in row) for row in all_[:_MOST_ROWS]]
    more = f"\n\nand {len(all_) - _MOST_ROWS} more: see inventory.json" if len(all_) > _MOST_ROWS else ""
    return "\n".join(f"| {line} |" for line in lines) + more
