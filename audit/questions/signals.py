"""The signals that an environment emits, and how to see in the boundary that each really goes to its sink."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.event_selectors import records_management, records_objects
from audit.model.facts import Unknown
from audit.model.graph import EdgeKind, NodeKind
from audit.model.verdict import Claim, Hop, Verdict
from audit.questions.holders import cited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from audit.boundary import Boundary
    from audit.model.contract import LogSink
    from audit.model.graph import Node

RECORD_STORES = ("data-bucket", "ops-bucket")


def emitted(boundary: Boundary, sink: LogSink) -> Iterator[Claim]:
    """Whether something in the account sends the signal to the sink."""
    emitter = EMITTERS.get(sink.signal)
    if emitter is not None:
        yield from emitter(boundary, sink)


def folder(boundary: Boundary, sink: LogSink) -> str:
    """The prefix under which the signal's objects lie in its bucket; empty when they lie anywhere."""
    target = boundary.sink_id(sink)
    for edge in boundary.graph.edges(EdgeKind.LOGS_TO, target=target):
        node = boundary.graph.get(edge.source)
        if node is not None and node.kind is NodeKind.FLOW_LOG and sink.signal == "flow_logs":
            return str(node.properties.get("destination") or "").removeprefix(target).strip("/")
        if node is not None and node.kind is NodeKind.TRAIL and sink.signal.endswith("_events"):
            return str(node.properties.get("prefix") or "")
    return ""


def _emits(
    boundary: Boundary,
    sink: LogSink,
    kind: NodeKind,
    what: str,
    fits: Callable[[Boundary, Node], bool | Unknown] = lambda *_: True,
) -> Iterator[Claim]:
    """The signal's emitters of a kind that fit and log to the sink, or that none does."""
    target = boundary.sink_id(sink)
    sources = list(boundary.graph.edges(EdgeKind.LOGS_TO, target=target))
    found = [node for edge in sources if (node := boundary.graph.get(edge.source)) is not None and node.kind is kind]
    fitting = [(node, fits(boundary, node)) for node in found]
    nodes = [node for node, fit in fitting if fit is True]
    unread = [fit for _, fit in fitting if isinstance(fit, Unknown)]
    gaps = boundary.unseen(kind)
    if nodes:
        path = (Hop(nodes[0].id, "logs to"), Hop(target, ""))
        records = tuple(record for node in nodes for record in node.records)
        yield Claim(Verdict.HOLDS, "emitted", target, f"{what} go to {sink.name}", path, records)
    elif gaps or unread:
        unknown = unread[0] if unread else gaps[0].unknown
        yield Claim.unread(target, f"whether {what} go to {sink.name}", unknown)
    else:
        text = f"{what} do not go to {sink.name}: nothing in the account sends them there"
        node = boundary.graph.get(target)
        records = node.records if node is not None else ()
        lost = (Hop(target, f"receives no {what}", cited(records)),)
        yield Claim(Verdict.BROKEN, "signal_not_emitted", target, text, lost, records)


def _trail(
    boundary: Boundary, sink: LogSink, what: str, silent: Callable[[Boundary, Node], str | None]
) -> Iterator[Claim]:
    """Trails that log to the sink, of which one must really record the signal."""
    found = list(_emits(boundary, sink, NodeKind.TRAIL, what))
    if found[0].verdict is not Verdict.HOLDS:
        yield from found
        return
    target = boundary.sink_id(sink)
    trails = [boundary.graph.node(edge.source) for edge in boundary.graph.edges(EdgeKind.LOGS_TO, target=target)
              if edge.source in boundary.graph]  # fmt: skip
    trails = [trail for trail in trails if trail.kind is NodeKind.TRAIL]
    for fact in ("logging", "selectors"):
        for trail in trails:
            value = trail.properties.get(fact)
            if isinstance(value, Unknown):
                yield Claim.unread(trail.id, f"{fact} of the trail {trail.name}", value)
                return
    reasons = [_undelivered(trail, sink) or silent(boundary, trail) for trail in trails]
    if None in reasons:
        yield found[0]
    else:
        path = (Hop(trails[0].id, str(reasons[0]), cited(trails[0].records)), Hop(target, ""))
        text = f"{what} are not recorded: the trail {trails[0].name} {reasons[0]}"
        yield Claim(Verdict.BROKEN, "signal_not_emitted", trails[0].id, text, path, trails[0].records)


