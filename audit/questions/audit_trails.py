"""Where are logs, metrics and audit trails emitted, retained and reviewed, and who can read or delete them?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.arn import is_arn
from audit.model.contract import Privilege
from audit.model.facts import Unknown
from audit.model.graph import EdgeKind, NodeKind
from audit.model.lifecycle import expiry_days
from audit.model.verdict import Claim, Hop, Verdict
from audit.questions import holders, signals, weaknesses
from audit.questions.holders import Store, cited, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from audit.boundary import Boundary
    from audit.model.contract import LogSink
    from audit.model.graph import Node

TITLE = "Where are logs, metrics and audit trails kept, how long, and who can read or delete them?"
ORDER = 30
BROKEN = frozenset(
    {
        "signal_not_emitted",
        "sink_outside_account",
        "retention_too_short",
        "log_deleted_by_writer",
        "sink_writable",
        "unreviewed",
        "alarm_missing",
        "alarm_silent",
    }
)
"""The reasons of this question's broken claims; each has its policy."""

_OF_SINKS = tuple(sorted(BROKEN - {"unreviewed", "alarm_missing", "alarm_silent"}))
_FURTHER_SINKS = (NodeKind.EVENT_DATA_STORE, NodeKind.EVENT_RULE, NodeKind.OBSERVABILITY_LINK)


def claims(boundary: Boundary) -> Iterator[Claim]:
    """For each signal: emitted, kept, read, reviewed; then the alarms that watch the boundary."""
    declared = {sink.signal for sink in boundary.contract.log_sinks}
    for signal in signals.EMITTERS:
        if signal not in declared:
            text = f"{signal.replace('_', ' ')}: the contract names no place where this signal is kept"
            path = (Hop(signal, "no log sink of the contract names it"),)
            yield boundary.rests_on(Claim(Verdict.BROKEN, "signal_not_emitted", signal, text, path), boundary.contract)
    for sink in boundary.contract.log_sinks:
        for claim in _sink(boundary, sink):
            yield boundary.rests_on(claim, sink)
    for gap in boundary.graph.unseen(*_FURTHER_SINKS, account=boundary.contract.account):
        what = f"further places that {gap.operation} lists, to which events may go"
        yield Claim.unread(gap.account, what, gap.unknown).bearing("sink_outside_account")
    yield from _alarms(boundary)


def _sink(boundary: Boundary, sink: LogSink) -> Iterator[Claim]:
    yield from (claim.bearing("signal_not_emitted") for claim in signals.emitted(boundary, sink))
    target = boundary.sink_id(sink)
    node = boundary.graph.get(target)
    yield _reviewed(boundary, sink, target, node.records if node is not None else ()).bearing("unreviewed")
    if node is None:
        yield from (claim.bearing(*_OF_SINKS) for claim in _unseen(boundary, sink))
        return
    kept = _cleaned(boundary, sink, node) or _retained(boundary, sink, node)
    yield from (claim.bearing("retention_too_short", "log_deleted_by_writer") for claim in kept)
    yield from (claim.bearing("sink_writable") for claim in _readers(boundary, sink, node))
    yield from (claim.bearing("sink_outside_account") for claim in _leaks(boundary, sink, node))


def _reviewed(boundary: Boundary, sink: LogSink, target: str, records: tuple[str, ...]) -> Claim:
    owner = boundary.contract.owners.get(sink.reviewed_by)
    if owner is not None and owner.team.strip():
        return Claim(Verdict.HOLDS, "reviewed", target, f"{_name(sink)}: reviewed by {owner.team}")
    text = f"{_name(sink)}: nobody reviews it, because the duty {sink.reviewed_by.value} has no owner"
    path = (Hop(target, "is reviewed by"), Hop(sink.reviewed_by.value, "has no owner in the contract"))
    return Claim(Verdict.BROKEN, "unreviewed", target, text, path, records)


def _name(sink: LogSink) -> str:
    return f"{sink.signal.replace('_', ' ')} in {sink.name}"


def _unseen(boundary: Boundary, sink: LogSink) -> Iterator[Claim]:
    kind = NodeKind.LOG_GROUP if sink.kind == "log_group" else NodeKind.BUCKET
    gaps = boundary.graph.unseen(kind, account=boundary.contract.account)
    for gap in gaps:
        yield Claim.unread(sink.name, f"where {_name(sink)} is kept", gap.unknown)
    target = boundary.sink_id(sink)
    if not gaps and any(boundary.graph.edges(EdgeKind.LOGS_TO, target=target)):
        owner = f"the log account {sink.account} was not walked" if sink.account else "no walked account owns it"
        text = f"{_name(sink)}: sent there, but {owner}: its retention and readers are not known"
        yield Claim(Verdict.UNKNOWN, "not_in_snapshot", target, text)
    elif not gaps:
        text = f"{_name(sink)}: there is no such {sink.kind.replace('_', ' ')} in the walked accounts"
        path = (Hop(target, "is not in the walked accounts"),)
        yield Claim(Verdict.BROKEN, "signal_not_emitted", sink.name, text, path)


