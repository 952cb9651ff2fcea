"""A page about things that somebody called something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.contract import BoundaryContract, Duty, Owner
from audit.model.facts import Unknown
from audit.model.graph import BoundaryGraph, Citation, Gap, Node, NodeKind
from audit.model.snapshot import AccountEntry, Manifest, Record, Snapshot, Unreadable
from audit.model.verdict import Answer, Claim, Finding, Hop, Requirement, Result, Severity, Verdict
from audit.model.waiver import Waiver
from audit.report.diagrams.diagram import Box, Diagram, Flow, FlowKind, Shape
from audit.report.diagrams.picture import Picture
from audit.report.material import Material

if TYPE_CHECKING:
    from collections.abc import Callable

    Named = Callable[[str], str]

ACCOUNT = "111111111111"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><g data-box="here"><rect width="9" height="9"/></g></svg>'


def sample(name: str) -> tuple[Material, Snapshot, tuple[Picture, ...]]:
    """Everything that somebody may have named, by that name."""
    record = Record(ACCOUNT, "us-east-1", "s3", "GetBucketPolicy", {"Bucket": name}, {"Policy": name})
    refused = Record(
        ACCOUNT, "global", "iam", "ListUsers", {}, unreadable=Unreadable("AccessDenied", f"iam:ListUsers{name}")
    )
    graph = BoundaryGraph()
    node_id = f"arn:aws:s3:::{name}"
    facts = {"policy": {"Statement": [{"Sid": name}]}, "tags": {name: name}, "logging": Unknown("s3:Get", "Denied", "")}
    graph.add(Node(node_id, NodeKind.BUCKET, name, ACCOUNT, "us-east-1", facts, (record.id,)))
    graph.add(Gap((NodeKind.USER,), ACCOUNT, "global", "iam:ListUsers", Unknown("iam:ListUsers", name, "")))
    graph.emulated[name] = name
    cited = (Citation(record.id, "bucket_policy", "/Statement/0"), Citation(record.id, name, "/0"))
    claims = tuple(
        Claim(verdict, "reason", node_id, f"{name} it is", (Hop(node_id, name, cited), Hop(name, name)), (record.id, name), (name,))
        for verdict in Verdict
    )  # fmt: skip
    waiver = Waiver(policy="B001", subject="s", reason=f"r{name}", owner=f"o{name}", until="2027-01-31")
    findings = tuple(
        Finding("B001", name, Severity.HIGH, claims[0], name, name, waiver=accepted, controls=((name, (name,)),))
        for accepted in (None, waiver)
    )
    contract = BoundaryContract(
        environment_id=name,
        account=ACCOUNT,
        region="us-east-1",
        owners={Duty.KEY_POLICY: Owner(team=name, contact=name)},
    )
    policy = Requirement("B001", name, Severity.HIGH, name, name, name, "", ((name, (name,)),))
    material = Material(
        contract, graph, (Answer("owners", name, claims),), findings, "2026-11-23T00:00:00Z", {"B001": Result.BROKEN}, (policy,)
    )  # fmt: skip
    manifest = Manifest(
        taken_at="2026-11-23T00:00:00Z",
        caller={"arn": name},
        accounts=(AccountEntry(id=ACCOUNT), AccountEntry(id=name, unreadable={"code": name})),
        regions=("us-east-1",),
    )
    boxes = (Box("here", Shape.STORE, (name, name), about=(node_id,)), Box("there", Shape.OUTSIDE, (name,)))
    flows = (Flow(("here", "there"), name, FlowKind.RECORDS, evidence=(record.id,), detail=name, about=(node_id,)),)
    picture = Picture("data-flow", Diagram(name, "here", boxes, flows), SVG)
    return material, Snapshot(manifest, (record, refused)), (picture,)
