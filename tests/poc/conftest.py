"""A case to change: the file that `byoc poc init` writes, as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from poc.case import template
from poc.case.model import Case

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def values() -> dict[str, Any]:
    """The content of a new poc.yaml."""
    found: dict[str, Any] = yaml.safe_load(template.render("orders"))
    return found


@pytest.fixture
def read(tmp_path: Path) -> Callable[[dict[str, Any]], Case]:
    """Writes a poc.yaml and reads it as commands do."""

    def reading(content: dict[str, Any]) -> Case:
        path = tmp_path / "poc.yaml"
        path.write_text(yaml.safe_dump(content), "utf-8")
        return Case.read(path)

    return reading
