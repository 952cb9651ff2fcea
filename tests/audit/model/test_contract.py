"""A contract of another version or shape is refused with the way out; unknown fields are kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from audit.model.contract import BoundaryContract, Bucket
from audit.model.errors import ContractError

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = {"format": "byoc-contract/1", "environment_id": "e", "account": "111111111111", "region": "us-east-1"}


def test_a_contract_reads_back_what_it_wrote(tmp_path: Path) -> None:
    contract = BoundaryContract(**PLAIN, buckets={"data-bucket": Bucket(name="b", holds="records")})
    path = tmp_path / "contract.json"
    path.write_text(contract.text())
    assert BoundaryContract.read(path) == contract


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (json.dumps(PLAIN | {"format": "byoc-contract/2"}), "byoc-contract/2"),
        ("[]", "has format None"),
        ("{", "no JSON"),
        (json.dumps(PLAIN | {"listeners": [{"name": "x"}]}), "listeners.0.on"),
    ],
)
def test_a_contract_that_cannot_be_used_says_where_and_what_to_do(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "contract.json"
    path.write_text(text)
    with pytest.raises(ContractError, match=says):
        BoundaryContract.read(path)


def test_a_missing_contract_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="--contract"):
        BoundaryContract.read(tmp_path / "none.json")


def test_fields_of_a_newer_minor_version_are_kept() -> None:
    assert json.loads(BoundaryContract.from_json(PLAIN | {"mood": "calm"}, "x").text())["mood"] == "calm"
