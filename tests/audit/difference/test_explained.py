"""What of access and of paths follows from which difference, though every id is another one on the other side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from renumbered import renumbered, tidy

from audit.boundary import Boundary, derive
from audit.difference import access, properties, reach, rules
from audit.difference.explained import explained
from audit.graph.build import build
from audit.policy.rule import Example
from audit.report import property_difference, schemas

if TYPE_CHECKING:
    from audit.policy.examples import Account


def boundary(account: Account) -> Boundary:
    return derive(build(account.snapshot), account.contract, account.snapshot.manifest.taken_at)


@pytest.fixture(scope="module")
def declared() -> Boundary:
    return boundary(tidy())


def live(change: dict[str, Any]) -> Boundary:
    example = Example.model_validate({"what": "w", "verdict": "holds", "change": [change]})
    return boundary(renumbered(tidy().otherwise(example)))


DATA_POLICY = {"operation": "GetBucketPolicy", "params": {"Bucket": "${data-bucket}"}}
ROLE = {"operation": "GetAccountAuthorizationDetails", "find": {"RoleName": "${backup.name}"}}
ANY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Put*", "Resource": "*"}]}
MORE = {"PolicyName": "more", "PolicyDocument": ANY}
GROUPS = {"operation": "DescribeSecurityGroups", "find": {"GroupId": "${broker-group}", "VpcId": "${vpc}"}}
SSH = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.64.0.0/16"}]}
DENY = {"CidrBlock": "10.64.0.0/16", "Egress": False, "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 50}


@pytest.mark.parametrize(
    ("change", "path", "follows"),
    [
        ({**GROUPS, "add": {"IpPermissions": [SSH]}}, "/ingress/9", {"vpc → broker-group: opened"}),
        (
            {**DATA_POLICY, "absent": "NoSuchBucketPolicy"},
            "/policy",
            {"data-plane read data-bucket: changed", "data-plane write data-bucket: changed"},
        ),
        (
            {**ROLE, "add": {"RolePolicyList": [MORE]}},
            "/identity",
            {"backup administer data-bucket: gained", "backup administer ops-bucket: gained"},
        ),
    ],
)
def test_a_difference_names_what_follows_from_it(
    declared: Boundary, change: dict[str, Any], path: str, follows: set[str]
) -> None:
    other = live(change)
    found = properties.compare(declared, other)
    who, paths = access.compare(declared, other), reach.compare(declared, other, own=True)
    told = explained(found.differences, who, paths)
    number = next(number for number, one in enumerate(found.differences) if one.path.startswith(path))

    assert follows <= {one.text for one in told[number]}
    content = property_difference.as_json(found, told)
    jsonschema.validate(content, schemas.difference())
    assert content["differences"][number]["explains"] == [one.pointer for one in told[number]]


def test_the_same_environment_under_other_ids_has_the_same_access_and_paths(declared: Boundary) -> None:
    other = boundary(renumbered(tidy()))
    assert access.compare(declared, other).changes == ()
    assert reach.compare(declared, other, own=True).changes == ()


def test_the_rule_that_closed_a_path_is_named_and_not_every_table_whose_id_differs(declared: Boundary) -> None:
    table = {"operation": "DescribeNetworkAcls", "find": {"VpcId": "${vpc}", "IsDefault": True}}
    compared = reach.compare(declared, live({**table, "add": {"Entries": [DENY]}}), own=True)
    closed = [one for one in compared.changes if one.kind is reach.Kind.CLOSED]
    assert closed
    (did,) = {one for change in closed for one in rules.did(compared, change)}
    assert (did.how, did.what.partition("/")[0], did.pointer.partition("/")[2].partition("/")[0]) == (
        "added", "network_acl", "Entries",
    )  # fmt: skip
