"""The signals that an environment emits, and how to see in the boundary that each really goes to its sink."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.model.facts import Unknown
from audit.model.graph import EdgeKind, NodeKind
from audit.model.verdict import Claim, Hop, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from audit.boundary import Boundary
    from audit.model.contract import LogSink
    from audit.model.graph import Node

RECORD_STORES = ("data-bucket", "ops-bucket")


def sink_id(boundary: Boundary, sink: LogSink) -> str:
    """The node id of a sink."""
    contract = boundary.contract
    if sink.kind == "bucket":
        return f"arn:{contract.partition}:s3:::{sink.name}"
    return f"arn:{contract.partition}:logs:{contract.region}:{contract.account}:log-group:{sink.name}"


def emitted(boundary: Boundary, sink: LogSink) -> Iterator[Claim]:
    """Whether something in the account sends the signal to the sink."""
    emitter = EMITTERS.get(sink.signal)
    if emitter is not None:
        yield from emitter(boundary, sink)


def folder(boundary: Boundary, sink: LogSink) -> str:
    """The prefix under which the signal's objects lie in its bucket; empty when they lie anywhere."""
    target = sink_id(boundary, sink)
    for edge in boundary.graph.edges(EdgeKind.LOGS_TO, target=target):
        node = boundary.graph.get(edge.source)
        if node is not None and node.kind is NodeKind.FLOW_LOG and sink.signal == "flow_logs":
            return str(node.properties.get("destination") or "").removeprefix(target).strip("/")
        if node is not None and node.kind is NodeKind.TRAIL and sink.signal.endswith("_events"):
            return str(node.properties.get("prefix") or "")
    return ""


def expiry_days(rules: Any, prefix: str = "") -> int | None:
    """The fewest days after which a lifecycle rule expires current objects below a prefix; None when none does."""
    days = [
        rule["Expiration"]["Days"]
        for rule in rules or ()
        if rule.get("Status") == "Enabled" and "Days" in rule.get("Expiration", {}) and _covers(rule, prefix)
    ]
    return min(days, default=None)


def _covers(rule: dict[str, Any], prefix: str) -> bool:
    """Whether a rule may concern objects below the prefix; tag and size filters may."""
    scope = rule.get("Filter") or {}
    of = str((scope.get("And") or scope).get("Prefix", rule.get("Prefix", "")) or "")
    return of.startswith(prefix) or prefix.startswith(of.rstrip("/"))


def _emits(boundary: Boundary, sink: LogSink, kind: NodeKind, what: str) -> Iterator[Claim]:
    """The signal's emitters of a kind that log to the sink, or that none does."""
    target = sink_id(boundary, sink)
    sources = list(boundary.graph.edges(EdgeKind.LOGS_TO, target=target))
    nodes = [node for edge in sources if (node := boundary.graph.get(edge.source)) is not None and node.kind is kind]
    gaps = boundary.graph.unseen(kind, account=boundary.contract.account)
    if nodes:
        path = (Hop(nodes[0].id, "logs to"), Hop(target, ""))
        records = tuple(record for node in nodes for record in node.records)
        yield Claim(Verdict.HOLDS, "emitted", target, f"{what} go to {sink.name}", path, records)
    elif gaps:
        yield Claim.unread(target, f"whether {what} go to {sink.name}", gaps[0].unknown)
    else:
        text = f"{what} do not go to {sink.name}: nothing in the account sends them there"
        yield Claim(Verdict.BROKEN, "signal_not_emitted", target, text)


def _trail(
    boundary: Boundary, sink: LogSink, what: str, silent: Callable[[Boundary, Node], str | None]
) -> Iterator[Claim]:
    """Trails that log to the sink, of which one must really record the signal."""
    found = list(_emits(boundary, sink, NodeKind.TRAIL, what))
    if found[0].verdict is not Verdict.HOLDS:
        yield from found
        return
    target = sink_id(boundary, sink)
    trails = [boundary.graph.node(edge.source) for edge in boundary.graph.edges(EdgeKind.LOGS_TO, target=target)
              if edge.source in boundary.graph]  # fmt: skip
    trails = [trail for trail in trails if trail.kind is NodeKind.TRAIL]
    for fact in ("logging", "selectors"):
        for trail in trails:
            value = trail.properties.get(fact)
            if isinstance(value, Unknown):
                yield Claim.unread(trail.id, f"{fact} of the trail {trail.name}", value)
                return
    reasons = [silent(boundary, trail) for trail in trails]
    if None in reasons:
        yield found[0]
    else:
        path = (Hop(trails[0].id, str(reasons[0])), Hop(target, ""))
        text = f"{what} are not recorded: the trail {trails[0].name} {reasons[0]}"
        yield Claim(Verdict.BROKEN, "signal_not_emitted", trails[0].id, text, path, trails[0].records)


