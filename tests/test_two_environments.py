"""Two environments of one account and a third of another: no role of one has anything of another's.

A role that is widened to a sister is found by its name; across accounts once both sides open. Stores are asked of who-can. What has no policy of its own is asked action by action, every one that AWS has for it.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from answers import DETAILS, edit, every, statements
from policy_sentry.querying.actions import get_action_data, get_actions_for_service

from audit.access import explain as explaining
from audit.access.decision import OPEN
from audit.access.explain import Question
from audit.access.holdings import Holdings
from audit.access.who_can import derive
from audit.difference import access, properties, reach
from audit.difference.properties import Kind
from audit.model.errors import SettingsError
from audit.model.graph import NodeKind
from audit.model.snapshot import Snapshot
from audit.model.verdict import Verdict
from audit.report.diagrams import VIEWS
from cli import rehearsing
from stacks import stack_files
from stacks.stack_files import FOLDER, stack_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from conftest import Rehearsed

    from audit.boundary import Boundary
    from audit.model.graph import Node
    from audit.model.snapshot import Record
    from cli.judging import Judged

LIVE, STAGE, SYDNEY = "env-shop", "env-shop-stage", "env-shop-sydney"
ACCOUNT, AWAY = "444455556666", "777788889999"
HOMES = {LIVE: (ACCOUNT, "us-east-1"), STAGE: (ACCOUNT, "us-east-1"), SYDNEY: (AWAY, "ap-southeast-2")}
TAG = "automqEnvironmentID"
NAMES = [stack_settings(f"two-environments.{one}")[0].names for one in ("live", "stage", "sydney")]
BUCKETS = {
    bucket: names.environment_id
    for names in NAMES
    for bucket in (names.data_bucket, names.ops_bucket, names.audit_bucket, names.access_logs_bucket)
}
# These write to log groups by the services that take them, and hold no privilege on a store by themselves.
NOTHING = {f"arn:aws:iam::{account}:role/automq-trail-to-logs-{of}" for of, (account, _) in HOMES.items()}
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
    """Both accounts with all three, walked for live."""
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


def test_nothing_is_broken_beside_the_sisters(before: Judged) -> None:
    claims = [claim for answer in before.answers for claim in answer.claims] + [f.claim for f in before.findings]

    assert {f.policy for f in before.findings if f.verdict is Verdict.BROKEN} == set()
    assert {claim.reason for claim in claims if claim.verdict is Verdict.UNKNOWN} == {"emulator_cannot_show"}


def test_all_environments_stand_where_the_set_says(before: Judged) -> None:
    kinds = (NodeKind.ROLE, NodeKind.INSTANCE, NodeKind.VOLUME, NodeKind.AUTO_SCALING_GROUP, NodeKind.KEY)
    for of, (account, region) in HOMES.items():
        there = [node for node in before.boundary.graph.nodes() if owner(node) == of]
        assert set(kinds) <= {node.kind for node in there}
        assert {(node.account, node.region) for node in there} == {(account, region), (account, "global")}
        assert len(roles(before.boundary, of)) == 4


def test_no_drawing_places_a_thing_of_another_account_in_this_one(before: Judged) -> None:
    graph, outside = before.boundary.graph, set()
    for draw in VIEWS.values():
        drawing = draw(before.boundary)
        for path, box in drawing.walk():
            away = {one for one in box.about if (node := graph.get(one)) is not None and node.account == AWAY}
            assert not (away and drawing.inside(path[-1])), (drawing.title, box.lines)
            outside |= away

    assert {graph.node(one).kind for one in outside} > {NodeKind.VPC}


def test_an_environment_of_another_account_is_audited_beside_its_sisters(
    rehearsed: Callable[..., Rehearsed],
) -> None:
    sydney = rehearsed("two-environments.sydney")
    judged = sydney.judged()
    manifest = sydney.snapshot.manifest

    assert ({entry.id for entry in manifest.accounts}, manifest.regions) == (
        {ACCOUNT, AWAY}, ("ap-southeast-2", "us-east-1"),
    )  # fmt: skip
    assert (judged.boundary.contract.account, judged.boundary.contract.region) == HOMES[SYDNEY]
    assert {f.policy for f in judged.findings if f.verdict is Verdict.BROKEN} == set()
    assert {owner(node) for node in judged.boundary.graph.nodes()} == {LIVE, STAGE, SYDNEY, ""}


def test_who_can_names_no_role_of_the_other_environment(before: Judged) -> None:
    boundary = before.boundary
    stores = {node.id: owner(node) for kind in STORES for node in boundary.graph.nodes(NodeKind(kind))}
    of_role = {role: of for of in HOMES for role in roles(boundary, of)}
    edges = list(derive(boundary.graph, stores, now=boundary.now))

    assert set(stores.values()) == set(HOMES)
    assert {edge.source for edge in edges} > set(of_role) - NOTHING
    assert [edge for edge in edges if of_role.get(edge.source, stores[edge.target]) != stores[edge.target]] == []


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
    for node, actions_on in samples(boundary, other):
        tags = node.properties["tags"]
        for role in roles(boundary, of):
            for action in actions_on:
                assert not decided(held, boundary, role, action, node, tags), (role, action, node.name)
                if decided(held, boundary, role, action, node, {**tags, TAG: of}):
                    parted.add((node.kind, action))

    # Here the tag alone parts the two: the same resource with the role's own tag is the role's to change.
    assert {kind for kind, _ in parted} == set(PARTED_BY_TAGS) - {NodeKind.VPC_ENDPOINT}


@pytest.mark.parametrize(("of", "other"), [(SYDNEY, LIVE), (STAGE, SYDNEY)])
def test_across_accounts_no_tag_opens_what_has_no_policy_of_its_own(before: Judged, of: str, other: str) -> None:
    boundary = before.boundary
    held, asked = Holdings(boundary.graph), set()
    for node, actions_on in samples(boundary, other):
        for role in roles(boundary, of):
            for action in actions_on:
                tags = {**node.properties["tags"], TAG: of}
                assert not decided(held, boundary, role, action, node, tags), (role, action, node.name)
                asked.add(node.kind)

    assert asked == set(PARTED_BY_TAGS)


def of_latest(answer: dict[str, Any]) -> None:
    for group in answer["AutoScalingGroups"]:
        if group["AutoScalingGroupName"] == f"automq-{STAGE}-brokers":
            group["LaunchTemplate"]["Version"] = "$Latest"


def widened(answer: dict[str, Any], of: str, *more_actions: str) -> None:
    """The brokers' policy and boundary allow more."""
    more = {"Effect": "Allow", "Action": list(more_actions), "Resource": "*"}
    for policy in answer["Policies"]:
        if policy["Arn"].endswith((f"/automq-data-plane-{of}", f"/automq-data-plane-boundary-{of}")):
            for version in policy["PolicyVersionList"]:
                version["Document"]["Statement"].append(more)


