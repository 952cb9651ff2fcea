"""Logs and keys: what the graph shows of each signal, and what only the contract says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from audit.model.contract import Duty, LogSink
from audit.model.facts import Unknown
from audit.model.graph import Edge, EdgeKind, Node, NodeKind
from audit.report.diagrams.diagram import Box, Diagram, Flow, Shape, Standing
from audit.report.diagrams.views.logs_and_keys import draw

if TYPE_CHECKING:
    from conftest import Sample

ACCOUNT = "111111111111"
AUDIT = f"arn:aws:s3:::automq-audit-poc-us-east-1-{ACCOUNT}"
GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/automq/poc/flow_logs"


def about(diagram: Diagram, node: str, start: str) -> Box:
    return next(box for path, box in diagram.walk() if node in box.about and path[-1].startswith(start))


def between(diagram: Diagram, source: str, target: str) -> list[Flow]:
    ends = [(diagram.box(flow.hops[0]).lines[0], diagram.box(flow.hops[-1]).lines[0], flow) for flow in diagram.flows]
    return [flow for first, last, flow in ends if (first, last) == (source, target)]


def sunk(sample: Sample, *sinks: LogSink) -> Sample:
    return replace(sample, contract=sample.contract.model_copy(update={"log_sinks": sinks}))


def sink(signal: str = "flow_logs", name: str = "/automq/poc/flow_logs", kind: Any = "log_group") -> LogSink:
    return LogSink(signal=signal, kind=kind, name=name, retention_days=90, reviewed_by=Duty.ALERTS)


def test_a_signal_that_the_graph_shows_is_solid_and_one_that_it_does_not_is_declared(sample: Sample) -> None:
    diagram = draw(sunk(sample, sink(), sink("dns_queries")).boundary)
    (shown,) = between(diagram, "Flow logs", "/automq/poc/flow_logs")
    (declared,) = between(diagram, "DNS query logs", "/automq/poc/flow_logs")
    assert (shown.standing, declared.standing) == (Standing.SHOWN, Standing.DECLARED)
    assert shown.edges
    assert not declared.edges


def test_what_software_ships_is_never_said_to_be_shown(sample: Sample) -> None:
    diagram = draw(sunk(sample, sink("brokers")).boundary)
    (shipped,) = between(diagram, "Brokers", "/automq/poc/flow_logs")
    assert (shipped.standing, shipped.detail) == (Standing.DECLARED, "software ships it, which AWS does not see")


def test_retention_is_what_was_read_beside_what_was_asked(sample: Sample) -> None:
    def kept(**properties: Any) -> tuple[str, ...]:
        node = Node(GROUP, NodeKind.LOG_GROUP, "/automq/poc/flow_logs", ACCOUNT, "us-east-1", properties)
        return about(draw(sunk(sample.having(node), sink()).boundary), GROUP, "sink").lines

    assert "kept 30 days (asked: 90)" in kept(retention_days=30)
    assert "kept without an end (asked: 90)" in kept(retention_days=None)
    unread = Unknown("logs:DescribeLogGroups", "AccessDenied", "")
    assert "? retention not read (asked: 90)" in kept(retention_days=unread)


def test_a_bucket_keeps_what_its_first_lifecycle_rule_leaves(sample: Sample) -> None:
    rule = {"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 45}}
    bucket = Node(AUDIT, NodeKind.BUCKET, "audit", ACCOUNT, "us-east-1", {"lifecycle": [rule]})
    diagram = draw(sunk(sample.having(bucket), sink("management_events", AUDIT.rpartition(":")[2], "bucket")).boundary)
    lines = about(diagram, AUDIT, "sink").lines
    assert "kept 45 days (asked: 90)" in lines


def test_a_sink_that_is_not_there_is_declared_only(sample: Sample) -> None:
    diagram = draw(sunk(sample, sink(name="/gone")).boundary)
    box = next(box for _, box in diagram.walk() if box.lines[0] == "/gone")
    assert (box.standing, box.lines[1]) == (Standing.DECLARED, "not in the account")


def test_readers_are_those_with_an_edge_and_reviewers_those_of_the_contract(sample: Sample) -> None:
    reader = Node(f"arn:aws:iam::{ACCOUNT}:role/analyst", NodeKind.ROLE, "analyst", ACCOUNT, "")
    edge = Edge(reader.id, AUDIT, EdgeKind.CAN_READ, {"decision": "allowed"}, ("d" * 64,))
    diagram = draw(sample.having(reader, edge).boundary)
    (read,) = [flow for flow in diagram.flows if reader.id in flow.about]
    assert (read.label, read.standing, read.edges) == ("read by", Standing.SHOWN, (edge,))
    (reviewed,) = between(diagram, "audit-bucket", "platform")
    assert not diagram.crosses(reviewed)


def test_a_duty_without_an_owner_stands_out(sample: Sample) -> None:
    contract = sample.contract.model_copy(update={"owners": {}})
    diagram = draw(replace(sample, contract=contract).boundary)
    box = diagram.box("reviewer_alerts")
    assert (box.shape, box.lines) == (Shape.STRANGER, ("nobody", "no owner of alerts"))


def test_keys_say_what_they_encrypt_and_whether_they_rotate(sample: Sample) -> None:
    keys = {key: Node(declared.arn, NodeKind.KEY, key, ACCOUNT, "us-east-1", {"rotation": rotation})
            for (key, declared), rotation in zip(sorted(sample.contract.keys.items()),
                                                 (True, False, Unknown("kms:GetKeyRotationStatus", "AccessDenied", ""), None),
                                                 strict=True)}  # fmt: skip
    diagram = draw(sample.having(*keys.values()).boundary)
    assert diagram.box("key_data_key").lines == ("data-key", "1 bucket", "rotates")
    assert diagram.box("key_logs_key").lines[-1] == "does not rotate"
    assert diagram.box("key_ops_key").lines[-1] == "? rotation not read"


def test_a_stopped_trail_says_so(sample: Sample) -> None:
    trail = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/automq-poc"
    diagram = draw(
        sample.having(Node(trail, NodeKind.TRAIL, "automq-poc", ACCOUNT, "us-east-1", {"logging": False})).boundary
    )
    assert "stopped" in about(diagram, trail, "signal").lines


def test_alarms_of_another_environment_are_not_this_ones(sample: Sample) -> None:
    alarm, topic = (f"arn:aws:{what}:us-east-1:{ACCOUNT}:{name}" for what, name in (
        ("cloudwatch", "alarm:stage-root-use"), ("sns", "stage-alarms")))  # fmt: skip
    theirs = (
        Node(alarm, NodeKind.ALARM, "stage-root-use", ACCOUNT, "us-east-1", {}),
        Node(topic, NodeKind.TOPIC, "stage-alarms", ACCOUNT, "us-east-1", {}),
        Edge(alarm, topic, EdgeKind.NOTIFIES, {}, ("c" * 64,)),
    )
    having = sample.having(*theirs)
    assert between(draw(having.boundary), "Alarms \u00d7 2", "Topic stage-alarms")
    declared = having.contract.model_copy(update={"alarms": ("root-use",)})
    diagram = draw(replace(having, contract=declared).boundary)
    assert between(diagram, "Alarms", "Topic automq-poc-alarms")
    assert "stage" not in str([box.lines for _, box in diagram.walk()])
