from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audit.access.simulate import simulate
from bench.simulate import lines

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "simulate_cases.jsonl").read_text("utf-8").splitlines()
]
ALLOW = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
LINE: dict[str, Any] = {
    "id": "1",
    "principal": "arn:aws:iam::111111111111:role/r",
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::b/k",
    "resource_account": "111111111111",
    "identity": [ALLOW],
}


def decided(**changes: Any) -> dict[str, Any]:
    (answer,) = simulate([json.dumps({**LINE, **changes})])
    found: dict[str, Any] = json.loads(answer)
    return found


@pytest.mark.parametrize("case", CASES, ids=[case["rule"] for case in CASES])
def test_the_documented_rules_decide(case: dict[str, Any]) -> None:
    (answer,) = simulate([json.dumps(case["case"])])
    found = json.loads(answer)
    assert {key: found.get(key) for key in ("decision", "only_if")} == case["expected"], found


def test_a_bad_line_gets_an_error_and_the_rest_goes_on_in_order() -> None:
    lines = [json.dumps({**LINE, "id": "a"}), "{no json", "[]", json.dumps({**LINE, "id": "b"}), "", '{"id": "c"}']
    answers = [json.loads(answer) for answer in simulate(lines)]
    assert [answer["id"] for answer in answers] == ["a", None, None, "b", "c"]
    assert ["error" in answer for answer in answers] == [False, True, True, False, True]
    assert "principal" in answers[-1]["error"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"identity": ["no policy"]}, "identity/0"),
        ({"identity": [{"Version": "2020-01-01", "Statement": []}]}, "2020-01-01"),
        ({"identity": [{"Version": "2012-10-17"}]}, "Statement"),
        ({"principal": "somebody"}, "somebody"),
        ({"resource": "b/k"}, "resource"),
        ({"action": "s3:Get*"}, "action"),
        ({"resource_account": "1"}, "resource_account"),
        ({"unlisted_context": "maybe"}, "unlisted_context"),
        ({"unknown": 1}, "unknown"),
        ({"grants": "g"}, "grants"),
        ({"context": []}, None),
    ],
)
def test_bad_input_is_named(changes: dict[str, Any], said: str | None) -> None:
    found = decided(**changes)
    assert said is None or said in found["error"]


def test_a_decision_cites_its_statements_and_names_what_blocks() -> None:
    found = decided()
    assert found["because"] == [{"policy": "identity/0", "pointer": "/Statement"}]
    refused = decided(boundary=[{"Version": "2012-10-17", "Statement": []}])
    assert refused["blocked_by"] == ["boundary"]
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    denied = decided(scp=[[ALLOW, deny]])
    assert denied["blocked_by"] == ["scp"]
    assert denied["because"] == [{"policy": "scp/0/1", "pointer": "/Statement/0"}]


def test_unread_layers_are_named_with_their_permission() -> None:
    found = decided(scp={"unreadable": "organizations:ListPolicies"}, boundary={"unreadable": "iam:GetRole"})
    assert found["decision"] == "allowed"
    assert sorted(one["permission"] for one in found["unless"]) == ["iam:GetRole", "organizations:ListPolicies"]
    open_ = decided(identity=[], resource_policy={"unreadable": "s3:GetBucketPolicy"})
    assert open_["missing"] == [{"layer": "resource_policy", "permission": "s3:GetBucketPolicy"}]


def test_wildcards_against_long_texts_and_large_conditions_end_soon() -> None:
    pattern = "arn:aws:s3:::" + "a*" * 200 + "b"
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Action": "s3:*",
            "Resource": [pattern, "*"],
            "Condition": {"StringEquals": {"aws:SourceVpc": [f"vpc-{n}" for n in range(10_000)]}},
        },
    }
    found = decided(identity=[policy], resource="arn:aws:s3:::" + "a" * 5000, unlisted_context="free")
    assert found["decision"] == "allowed"
    assert len(found["only_if"]["values"]) == 10_000


@pytest.mark.parametrize("sets", [5, 300])
def test_the_lines_of_the_bench_are_all_decided_and_differ(sets: int) -> None:
    answers = [json.loads(answer) for answer in simulate(lines(300, sets))]
    assert {answer["decision"] for answer in answers} == {"allowed", "implicitly_denied", "explicitly_denied"}
    assert any(answer["only_if"] for answer in answers)


def test_what_was_compiled_before_decides_as_it_did_the_first_time() -> None:
    """Documents are kept from their second coming on: the answers must not tell."""
    made = lines(60, 6)
    assert [list(simulate(made)) for _ in range(3)] == [list(simulate(made))] * 3
