"""A policy about what is not there is told: that it found nothing does not say that it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.facts import Unknown
from audit.model.graph import Gap, NodeKind
from audit.model.verdict import Answer, Claim, Result, Verdict
from audit.policy import Policy, judge, load
from audit.policy.examples import Account
from audit.policy.rule import Example
from audit.questions import ask_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from audit.boundary import Boundary


def idle(policies: Iterable[Policy], boundary: Boundary) -> tuple[str, ...]:
    results = judge(policies, boundary, ()).results
    return tuple(policy for policy, result in results.items() if result is Result.NOTHING_TO_JUDGE)


def policy(**about: Any) -> Policy:
    return Policy.model_validate(
        {
            "id": "X001",
            "title": "T",
            "severity": "high",
            "why": "w",
            "remedy": "r",
            "source": "s",
            "applies_to": about,
            "expect": {"property": "website", "operator": "absent"},
            "says": "{name}",
            "reason": "r",
        }
    )


UNREAD = {
    "GetAccountAuthorizationDetails": ({"A001", "A003", "A004", "A005", "A006", "O008", "V006"}, {"A002", "O001"}),
    "GetBucketOwnershipControls": ({"O003", "O004", "A002"}, {"O001", "O005", "O007"}),
    "GetBucketEncryption": ({"O005", "O006"}, {"O001", "O003", "O004", "O007"}),
    "ListBuckets": ({"O001", "O002", "O003", "O004", "O007", "O008"}, {"P001", "D001"}),
    "ListKeys": ({"V001"}, {"O001", "O003", "O006"}),  # each declared key was described
    "ListAccessPoints": ({"O004"}, {"O001", "O003", "O006"}),
    "DescribeTrails": ({"T001"}, {"T003", "T005", "T006"}),
    "DescribeLogGroups": ({"T001", "T003", "T004", "T007"}, {"T005", "T006"}),
    "DescribeAlarms": ({"T006", "T007"}, {"T001", "T003", "T004"}),
    "DescribeSecurityGroups": ({"P001", "P002", "P003", "P004", "P007", "P008", "P009"}, {"P006", "P010"}),
    "DescribeNetworkInterfaces": ({"P005", "P003", "P004", "P009"}, {"P006", "P010"}),
    "DescribeTargetHealth": ({"P003"}, {"P006", "P008"}),
    "ListAccelerators": ({"P001"}, {"P002", "P005", "P006", "P008"}),
    "GetTopicAttributes": ({"V001", "V005"}, {"V003", "V004", "V006"}),
}
"""A call that was refused, policies that it leaves open, and some that it does not."""


@pytest.mark.parametrize("operation", UNREAD)
def test_a_policy_that_rests_on_a_call_that_was_refused_is_unknown_and_no_other_is(operation: str) -> None:
    refused = Example.model_validate(
        {"what": "w", "verdict": "unknown", "change": [{"operation": operation, "unreadable": f"x:{operation}"}]}
    )
    boundary = Account.tidy().otherwise(refused).derived
    results = judge(load(), boundary, ask_all(boundary)).results
    unknown, holding = UNREAD[operation]
    assert {policy: results[policy] for policy in unknown} == dict.fromkeys(unknown, Result.UNKNOWN)
    assert {policy: results[policy] for policy in holding} == dict.fromkeys(holding, Result.HOLDS)


def test_a_contract_that_nobody_reviewed_leaves_open_what_rests_on_it() -> None:
    said: dict[str, Any] = {"buckets": {"data-bucket": {"reviewed": False}}}
    boundary = Account.tidy().otherwise(Example(what="w", verdict=Result.UNKNOWN, contract=said)).derived
    results = judge(load(), boundary, ask_all(boundary)).results
    assert {results[policy] for policy in ("O001", "O003", "O004", "O008", "A001")} == {Result.UNKNOWN}
    assert {results[policy] for policy in ("T001", "P001", "D001")} == {Result.HOLDS}


def test_whoever_comes_without_credentials_is_undeclared_too() -> None:
    anyone = Claim(Verdict.BROKEN, "anonymous_access", "*", "t", bears_on=("undeclared_access",))
    answers = [Answer("data_plane_access", "t", (anyone,))]
    results = judge(load(), Account.tidy().boundary(), answers).results
    assert (results["A001"], results["A002"], results["A004"]) == (Result.BROKEN, Result.BROKEN, Result.HOLDS)


def test_every_policy_of_the_pack_has_something_to_judge_in_a_sound_environment(
    make: Callable[..., Boundary], elements: list[Any]
) -> None:
    # It has no file system, no secret, no interface endpoint and no subnet.
    absent = ("F001", "F002", "F003", "F004", "K004", "N006", "N009")
    assert idle(load(), make(elements)) == absent


@pytest.mark.parametrize(
    "about",
    [
        {"kinds": ["bucket"], "roles": ["data-buket"]},
        {"kinds": ["load_balancer"], "scope": "contract"},
        {"kinds": ["bucket"], "where": {"property": "website", "operator": "exists"}},
        {"kinds": ["secret"], "scope": "account"},
    ],
)
def test_a_selector_that_matches_nothing_is_told(
    make: Callable[..., Boundary], elements: list[Any], about: dict[str, Any]
) -> None:
    assert idle([policy(**about)], make(elements)) == ("X001",)


def test_what_holds_had_something_to_judge(make: Callable[..., Boundary], elements: list[Any]) -> None:
    assert idle([policy(kinds=["bucket"])], make(elements)) == ()


def test_what_could_not_be_listed_is_unknown_not_nothing(make: Callable[..., Boundary], elements: list[Any]) -> None:
    gap = Gap(
        (NodeKind.SECRET,),
        "111111111111",
        "us-east-1",
        "ListSecrets",
        Unknown("secretsmanager:ListSecrets", "AccessDenied", ""),
    )
    assert idle([policy(kinds=["secret"], scope="account")], make([*elements, gap])) == ()


def test_a_question_that_could_not_be_answered_leaves_its_policies_unknown(make: Callable[..., Boundary]) -> None:
    asked = next(policy for policy in load() if policy.id == "O004")
    unread = Claim.unread("arn:aws:s3:::data", "the bucket policy", Unknown("s3:GetBucketPolicy", "AccessDenied", ""))
    holds = Claim(Verdict.HOLDS, "no_foreign_grant", "arn:aws:s3:::data", "nobody outside")
    results = [
        judge([asked], make([]), [Answer("bucket_owner", "t", claims)]).results["O004"]
        for claims in ((holds,), (holds, unread))
    ]
    assert results == [Result.HOLDS, Result.UNKNOWN]
