"""Who comes to what by editing policies: its own, or those of somebody that it can act as too."""

from __future__ import annotations

from typing import Any

import pytest
from toy import (
    READER,
    READS,
    ROOT,
    A,
    account,
    allow,
    arn_of,
    deny,
    first,
    group,
    limited,
    managed,
    policy,
    reached,
    role,
    trusts,
    user,
    ways,
)

P, Q, T, U = (arn_of("role", "p"), arn_of("role", "q"), arn_of("role", "t"), arn_of("user", "u"))
POLICY = f"arn:aws:iam::{A}:policy/m"
PUTS = allow("iam:PutRolePolicy", T)


def test_who_may_write_its_own_policies_has_what_it_wants() -> None:
    made = account(role("p", allow("iam:PutRolePolicy", P)), role("q", allow("iam:PutRolePolicy", P)))
    assert first(made, "p") == [("iam-put-role-policy", "p")]
    assert "q" not in reached(made)


def test_who_writes_anothers_policies_must_act_as_it_too() -> None:
    assert "p" not in reached(account(role("p", PUTS), role("t")))
    made = account(role("p", PUTS), role("t", trust=trusts(P)))
    assert first(made, "p") == [("iam-put-role-policy", "t"), ("sts-assume-role", "t")]


def test_edit_and_act_may_each_be_over_others() -> None:
    editor, actor = role("q", PUTS, trust=trusts(P)), role("r", trust=trusts(P))
    made = account(role("p"), editor, actor, role("t", trust=trusts(arn_of("role", "r"))))
    assert first(made, "p") == [
        ("sts-assume-role", "q"), ("iam-put-role-policy", "t"), ("sts-assume-role", "r"), ("sts-assume-role", "t"),
    ]  # fmt: skip
    assert "q" not in reached(made)


def test_a_user_comes_back_to_itself_over_the_role_that_edits_it() -> None:
    made = account(user("u"), role("q", allow("iam:PutUserPolicy", U), trust=trusts(U)))
    assert first(made, "u") == [("sts-assume-role", "q"), ("iam-put-user-policy", "u")]


def test_two_edits_of_another_come_together() -> None:
    both = allow(["iam:PutRolePolicy", "iam:DeleteRolePermissionsBoundary"], T)
    target = role("t", trust=trusts(P), boundary=limited(allow("ec2:*")))
    assert [step for step, _ in first(account(role("p", both), target), "p")] == [
        "iam-put-role-policy", "iam-delete-role-permissions-boundary", "sts-assume-role",
    ] or len(first(account(role("p", both), target), "p")) == 3  # fmt: skip
    assert "p" not in reached(account(role("p", PUTS), target))


def test_only_the_edits_that_are_needed_are_made() -> None:
    facts = {"managed": [managed("m")], "boundary": limited(allow(["s3:*", "iam:*"]))}
    made = account(role("p", allow("iam:*", [P, POLICY]), **facts))
    assert len(first(made, "p")) == 1


@pytest.mark.parametrize("kind", ["role", "user"])
def test_a_boundary_removed_gives_what_it_held_back(kind: str) -> None:
    action = f"iam:Delete{kind.title()}PermissionsBoundary"
    make: Any = role if kind == "role" else user
    own = arn_of(kind, "p")
    boundary = limited(allow("iam:*"))
    made = account(make("p", allow(action, own), READS, boundary=boundary))
    assert first(made, "p") == [(f"iam-delete-{kind}-permissions-boundary", "p")]
    # A boundary that does not let it remove the boundary stays.
    stays = limited(allow("ec2:*"))
    assert "p" not in reached(account(make("p", allow(action, own), READS, boundary=stays)))


def test_of_several_that_share_a_boundary_each_is_looked_at() -> None:
    boundary = limited(allow("ec2:*"))
    others = [role(name, allow("sqs:*"), trust=trusts(P), boundary=boundary) for name in ("a", "b")]
    target = role("t", READS, trust=trusts(P), boundary=boundary)
    made = account(role("p", allow("iam:DeleteRolePermissionsBoundary")), *others, target)
    assert first(made, "p") == [("iam-delete-role-permissions-boundary", "t"), ("sts-assume-role", "t")]


def test_a_boundary_and_an_scp_hold_for_what_is_written() -> None:
    writes = allow("iam:PutRolePolicy", P)
    assert "p" not in reached(account(role("p", writes, boundary=limited(allow("iam:Put*Policy")))))
    # Where the boundary lets it write what it wants, and take the boundary away, it does both.
    assert len(first(account(role("p", writes, boundary=limited(allow("iam:*")))), "p")) == 2
    assert "p" not in reached(account(role("p", writes), scp=[[policy(allow("*"), deny("s3:*"))]]))


def test_an_own_denial_is_not_lifted_by_writing_more_but_by_taking_it_away() -> None:
    writes, denies = allow("iam:PutRolePolicy", P), deny("s3:*")
    stays = deny(["s3:*", "iam:De*", "iam:*Version"])
    assert "p" not in reached(account(role("p", writes, managed=[managed("m", stays)])))
    assert len(first(account(role("p", writes, managed=[managed("m", denies)])), "p")) == 2
    made = account(role("p", allow("iam:DeleteRolePolicy", P), READS, denies))
    assert first(made, "p") == [("iam-delete-role-policy", "p")]
    detaches = allow("iam:DetachRolePolicy", P)
    assert "p" not in reached(account(role("p", detaches, READS, denies)))
    made = account(role("p", detaches, READS, managed=[managed("m", denies)]))
    assert first(made, "p") == [("iam-detach-role-policy", "p")]


