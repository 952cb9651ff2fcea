"""byoc report and byoc record: from an audit folder to a page, paper, and the raw answer behind a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audit.model.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    Byoc = Callable[..., Any]

ACCOUNT = Path(__file__).parents[1] / "accounts" / "vendor-ec2-first"
FROM = ("--from", ACCOUNT)


@pytest.mark.parametrize(
    ("form", "name", "start"),
    [
        ("html", "report.html", b"<!doctype html>"),
        ("pdf", "report.pdf", b"%PDF-"),
        ("markdown", "report.md", b"# AutoMQ"),
    ],
)
def test_the_report_is_written_here_in_each_form(byoc: Byoc, here: Path, form: str, name: str, start: bytes) -> None:
    ran = byoc("report", "--format", form, *FROM)
    assert (ran.code, ran.out) == (0, f"wrote {name}\n")
    assert (here / name).read_bytes().startswith(start)


def test_what_waivers_accept_stands_in_the_report(byoc: Byoc, here: Path) -> None:
    (here / "waivers.yaml").write_text(
        "format: byoc-waivers/1\nwaivers:\n"
        "  - {policy: C008, subject: i-console, reason: replaced soon, owner: platform lead, until: 2027-01-31}\n"
        "  - {policy: C008, subject: i-other, reason: gone, owner: platform lead, until: 2027-01-31}\n"
    )
    ran = byoc("report", "--out", "r.html", *FROM)
    assert "C008 found nothing of i-other" in ran.err
    assert "replaced soon" in (here / "r.html").read_text("utf-8")


def test_a_record_is_told_by_its_first_digits(byoc: Byoc) -> None:
    one = Snapshot.read(ACCOUNT).records[0]
    told = json.loads(byoc("record", one.id[:12], *FROM).out)
    assert (told["record"], told["file"], told["operation"]) == (one.id, f"snapshot/{one.path}", one.operation)


@pytest.mark.parametrize(("start", "says"), [("ab", "too short"), ("zzzz", "no record"), ("ABCZ", "abcz")])
def test_a_record_that_is_not_there_is_told_so(byoc: Byoc, start: str, says: str) -> None:
    assert says in byoc("record", start, *FROM).sentence
