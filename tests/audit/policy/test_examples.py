"""The policies' own examples come to what they say, and what cannot be made into an example is said."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

from audit.model.errors import UsageError
from audit.model.verdict import Result
from audit.policy import Policy, judge, load
from audit.policy.examples import Account, Tried, merged, try_all
from audit.policy.rule import Answers
from cli import judging

PACK = {policy.id: policy for policy in load()}


@cache
def tidy() -> Account:
    return Account.tidy()


@cache
def tried() -> list[Tried]:
    return list(try_all(PACK.values(), tidy()))


@pytest.mark.parametrize("policy", PACK)
def test_a_policy_comes_to_what_its_examples_say(policy: str) -> None:
    assert [one for one in tried() if one.policy == policy and not one.met] == []


def lacks(policy: Policy) -> list[str]:
    """What a policy of the pack still needs: an example that breaks it, one that does not, and the three catalogues."""
    shows = isinstance(policy.expect, Answers) and bool(policy.expect.shows)
    wanted = {Result.HOLDS} if shows else {Result.HOLDS, Result.BROKEN}
    missing = [str(verdict) for verdict in sorted(wanted - {example.verdict for example in policy.examples})]
    catalogues = ("nist_800_53_r5", "iso_27001_2022", "soc_2")
    return missing + [name for name in catalogues if not getattr(policy.controls, name)]


def test_every_policy_has_an_example_on_both_sides_of_its_line_and_says_what_it_is_evidence_for() -> None:
    assert {name: found for name, policy in PACK.items() if (found := lacks(policy))} == {}


@pytest.mark.parametrize("policy", PACK)
def test_a_policy_tells_the_risk_in_two_sentences(policy: str) -> None:
    assert len(re.findall(r"[.!?](?:\s|$)", PACK[policy].why)) == 2, PACK[policy].why


def test_in_the_tidy_account_every_policy_holds_and_has_something_to_judge() -> None:
    judged = judging.judge_snapshot(tidy().snapshot, tidy().contract)
    assert {policy: result for policy, result in judged.judgement.results.items() if result is not Result.HOLDS} == {}


def example(**change: Any) -> Policy:
    one = {"what": "w", "verdict": "broken", **change}
    return Policy.model_validate({**PACK["B008"].model_dump(mode="json", by_alias=True), "examples": [one]})


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"operation": "GetBucketVersionin", "set": {"a": 1}}, "no answer to GetBucketVersionin is changed"),
        ({"operation": "GetBucketVersioning", "params": {"Bucket": "b"}, "set": {"a": 1}}, "no answer to"),
        (
            {"operation": "GetBucketVersioning", "params": {"Bucket": "${data-buket}"}, "absent": "A"},
            "mean data-bucket",
        ),
    ],
)
def test_an_example_that_changes_nothing_is_an_error(change: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError, match="B008, example 'w'") as error:
        list(try_all([example(change=[change])], tidy()))
    assert says in str(error.value)


def statements(account: Account, role: str) -> list[str]:
    """The ids of a bucket policy's statements."""
    policies = account.snapshot.find("s3", "GetBucketPolicy")
    response = next(one.response for one in policies if one.params["Bucket"] == account.names[role])
    return [one["Sid"] for one in json.loads((response or {})["Policy"])["Statement"]]


def test_items_leave_a_list_also_within_a_document() -> None:
    change = {
        "operation": "GetBucketPolicy",
        "params": {"Bucket": "${data-bucket}"},
        "find": {"Version": "2012-10-17"},
        "remove": {"Statement": [{"Sid": "TlsOnly"}]},
    }
    other = tidy().otherwise(example(change=[change]).examples[0])
    assert [sid for sid in statements(tidy(), "data-bucket") if sid != "TlsOnly"] == statements(other, "data-bucket")
    assert statements(other, "ops-bucket") == statements(tidy(), "ops-bucket")
    gone = {**change, "remove": {"Statement": [{"Sid": "None"}]}}
    with pytest.raises(UsageError, match="no answer to GetBucketPolicy"):
        tidy().otherwise(example(change=[gone]).examples[0])


def test_a_call_more_has_the_answer_that_the_example_says() -> None:
    change = {
        "operation": "ListBuckets",
        "call": {"service": "s3", "account": "777788889999"},
        "params": {"MaxBuckets": 10000},
        "set": {"Buckets": [{"Name": "${data-bucket}"}]},
    }
    other = tidy().otherwise(example(change=[change]).examples[0])
    (found,) = other.snapshot.find("s3", "ListBuckets", account="777788889999", region="global")
    assert found.response == {"Buckets": [{"Name": tidy().names["data-bucket"]}]}
    assert other.snapshot.records[:-1] == tidy().snapshot.records


def test_the_console_is_its_role_and_not_the_place_of_its_logs() -> None:
    assert tidy().names["console"] == tidy().contract.principals["console"].arn
    assert tidy().names["brokers"].endswith("/brokers")


def test_an_account_with_no_change_is_derived_once() -> None:
    same = tidy().otherwise(example().examples[0])
    assert same.derived is tidy().derived


def test_an_example_whose_contract_is_none_is_an_error() -> None:
    with pytest.raises(UsageError, match="the example's contract"):
        list(try_all([example(contract={"buckets": {"data-bucket": None, "new": {}}})], tidy()))


def test_a_policy_on_the_graph_needs_no_derived_edges_yet_asks_for_whom_it_needs() -> None:
    stated = {
        "id": "X001", "title": "t", "severity": "high", "why": "w", "remedy": "r", "source": "s",
        "says": "{name}", "reason": "r", "applies_to": {"kinds": ["bucket"], "roles": ["data-bucket"]},
        "expect": {"can": "read", "only": ["data-plane"]},
    }  # fmt: skip
    only_brokers = Policy.model_validate(stated)
    result = judge([only_brokers], judging.judge_snapshot(tidy().snapshot, tidy().contract).boundary, ())
    assert result.results["X001"] is Result.BROKEN


def test_a_merge_patch_replaces_removes_and_adds() -> None:
    assert merged({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"b": None, "e": 3}, "d": [2]}) == {
        "a": {"c": 2, "e": 3},
        "d": [2],
    }
