"""Who comes to what by taking roles, and what stops them on the way."""

from __future__ import annotations

import pytest
from toy import (
    READER,
    READS,
    ROOT,
    A,
    B,
    account,
    allow,
    arn_of,
    deny,
    first,
    limited,
    policy,
    reached,
    reader,
    role,
    steps,
    trusts,
    user,
)

from audit.model.facts import Unknown
from audit.model.graph import Node, NodeKind

P, Q = arn_of("role", "p"), arn_of("role", "q")
TAKES = allow("sts:AssumeRole")
EVERYTHING = [[policy(allow("*"))]]


def test_a_role_that_trusts_the_account_is_taken_by_who_may_take_roles() -> None:
    made = account(reader(ROOT), role("p", TAKES), role("q"))
    assert first(made, "p") == [("sts-assume-role", "reader")]
    assert "q" not in reached(made)


def test_a_role_that_trusts_a_principal_by_name_is_taken_without_a_policy_of_its_own() -> None:
    made = account(reader(P), role("p"), role("q", TAKES))
    assert first(made, "p") == [("sts-assume-role", "reader")]
    assert "q" not in reached(made)


def test_a_chain_has_as_many_steps_as_roles_and_cites_each_statement() -> None:
    made = account(reader(Q), role("q", trust=trusts(P)), role("p"))
    found = reached(made)
    assert steps(found["p"]) == [[("sts-assume-role", "q"), ("sts-assume-role", "reader")]]
    assert steps(found["q"]) == [[("sts-assume-role", "reader")]]
    assert all(hop["because"] for hop in found["p"]["through"][0])


def test_a_cycle_of_trust_ends() -> None:
    made = account(role("p", trust=trusts(Q)), role("q", trust=trusts(P)), reader())
    assert "p" not in reached(made)
    made = account(role("p", trust=trusts(Q)), role("q", trust=trusts(P)), reader(Q))
    assert len(first(made, "p")) == 2


def test_all_shortest_paths_are_found() -> None:
    made = account(reader(P, Q), role("p", trust=trusts(ROOT)), role("q", trust=trusts(ROOT)), user("u", TAKES))
    found = reached(made)["u"]
    assert {path[0][1] for path in steps(found)} == {"p", "q"}
    assert found["paths"] == 2


def test_what_a_step_must_meet_stands_on_it() -> None:
    made = account(reader(trust=trusts(P, condition={"StringEquals": {"sts:ExternalId": "secret"}})), role("p", TAKES))
    (hop,) = reached(made)["p"]["through"][0]
    assert hop["only_if"] == {"operator": "StringEquals", "key": "sts:ExternalId", "values": ["secret"]}


def test_an_account_that_was_walked_too_must_allow_the_step_itself() -> None:
    stranger = arn_of("role", "far", B)
    for statements, comes in (((TAKES,), True), ((), False)):
        made = account(reader(stranger), role("far", *statements, account=B))
        made.add(Node(B, NodeKind.ACCOUNT, B, B, "global", {"organization": None, "scp": None, "rcp": []}))
        assert ("far" in reached(made)) is comes


def test_a_trusted_account_that_was_not_walked_is_an_upper_bound() -> None:
    made = account(reader(arn_of("role", "far", B)))
    found = reached(made)["far"]
    assert found["decision"] == "allowed"
    assert [one["layer"] for one in found["unless"]] == ["identity"]


@pytest.mark.parametrize(
    ("facts", "scp"),
    [
        ({"boundary": limited(allow("s3:*"))}, None),
        ({}, [[policy(allow("*"), deny("sts:AssumeRole"))]]),
        ({"boundary": limited(allow("*"), deny("sts:*"))}, EVERYTHING),
    ],
)
def test_a_boundary_or_an_scp_stops_a_step(facts: dict[str, object], scp: object) -> None:
    made = account(reader(ROOT), role("p", TAKES, **facts), scp=scp)
    assert "p" not in reached(made)
    assert "p" in reached(account(reader(ROOT), role("p", TAKES), scp=EVERYTHING))


def test_the_last_ones_own_limits_count() -> None:
    made = account(reader(ROOT, boundary=limited(allow("ec2:*"))), role("p", TAKES))
    assert "p" not in reached(made)


def test_a_service_linked_role_is_not_walked_through() -> None:
    linked = f"arn:aws:iam::{A}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    facts = {**dict(role("x", TAKES, READS).properties), "trust": trusts(ROOT)}
    made = account(role("p", TAKES), Node(linked, NodeKind.ROLE, "AWSServiceRoleForX", A, "global", facts))
    assert "p" not in reached(made)


def test_a_trust_policy_that_was_not_read_leaves_it_undetermined() -> None:
    unread = Unknown("iam:GetRole", "AccessDenied", "r")
    found = reached(account(reader(trust=unread), role("p", TAKES)))["p"]
    assert (found["decision"], found["missing"]) == ("undetermined", ["iam:GetRole"])


def test_own_policies_that_were_not_read_leave_it_undetermined() -> None:
    unread = Unknown("iam:GetRolePolicy", "AccessDenied", "r")
    made = account(
        reader(ROOT), role("p", identity=unread), bucket=policy(deny("s3:*", "*", None) | {"Principal": {"AWS": P}})
    )
    found = reached(made)["p"]
    assert (found["decision"], found["missing"]) == ("undetermined", ["iam:GetRolePolicy"])


def test_a_certain_way_wins_over_a_shorter_uncertain_one() -> None:
    unread = Unknown("iam:GetRole", "AccessDenied", "r")
    other = role("other", READS, trust=unread)
    made = account(reader(Q), role("q", trust=trusts(P)), role("p", TAKES), other)
    assert reached(made)["p"]["decision"] == "allowed"
    assert len(first(made, "p")) == 2


def test_two_runs_give_the_same() -> None:
    made = account(reader(P, Q), role("p", trust=trusts(ROOT)), role("q", trust=trusts(ROOT)), user("u", TAKES))
    assert reached(made) == reached(made)
    assert READER not in reached(made)
