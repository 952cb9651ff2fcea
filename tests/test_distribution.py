"""What is installed beside us stays out of our way."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = {"audit", "cli", "components", "policies", "poc", "stacks"}


def _locked() -> list[str]:
    return re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)


def test_no_locked_distribution_ships_our_top_level_names() -> None:
    clashes = []
    for name in _locked():
        try:
            files = metadata.files(name) or []
        except metadata.PackageNotFoundError:  # locked for another platform
            continue
        clashes += [f"{name}: {file}" for file in files if file.parts[0].removesuffix(".py") in OURS]
    assert clashes == []


def test_the_lock_names_no_host_and_pins_every_hash() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    assert "--index-url" not in text
    assert len(_locked()) > 50
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        if re.match(r"[A-Za-z0-9]", block):
            assert "--hash=sha256:" in block, block.splitlines()[0]


@pytest.mark.parametrize("licence", ["GNU General Public", "Affero", "GPLv3", "AGPL"])
def test_no_locked_distribution_is_under_a_copyleft_licence(licence: str) -> None:
    bad = []
    for name in _locked():
        try:
            found = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        classifiers = [c for c in found.get_all("Classifier") or () if c.startswith("License")]
        texts = [*classifiers, found.get("License-Expression") or ""]
        if any(licence in text and "Lesser" not in text and "LGPL" not in text for text in texts):
            bad.append(name)
    assert bad == []
