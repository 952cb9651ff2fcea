"""A contract inferred from an account, and what judging by it is worth."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from audit.draft import draft, environments
from audit.model.contract import BoundaryContract
from audit.model.errors import ContractError
from audit.model.graph import BoundaryGraph, Edge, EdgeKind, Node, NodeKind
from audit.model.verdict import Verdict
from cli import judging

if TYPE_CHECKING:
    from conftest import Rehearsed

    from cli.judging import Judged

ACCOUNT, REGION = "111111111111", "us-east-1"


@pytest.fixture(scope="module")
def drafted(poc: Rehearsed) -> Judged:
    return judging.judge_snapshot(poc.snapshot, None)


def _reviewed(part: Any) -> list[bool]:
    """Every ``reviewed`` in a dumped contract."""
    match part:
        case dict():
            own = [part["reviewed"]] if "reviewed" in part else []
            return own + [found for value in part.values() for found in _reviewed(value)]
        case list() | tuple():
            return [found for value in part for found in _reviewed(value)]
        case _:
            return []


def test_a_draft_finds_buckets_keys_roles_and_network_of_the_environment(drafted: Judged, poc: Rehearsed) -> None:
    made, meant = drafted.boundary.contract, poc.contract
    assert made.network is not None
    assert meant.network is not None

    assert made.environment_id == meant.environment_id
    for role in ("data-bucket", "ops-bucket"):
        assert (made.buckets[role].name, made.buckets[role].encryption) == (
            meant.buckets[role].name, meant.buckets[role].encryption,
        )  # fmt: skip
    assert {role: key.arn for role, key in made.keys.items()} == {
        role: meant.keys[role].arn for role in ("data-key", "ops-key")
    }
    assert {made.principals[role].arn for role in ("console", "data-plane")} == {
        meant.principals[role].arn for role in ("console", "data-plane")
    }
    assert made.network.vpc == meant.network.vpc
    assert set(made.network.subnets) >= set(meant.network.subnets)
    for role in ("broker-group", "console-group"):
        assert made.network.security_groups[role] == meant.network.security_groups[role]


def test_every_line_of_a_draft_waits_for_review(drafted: Judged) -> None:
    contract = drafted.boundary.contract

    assert drafted.drafted
    assert set(_reviewed(contract.model_dump())) == {False}
    assert not contract.reviewed
    assert BoundaryContract.from_json(json.loads(contract.text()), "text") == contract


def test_nothing_holds_and_nothing_is_broken_by_inferred_lines_alone(drafted: Judged) -> None:
    claims = [(answer.question, claim) for answer in drafted.answers for claim in answer.claims]

    assert {answer.verdict for answer in drafted.answers} == {Verdict.UNKNOWN}
    assert [(question, claim.text) for question, claim in claims if claim.verdict is not Verdict.UNKNOWN] == []
    for question in ("bucket_owner", "data_plane_access", "audit_trails", "traffic_paths", "owners", "vendor_access"):
        assert "not_reviewed" in {claim.reason for name, claim in claims if name == question}, question


def test_lines_that_a_person_confirmed_hold(drafted: Judged, poc: Rehearsed) -> None:
    text = drafted.boundary.contract.text().replace('"reviewed": false', '"reviewed": true')
    confirmed = poc.judged(contract=BoundaryContract.from_json(json.loads(text), "text"))
    claims = [claim for answer in confirmed.answers for claim in answer.claims]

    assert "not_reviewed" not in {claim.reason for claim in claims}
    assert {claim.reason for claim in claims if claim.verdict is Verdict.HOLDS} >= {
        "owned",
        "key_owned",
        "storage_path",
    }
    # Now that the contract is meant, what it leaves out is missing.
    assert {claim.reason for claim in claims if claim.verdict is Verdict.BROKEN} >= {
        "missing_owner",
        "signal_not_emitted",
    }


def _tagged(name: str, environment: str | None, kind: NodeKind = NodeKind.BUCKET) -> Node:
    tags = {"automqVendor": "automq", "automqEnvironmentID": environment} if environment else {}
    arn = f"arn:aws:s3:::{name}" if kind is NodeKind.BUCKET else f"arn:aws:iam::{ACCOUNT}:role/{name}"
    return Node(arn, kind, name, ACCOUNT, REGION, {"tags": tags})


def _graph(*elements: Node | Edge) -> BoundaryGraph:
    graph = BoundaryGraph()
    for element in elements:
        graph.add(element)
    return graph


TWO = (
    _tagged("automq-data-a", "a"), _tagged("automq-data-b", "b"), _tagged("automq-console-a", "a", NodeKind.ROLE),
    _tagged("automq-console-b", "b", NodeKind.ROLE),
)  # fmt: skip


def test_several_environments_are_listed_and_one_must_be_named() -> None:
    graph = _graph(*TWO)

    assert environments(graph, ACCOUNT) == ["a", "b"]
    with pytest.raises(ContractError, match=r"several environments \(a, b\)"):
        draft(graph, ACCOUNT, REGION)


def test_a_named_environment_is_drafted_without_the_other_s_resources() -> None:
    made = draft(_graph(*TWO), ACCOUNT, REGION, environment="b")

    assert made.environment_id == "b"
    assert made.buckets["data-bucket"].name == "automq-data-b"
    assert made.principals["console"].arn.endswith("role/automq-console-b")


def test_what_another_account_has_is_no_part_of_a_draft() -> None:
    away = "222222222222"
    data = replace(_tagged("automq-data-a-away", None), account=away)
    console = replace(_tagged("automq-console-c", "c", NodeKind.ROLE), account=away)
    graph = _graph(data, console, *TWO[::2])
    made = draft(graph, ACCOUNT, REGION)

    assert (made.environment_id, made.buckets["data-bucket"].name) == ("a", "automq-data-a")
    assert made.principals["console"].arn.endswith("role/automq-console-a")
    with pytest.raises(ContractError, match=f"no resource of {ACCOUNT} is tagged automqEnvironmentID=c: found a"):
        draft(graph, ACCOUNT, REGION, environment="c")


def test_an_environment_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(ContractError, match="automqEnvironmentID=c: found a, b"):
        draft(_graph(*TWO), ACCOUNT, REGION, environment="c")


def test_an_account_without_any_gives_a_draft_of_its_owner_alone() -> None:
    made = draft(_graph(_tagged("something", None)), ACCOUNT, REGION)

    assert (made.environment_id, made.buckets, made.keys, made.network) == ("unknown", {}, {}, None)
    assert {principal.arn for principal in made.principals.values()} == {f"arn:aws:iam::{ACCOUNT}:root"}
    assert not made.reviewed


def test_a_first_generation_environment_is_told_by_names_without_the_vendor_s_tag() -> None:
    """Its buckets carried the environment's tag alone, and one role serves console and brokers."""
    data = Node(
        "arn:aws:s3:::automq-data-g1", NodeKind.BUCKET, "automq-data-g1", ACCOUNT, REGION,
        {"tags": {"automqEnvironmentID": "g1"}},
    )  # fmt: skip
    role = _tagged("automq-byoc-service-role-g1", None, NodeKind.ROLE)
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
    made = draft(_graph(data, role, Edge(data.id, key, EdgeKind.ENCRYPTED_WITH)), ACCOUNT, REGION)

    assert made.environment_id == "g1"
    assert made.buckets["data-bucket"].encryption == "data-key"
    assert made.keys["data-key"].arn == key
    assert made.principals["console-and-brokers"].arn == role.id
    assert set(made.principals["console-and-brokers"].may) == {"data-bucket"}


def _group(name: str, title: str) -> Node:
    arn = f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/{name}"
    tags = {"automqVendor": "automq", "automqEnvironmentID": "a"}
    facts = {"vpc": "vpc-1", "group_name": title, "tags": tags}
    return Node(arn, NodeKind.SECURITY_GROUP, name, ACCOUNT, REGION, facts)


@pytest.mark.parametrize(
    ("titles", "found"),
    [
        (("automq-console", "automq-brokers", "automq-endpoints"), {"console-group": "sg-0", "broker-group": "sg-1"}),
        (("automq-console", "kf-8a1", "automq-endpoints"), {"console-group": "sg-0", "broker-group": "sg-1"}),
        (("automq-console", "kf-8a1", "kf-9b2"), {"console-group": "sg-0"}),
    ],
)
def test_groups_are_told_apart_by_name_and_never_guessed_among_several(
    titles: tuple[str, ...], found: dict[str, str]
) -> None:
    made = draft(_graph(*(_group(f"sg-{n}", title) for n, title in enumerate(titles))), ACCOUNT, REGION)

    assert made.network is not None
    assert made.network.security_groups == found
