"""Whatever comes in: a right answer, an error that names the place, or undetermined where it matters; soon, always."""

from __future__ import annotations

import copy
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
import random_cases
from random_cases import seeded

from audit.access.simulate import simulate

if TYPE_CHECKING:
    from random import Random

A = "111111111111"
LINE: dict[str, Any] = {
    "id": "1",
    "principal": f"arn:aws:iam::{A}:role/r",
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::b/k",
    "resource_account": A,
}
PLAIN: dict[str, Any] = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
SOON = 8.0


def policy(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def decided(**changes: Any) -> dict[str, Any]:
    return answered(json.dumps({**LINE, **changes}))


def answered(line: str | bytes) -> dict[str, Any]:
    (answer,) = simulate([line])
    answer.encode()
    found: dict[str, Any] = json.loads(answer)
    return found


# -- lines that are no case


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{no json", "line 1"),
        (b"\xff\xfe{}", "line 1"),
        ("[" * 100_000, "too deeply"),
        ('{"id": "1", "x": ' + '{"a": ' * 50_000 + "1", "too deeply"),
        ('{"id": NaN}', "NaN"),
        ('{"id": -Infinity}', "Infinity"),
        ('{"id": ' + "9" * 5000 + "}", "line 1"),
        ('{"id": "1\x00"}', "line 1"),
        ("null", "a case is a JSON object"),
        ("3", "a case is a JSON object"),
        ('{"id": "1", "id": "2"}', "lacks"),
    ],
)
def test_a_line_that_is_no_case_says_so_and_the_next_is_decided(line: str | bytes, said: str) -> None:
    first, second = (
        json.loads(answer) for answer in simulate([line, json.dumps({**LINE, "identity": [policy(PLAIN)]})])
    )
    assert said in first["error"]
    assert second["decision"] == "allowed"


def test_lines_may_be_bytes_with_a_mark_of_their_order() -> None:
    line = json.dumps({**LINE, "identity": [policy(PLAIN)]}).encode("utf-8-sig")
    assert answered(line)["decision"] == "allowed"


@pytest.mark.parametrize(
    "line",
    [
        '"Effect": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"',
        '"Effect" :"Deny", "Effect": "Allow", "Action": "*", "Resource": "*"',
        '"Effect":"Deny","Effect" : "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/k"',
        '"Eff\\u0065ct": "Deny", "Effect": "Allow", "Action": "*", "Resource": "*"',
        '"Effect": "Deny", "Effect": "Allow", "Action": "\\u0073\\u003a*", "Resource": "*"',
        '"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Null": {"a": "true"}, "Null": {"b": "true"}}',
    ],
)
def test_a_name_that_is_there_twice_is_an_error_however_it_is_written(line: str) -> None:
    text = json.dumps({**LINE, "identity": ["@"]}).replace(
        '"@"', '{"Version": "2012-10-17", "Statement": [{' + line + "}]}"
    )
    for _ in range(3):
        assert "twice" in answered(text)["error"]


def test_colons_and_escapes_in_texts_are_no_names() -> None:
    made = {**LINE, "identity": [policy({**PLAIN, "Sid": 'a":"b"'})], "context": {"a:b": ['x":y', "\\", "é:ü"]}}
    for indent in (None, 1):
        assert answered(json.dumps(made, indent=indent).replace("\n", " "))["decision"] == "allowed"


def test_half_a_surrogate_pair_comes_back_as_it_came() -> None:
    assert decided(id="\ud800", identity=[policy(PLAIN)])["id"] == "\ud800"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"identity": ["no policy"]}, "identity/0: a policy is a JSON object"),
        ({"identity": {"Statement": []}}, "identity is"),
        ({"scp": [policy(PLAIN)]}, "scp is a list of levels"),
        ({"scp": [[policy(PLAIN), 3]]}, "scp/0/1"),
        ({"session": []}, "session: a policy is a JSON object"),
        (
            {"resource_policy": {"Version": "2012-10-18", "Statement": []}},
            'resource_policy: unknown policy version "2012-10-18"',
        ),
        ({"endpoint": [{"Version": "2012-10-17"}]}, "endpoint/0: a policy has a Statement"),
        ({"identity": [{"Version": [], "Statement": []}]}, "identity/0: unknown policy version"),
        ({"identity": [{"version": "2012-10-17", "Version": "2008-10-17", "Statement": []}]}, "identity/0: an element"),
        ({"identity": [policy({**PLAIN, "Sid": "\ue000"})]}, "identity/0: the characters"),
        ({"grants": [1]}, "grants/0 is no object"),
        ({"grants": [{"Operations": "Decrypt"}]}, "grants/0/Operations"),
        (
            {"grants": [{"Constraints": {"EncryptionContextEquals": ["a"]}}]},
            "grants/0/Constraints/EncryptionContextEquals",
        ),
        ({"grants": [{"GranteePrincipal": {}}]}, "grants/0/GranteePrincipal"),
        ({"block_public_access": {"RestrictPublicBuckets": "yes"}}, "block_public_access"),
        ({"context": {"aws:SourceVpce": {"a": 1}}}, 'context "aws:SourceVpce"'),
        ({"context": {"aws:SourceVpce": "a", "aws:sourcevpce": "b"}}, "twice"),
        ({"context": {"k": [["x"]]}}, 'context "k"'),
        ({"unlisted_context": ["free"]}, "unlisted_context"),
        ({"resource": "arn:aws:s3"}, "resource"),
        ({"resource": 5}, "resource"),
        ({"resource_account": "\uff11" * 12}, "resource_account"),
        ({"action": "s3:Get*"}, "action"),
        ({"principal": "arn:aws:iam::1:group/g"}, "principal"),
    ],
)
def test_a_part_that_does_not_fit_is_named(changes: dict[str, Any], said: str) -> None:
    assert said in decided(**changes)["error"]


