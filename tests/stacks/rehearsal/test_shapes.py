from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from stacks.rehearsal.shapes import UnknownInputError, parameters

if TYPE_CHECKING:
    from botocore.model import StructureShape

    from stacks.rehearsal.cloud import Cloud

RULES = {"rules": "ServerSideEncryptionConfiguration.Rules"}


@pytest.fixture
def encryption(cloud: Cloud) -> StructureShape:
    shape = cloud.shape("s3", "PutBucketEncryption")
    assert shape is not None
    return shape


def test_names_are_matched_without_case_and_blocks_become_members(encryption: StructureShape) -> None:
    inputs = {"rules": [{"applyServerSideEncryptionByDefault": {"kmsMasterKeyId": "k"}, "bucketKeyEnabled": "true"}]}
    assert parameters(encryption, inputs, RULES) == {
        "ServerSideEncryptionConfiguration": {
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"KMSMasterKeyID": "k"}, "BucketKeyEnabled": True}]
        }
    }


def test_a_whole_number_stays_one(cloud: Cloud) -> None:
    shape = cloud.shape("logs", "PutRetentionPolicy")
    params = parameters(shape, {"retentionInDays": 90.0}, {})
    assert params == {"retentionInDays": 90}
    assert isinstance(params["retentionInDays"], int)


@pytest.mark.parametrize(
    ("inputs", "path"),
    [
        ({"colour": "red"}, "colour"),
        ({"rules": [{"colour": "red"}]}, "rules.colour"),
        ({"rules": [{"blockedEncryptionTypes": ["SSE-C"]}]}, "rules.blockedEncryptionTypes"),
    ],
)
def test_what_has_no_place_is_refused_and_never_dropped(
    encryption: StructureShape, inputs: dict[str, object], path: str
) -> None:
    with pytest.raises(UnknownInputError, match=rf"^{path}$"):
        parameters(encryption, inputs, RULES)


def test_an_input_that_another_call_reads_needs_no_member(encryption: StructureShape) -> None:
    assert parameters(encryption, {"colour": "red"}, {}, known={"colour"}) == {}
