"""scorecard.html and scorecard.pdf: a page that works offline, and paper; values are escaped, nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
import json
import tempfile
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

from audit.report.html import shown
from audit.report.pdf.wording import told
from poc.paper import compiled
from poc.scorecard.result import Standing

if TYPE_CHECKING:
    from poc.scorecard.result import Scorecard

WORDS = {Standing.FAIL: "fails", Standing.NOT_PROVEN: "not proven", Standing.PASS: "passes"}
"""A standing in words."""


def headline(found: Scorecard) -> str:
    """The scorecard in one sentence."""
    counts = found.counts
    failed, open_, passed = (counts[standing.value] for standing in Standing)
    if failed:
        return (
            f"{_gates(failed).capitalize()} {'fails' if failed == 1 else 'fail'}, {open_} not proven, {passed} passed."
        )
    if open_:
        return f"Nothing fails, and {_gates(open_)} {'is' if open_ == 1 else 'are'} not proven; {passed} passed."
    return "All six gates pass."


def _gates(many: int) -> str:
    return "one gate" if many == 1 else f"{many} gates"


def html(found: Scorecard) -> str:
    """The page; the same scorecard gives the same bytes."""
    style = resources.files("audit.report.html").joinpath("templates/style.css").read_text("utf-8") + _read("own.css")
    icons = resources.files("audit.report.html").joinpath("templates/icons.html.j2").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=shown
    )
    page = environment.from_string(_read("scorecard.html.j2")).render(
        found=found,
        words={standing.value: word for standing, word in WORDS.items()},
        headline=headline(found),
        style=Markup(style),  # noqa: S704  # our own files
        icons=Markup(icons),  # noqa: S704  # the same
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        kit=metadata.version("automq-byoc-kit"),
    )
    return page.rstrip("\n") + "\n"


def pdf(found: Scorecard) -> bytes:
    """The pages; raises UsageError where typst is not there or does not set them."""
    data = found.model_dump(mode="json") | {
        "standing": found.standing.value,
        "counts": found.counts,
        "headline": headline(found),
        "kit": metadata.version("automq-byoc-kit"),
    }
    for gate, row in zip(data["gates"], found.gates, strict=True):
        gate["lead"] = row.lead
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "scorecard.typ").write_text(_read("scorecard.typ"), "utf-8")
        (root / "data.json").write_text(json.dumps(told(data)), "utf-8")
        return compiled(root / "scorecard.typ")


def _read(name: str) -> str:
    return resources.files(__package__).joinpath("templates", name).read_text("utf-8")
