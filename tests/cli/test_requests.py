"""byoc requests prints what other teams must do, complete, or says what it lacks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from stacks import stack_files
from stacks.stack_files import stack_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Byoc = Callable[..., Any]


@pytest.fixture
def named_s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stack existing-vpc with an S3 endpoint that is there."""
    text = stack_file("existing-vpc").read_text("utf-8").replace("s3: made", "s3: vpce-0a1b2c3d4e5f60724")
    assert yaml.safe_load(text)
    (tmp_path / "Pulumi.mine.yaml").write_text(text)
    monkeypatch.setattr(stack_files, "FOLDER", tmp_path)


def test_each_request_says_to_whom_for_what_and_with_which_document(byoc: Byoc) -> None:
    asked = json.loads(byoc("requests", "existing-vpc", "--format", "json").out)
    by_setting = {one["setting"]: one for one in asked}
    assert by_setting.keys() == {
        "keys.existing.data", "keys.existing.volumes", "network.endpoints.ec2", "network.endpoints.kms",
        "network.endpoints.sts",
    }  # fmt: skip
    data = by_setting["keys.existing.data"]
    assert (data["to"], data["subject"][-1]) == ("the owner of the key", "1")
    (statement,) = data["document"]["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}
    assert statement["Condition"]["ArnEquals"]["aws:PrincipalArn"][0].endswith(":role/automq-data-plane-env-existing")


def test_the_text_can_be_sent_as_it_is(byoc: Byoc) -> None:
    said = byoc("requests", "existing-vpc").out
    assert "1. To the owner of the key: keys.existing.data" in said
    assert "create-service-linked-role" in said
    assert json.loads(said[said.index("{") : said.index("\n2. To")])["Version"] == "2012-10-17"


def test_a_stack_that_names_nothing_has_nothing_to_ask(byoc: Byoc) -> None:
    assert "poc names nothing of another team" in byoc("requests", "poc").out


def test_no_request_holds_a_sample_for_the_real_name(byoc: Byoc, named_s3: None) -> None:
    assert "--ops-bucket NAME" in byoc("requests", "mine").sentence
    said = byoc("requests", "mine", "--ops-bucket", "automq-ops-real").out
    assert "arn:aws:s3:::automq-ops-real" in said
    assert "sample" not in said


def test_a_buckets_policy_names_the_endpoint_once_there_is_one(
    byoc: Byoc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = stack_file("bring-your-own").read_text("utf-8").replace("s3: vpce-0b1c2d3e4f5061721", "s3: made")
    (tmp_path / "Pulumi.mine.yaml").write_text(text)
    monkeypatch.setattr(stack_files, "FOLDER", tmp_path)
    before = byoc("requests", "mine").out
    assert "5. To the owner of the bucket: buckets.existing.data\n   example-streaming-records\n" in before
    assert "byoc requests STACK --s3-endpoint vpce-…" in before
    assert "ObjectsOnlyThroughOurEndpoint" not in before
    after = byoc("requests", "mine", "--s3-endpoint", "vpce-0a0a0a0a").out
    assert after.count('"aws:SourceVpce": "vpce-0a0a0a0a"') == 2
    assert "--s3-endpoint" not in after