CHANGES: list[tuple[str, Callable[[Record], Record], set[tuple[str, str]]]] = [
    ("a group of stage launches from the latest version, which may name any role", edit("DescribeAutoScalingGroups",
     of_latest), {("A001", "console"), ("O008", "console")}),
    ("stage's brokers may decrypt and read secrets of everything", edit(DETAILS,
     lambda answer: widened(answer, STAGE, "kms:Decrypt", "secretsmanager:GetSecretValue")),
     {("A001", "console"), ("A001", "data-plane")}),
]  # fmt: skip


def alone(live: Rehearsed) -> Rehearsed:
    """As accounts answer that no organisation stands above: what nothing may take away is broken, and not unknown."""
    manifest = live.snapshot.manifest
    shown = {name: why for name, why in manifest.emulated.items() if name != "organizations:DescribeOrganization"}
    return dataclasses.replace(
        live, snapshot=dataclasses.replace(live.snapshot, manifest=manifest.model_copy(update={"emulated": shown}))
    )


@pytest.mark.parametrize(("change", "found"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES])
def test_a_role_that_is_widened_to_the_sister_is_found_by_its_name(
    live: Rehearsed, change: Callable[[Record], Record], found: set[tuple[str, str]]
) -> None:
    judged = alone(live).judged(change)
    broken = [f for f in judged.findings if f.verdict is Verdict.BROKEN]

    assert all(f.claim.path for f in broken)
    assert {
        (f.policy, role)
        for f in broken
        for role in ("console", "data-plane")
        if f.claim.text.startswith(f"automq-{role}-{STAGE} can ")
    } == found
    assert all(f"-{STAGE} can " in f.claim.text for f in broken)


