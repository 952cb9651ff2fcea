"""One setting of a stack's file changes, and nothing else: no comment, no order, no other value."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
import yaml

from audit.model.errors import SettingsError
from stacks.stack_text import with_setting

STACKS = sorted((Path(__file__).parents[2] / "stacks").glob("Pulumi.*.yaml"))
WINDOW = {"mode": "granted", "until": "2027-01-31T18:00:00Z", "reads": ["automq/logs/", "automq/metrics/"]}
KEY = "automq-byoc:vendor_access"


@pytest.mark.parametrize("path", STACKS, ids=lambda path: path.stem)
def test_every_line_but_the_settings_own_stays(path: Path) -> None:
    text = path.read_text("utf-8")
    changed = with_setting(text, "vendor_access", WINDOW, path.name)
    lines = [line for line in difflib.ndiff(text.splitlines(), changed.splitlines()) if line[:1] in "+-"]

    assert yaml.safe_load(changed)["config"] == {**yaml.safe_load(text)["config"], KEY: WINDOW}
    assert all("mode" in line or "vendor_access" in line for line in lines if line.startswith("-"))
    assert with_setting(changed, "vendor_access", {"mode": "none"}, "f").count("#") == text.count("#")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("config:\n  a:b: 1\n", "config:\n  a:b: 1\n  automq-byoc:s: x\n"),
        ("config:\n  a:b: 1", "config:\n  a:b: 1\n  automq-byoc:s: x\n"),
        (
            "config:\n  automq-byoc:s:\n    - 1\n\n  # why c\n  c: 2\nother: 3\n",
            "config:\n  automq-byoc:s: x\n\n  # why c\n  c: 2\nother: 3\n",
        ),
        ("config:\n    automq-byoc:s: {a: 1}  # old\n    c: 2\n", "config:\n    automq-byoc:s: x\n    c: 2\n"),
        (
            "config:\n  c:\n    - d: 1\n# the end\nencryptionsalt: v1\n",
            "config:\n  c:\n    - d: 1\n  automq-byoc:s: x\n# the end\nencryptionsalt: v1\n",
        ),
        ("config:\n  automq-byoc:s: |\n    # text\n    more\n", "config:\n  automq-byoc:s: x\n"),
    ],
)
def test_the_setting_is_replaced_where_it_stands_or_comes_last(before: str, after: str) -> None:
    assert with_setting(before, "s", "x", "f") == after


@pytest.mark.parametrize("text", ["config: {a: 1}\n", "config:\n", "other: 1\n", "- a\n"])
def test_a_file_without_a_block_of_settings_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"Pulumi\.s\.yaml has no block of settings"):
        with_setting(text, "s", "x", "Pulumi.s.yaml")


def test_a_setting_that_another_one_refers_to_is_left_for_a_person() -> None:
    text = "config:\n  automq-byoc:s: &one {a: 1}\n  c: *one\n"
    with pytest.raises(SettingsError, match=r'set automq-byoc:s by hand to \{"b": 2\}'):
        with_setting(text, "s", {"b": 2}, "f")