# -- statements that are not understood

MISUNDERSTOOD = [
    {"Action": "s3:*", "Resource": "*"},
    {**PLAIN, "Effect": "allow"},
    {**PLAIN, "Effect": ["Allow"]},
    {**PLAIN, "Resource": "records"},
    {**PLAIN, "Resource": []},
    {**PLAIN, "Action": [["s3:*"]]},
    {**PLAIN, "NotAction": "s3:*"},
    {**PLAIN, "action": "s3:*"},
    {**PLAIN, "Condition": []},
    {**PLAIN, "Condition": {"StringResembles": {"k": "v"}}},
    {**PLAIN, "Condition": {"StringEquals": ["k"]}},
    {**PLAIN, "Condition": {"StringEquals": {"k": None}}},
    {**PLAIN, "Condition": {"DateLessThan": {"k": "tomorrow"}}},
    {**PLAIN, "Condition": {"IpAddress": {"k": "10.0.0.0/33"}}},
    {**PLAIN, "Condition": {"NumericLessThan": {"k": "1e999999"}}},
    {**PLAIN, "Principal": "*"},
    "Allow",
    None,
]


@pytest.mark.parametrize("statement", MISUNDERSTOOD, ids=str)
def test_only_decisions_that_depend_on_a_statement_not_understood_are_undetermined(statement: Any) -> None:
    alone = decided(identity=[policy(statement)])
    assert alone["decision"] == "undetermined"
    assert alone["missing"] == [{"layer": "identity", "permission": "identity/0/Statement/0"}]
    assert alone["problems"][0].startswith("identity/0/Statement/0: ")
    denied = decided(identity=[policy(statement, {**PLAIN, "Effect": "Deny"})])
    assert denied["decision"] == "explicitly_denied"


@pytest.mark.parametrize(
    "statement",
    [
        {**PLAIN, "Action": "kms:*", "Condition": {"Like": {"k": "v"}}},
        {**PLAIN, "Resource": "arn:aws:s3:::other/*", "Condition": {"Like": {"k": "v"}}},
        {**PLAIN, "Condition": {"Like": {"k": "v"}, "StringEquals": {"aws:SourceVpce": "vpce-2"}}},
        {
            "Effect": "Allow",
            "Action": "s3:*",
            "Resource": "*",
            "Comment": "x",
            "Condition": {"Null": {"aws:SourceVpce": "true"}},
        },
    ],
)
def test_what_is_understood_of_a_statement_still_narrows_it(statement: Any) -> None:
    assert (
        decided(identity=[policy(statement)], context={"aws:SourceVpce": "vpce-1"})["decision"] == "implicitly_denied"
    )


@pytest.mark.parametrize("principal", ["role/r", "somebody", "arn", "12345678901"])
def test_a_principal_that_is_none_leaves_its_statement_open(principal: str) -> None:
    found = decided(resource_policy=policy({**PLAIN, "Principal": {"AWS": principal}}))
    assert found["decision"] == "undetermined"
    assert "is no principal" in found["problems"][0]


def test_the_id_that_remains_of_a_deleted_principal_means_nobody() -> None:
    found = decided(resource_policy=policy({**PLAIN, "Principal": {"AWS": "AROAJQABLZS4A3QDU576Q"}}))
    assert found["decision"] == "implicitly_denied"


def test_a_misunderstood_statement_of_an_scp_makes_what_it_could_deny_undetermined() -> None:
    vague = {**PLAIN, "Effect": "Deny", "Condition": {"Like": {"k": "v"}}}
    found = decided(identity=[policy(PLAIN)], scp=[[policy(PLAIN, vague)]])
    assert found["decision"] == "undetermined"
    assert found["missing"] == [{"layer": "scp", "permission": "scp/0/0/Statement/1"}]