def _retained(boundary: Boundary, sink: LogSink, node: Node) -> Iterator[Claim]:
    fact = "retention_days" if sink.kind == "log_group" else "lifecycle"
    value = node.properties.get(fact)
    if isinstance(value, Unknown):
        yield Claim.unread(node.id, f"how long {_name(sink)} is kept", value)
        return
    days = value if sink.kind == "log_group" else expiry_days(value, signals.folder(boundary, sink))
    if days is not None and days < sink.retention_days:
        text = f"{_name(sink)}: kept {days} days, the contract asks for {sink.retention_days}"
        path = (Hop(node.id, f"keeps what it gets {days} days", cited(node.records)),)
        yield Claim(Verdict.BROKEN, "retention_too_short", node.id, text, path, node.records)
    else:
        kept = f"{days} days" if days is not None else "without an end"
        yield Claim(Verdict.HOLDS, "retained", node.id, f"{_name(sink)}: kept {kept}", (), node.records)


def _cleaned(boundary: Boundary, sink: LogSink, node: Node) -> list[Claim]:
    """That brokers, which clean their logs up after two minutes unless told otherwise, may delete them in their bucket.

    The interval stands in their own settings, which no answer of AWS shows (AutoMQ's source, LogUploader).
    """
    software = {p.arn for role, p in boundary.contract.principals.items() if role in weaknesses.BROKERS}
    edges = boundary.graph.edges(EdgeKind.CAN_DESTROY, target=node.id)
    mine = [edge for edge in edges if edge.source in software] if sink.kind == "bucket" else []
    if sink.signal != "brokers" or not mine or _versions_stay(sink, node):
        return []
    unsettled = holders.unsettled(mine[0])
    who = boundary.label(mine[0].source)
    text = f"{_name(sink)}: {who} writes these logs and may delete them, which brokers do after two minutes"
    versioning = node.properties.get("versioning")
    for fact in (versioning, node.properties.get("lifecycle") if versioning == "Enabled" else None):
        if isinstance(fact, Unknown):
            return [Claim.unread(node.id, f"whether {sink.name} keeps what is deleted", fact)]
    path = (Hop(mine[0].source, "can destroy", mine[0].because), Hop(node.id, "keeps no versions", cited(node.records)))
    if unsettled:
        said = f"{text}, unless what was not read denies it: grant {holders.words(unsettled)}"
        return [Claim(Verdict.UNKNOWN, "log_deleted_by_writer", node.id, said, path, node.records, unsettled)]
    said = f"{text} unless told otherwise: the contract asks for {sink.retention_days} days"
    return [Claim(Verdict.BROKEN, "log_deleted_by_writer", node.id, said, path, node.records)]


def _versions_stay(sink: LogSink, node: Node) -> bool:
    """Whether the bucket keeps deleted objects' versions for as long as the contract asks."""
    rules = node.properties.get("lifecycle")
    if node.properties.get("versioning") != "Enabled" or isinstance(rules, Unknown):
        return False
    days = [
        rule["NoncurrentVersionExpiration"].get("NoncurrentDays", 0)
        for rule in rules or ()
        if rule.get("Status") == "Enabled" and rule.get("NoncurrentVersionExpiration")
    ]
    return min(days, default=sink.retention_days) >= sink.retention_days


def _readers(boundary: Boundary, sink: LogSink, node: Node) -> Iterator[Claim]:
    if sink.kind == "bucket" and node.id in boundary.roles:  # data_plane_access judges these whole
        return
    if sink.kind == "bucket":
        lacks = "the contract's buckets lack it, so who can delete it is not judged: add it there"
        if sink.account is not None:
            lacks = f"who may delete it is for the log account {sink.account} to say (byoc access who-can tells)"
        text = f"{_name(sink)}: {lacks}"
        yield Claim(Verdict.UNKNOWN, "not_declared", node.id, text, (), node.records)
        return
    role = boundary.roles.get(node.id, "log-groups")
    yield from judge(boundary, Store(node.id, role), (Privilege.DESTROY, Privilege.ADMINISTER), "sink_writable")


