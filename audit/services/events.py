"""EventBridge: rules that match events, and where they send them. Scheduled rules carry no records and are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.arn import Arn
from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.services.reading import evidence, parsed, record_id, whole
from audit.services.receivers import receiver
from audit.services.row import Detail, Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.model.facts import Fact
    from audit.services.facts import Facts

_BUSES, _RULES, _TARGETS = "events:ListEventBuses", "events:ListRules", "events:ListTargetsByRule"
_MATCHING = "Rules[?EventPattern && State!='DISABLED']"

ROWS: tuple[Row, ...] = (
    Row("events", "ListEventBuses", _BUSES, "which event buses there are", again="[{NextToken: NextToken}]"),
    Row("events", "ListRules", _RULES, "which events are sent on",
        parent=_BUSES, each="EventBuses[].{EventBusName: Name}"),
    Row("events", "ListTargetsByRule", _TARGETS, "where events are sent",
        parent=_RULES, each=f"{_MATCHING}.{{Rule: Name, EventBusName: EventBusName}}",
        leads={Detail.TOPIC: "Targets[?contains(Arn, ':sns:')].Arn"}),
)  # fmt: skip


def describe(facts: Facts) -> Iterator[Node | Edge | Gap]:
    """Every enabled rule with an event pattern, of every bus of the account in the region."""
    if facts.region == GLOBAL:
        return
    for bus in facts.listing(_BUSES, "EventBuses", NodeKind.EVENT_RULE):
        if isinstance(bus, Gap):
            yield bus
    if any(record.response is not None for record in facts.records(_BUSES)):
        yield from facts.described(_RULES, _MATCHING, (NodeKind.EVENT_RULE,), _rule)


def _rule(facts: Facts, rule: dict[str, Any], record: str) -> Iterator[Node | Edge]:
    arn, params = rule["Arn"], {"Rule": rule["Name"], "EventBusName": rule.get("EventBusName", "default")}
    targets = whole(facts, _TARGETS, "Targets", params)
    properties: dict[str, Fact] = {
        "bus": params["EventBusName"],
        "pattern": parsed(rule["EventPattern"], facts, _RULES, {"EventBusName": params["EventBusName"]}),
        "state": rule["State"],
        "managed_by": rule.get("ManagedBy"),
        "targets": targets,
    }
    records = (record, *evidence(facts.record(_TARGETS, params)))
    yield Node(arn, NodeKind.EVENT_RULE, rule["Name"], facts.account, facts.region, properties, records)
    for target in targets if isinstance(targets, list) else ():
        yield from _target(facts, arn, target["Arn"], record_id(facts, _TARGETS, params))


def _target(facts: Facts, rule: str, target: str, record: str) -> Iterator[Node | Edge]:
    """Another bus, account or region receives a copy; what stays here is told."""
    place = Arn.parse(target)
    leaves = place.account not in ("", facts.account) or place.region not in ("", facts.region)
    kind = EdgeKind.COPIES_TO if leaves or place.kind == "event-bus" else EdgeKind.NOTIFIES
    yield from receiver(target, record)
    yield Edge(rule, target.removesuffix(":*"), kind, {"by": "event_rule"}, (record,))