NAMED = edit("GetKeyPolicy", statements(lambda found: found.append(
    {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{AWAY}:root"}, "Action": "kms:Decrypt", "Resource": "*"})),
    of=f":{ACCOUNT}:key/")  # fmt: skip
ADMITTED = edit("GetBucketPolicy", statements(lambda found: found.append(
    {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{AWAY}:root"}, "Action": "s3:GetObject",
     "Resource": f"arn:aws:s3:::{NAMES[0].audit_bucket}/*"})), of=NAMES[0].audit_bucket)  # fmt: skip
WIDENED = edit(DETAILS, lambda answer: widened(answer, SYDNEY, "kms:Decrypt", "s3:GetObject"))
ROOT, ROLES = (
    f"the root user of account {AWAY}",
    {f"automq-console-{SYDNEY}", f"automq-data-plane-{SYDNEY}"},
)
ACROSS: list[tuple[str, tuple[Callable[[Record], Record], ...], dict[str, set[str]]]] = [
    ("keys and the audit bucket of live name sydney's account, whose brokers may decrypt and read everything",
     (NAMED, ADMITTED, WIDENED), {"audit-bucket": {ROOT, *ROLES}, "ops-key": {ROOT, *ROLES}}),
    ("they name the account, and no role over there is widened", (NAMED, ADMITTED),
     {"audit-bucket": {ROOT}, "ops-key": {ROOT}}),
    ("the brokers over there are widened, and nothing of live names them", (WIDENED,), {}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "found"), [c[1:] for c in ACROSS], ids=[c[0] for c in ACROSS])
def test_across_accounts_both_sides_open_what_is_found_by_name(
    live: Rehearsed, changes: tuple[Callable[[Record], Record], ...], found: dict[str, set[str]]
) -> None:
    judged = alone(live).judged(every(*changes))
    broken = [f for f in judged.findings if f.verdict is Verdict.BROKEN]
    said = [f.claim.text.partition(" can read ") for f in broken if f.policy == "A001"]

    assert {f.policy for f in broken} == ({"A001", "O004"} if found else set())
    assert {
        store: who
        for store in ("audit-bucket", "ops-key")
        if (who := {name for name, _, what in said if what.startswith(f"{store} ")})
    } == found


def test_what_one_walk_left_out_has_not_drifted(live: Rehearsed, before: Judged) -> None:
    """The rehearsal knows all accounts and regions, an audit with the contract alone its own."""
    manifest = live.snapshot.manifest
    own = tuple(entry for entry in manifest.accounts if entry.id == ACCOUNT)
    records = tuple(r for r in live.snapshot.records if r.account == ACCOUNT and r.region in {"us-east-1", "global"})
    walked = Snapshot(manifest.model_copy(update={"accounts": own, "regions": ("us-east-1",)}), records)
    sides = (before.boundary, dataclasses.replace(live, snapshot=walked).judged().boundary)

    for first, second, lacking in ((*sides, "B"), (*reversed(sides), "A")):
        told = [one for one in properties.compare(first, second).differences if one.kind is not Kind.UNMATCHED]
        assert {(one.kind, one.node) for one in told} == {
            (Kind.UNKNOWN, f"{account} {region}")
            for account, regions in (
                (ACCOUNT, ["ap-southeast-2"]),
                (AWAY, ["ap-southeast-2", "global", "us-east-1"]),
            )
            for region in regions
        }
        assert all(one.why.startswith(f"{lacking} did not walk it: ") for one in told)
        assert access.compare(first, second).changes == ()
        assert reach.compare(first, second).changes == ()


def test_one_that_cannot_stand_beside_another_is_told_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both name one VPC, which is there once, and both would make its endpoints, which it takes once."""
    text = (FOLDER / "Pulumi.existing-vpc.yaml").read_text("utf-8")
    config = {key: value for key, value in yaml.safe_load(text)["config"].items() if not key.endswith((":keys", "_id"))}
    config["automq-byoc:aws_account_id"] = ACCOUNT
    config["automq-byoc:environments"] = {one: {"environment_id": f"env-{one}"} for one in ("live", "stage")}
    (tmp_path / "Pulumi.shared.yaml").write_text(yaml.safe_dump({"config": config}), "utf-8")
    monkeypatch.setattr(stack_files, "FOLDER", tmp_path)

    words = r"^shared\.stage, which is rehearsed beside it: network\.endpoints\.\w+ is made, but .* name that one"
    with pytest.raises(SettingsError, match=words):
        rehearsing.rehearse("shared.live")
