from __future__ import annotations

import json
from typing import Any

import yaml

from stacks.declared import reading
from stacks.declared.helm import helm_releases
from stacks.declared.plan import plan

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
BUCKET = {"urn": "urn:pulumi:s::p::aws:s3/bucket:Bucket::b", "type": "aws:s3/bucket:Bucket", "custom": True}


def release(**inputs: Any) -> dict[str, Any]:
    kind = "kubernetes:helm.sh/v3:Release"
    return {"urn": f"urn:pulumi:s::p::{kind}::charts-x", "type": kind, "custom": True, "inputs": inputs}


def test_a_release_reads_as_helm_is_given_it_and_its_numbers_are_whole() -> None:
    given = release(
        name="x", version="1.2.3", chart="x", repositoryOpts={"repo": "https://r"}, values={"replicas": 2.0}
    )
    (found,) = helm_releases(reading.rehearsed([BUCKET, given], "s"))

    assert (str(found), found.file) == ("x 1.2.3", "kubernetes/x.yaml")
    read = yaml.safe_load(found.text)
    assert (read["repository"], read["values"]) == ("https://r", {"replicas": 2})


def test_a_preview_says_of_a_value_that_it_is_secret_or_not_known_yet() -> None:
    given = release(name="x", values={"password": "[secret]", "vpcId": UNKNOWN})
    steps = [{"op": "create", "newState": one} for one in (BUCKET, given)]
    (found,) = helm_releases(reading.declared(json.dumps({"steps": steps}), "preview.json"))

    assert yaml.safe_load(found.text)["values"] == {"password": "(secret)", "vpcId": "(known only after deployment)"}


def test_checkov_is_given_the_aws_side_and_the_release_is_named_as_left_out() -> None:
    planned = plan(reading.rehearsed([BUCKET, release(name="x")], "s"))

    assert [one.type for one in planned.resources.values()] == ["aws:s3/bucket:Bucket"]
    assert [one.name for one in planned.unmapped] == ["charts-x"]
