"""What else can be expected of a node: who has access, which packets arrive, how many there are; in three values."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from audit.boundary import Boundary, derive
from audit.graph.build import build
from audit.model.errors import UsageError
from audit.policy import Policy, judge
from audit.policy.examples import Account
from audit.policy.rule import Example

BROKERS = {"kinds": ["security_group"], "roles": ["broker-group"]}
DATA = {"kinds": ["bucket"], "roles": ["data-bucket"]}
VPC = {"kinds": ["vpc"]}
TEN = ["broker-group", "console-group", "10.64.0.0/16"]
INTERFACES_UNREAD = {"operation": "DescribeNetworkInterfaces", "unreadable": "ec2:DescribeNetworkInterfaces"}
SUBNETS_UNREAD = {"operation": "DescribeSubnets", "unreadable": "ec2:DescribeSubnets"}


@cache
def tidy() -> Account:
    return Account.tidy()


@cache
def sound() -> Boundary:
    return boundary()


def boundary(*changes: dict[str, Any]) -> Boundary:
    example = Example.model_validate({"what": "w", "verdict": "holds", "change": changes})
    account = tidy().otherwise(example)
    return derive(build(account.snapshot), account.contract, account.snapshot.manifest.taken_at)


def policy(about: dict[str, Any], expect: dict[str, Any]) -> Policy:
    return Policy.model_validate({
        "id": "X001", "title": "It is so", "severity": "high", "why": "w", "remedy": "r", "source": "s",
        "says": "{name} is not so", "reason": "not_so", "applies_to": about, "expect": expect,
    })  # fmt: skip


def result(about: dict[str, Any], expect: dict[str, Any], where: Boundary | None = None) -> str:
    return judge([policy(about, expect)], where or sound(), ()).results["X001"].value


@pytest.mark.parametrize(
    ("about", "expect", "comes_to"),
    [
        (BROKERS, {"reached_over": "tcp", "only": TEN}, "holds"),
        (BROKERS, {"reached_over": "tcp", "only": ["10.0.0.0/8", "broker-group", "console-group"]}, "holds"),
        (BROKERS, {"reached_over": "tcp", "only": ["broker-group", "console-group", "10.64.11.0/24"]}, "broken"),
        (BROKERS, {"reached_over": "tcp", "only": ["broker-group", "10.64.0.0/16"]}, "broken"),
        (BROKERS, {"reached_over": "tcp", "ports": [9112, 9112], "only": ["console-group", "10.64.0.0/16"]}, "holds"),
        (BROKERS, {"reached_over": "tcp", "ports": [22, 22], "only": []}, "holds"),
        (BROKERS, {"reached_over": "udp", "only": []}, "holds"),
        (BROKERS, {"reached_over": "tcp", "only": {"contract": "contract.gone"}}, "unknown"),
        (BROKERS, {"not": {"reached_over": "tcp", "ports": [9112, 9112], "only": []}}, "holds"),
        (DATA, {"can": "read", "only": ["data-plane", "console", "arn:*:root"]}, "holds"),
        (DATA, {"can": "read", "only": ["arn:*:role/automq-*", "arn:aws:iam::444455556666:root"]}, "holds"),
        (DATA, {"can": "read", "only": ["console"]}, "broken"),
        (VPC, {"count": "subnet", "through": "vpc", "operator": "at_least", "value": 3}, "holds"),
        (VPC, {"count": "subnet", "through": "vpc", "operator": "at_least", "value": 30}, "broken"),
        (VPC, {"count": "internet_gateway", "through": "vpcs", "operator": "at_most", "value": 0}, "broken"),
        (VPC, {"count": "user", "operator": "equals", "value": 0}, "holds"),
    ],
)
def test_what_the_tidy_account_comes_to(about: dict[str, Any], expect: dict[str, Any], comes_to: str) -> None:
    assert result(about, expect) == comes_to


def test_who_else_has_access_is_named_with_its_statement() -> None:
    (finding,) = judge([policy(DATA, {"can": "read", "only": ["console", "arn:*:root"]})], sound(), ()).findings
    assert "data-plane" in finding.claim.text
    assert finding.claim.path[0].because[0].pointer.startswith("/Statement/")


def test_who_else_arrives_is_shown_with_its_path() -> None:
    (finding,) = judge([policy(BROKERS, {"reached_over": "tcp", "only": TEN[:2]})], sound(), ()).findings
    assert "10.64.10.0/24 arrives on tcp 9112" in finding.claim.text
    assert len(finding.claim.path) > 1


def test_what_leaves_is_told_by_where_it_arrives() -> None:
    console = {"kinds": ["security_group"], "roles": ["console-group"]}
    over = {"sends_over": "tcp", "ports": [443, 443]}
    assert result(console, {**over, "only": ["internet", "0.0.0.0/0"]}) == "holds"
    assert result(console, {**over, "only": []}) == "broken"


def test_interfaces_that_were_not_read_leave_packets_unknown() -> None:
    hidden = boundary(INTERFACES_UNREAD)
    assert result(BROKERS, {"reached_over": "tcp", "only": TEN}, hidden) == "unknown"
    assert result(BROKERS, {"not": {"reached_over": "tcp", "only": TEN}}, hidden) == "unknown"


def test_an_end_where_nothing_runs_is_unknown_not_closed() -> None:
    nobody = boundary({"operation": "DescribeNetworkInterfaces", "set": {"NetworkInterfaces": []}})
    assert result(BROKERS, {"reached_over": "tcp", "only": []}, nobody) == "unknown"


@pytest.mark.parametrize(
    ("operator", "value", "comes_to"),
    [("at_least", 0, "holds"), ("at_least", 1, "unknown"), ("at_most", 9, "unknown"), ("equals", 0, "unknown")],
)
def test_a_listing_that_was_not_read_may_hide_any_number(operator: str, value: int, comes_to: str) -> None:
    counted = {"count": "subnet", "through": "vpc", "operator": operator, "value": value}
    assert result(VPC, counted, boundary(SUBNETS_UNREAD)) == comes_to


def test_packets_asked_of_a_bucket_are_an_error() -> None:
    with pytest.raises(UsageError, match="packets are asked of a bucket"):
        result(DATA, {"reached_over": "tcp", "only": []})


def test_tags_select_and_unread_ones_leave_it_open() -> None:
    tagged = {"kinds": ["bucket"], "scope": "account", "tags": {"automqEnvironmentID": "env-production"}}
    absent = {"property": "website", "operator": "absent"}
    assert result(tagged, absent) == "holds"
    assert result({**tagged, "tags": {"team": "nobody"}}, absent) == "nothing_to_judge"
    unread = boundary({"operation": "GetBucketTagging", "unreadable": "s3:GetBucketTagging"})
    assert result({**tagged, "tags": {"team": "nobody"}}, {"not": absent}, unread) == "unknown"


def test_kinds_are_judged_together() -> None:
    both = {"kinds": ["bucket", "key"], "scope": "contract"}
    assert result(both, {"property": "tags", "operator": "exists"}) == "holds"
