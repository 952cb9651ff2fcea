"""The file of skips: ours, and those of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from audit.checkov import skips
from audit.model.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

ENTRY = "  - {name: a, checks: [CKV_1], resources: ['*'], reason: because}\n"


def test_ours_are_ten_at_most_each_with_a_reason_for_our_project_alone() -> None:
    ours = skips.load().skips
    assert 0 < len(ours) <= 10
    assert all(len(skip.reason) > 40 for skip in ours)
    assert all("::automq-byoc::" in pattern for skip in ours for pattern in skip.resources)


def test_the_vendors_policy_is_one_skip_in_poc_only() -> None:
    (skip,) = [skip for skip in skips.load().skips if "vendor" in skip.name]
    assert skip.stacks == ("poc",)
    assert [pattern.rpartition("::")[2] for pattern in skip.resources] == ["automq-console-contract-*"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("format: byoc-skips/1\nskips:\n" + ENTRY.replace("reason: because", "reason: ' '"), "reason"),
        ("format: byoc-skips/1\nskips:\n" + ENTRY.replace(", reason: because", ""), "reason"),
        ("format: byoc-skips/1\nskips:\n" + ENTRY * 11, "skips"),
        ("format: byoc-skips/2\nskips: []\n", "this kit reads byoc-skips/1"),
        ("- one", "this kit reads byoc-skips/1"),
        (": :", "no YAML"),
    ],
)
def test_a_bad_file_is_refused_by_its_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=r"mine\.yaml") as refused:
        skips.load(file)
    assert said in str(refused.value)
