"""``byoc draw``: every view in every form, whole or around one thing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from audit.report.diagrams import FORMS, VIEWS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Run

    Byoc = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("folder")


@pytest.fixture
def folder(here: Path, poc_run: Run) -> None:
    """The rehearsed stack's audit folder."""
    (here / "out").mkdir()
    (here / "out" / "poc").symlink_to(poc_run.folder)


@pytest.mark.parametrize("form", sorted({*FORMS} - {"json"}))
def test_a_view_is_written_in_the_form_that_is_asked_for(byoc: Byoc, here: Path, form: str) -> None:
    ran = byoc("draw", "network", "--from", "out/poc", "--format", form, "--out", "drawn")
    assert (ran.code, ran.err, ran.out) == (0, "", "wrote drawn\n")
    assert (here / "drawn").stat().st_size > 1000


@pytest.mark.parametrize("view", VIEWS)
def test_the_file_is_named_after_the_view(byoc: Byoc, here: Path, view: str) -> None:
    assert byoc("draw", view, "--from", "out/poc").out == f"wrote {view}.svg\n"
    assert (here / f"{view}.svg").read_bytes() == (here / "out" / "poc" / "diagrams" / f"{view}.svg").read_bytes()


def test_a_focus_leaves_what_is_near_and_counts_the_rest(byoc: Byoc) -> None:
    def lines(*more: str) -> list[str]:
        ran = byoc("draw", "identity", "--from", "out/poc", "--format", "json", *more)
        boxes = list(json.loads(ran.out)["boxes"])
        found = []
        while boxes:
            box = boxes.pop()
            found.append(box["lines"][0])
            boxes += box["children"]
        return found

    near, whole = lines("--focus", "data-plane"), lines()
    assert {"data-plane", "data-bucket"} <= {*near}
    assert "backup, auto-scaling" in {*whole} - {*near}
    assert any(line.startswith("Others \u00d7 ") for line in near)
    assert len(lines("--focus", "data-plane", "--depth", "0")) < len(near) < len(whole)


def test_a_focus_that_a_view_does_not_draw_names_those_that_do(byoc: Byoc) -> None:
    ran = byoc("draw", "network", "--from", "out/poc", "--focus", "data-bucket")
    assert ran.code == 3
    assert "data-bucket has no part in the view network: draw boundary or data-flow or identity" in ran.sentence


def test_a_focus_that_nothing_bears_says_what_is_near(byoc: Byoc) -> None:
    ran = byoc("draw", "identity", "--from", "out/poc", "--focus", "data-buckets")
    assert ran.code == 3
    assert "data-buckets is nothing that this audit knows: did you mean data-bucket" in ran.sentence


def test_the_help_names_every_view_and_form(byoc: Byoc) -> None:
    said = byoc("draw", "--help").out
    assert all(name in said for name in (*VIEWS, *FORMS))
