"""Who can read, write, destroy and administer: one fact changed, one claim follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.model.graph import EdgeKind, NodeKind
from audit.model.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Toy

    from audit.model.verdict import Claim

ACCOUNT, OTHER = "111111111111", "999999999999"
BUCKET, KEY = "arn:aws:s3:::data", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
BROKERS, CONSOLE = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("brokers", "console"))
STRANGER, AUDITOR = f"arn:aws:iam::{OTHER}:root", f"arn:aws:iam::{ACCOUNT}:role/auditor"


def test_in_an_environment_that_is_whole_everything_holds(toy: Toy) -> None:
    claims = toy.claims("data_plane_access")

    assert {claim.verdict for claim in claims} == {Verdict.HOLDS}
    assert "only data-plane can read data-bucket: as declared" in {claim.text for claim in claims}


BROKEN: dict[str, tuple[Callable[[Toy], object], str]] = {
    "undeclared_access": (lambda toy: toy.can(CONSOLE, EdgeKind.CAN_READ, BUCKET), CONSOLE),
    "anonymous_access": (lambda toy: toy.can("*", EdgeKind.CAN_READ, BUCKET), "*"),
    "declared_access_missing": (lambda toy: toy.drop(EdgeKind.CAN_READ, BROKERS, KEY), BROKERS),
    "undeclared_taker": (lambda toy: toy.edge(BROKERS, EdgeKind.TRUSTS, STRANGER, "trust"), BROKERS),
    "taken_without_external_id": (lambda toy: _audited(toy, None), AUDITOR),
    "reached_around_endpoint": (
        lambda toy: toy.drop(EdgeKind.CAN_READ, BROKERS, BUCKET).can(BROKERS, EdgeKind.CAN_READ, BUCKET), BROKERS,
    ),
}  # fmt: skip


@pytest.mark.parametrize("reason", list(BROKEN))
def test_one_fact_breaks_one_claim(reason: str, toy: Toy) -> None:
    change, subject = BROKEN[reason]
    change(toy)
    broken = [claim for claim in toy.claims("data_plane_access") if claim.verdict is Verdict.BROKEN]

    assert [(claim.reason, claim.subject) for claim in broken] == [(reason, subject)]
    assert broken[0].path


@pytest.mark.parametrize(
    ("properties", "reason", "missing"),
    [
        ({"unless": [{"layer": "scp", "permission": "x:Scp"}]}, "upper_bound", ("x:Scp",)),
        ({"decision": "undetermined", "missing": ["x:Policy"]}, "unreadable", ("x:Policy",)),
    ],
)
def test_undeclared_access_that_is_not_certain_is_unknown(
    properties: dict[str, object], reason: str, missing: tuple[str, ...], toy: Toy
) -> None:
    toy.can(CONSOLE, EdgeKind.CAN_READ, BUCKET, **{"decision": "allowed", **properties})
    claims = [claim for claim in toy.claims("data_plane_access") if claim.verdict is not Verdict.HOLDS]

    assert [(claim.verdict, claim.reason, claim.missing) for claim in claims] == [(Verdict.UNKNOWN, reason, missing)]
    assert "only data-plane can read data-bucket: as declared" not in {c.text for c in toy.claims("data_plane_access")}


def test_that_only_the_declared_can_holds_on_an_upper_bound_and_that_they_can_is_unknown(toy: Toy) -> None:
    """Nobody else can, whatever the layers deny that were not read; whether brokers can is for those to say."""
    toy.drop(EdgeKind.CAN_READ, BROKERS, KEY)
    toy.can(BROKERS, EdgeKind.CAN_READ, KEY, unless=[{"layer": "scp", "permission": "x:Scp"}])

    unsettled = [claim for claim in toy.claims("data_plane_access") if claim.verdict is not Verdict.HOLDS]
    assert [(claim.verdict, claim.reason, claim.subject, claim.missing) for claim in unsettled] == [
        (Verdict.UNKNOWN, "declared_access_missing", BROKERS, ("x:Scp",))
    ]


def test_objects_that_may_have_another_key_do_not_make_access_to_the_others_doubtful(toy: Toy) -> None:
    toy.can(CONSOLE, EdgeKind.CAN_READ, BUCKET, unless=[{"layer": "object_encryption", "permission": "s3:GetObject"}])
    broken = [claim for claim in toy.claims("data_plane_access") if claim.verdict is Verdict.BROKEN]

    assert [claim.reason for claim in broken] == ["undeclared_access"]
    assert "objects under another key than the bucket's aside" in broken[0].text


def test_nobody_is_told_to_read_records_to_learn_their_key(toy: Toy) -> None:
    toy.can(CONSOLE, EdgeKind.CAN_READ, BUCKET, "undetermined", missing=["s3:GetObject"])
    unknown = [claim for claim in toy.claims("data_plane_access") if claim.verdict is Verdict.UNKNOWN]

    assert len(unknown) == 1
    assert "grant" not in unknown[0].text


def test_passing_around_the_endpoint_is_unknown_where_an_unread_layer_may_deny_it(toy: Toy) -> None:
    toy.drop(EdgeKind.CAN_READ, BROKERS, BUCKET)
    toy.can(BROKERS, EdgeKind.CAN_READ, BUCKET, unless=[{"layer": "rcp", "permission": "x:Rcp"}])
    claims = [claim for claim in toy.claims("data_plane_access") if claim.reason == "reached_around_endpoint"]

    assert [(claim.verdict, claim.missing) for claim in claims] == [(Verdict.UNKNOWN, ("x:Rcp",))]


@pytest.mark.parametrize(
    ("only_if", "through"),
    [
        (None, False),
        ({"operator": "StringEquals", "key": "aws:SourceVpce", "values": ["vpce-1"]}, True),
        ({"operator": "StringEquals", "key": "aws:SourceVpce", "values": ["vpce-1", "vpce-theirs"]}, False),
        ({"operator": "StringNotEquals", "key": "aws:SourceVpce", "values": ["vpce-1"]}, False),
        ({"operator": "StringEquals", "key": "aws:SourceVpc", "values": ["vpc-1"]}, False),
        ({"and": [{"x": 1}, {"operator": "StringEquals", "key": "aws:sourceVpce", "values": ["vpce-1"]}]}, True),
        ({"or": [{"x": 1}, {"operator": "StringEquals", "key": "aws:SourceVpce", "values": ["vpce-1"]}]}, False),
    ],
)
def test_only_a_condition_on_our_own_endpoint_keeps_records_inside(only_if: object, *, through: bool, toy: Toy) -> None:
    toy.drop(EdgeKind.CAN_READ, BROKERS, BUCKET).can(BROKERS, EdgeKind.CAN_READ, BUCKET, only_if=only_if)
    reasons = {claim.reason for claim in toy.claims("data_plane_access")}

    assert ("reached_through_endpoint" in reasons, "reached_around_endpoint" in reasons) == (through, not through)


def test_a_declared_principal_that_may_do_as_much_may_take_a_role(toy: Toy) -> None:
    root = f"arn:aws:iam::{ACCOUNT}:root"
    toy.edge(BROKERS, EdgeKind.TRUSTS, root, "trust", actions=["sts:AssumeRole"])
    may = {"data-bucket": ["read", "destroy"], "data-key": ["read"]}
    toy.say(principals={**toy.contract.model_dump()["principals"], "deployer": {"arn": root, "does": "x", "may": may}})

    assert {claim.verdict for claim in toy.claims("data_plane_access")} == {Verdict.HOLDS}


def test_an_account_as_a_whole_is_more_than_its_declared_root(toy: Toy) -> None:
    toy.edge(BROKERS, EdgeKind.TRUSTS, ACCOUNT, "trust", actions=["sts:AssumeRole"])
    may = {"data-bucket": ["read"], "data-key": ["read"]}
    root = {"arn": f"arn:aws:iam::{ACCOUNT}:root", "does": "x", "may": may}
    toy.say(principals={**toy.contract.model_dump()["principals"], "deployer": root})
    (broken,) = [claim for claim in toy.claims("data_plane_access") if claim.verdict is Verdict.BROKEN]

    assert (broken.reason, broken.subject) == ("undeclared_taker", BROKERS)
    assert broken.text.startswith(f"deployer (account {ACCOUNT}) may take data-plane and do all that it may")


EXTERNAL = {"StringEquals": {"sts:ExternalId": "agreed-1"}}


def _audited(toy: Toy, *conditions: object, taker: str = STRANGER, deny: object = None) -> list[Claim]:
    """An auditor's role without privileges, declared for one account; what is said of its takers."""
    named = {"AWS": taker} if "." not in taker else {"Service": taker}
    statements: list[dict[str, object]] = [
        {"Effect": "Allow", "Principal": named, "Action": "sts:AssumeRole", **({"Condition": said} if said else {})}
        for said in conditions
    ]
    if deny:
        statements.append({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Condition": deny})
    trust = {"Version": "2012-10-17", "Statement": statements}
    toy.node(AUDITOR, NodeKind.ROLE, "auditor", trust=trust, identity=[], boundary=None, tags={})
    for said in conditions:
        toy.edge(AUDITOR, EdgeKind.TRUSTS, taker, "trust", actions=["sts:AssumeRole"], conditions=said)
    auditor = {"arn": AUDITOR, "does": "audits", "taken_by": ["security-account"]}
    security = {"arn": STRANGER, "does": "takes it"}
    declared = toy.contract.model_dump()["principals"]
    toy.say(principals={**declared, "auditor": auditor, "security-account": security})
    return [claim for claim in toy.claims("data_plane_access") if claim.subject == AUDITOR]


@pytest.mark.parametrize("taker", [STRANGER, OTHER])
def test_a_declared_taker_of_another_account_takes_a_role_with_an_external_id(taker: str, toy: Toy) -> None:
    (claim,) = _audited(toy, EXTERNAL, taker=taker)

    assert (claim.verdict, claim.reason) == (Verdict.HOLDS, "declared_takers")
    assert claim.text == f"security-account (account {OTHER}) alone may take auditor"


def test_one_role_of_an_account_that_is_declared_as_a_whole_is_declared(toy: Toy) -> None:
    (claim,) = _audited(toy, EXTERNAL, taker=f"arn:aws:iam::{OTHER}:role/reviewers")

    assert (claim.verdict, claim.text) == (Verdict.HOLDS, "reviewers alone may take auditor")


@pytest.mark.parametrize(
    "conditions",
    [
        None,
        {"StringEqualsIfExists": {"sts:ExternalId": "agreed-1"}},
        {"ForAllValues:StringEquals": {"sts:ExternalId": "agreed-1"}},
        {"StringNotEquals": {"sts:ExternalId": "agreed-1"}},
        {"StringLike": {"sts:ExternalId": "*"}},
        {"Null": {"sts:ExternalId": "false"}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
    ],
)
@pytest.mark.parametrize("taker", [STRANGER, f"arn:aws:iam::{OTHER}:role/reviewers"])
def test_a_declared_taker_of_another_account_without_an_external_id_is_broken(
    taker: str, conditions: object, toy: Toy
) -> None:
    (claim,) = _audited(toy, conditions, taker=taker)

    assert (claim.verdict, claim.reason) == (Verdict.BROKEN, "taken_without_external_id")
    assert claim.path[0].because


def test_one_statement_without_an_external_id_is_enough_and_told_once(toy: Toy) -> None:
    assert [claim.reason for claim in _audited(toy, EXTERNAL, None)] == ["taken_without_external_id"]


@pytest.mark.parametrize(
    "conditions",
    [
        {"StringEquals": {"STS:externalid": ["agreed-1", "agreed-2"]}},
        {"StringLike": {"sts:ExternalId": "agreed-*"}, "Bool": {"aws:SecureTransport": "true"}},
        {"ForAnyValue:StringEquals": {"sts:ExternalId": "agreed-1"}},
    ],
)
def test_an_external_id_is_asked_for_in_whatever_spelling(conditions: object, toy: Toy) -> None:
    assert [claim.verdict for claim in _audited(toy, conditions)] == [Verdict.HOLDS]


def test_a_denial_without_the_external_id_asks_for_it_too(toy: Toy) -> None:
    deny = {"StringNotEquals": {"sts:ExternalId": "agreed-1"}}

    assert [claim.verdict for claim in _audited(toy, None, deny=deny)] == [Verdict.HOLDS]


def test_a_condition_that_is_not_understood_leaves_the_external_id_unknown(toy: Toy) -> None:
    (claim,) = _audited(toy, {"StringResembles": {"sts:ExternalId": "agreed-1"}})

    assert (claim.verdict, claim.reason) == (Verdict.UNKNOWN, "taken_without_external_id")
    assert "rests on trust/Statement/0, which is not understood" in claim.text


def test_a_taker_that_nobody_reviewed_settles_nothing(toy: Toy) -> None:
    _audited(toy, EXTERNAL)
    declared = toy.contract.model_dump()["principals"]
    toy.say(principals={**declared, "security-account": {**declared["security-account"], "reviewed": False}})
    (claim,) = [claim for claim in toy.claims("data_plane_access") if claim.subject == AUDITOR]

    assert (claim.verdict, claim.reason) == (Verdict.UNKNOWN, "not_reviewed")


@pytest.mark.parametrize("taker", ["*", CONSOLE, "arn:aws:iam::888888888888:root", "ec2.amazonaws.com"])
def test_a_role_without_privileges_is_not_for_everybody_who_is_declared(taker: str, toy: Toy) -> None:
    (claim,) = _audited(toy, EXTERNAL, taker=taker)

    assert (claim.verdict, claim.reason) == (Verdict.BROKEN, "undeclared_taker")


def test_a_statement_that_only_lets_sessions_be_tagged_lets_nobody_in(toy: Toy) -> None:
    toy.edge(BROKERS, EdgeKind.TRUSTS, STRANGER, "trust", actions=["sts:TagSession"])

    assert {claim.verdict for claim in toy.claims("data_plane_access")} == {Verdict.HOLDS}


def test_a_trust_policy_that_could_not_be_read_is_unknown(toy: Toy) -> None:
    toy.fact(BROKERS, trust=...)
    unknown = [claim for claim in toy.claims("data_plane_access") if claim.verdict is not Verdict.HOLDS]

    assert [(claim.verdict, claim.subject, claim.missing) for claim in unknown] == [
        (Verdict.UNKNOWN, BROKERS, ("x:Readtrust",))
    ]


def test_unlisted_principals_and_a_store_that_was_not_seen_are_unknown(toy: Toy) -> None:
    toy.gap(NodeKind.ROLE, NodeKind.USER)
    del toy.nodes[KEY]
    claims = toy.claims("data_plane_access")

    assert {claim.reason for claim in claims if claim.verdict is Verdict.UNKNOWN} == {"unreadable", "not_in_snapshot"}
    assert KEY not in {claim.subject for claim in claims if claim.verdict is Verdict.HOLDS}


@pytest.mark.parametrize(
    ("organization", "verdict", "reason"),
    [
        (None, None, ""),
        (..., Verdict.UNKNOWN, "unreadable"),
        ({"MasterAccountId": OTHER}, Verdict.UNKNOWN, "outside_view"),
        ({"MasterAccountId": ACCOUNT}, Verdict.HOLDS, "declared_access"),
    ],
)
def test_whoever_manages_the_organisation_is_named(
    organization: object, verdict: Verdict | None, reason: str, toy: Toy
) -> None:
    known = {claim.text for claim in toy.claims("data_plane_access")}
    toy.fact(ACCOUNT, organization=organization)
    more = [claim for claim in toy.claims("data_plane_access") if claim.text not in known]

    assert [(claim.verdict, claim.reason) for claim in more] == ([(verdict, reason)] if verdict else [])
