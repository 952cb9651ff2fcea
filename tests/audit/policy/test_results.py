"""A policy about what is not there is told: that it found nothing does not say that it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.facts import Unknown
from audit.model.graph import Gap, NodeKind
from audit.model.verdict import Answer, Claim, Result, Verdict
from audit.policy import Policy, judge, load

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


def test_every_policy_of_the_pack_has_something_to_judge_in_a_sound_environment(
    make: Callable[..., Boundary], elements: list[Any]
) -> None:
    assert idle(load(), make(elements)) == ("K004", "N006")  # it has no secret and no interface endpoint


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
