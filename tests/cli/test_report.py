"""byoc report and byoc record: from an audit folder to a page, paper, and the raw answer behind a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from audit.model.errors import UsageError
from audit.model.snapshot import Snapshot
from cli.app import app

if TYPE_CHECKING:
    from click.testing import Result

ACCOUNT = Path(__file__).parents[1] / "accounts" / "vendor-ec2-first"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments), "--from", str(ACCOUNT)], catch_exceptions=False)


@pytest.mark.parametrize(
    ("form", "name", "start"),
    [
        ("html", "report.html", b"<!doctype html>"),
        ("pdf", "report.pdf", b"%PDF-"),
        ("markdown", "report.md", b"# AutoMQ"),
    ],
)
def test_the_report_is_written_here_in_each_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, name: str, start: bytes
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("report", "--format", form)
    assert (done.exit_code, done.output) == (0, f"wrote {name}\n")
    assert (tmp_path / name).read_bytes().lstrip().startswith(start)


def test_waivers_stand_in_the_report(tmp_path: Path) -> None:
    waivers = tmp_path / "w.yaml"
    waivers.write_text(
        "format: byoc-waivers/1\nwaivers:\n"
        "  - {policy: C008, subject: i-console, reason: replaced soon, owner: platform lead, until: 2027-01-31}\n"
    )
    assert run("report", "--waivers", waivers, "--out", tmp_path / "r.html").exit_code == 0
    assert "replaced soon" in (tmp_path / "r.html").read_text("utf-8")


def test_a_record_is_told_by_its_first_digits() -> None:
    one = Snapshot.read(ACCOUNT).records[0]
    told = json.loads(run("record", one.id[:12]).output)
    assert told["record"] == one.id
    assert told["file"] == f"snapshot/{one.path}"
    assert told["operation"] == one.operation


@pytest.mark.parametrize(("start", "says"), [("ab", "too short"), ("zzzz", "no record")])
def test_a_record_that_is_not_there_is_told_so(start: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        run("record", start)