def test_roles_that_trust_each_other_are_each_decided_alone() -> None:
    one, two = (f"arn:aws:iam::{A}:role/{name}" for name in ("one", "two"))
    for caller, target in ((one, two), (two, one), (one, one)):
        trust = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": caller}}],
        }
        assert (
            decided(principal=caller, action="sts:AssumeRole", resource=target, resource_policy=trust)["decision"]
            == "allowed"
        )


# -- size

LONG = "arn:aws:s3:::" + "a" * 20_000
MANY = [f"vpc-{number}" for number in range(10_000)]


def _heavy() -> dict[str, dict[str, Any]]:
    of_many = {"StringEquals": {"aws:SourceVpc": MANY}}
    stars = {"Condition": {"StringLike": {"s3:prefix": "a*" * 700 + "b"}}}
    other = {"Condition": {"StringLike": {"s3:prefix": "*b" * 700 + "*"}}}
    numbered = [{**PLAIN, "Condition": {"StringEquals": {"aws:SourceVpce": f"v{n}", "k": str(n)}}} for n in range(4000)]
    variables = "".join(f"*${{aws:PrincipalTag/t{number}}}" for number in range(6))
    return {
        "stars": {"identity": [policy({**PLAIN, "Resource": "arn:aws:s3:::" + "a*" * 1500 + "b"})], "resource": LONG},
        "marks": {"identity": [policy({**PLAIN, "Resource": "arn:aws:s3:::" + "?*a" * 1500 + "b"})], "resource": LONG},
        "colons": {
            "identity": [policy({**PLAIN, "Resource": "arn:*:*:*:*:" + "a*" * 100 + "b"})],
            "resource": "arn:aws:s3:::" + "a:" * 2000,
        },
        "running on": {
            "identity": [policy({**PLAIN, "Resource": "arn:*:s3*:" + "*a" * 10_000 + "b"})],
            "resource": LONG,
        },
        "values": {"identity": [policy({**PLAIN, "Condition": of_many})], "unlisted_context": "free"},
        "values twice": {
            "identity": [policy({**PLAIN, "Condition": of_many})],
            "scp": [[policy({**PLAIN, "Condition": {"StringLike": {"aws:SourceVpc": MANY[1:]}}})]],
            "unlisted_context": "free",
        },
        "patterns": {
            "identity": [policy({**PLAIN, **stars}, {**PLAIN, **other, "Effect": "Deny"})],
            "unlisted_context": "free",
        },
        "a megabyte": {
            "identity": [policy(*numbered, *({**PLAIN, "Resource": f"{LONG[:200]}{n}"} for n in range(2000)))],
            "unlisted_context": "free",
        },
        "variables": {
            "identity": [policy({**PLAIN, "Resource": f"arn:aws:s3:::b/{variables}"})],
            "resource": LONG[:200],
            "unlisted_context": "free",
        },
    }


@pytest.mark.parametrize("name", list(_heavy()))
def test_size_makes_it_slower_and_not_endless(name: str) -> None:
    began = time.process_time()
    found = decided(**_heavy()[name])
    assert found.get("decision") in {"allowed", "implicitly_denied", "undetermined"}, found
    assert time.process_time() - began < SOON


# -- anything

ODD: list[Any] = [
    None,
    True,
    0,
    -1.5,
    10**300,
    "",
    "x",
    "*",
    "arn:",
    "${",
    "${}",
    "}{",
    "\x00",
    "\ue001",
    "\ud800",
    [],
    {},
    [[]],
    [{}],
]
ODD += [
    {"AWS": []},
    {"unreadable": 5},
    {"unreadable": "x"},
    {"StringEquals": {"k": {}}},
    {"Null": {"k": "maybe"}},
    "9e999999",
]
ODD += [
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "::ffff:10.0.0.1",
    "1_0",
    "٣",
    f"arn:aws:iam::{A}:role/",
]


def _changed(random: Random, case: dict[str, Any]) -> dict[str, Any]:
    """The case with something odd in one place."""
    made = copy.deepcopy(case)
    path = random.choice(list(random_cases.paths(made)))
    node: Any = made
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = copy.deepcopy(random.choice(ODD))
    return made


@pytest.mark.parametrize("seed", range(4))
def test_anything_odd_anywhere_gets_an_answer(seed: int) -> None:
    random = seeded(seed)
    lines = []
    for _ in range(400):
        case = {**random_cases.case(random, conditions=0.7), "unlisted_context": random.choice(["free", "absent"])}
        lines.append(json.dumps(_changed(random, _changed(random, case))))
    answers = [json.loads(answer) for answer in simulate(lines)]
    assert len(answers) == len(lines)
    assert all(("error" in answer) != ("decision" in answer) for answer in answers)