def _management(boundary: Boundary, sink: LogSink) -> Iterator[Claim]:
    def silent(_: Boundary, trail: Node) -> str | None:
        if not trail.properties.get("logging"):
            return "is stopped"
        if not trail.properties.get("multi_region") or not trail.properties.get("global_events"):
            return "leaves out other regions or global events"
        selectors = trail.properties.get("selectors") or []
        recorded = not selectors or any(_selects_management(selector) for selector in selectors)
        return None if recorded else "leaves out management events"

    yield from _trail(boundary, sink, "management events", silent)


def _data(boundary: Boundary, sink: LogSink) -> Iterator[Claim]:
    def silent(boundary: Boundary, trail: Node) -> str | None:
        if not trail.properties.get("logging"):
            return "is stopped"
        text = str(trail.properties.get("selectors") or [])
        buckets = boundary.contract.buckets
        missing = [role for role in RECORD_STORES if role in buckets and f":::{buckets[role].name}/" not in text]
        return f"selects no data events of {' and '.join(missing)}" if missing else None

    yield from _trail(boundary, sink, "data events of the record buckets", silent)


def _selects_management(selector: dict[str, Any]) -> bool:
    if "FieldSelectors" in selector:
        fields = {field["Field"]: field for field in selector["FieldSelectors"]}
        return "Management" in fields.get("eventCategory", {}).get("Equals", ()) and "readOnly" not in fields
    return bool(selector.get("IncludeManagementEvents", True)) and selector.get("ReadWriteType", "All") == "All"


def _flow(boundary: Boundary, sink: LogSink) -> Iterator[Claim]:
    yield from _emits(boundary, sink, NodeKind.FLOW_LOG, "flow logs of the VPC")


def _dns(boundary: Boundary, sink: LogSink) -> Iterator[Claim]:
    yield from _emits(boundary, sink, NodeKind.QUERY_LOG, "DNS queries of the VPC")


def _s3_access(boundary: Boundary, sink: LogSink) -> Iterator[Claim]:
    """Each record bucket must log its accesses to the sink."""
    target = sink_id(boundary, sink)
    for role in RECORD_STORES:
        bucket = boundary.contract.buckets.get(role)
        node = boundary.graph.get(boundary.bucket_id(bucket)) if bucket is not None else None
        if node is None:
            continue
        logging = node.properties.get("logging")
        if isinstance(logging, Unknown):
            yield Claim.unread(node.id, f"access logging of {role}", logging)
        elif (logging or {}).get("bucket") != sink.name:
            text = f"accesses of {role} are not logged to {sink.name}"
            lost = (Hop(node.id, "logs elsewhere or nowhere"),)
            yield Claim(Verdict.BROKEN, "signal_not_emitted", node.id, text, lost, node.records)
        else:
            path = (Hop(node.id, "logs to"), Hop(target, ""))
            yield Claim(Verdict.HOLDS, "emitted", node.id, f"accesses of {role} go to {sink.name}", path, node.records)


def _shipped(boundary: Boundary, sink: LogSink) -> Iterator[Claim]:
    """Software on an instance ships this signal; from AWS's side only the place it goes to can be seen."""
    text = f"{sink.signal} logs have a place in {sink.name}; that the software ships them there is not visible to AWS"
    node = boundary.graph.get(sink_id(boundary, sink))
    if node is not None:
        yield Claim(Verdict.HOLDS, "sink_ready", node.id, text, (), node.records)


EMITTERS: dict[str, Callable[[Boundary, LogSink], Iterator[Claim]]] = {
    "management_events": _management,
    "data_events": _data,
    "flow_logs": _flow,
    "dns_queries": _dns,
    "s3_access": _s3_access,
    "console": _shipped,
    "brokers": _shipped,
}
"""Every signal that an environment must keep, and how its emission is seen."""