def test_writing_over_an_inline_policy_takes_its_denials_away() -> None:
    made = account(role("p", allow("iam:PutRolePolicy", P), READS, deny("s3:*")))
    assert first(made, "p") == [("iam-overwrite-role-policy", "p")]
    made = account(user("u", allow("iam:PutUserPolicy", arn_of("user", "u")), READS, deny("s3:*")))
    assert first(made, "u") == [("iam-overwrite-user-policy", "u")]
    # What it denies to the writing itself stays.
    assert "p" not in reached(account(role("p", allow("iam:PutRolePolicy", P), READS, deny(["s3:*", "iam:Put*"]))))


def test_writing_over_a_groups_inline_policy_takes_its_denials_away() -> None:
    team = group("team", deny("s3:*"))
    held = [{"name": "own", "arn": None, "document": policy(deny("s3:*"))}]
    writes = allow("iam:PutGroupPolicy", arn_of("group", "team"))
    member = user("u", groups=["team"], managed=[managed("m", writes, READS), *held])
    assert first(account(member, team), "u") == [("iam-overwrite-group-policy", "u")]


def test_joining_a_group_gives_its_policies() -> None:
    joins = allow("iam:AddUserToGroup", arn_of("group", "readers"))
    made = account(user("u", joins), group("readers", READS))
    assert first(made, "u") == [("iam-add-user-to-group", "u")]
    assert "u" not in reached(account(user("u", joins), group("readers")))


def test_who_writes_its_groups_policies_has_what_it_wants() -> None:
    writes = allow("iam:PutGroupPolicy", arn_of("group", "team"))
    assert ways(account(user("u", writes, groups=["team"]), group("team")), "u") == {"iam-put-group-policy"}
    assert "u" not in reached(account(user("u", writes), group("team")))


def test_a_version_of_its_managed_policy() -> None:
    writes = allow("iam:CreatePolicyVersion", POLICY)
    assert first(account(role("p", writes, managed=[managed("m")])), "p") == [("iam-create-policy-version", "p")]
    assert "p" not in reached(account(role("p", writes, managed=[managed("other")])))
    sets = allow("iam:SetDefaultPolicyVersion", POLICY)
    made = account(role("p", sets, managed=[managed("m", earlier=[policy(READS)])]))
    assert first(made, "p") == [("iam-set-default-policy-version", "p")]
    assert "p" not in reached(account(role("p", sets, managed=[managed("m", earlier=[policy(allow("ec2:*"))])])))


def test_tags_open_what_asks_for_them() -> None:
    tagged = READS | {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "data"}}}
    made = account(role("p", allow("iam:TagRole", P), tagged), role("q", tagged))
    assert first(made, "p") == [("iam-tag-role", "p")]
    assert "q" not in reached(made)
    assert "p" not in reached(account(role("p", allow("iam:TagRole", P))))


def test_a_denial_on_tags_is_lifted_by_removing_them() -> None:
    denies = deny("s3:*", "*", {"StringEquals": {"aws:PrincipalTag/team": "web"}})
    made = account(role("p", allow("iam:UntagRole", P), READS, denies, tags={"team": "web"}))
    assert first(made, "p") == [("iam-untag-role", "p")]


def test_a_role_that_trusts_the_account_is_edited_and_taken() -> None:
    made = account(role("p", PUTS, allow("sts:AssumeRole")), role("t", trust=trusts(ROOT)))
    assert first(made, "p") == [("iam-put-role-policy", "t"), ("sts-assume-role", "t")]


def test_of_principals_that_an_edit_makes_alike_the_path_names_the_one_that_is_taken() -> None:
    writes = role("p", allow("iam:PutRolePolicy", [arn_of("role", "a"), T]))
    others = [role("a"), role("t", trust=trusts(P))]
    assert first(account(writes, *others), "p") == [("iam-put-role-policy", "t"), ("sts-assume-role", "t")]
    reader_alone = deny("s3:*", "*", {"ArnNotEquals": {"aws:PrincipalArn": READER}}) | {"Principal": "*"}
    found = reached(account(writes, *others, role("reader", READS), bucket=policy(reader_alone)))["p"]
    sources = [hop["source"].rpartition("/")[2] for hop in found["through"][0]]
    assert sources == ["p", "p", "t"]
    assert {path[-1]["target"] for path in found["through"]} == {READER}


def test_who_has_nothing_is_not_taken_for_one_that_was_written_everything() -> None:
    weak, strong, both = arn_of("user", "t-weak"), arn_of("user", "t-strong"), arn_of("user", "t-*")
    edits = (
        allow("iam:DeleteUserPermissionsBoundary", weak),
        allow("iam:CreateAccessKey", weak),
        allow("iam:TagUser", both),
    )
    # Somebody must ask for tags; no document around names anybody, nor does a trust policy.
    asks = allow("sqs:*", condition={"StringEquals": {"aws:PrincipalTag/team": "data"}})
    held, writes = limited(allow("ec2:*")), allow("iam:PutUserPolicy", strong)
    made = account(user("e", *edits), user("t-weak", boundary=held), user("t-strong", writes), user("x", asks))
    assert set(reached(made)) == {"t-strong"}
