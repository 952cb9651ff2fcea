from __future__ import annotations

import json
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from audit.access.policy import document
from audit.access.simulate import simulate

STATEMENT: dict[str, Any] = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


def problems(content: Any, *, principals: bool = False) -> list[str]:
    return document("identity/p", content, principals=principals).problems


def of(**changes: Any) -> dict[str, Any]:
    statement = {key: value for key, value in {**STATEMENT, **changes}.items() if value is not None}
    return {"Version": "2012-10-17", "Statement": [STATEMENT, statement]}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "identity/p: a policy is a JSON object"),
        ({"Version": "2020-01-01", "Statement": []}, "identity/p: unknown policy version"),
        ({"Version": "2012-10-17"}, "identity/p: a policy has a Statement"),
        (of(Effect=None), "identity/p/Statement/1: a statement has an Effect"),
        (of(Effect="allow"), "identity/p/Statement/1: a statement has an Effect"),
        (of(Action=None), "identity/p/Statement/1: a statement has either Action or NotAction"),
        (of(NotAction="s3:*"), "identity/p/Statement/1: a statement has either Action or NotAction"),
        (of(Action="read"), 'identity/p/Statement/1: "read" is no action'),
        (of(Action=[1]), "identity/p/Statement/1: Action is a text"),
        (of(Resource=None), "identity/p/Statement/1: a statement has either Resource or NotResource"),
        (of(Resource="bucket"), 'identity/p/Statement/1: "bucket" is no ARN'),
        (of(Condition=[]), "identity/p/Statement/1: Condition is an object"),
        (of(Condition={"StringEquals": "x"}), 'identity/p/Statement/1: condition "StringEquals" is an object'),
        (of(Condition={"Like": {"k": "v"}}), "identity/p/Statement/1: unknown condition operator Like"),
        (of(Condition={"Bool": {"k": "perhaps"}}), "identity/p/Statement/1: 'perhaps' is no value for Bool"),
        (of(Condition={"Bool": {"k": [{}]}}), "identity/p/Statement/1: condition Bool k has a value"),
        (of(Principal="*"), "identity/p/Statement/1: a policy of this kind has no Principal"),
        (of(Actions="*"), 'identity/p/Statement/1: unknown element "Actions"'),
        ({"Version": "2012-10-17", "Statement": ["x"]}, "identity/p/Statement/0: a statement is a JSON object"),
    ],
)
def test_what_is_not_understood_is_named_with_document_and_pointer(content: Any, said: str) -> None:
    assert [problem for problem in problems(content) if problem.startswith(said)], problems(content)


@pytest.mark.parametrize("principal", [None, {}, [], "x", {"Robot": "r"}, {"AWS": []}])
def test_a_resource_policy_needs_a_principal(principal: Any) -> None:
    assert problems(of(Principal=principal), principals=True)


def test_names_of_elements_do_not_mind_case_and_a_policy_is_compiled_once() -> None:
    one = document("a", {"version": "2012-10-17", "statement": {"effect": "Allow", "action": "*", "resource": "*"}})
    two = document("b", {"version": "2012-10-17", "statement": {"effect": "Allow", "action": "*", "resource": "*"}})
    assert not one.problems
    three = document("c", {"version": "2012-10-17", "statement": {"effect": "Allow", "action": "*", "resource": "*"}})
    assert two.body is three.body


@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_a_statement_without_an_effect_leaves_open_what_it_could_do(effect: str) -> None:
    vague = {"Action": "s3:*", "Resource": "*"}
    clear = [] if effect == "Allow" else [STATEMENT]
    case = {
        "id": "1",
        "principal": "arn:aws:iam::111111111111:role/r",
        "action": "s3:GetObject",
        "resource": "arn:aws:s3:::b/k",
        "resource_account": "111111111111",
        "identity": [{"Version": "2012-10-17", "Statement": [vague, *clear]}],
    }
    (answer,) = simulate([json.dumps(case)])
    found = json.loads(answer)
    assert found["decision"] == "undetermined"
    assert found["missing"] == [{"layer": "identity", "permission": "identity/0/Statement/0"}]


def managed() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(aws_managed_policies_data)
    return data


def test_every_managed_policy_of_aws_parses_and_evaluates() -> None:
    lines = []
    for name, entry in managed().items():
        content = entry["Document"]
        assert not document(name, content).problems, name
        case = {
            "id": name,
            "principal": "arn:aws:iam::111111111111:role/r",
            "action": "s3:GetObject",
            "resource": "arn:aws:s3:::records/k",
            "resource_account": "111111111111",
            "unlisted_context": "free",
            "identity": [content],
        }
        lines.append(json.dumps(case))
    answers = {found["id"]: found for found in map(json.loads, simulate(lines))}
    assert len(answers) > 900
    assert {found["decision"] for found in answers.values()} <= {"allowed", "implicitly_denied", "explicitly_denied"}
    assert answers["AmazonS3ReadOnlyAccess"]["decision"] == "allowed"
    assert answers["AWSDenyAll"]["decision"] == "explicitly_denied"
    assert answers["AmazonRoute53ReadOnlyAccess"]["decision"] == "implicitly_denied"
