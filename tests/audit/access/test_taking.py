from __future__ import annotations

from typing import Any

import pytest

from audit.access.taking import taken_without_id

ROLE, OTHER = "arn:aws:iam::111111111111:role/auditor", "999999999999"
ROOT, REVIEWERS = f"arn:aws:iam::{OTHER}:root", f"arn:aws:iam::{OTHER}:role/reviewers"


def decided(taker: str, principal: str = ROOT, **condition: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [{**statement, **({"Condition": condition} if condition else {})}]}
    return taken_without_id(trust, ROLE, taker).effect.value


@pytest.mark.parametrize("taker", [ROOT, REVIEWERS])
def test_an_account_as_a_whole_lets_in_anybody_in_it(taker: str) -> None:
    assert decided(taker) == "allowed"
    assert decided(taker, StringEquals={"sts:ExternalId": "agreed-1"}) == "implicitly_denied"
    assert decided(taker, StringLike={"sts:ExternalId": "*"}) == "allowed"


def test_one_role_lets_in_that_role_alone() -> None:
    assert decided(REVIEWERS, REVIEWERS) == "allowed"
    assert decided(ROOT, REVIEWERS) == "implicitly_denied"


def test_another_condition_is_not_taken_for_an_external_id() -> None:
    assert decided(ROOT, Bool={"aws:MultiFactorAuthPresent": "true"}) == "allowed"


def test_a_condition_that_is_not_understood_decides_nothing() -> None:
    assert decided(ROOT, StringResembles={"sts:ExternalId": "agreed-1"}) == "undetermined"