def _leaks(boundary: Boundary, sink: LogSink, node: Node) -> Iterator[Claim]:
    if sink.account and node.account and sink.account != node.account:
        text = f"{_name(sink)}: belongs to account {node.account}, and not to the log account {sink.account}"
        path = (Hop(node.account, "owns", cited(node.records)), Hop(node.id, ""))
        yield Claim(Verdict.BROKEN, "sink_outside_account", node.id, text, path, node.records)
    for fact in ("subscriptions", "account_subscriptions", "exports", "replication"):
        value = node.properties.get(fact)
        if isinstance(value, Unknown):
            yield Claim.unread(node.id, f"{fact} of {sink.name}", value)
    for edge in boundary.graph.edges(EdgeKind.COPIES_TO, source=node.id):
        target = boundary.graph.get(edge.target)
        if target is None or target.account not in {boundary.contract.account, sink.account}:
            text = f"{_name(sink)}: copied to {edge.target}, outside the account, with readers of its own"
            path = (Hop(node.id, "copies", edge.because or cited(edge.records)), Hop(edge.target, ""))
            yield Claim(Verdict.BROKEN, "sink_outside_account", node.id, text, path, edge.records)


def _alarms(boundary: Boundary) -> Iterator[Claim]:
    found = {node.name: node for node in boundary.graph.nodes(NodeKind.ALARM)}
    gaps = boundary.graph.unseen(NodeKind.ALARM, account=boundary.contract.account)
    for name in boundary.contract.alarms:
        node = found.get(name)
        if node is not None:
            yield _alarm(boundary, node).bearing("alarm_silent")
        elif gaps:
            yield Claim.unread(name, f"the alarm {name}", gaps[0].unknown).bearing("alarm_missing", "alarm_silent")
        else:
            path = (Hop(name, "is not among the alarms of the account"),)
            yield Claim(Verdict.BROKEN, "alarm_missing", name, f"the alarm {name} does not exist", path)


def _alarm(boundary: Boundary, node: Node) -> Claim:
    """An alarm speaks when a filter feeds its metric, its actions are on, and somebody hears its topic."""
    topics = [edge.target for edge in boundary.graph.edges(EdgeKind.NOTIFIES, source=node.id)]
    if not node.properties.get("actions_enabled") or not topics:
        return _silent(node, "its actions are off or name no topic")
    fed, heard = _fed(boundary, node), _heard(boundary, topics)
    for fact, what in ((fed, "what feeds the alarm"), (heard, "who hears the alarm")):
        if isinstance(fact, Unknown):
            return Claim.unread(node.id, f"{what} {node.name}", fact)
    if not fed:
        return _silent(node, f"no metric filter writes its metric {node.properties.get('metric')}")
    if not heard:
        return _silent(node, "its topic has no subscriber that has confirmed")
    text = f"the alarm {node.name} is fed by a metric filter and heard by {heard} subscriber{'s' * (heard != 1)}"
    return Claim(Verdict.HOLDS, "alarm_set", node.id, text, (), node.records)


def _silent(node: Node, why: str) -> Claim:
    text = f"the alarm {node.name} tells nobody: {why}"
    path = (Hop(node.id, why, cited(node.records)),)
    return Claim(Verdict.BROKEN, "alarm_silent", node.id, text, path, node.records)


def _fed(boundary: Boundary, alarm: Node) -> bool | Unknown:
    metric, namespace = alarm.properties.get("metric"), alarm.properties.get("namespace") or ""
    if namespace.startswith("AWS/"):
        return True
    gaps = [gap.unknown for gap in boundary.graph.unseen(NodeKind.LOG_GROUP, account=boundary.contract.account)]
    sinks = {boundary.sink_id(sink) for sink in boundary.contract.log_sinks}
    for group in boundary.graph.nodes(NodeKind.LOG_GROUP):
        if group.id not in sinks and not any(boundary.graph.edges(EdgeKind.LOGS_TO, target=group.id)):
            continue  # a filter on a group that gets nothing feeds nothing
        filters = group.properties.get("metric_filters")
        if isinstance(filters, Unknown):
            gaps.append(filters)
            continue
        written = [t for found in filters or () for t in found.get("metricTransformations", ())]
        if any((t["metricNamespace"], t["metricName"]) == (namespace, metric) for t in written):
            return True
    return gaps[0] if gaps else False


def _heard(boundary: Boundary, topics: list[str]) -> int | Unknown:
    count = 0
    for topic in topics:
        node = boundary.graph.get(topic)
        gaps = boundary.graph.unseen(NodeKind.TOPIC) if node is None else ()
        if gaps:
            return gaps[0].unknown
        subscriptions = node.properties.get("subscriptions") if node is not None else ()
        if isinstance(subscriptions, Unknown):
            return subscriptions
        # Until a subscriber confirms, its ARN is the word PendingConfirmation.
        count += sum(1 for one in subscriptions or () if is_arn(str(one.get("SubscriptionArn", ""))))
    return count
