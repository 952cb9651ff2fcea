"""Two environments of one account: no role of one has anything of the other, and a role that is widened is found.

Stores are asked of who-can. What has no policy of its own is asked action by action, every one that AWS has for it.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
from answers import DETAILS, edit
from policy_sentry.querying.actions import get_action_data, get_actions_for_service

from audit.access import explain as explaining
from audit.access.decision import OPEN
from audit.access.explain import Question
from audit.access.holdings import Holdings
from audit.access.who_can import derive
from audit.model.graph import NodeKind
from audit.model.verdict import Verdict
from stacks.stack_files import stack_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conftest import Rehearsed

    from audit.boundary import Boundary
    from audit.model.graph import Node
    from audit.model.snapshot import Record
    from cli.judging import Judged

LIVE, STAGE = "env-shop", "env-shop-stage"
TAG = "automqEnvironmentID"
NAMES = [stack_settings(f"two-environments.{one}")[0].names for one in ("live", "stage")]
BUCKETS = {
    bucket: names.environment_id
    for names in NAMES
    for bucket in (names.data_bucket, names.ops_bucket, names.audit_bucket, names.access_logs_bucket)
}
# These write to log groups by the services that take them, and hold no privilege on a store by themselves.
NOTHING = {f"arn:aws:iam::444455556666:role/automq-trail-to-logs-{of}" for of in (LIVE, STAGE)}
STORES = ("bucket", "file_system", "key", "log_group", "secret", "topic")
# How the Service Authorization Reference calls the kinds whose tags it says that the service compares.
PARTED_BY_TAGS = {
    NodeKind.AUTO_SCALING_GROUP: ("autoscaling", "autoScalingGroup"),
    NodeKind.INSTANCE: ("ec2", "instance"),
    NodeKind.LAUNCH_TEMPLATE: ("ec2", "launch-template"),
    NodeKind.NETWORK_INTERFACE: ("ec2", "network-interface"),
    NodeKind.SECURITY_GROUP: ("ec2", "security-group"),
    NodeKind.SUBNET: ("ec2", "subnet"),
    NodeKind.VOLUME: ("ec2", "volume"),
    NodeKind.VPC: ("ec2", "vpc"),
    NodeKind.VPC_ENDPOINT: ("ec2", "vpc-endpoint"),
}


@pytest.fixture(scope="module")
def live(rehearsed: Callable[..., Rehearsed]) -> Rehearsed:
    """The account with both, walked for live."""
    return rehearsed("two-environments.live")


@pytest.fixture(scope="module")
def before(live: Rehearsed) -> Judged:
    return live.judged()


def owner(node: Node) -> str:
    """The environment that a node belongs to, empty where none does: by its tags, or by its name where they say none."""
    tags = node.properties.get("tags")
    if isinstance(tags, dict) and TAG in tags:
        return str(tags[TAG])
    return BUCKETS.get(node.name, "")


def roles(boundary: Boundary, of: str) -> list[str]:
    return [
        node.id
        for node in boundary.graph.nodes(NodeKind.ROLE)
        if owner(node) == of and "/aws-service-role/" not in node.id
    ]


def test_nothing_is_broken_beside_the_sister(before: Judged) -> None:
    claims = [claim for answer in before.answers for claim in answer.claims] + [f.claim for f in before.findings]

    assert {f.policy for f in before.findings if f.verdict is Verdict.BROKEN} == set()
    assert {claim.reason for claim in claims if claim.verdict is Verdict.UNKNOWN} == {"emulator_cannot_show"}


def test_both_environments_stand_in_the_account(before: Judged) -> None:
    kinds = (NodeKind.ROLE, NodeKind.INSTANCE, NodeKind.VOLUME, NodeKind.AUTO_SCALING_GROUP, NodeKind.KEY)
    for of in (LIVE, STAGE):
        there = [node.kind for node in before.boundary.graph.nodes() if owner(node) == of]
        assert set(kinds) <= set(there)
        assert len(roles(before.boundary, of)) == 4


def test_who_can_names_no_role_of_the_other_environment(before: Judged) -> None:
    boundary = before.boundary
    stores = {node.id: owner(node) for kind in STORES for node in boundary.graph.nodes(NodeKind(kind))}
    theirs = {LIVE: set(roles(boundary, STAGE)), STAGE: set(roles(boundary, LIVE))}
    edges = list(derive(boundary.graph, stores, now=boundary.now))

    assert set(stores.values()) == {LIVE, STAGE}
    assert {edge.source for edge in edges} > {role for of in (LIVE, STAGE) for role in roles(boundary, of)} - NOTHING
    assert [edge for edge in edges if edge.source in theirs[stores[edge.target]]] == []


def actions(service: str, resource: str) -> list[str]:
    """Every action of a service that is authorised on a kind of resource and compares its tags."""
    return [
        action
        for action in get_actions_for_service(service)
        for on in get_action_data(*action.split(":"))[service]
        if on["resource_arn_format"].partition(":")[2].rpartition("/")[0].endswith(f":{resource}")
        or (resource == "autoScalingGroup" and ":autoScalingGroup:" in on["resource_arn_format"])
    ]


def decided(held: Holdings, boundary: Boundary, role: str, action: str, node: Node, tags: Mapping[str, str]) -> bool:
    """Whether a role may do an action to what has these tags, whatever else the request says."""
    context = {f"aws:ResourceTag/{key}": (value,) for key, value in tags.items()}
    asked = Question(role, action, node.id, context)
    return explaining.explain(held, asked, boundary.now).decision.effect in OPEN


def samples(boundary: Boundary, of: str) -> Iterator[tuple[Node, list[str]]]:
    """Of each kind that tags part: what the stack made, and what its console made, with the actions on it."""
    for kind, (service, resource) in PARTED_BY_TAGS.items():
        seen = set()
        for node in boundary.graph.nodes(kind):
            mark = "automqManagedBy" in node.properties["tags"]
            if owner(node) == of and mark not in seen:
                seen.add(mark)
                yield node, actions(service, resource)


@pytest.mark.parametrize(("of", "other"), [(LIVE, STAGE), (STAGE, LIVE)])
def test_no_role_may_do_anything_to_what_carries_the_sisters_tag(before: Judged, of: str, other: str) -> None:
    boundary = before.boundary
    held, parted = Holdings(boundary.graph), set()
    for node, every in samples(boundary, other):
        tags = node.properties["tags"]
        for role in roles(boundary, of):
            for action in every:
                assert not decided(held, boundary, role, action, node, tags), (role, action, node.name)
                if decided(held, boundary, role, action, node, {**tags, TAG: of}):
                    parted.add((node.kind, action))

    # Here the tag alone parts the two: the same resource with the role's own tag is the role's to change.
    assert {kind for kind, _ in parted} == set(PARTED_BY_TAGS) - {NodeKind.VPC_ENDPOINT}


def of_latest(answer: dict[str, Any]) -> None:
    for group in answer["AutoScalingGroups"]:
        if group["AutoScalingGroupName"] == f"automq-{STAGE}-brokers":
            group["LaunchTemplate"]["Version"] = "$Latest"


def widened(answer: dict[str, Any]) -> None:
    more = {"Effect": "Allow", "Action": ["kms:Decrypt", "secretsmanager:GetSecretValue"], "Resource": "*"}
    for policy in answer["Policies"]:
        if policy["Arn"].endswith((f"/automq-data-plane-{STAGE}", f"/automq-data-plane-boundary-{STAGE}")):
            for version in policy["PolicyVersionList"]:
                version["Document"]["Statement"].append(more)


CHANGES: list[tuple[str, Callable[[Record], Record], set[tuple[str, str]]]] = [
    ("a group of stage launches from the latest version, which may name any role", edit("DescribeAutoScalingGroups",
     of_latest), {("A001", "console"), ("O008", "console")}),
    ("stage's brokers may decrypt and read secrets of everything", edit(DETAILS, widened),
     {("A001", "console"), ("A001", "data-plane")}),
]  # fmt: skip


@pytest.mark.parametrize(("change", "found"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_a_role_that_is_widened_to_the_sister_is_found_by_its_name(
    live: Rehearsed, change: Callable[[Record], Record], found: set[tuple[str, str]]
) -> None:
    # As an account answers that no organisation stands above: what nothing may take away is broken, and not unknown.
    manifest = live.snapshot.manifest
    shown = {name: why for name, why in manifest.emulated.items() if name != "organizations:DescribeOrganization"}
    alone = dataclasses.replace(live.snapshot, manifest=manifest.model_copy(update={"emulated": shown}))
    judged = dataclasses.replace(live, snapshot=alone).judged(change)
    broken = [f for f in judged.findings if f.verdict is Verdict.BROKEN]

    assert all(f.claim.path for f in broken)
    assert {
        (f.policy, role)
        for f in broken
        for role in ("console", "data-plane")
        if f.claim.text.startswith(f"automq-{role}-{STAGE} can ")
    } == found
    assert all(f"-{STAGE} can " in f.claim.text for f in broken)
