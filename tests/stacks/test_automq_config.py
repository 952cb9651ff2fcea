from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from audit.model.errors import SettingsError
from stacks.automq_config import parse_automq_config, sample_automq_config

ISSUED: dict[str, Any] = {
    "environmentId": "env-abc",
    "clientId": "client",
    "clientSecret": "hidden-from-everyone",
    "region": "us-east-1",
    "opsBucket": {"bucketName": "automq-ops-abc"},
}


def encoded(data: object) -> str:
    return base64.b64encode(json.dumps(data).encode()).decode()


def test_what_was_issued_is_read() -> None:
    config = parse_automq_config(encoded(ISSUED) + "\n")
    assert (config.environment_id, config.region, config.ops_bucket) == ("env-abc", "us-east-1", "automq-ops-abc")
    assert config.client_secret == "hidden-from-everyone"


def test_the_secret_does_not_show() -> None:
    text = encoded(ISSUED)
    shown = repr(parse_automq_config(text))
    assert "hidden-from-everyone" not in shown
    assert text not in shown


@pytest.mark.parametrize("text", ["", "%%%", "bm90IGpzb24=", "e30", "{}", base64.b64encode(b"\xff\xfe").decode()])
def test_what_is_no_base64_json_is_told(text: str) -> None:
    with pytest.raises(SettingsError, match="automq_config is no Base64 JSON: copy it whole"):
        parse_automq_config(text)


def test_what_is_no_object_is_told() -> None:
    with pytest.raises(SettingsError, match="automq_config holds no JSON object"):
        parse_automq_config(encoded([]))


@pytest.mark.parametrize("key", ["environmentId", "clientId", "clientSecret", "region"])
def test_a_key_that_lacks_is_named_and_nothing_shown(key: str) -> None:
    with pytest.raises(SettingsError, match=f"automq_config lacks {key}:") as caught:
        parse_automq_config(encoded({name: value for name, value in ISSUED.items() if name != key}))
    assert "hidden-from-everyone" not in str(caught.value)


@pytest.mark.parametrize("bucket", [None, {}, {"bucketName": ""}, "automq-ops"])
def test_the_ops_bucket_must_be_named(bucket: object) -> None:
    with pytest.raises(SettingsError, match=r"lacks opsBucket\.bucketName"):
        parse_automq_config(encoded({**ISSUED, "opsBucket": bucket}))


def test_the_ops_bucket_obeys_the_naming_rules() -> None:
    with pytest.raises(SettingsError, match=r"opsBucket\.bucketName 'No_Bucket' breaks S3's naming rules"):
        parse_automq_config(encoded({**ISSUED, "opsBucket": {"bucketName": "No_Bucket"}}))


def test_a_sample_is_read_like_what_was_issued_and_says_so() -> None:
    sample = parse_automq_config(sample_automq_config("env-abc", "eu-west-1", "111122223333"))
    assert (sample.environment_id, sample.region) == ("env-abc", "eu-west-1")
    assert "sample" in sample.ops_bucket
    assert "sample" in sample.client_secret


def test_samples_of_two_environments_have_two_buckets() -> None:
    one, other = (parse_automq_config(sample_automq_config(each, "eu-west-1", "1")) for each in ("env-a", "env-b"))
    assert one.ops_bucket != other.ops_bucket