def _undelivered(trail: Node, sink: LogSink) -> str | None:
    error = trail.properties.get("log_group_error" if sink.kind == "log_group" else "delivery_error")
    return f"could not deliver to {sink.name} when it last tried: {error}" if error else None


def _management(boundary: Boundary, sink: LogSink) -> Iterator[Claim]:
    def silent(_: Boundary, trail: Node) -> str | None:
        if not trail.properties.get("logging"):
            return "is stopped"
        if not trail.properties.get("multi_region") or not trail.properties.get("global_events"):
            return "leaves out other regions or global events"
        selectors = trail.properties.get("selectors") or []
        if records_management(selectors):
            return None
        return "leaves out management events, of some service or some direction"

    yield from _trail(boundary, sink, "management events", silent)


def _data(boundary: Boundary, sink: LogSink) -> Iterator[Claim]:
    def silent(boundary: Boundary, trail: Node) -> str | None:
        if not trail.properties.get("logging"):
            return "is stopped"
        selectors, buckets = trail.properties.get("selectors") or [], boundary.contract.buckets
        stores = {role: boundary.bucket_id(buckets[role]) for role in RECORD_STORES if role in buckets}
        missing = [role for role, store in stores.items() if not records_objects(selectors, store)]
        return f"selects no data events of {' and '.join(missing)}" if missing else None

    yield from _trail(boundary, sink, "data events of the record buckets", silent)


def _flow(boundary: Boundary, sink: LogSink) -> Iterator[Claim]:
    network = boundary.contract.network
    if network is None or network.flow_logs == "vpc":
        yield from _flow_of(boundary, sink, None if network is None else network.vpc, "the VPC")
        return
    for subnet in network.subnets:
        yield from _flow_of(boundary, sink, subnet, boundary.label(boundary.ec2(f"subnet/{subnet}")))


def _flow_of(boundary: Boundary, sink: LogSink, resource: str | None, called: str) -> Iterator[Claim]:
    def fits(_: Boundary, log: Node) -> bool:
        runs = log.properties.get("status") == "ACTIVE" and log.properties.get("delivery") != "FAILED"
        whole = runs and log.properties.get("traffic") == "ALL"
        return whole and (resource is None or log.properties.get("resource") == resource)

    yield from _emits(boundary, sink, NodeKind.FLOW_LOG, f"flow logs of {called}", fits)


def _dns(boundary: Boundary, sink: LogSink) -> Iterator[Claim]:
    def fits(boundary: Boundary, log: Node) -> bool | Unknown:
        vpcs, network = log.properties.get("vpcs"), boundary.contract.network
        return vpcs if isinstance(vpcs, Unknown) else network is None or network.vpc in (vpcs or ())

    yield from _emits(boundary, sink, NodeKind.QUERY_LOG, "DNS queries of the VPC", fits)


def _s3_access(boundary: Boundary, sink: LogSink) -> Iterator[Claim]:
    """Each record bucket must log its accesses to the sink."""
    target = boundary.sink_id(sink)
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
            lost = (Hop(node.id, "logs elsewhere or nowhere", cited(node.records)),)
            yield Claim(Verdict.BROKEN, "signal_not_emitted", node.id, text, lost, node.records)
        else:
            path = (Hop(node.id, "logs to"), Hop(target, ""))
            yield Claim(Verdict.HOLDS, "emitted", node.id, f"accesses of {role} go to {sink.name}", path, node.records)


def _shipped(boundary: Boundary, sink: LogSink) -> Iterator[Claim]:
    """Software on an instance ships this signal; from AWS's side only the place it goes to can be seen."""
    text = f"{sink.signal} logs have a place in {sink.name}; that the software ships them there is not visible to AWS"
    node = boundary.graph.get(boundary.sink_id(sink))
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
