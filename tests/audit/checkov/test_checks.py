"""Our own checks, and checkov's that need references, in one run of checkov."""

from __future__ import annotations

import json
from typing import Any

import pytest

from audit.checkov.process import Checked, checkov
from stacks.declared import reading
from stacks.declared.plan import plan

WIDE = "*"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    body = [{"Effect": "Allow", "Resource": WIDE, **statement} for statement in statements]
    return {"policy": json.dumps({"Version": "2012-10-17", "Statement": body})}


CONDITION = {"StringEquals": {"aws:ResourceTag/a": "b"}}
POLICIES: dict[str, tuple[str, dict[str, Any], bool]] = {
    "pass-any": ("BYOC_1", policy({"Action": "iam:PassRole"}), False),
    "pass-conditioned": ("BYOC_1", policy({"Action": ["iam:Pass*"], "Condition": CONDITION}), False),
    "pass-by-exception": ("BYOC_1", policy({"NotAction": "s3:*"}), False),
    "pass-every-role": ("BYOC_1", policy({"Action": "iam:PassRole", "Resource": "arn:x:iam::1:role/*"}), False),
    "pass-not-resource": ("BYOC_1", {"policy": json.dumps({"Statement": {"Effect": "Allow", "Action": "*", "NotResource": "a"}})}, False),
    "pass-named": ("BYOC_1", policy({"Action": "iam:PassRole", "Resource": "arn:x:iam::1:role/one"}), True),
    "pass-denied": ("BYOC_1", policy({"Effect": "Deny", "Action": "iam:PassRole"}), True),
    "pass-spared": ("BYOC_1", policy({"NotAction": ["iam:*"]}), True),
    "take-any": ("BYOC_2", policy({"Action": "sts:AssumeRole"}), False),
    "take-named": ("BYOC_2", policy({"Action": "sts:AssumeRole", "Resource": ["arn:x:iam::1:role/one"]}), True),
    "tag-any": ("BYOC_3", policy({"Action": "ec2:CreateTags"}), False),
    "tag-instances": ("BYOC_3", policy({"Action": "ec2:Create*", "Resource": "arn:x:ec2:r:1:instance/*"}), False),
    "tag-conditioned": ("BYOC_3", policy({"Action": "ec2:CreateTags", "Condition": CONDITION}), True),
    "tag-snapshots": ("BYOC_3", policy({"Action": "ec2:CreateTags", "Resource": "arn:x:ec2:r::snapshot/*"}), True),
    "objects-any": ("BYOC_4", policy({"Action": "s3:GetObject", "Resource": "arn:x:s3:::*"}), False),
    "objects-any-key": ("BYOC_4", policy({"Action": "s3:*", "Resource": "arn:x:s3:::*/*"}), False),
    "objects-named": ("BYOC_4", policy({"Action": "s3:GetObject", "Resource": "arn:x:s3:::one/*"}), True),
    "list-any": ("BYOC_4", policy({"Action": "s3:ListAllMyBuckets"}), True),
}  # fmt: skip
SCRIPTS = {
    "script-password": ("export DB_PASSWORD=hunter2hunter2", False),
    "script-quoted": ('"api_key": "abcdefgh"', False),
    "script-key": ("cat <<E\n-----BEGIN RSA PRIVATE KEY-----\nE", False),
    "script-fetched": ("PASSWORD=$(aws secretsmanager get-secret-value --secret-id a)", True),
    "script-variable": ('echo "PASSWORD=$password"', True),
    "script-empty": ("PASSWORD=\nTOKEN=''", True),
}


def state(kind: str, name: str, inputs: dict[str, Any], refers: dict[str, list[str]] | None = None) -> dict[str, Any]:
    urn = f"urn:pulumi:dev::examples::{kind}::{name}"
    return {"urn": urn, "type": kind, "custom": True, "inputs": inputs, "propertyDependencies": refers or {}}


def states() -> list[dict[str, Any]]:
    found = [state("aws:iam/policy:Policy", name, inputs) for name, (_, inputs, _) in POLICIES.items()]
    for name, (script, _) in SCRIPTS.items():
        found.append(state("aws:ec2/instance:Instance", name, {"userData": script}))
    for name, given in {"kept": {}, "forced": {"forceDestroy": True}, "closed": {}}.items():
        found.append(state("aws:s3/bucket:Bucket", name, given))
    closed = dict.fromkeys(("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True)
    bucket = "urn:pulumi:dev::examples::aws:s3/bucket:Bucket::closed"
    block = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    found.append(state(block, "closed", {"bucket": UNKNOWN, **closed}, {"bucket": [bucket]}))
    found.append(state("aws:iam/rolePolicy:RolePolicy", "unknown", {"policy": UNKNOWN}))
    return found


@pytest.fixture(scope="module")
def checked() -> Checked:
    """One run of checkov, of everything here."""
    planned = plan(reading.declared(json.dumps({"version": 3, "deployment": {"resources": states()}}), "f"))
    with checkov() as running:
        return running.check(planned.plan)


def fails(checked: Checked, check: str) -> set[str]:
    return {one.address.partition(".")[2] for one in checked.failed if one.check == check}


def passes(checked: Checked, check: str) -> set[str]:
    return {address.partition(".")[2] for name, address, _ in checked.passed if name == check}


@pytest.mark.parametrize("name", POLICIES)
def test_a_policy_is_judged(checked: Checked, name: str) -> None:
    check, _, sound = POLICIES[name]
    assert (name in fails(checked, check), name in passes(checked, check)) == (not sound, sound)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_judged(checked: Checked, name: str) -> None:
    assert (name in fails(checked, "BYOC_6")) is not SCRIPTS[name][1]


def test_what_is_emptied_to_be_deleted_fails(checked: Checked) -> None:
    assert fails(checked, "BYOC_5") == {"forced"}


def test_graph_checks_see_what_refers_to_what_where_the_name_is_not_known(checked: Checked) -> None:
    assert fails(checked, "CKV2_AWS_6") == {"kept", "forced"}


def test_our_checks_say_how_much_they_matter(checked: Checked) -> None:
    assert {one.severity for one in checked.failed if one.check.startswith("BYOC_")} == {"HIGH"}


def test_a_document_that_is_not_known_fails_nothing_and_passes_nothing_of_ours(checked: Checked) -> None:
    ours = {f"BYOC_{number}" for number in range(1, 5)}
    assert not any("unknown" in fails(checked, check) | passes(checked, check) for check in ours)


def test_types_that_some_check_is_about_are_told(checked: Checked) -> None:
    assert {"aws_s3_bucket", "aws_lambda_function"} <= checked.types
    assert "aws_nothing" not in checked.types
