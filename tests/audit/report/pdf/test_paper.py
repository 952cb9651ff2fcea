"""report.pdf: the same numbers on paper, the same bytes each time, and names that stay text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from named_things import sample

from audit.model.errors import UsageError
from audit.policy import load
from audit.report import pdf
from audit.report.content import content
from audit.report.pdf.pages import pages
from audit.report.pdf.wording import breakable, shown, told
from cli import judging

if TYPE_CHECKING:
    from cli.judging import Judged

ACCOUNTS = Path(__file__).parents[3] / "accounts"
TEMPLATE = Path(pdf.__file__).parent / "templates" / "report.typ"


@pytest.fixture(scope="module")
def account() -> Judged:
    return judging.judge_path(ACCOUNTS / "vendor-eks", None, None, load())


def test_the_same_account_gives_the_same_bytes(account: Judged) -> None:
    one, two = (pdf.report(account.material, account.snapshot, account.pictures) for _ in range(2))
    assert one == two
    assert one.startswith(b"%PDF-")
    assert b"CreationDate" not in one


def test_it_tells_the_numbers_of_the_page(account: Judged) -> None:
    found = content(account.material, account.snapshot)
    data = pages(found, account.pictures)
    statuses = [case["status"] for group in data["groups"] for case in group["cases"]]
    assert data["summary"]["found"]["broken"] == statuses.count("broken") > 0
    verdicts = [one["verdict"] for one in data["questions"]]
    assert data["summary"]["asked"] == {name: verdicts.count(name) for name in ("broken", "unknown", "holds")}
    assert [one["title"] for one in data["questions"]] == [one.title for one in found.questions]
    controls = sum(len(one["controls"]) for one in data["frameworks"])
    assert controls == sum(len(one.controls) for one in found.frameworks)
    assert len(data["pictures"]) == len(account.pictures)


def test_the_executives_page_is_one_page(account: Judged, tmp_path: Path) -> None:
    data = pages(content(account.material, account.snapshot), ()) | {"kit": "1"}
    (tmp_path / "data.json").write_text(json.dumps(told(data)), "utf-8")
    (tmp_path / "report.typ").write_bytes(TEMPLATE.read_bytes())
    found = typst.query(tmp_path / "report.typ", "<summary-end>", field="value", one=True, root=tmp_path)
    assert json.loads(found) == 2


@settings(max_examples=25, deadline=None)
@given(
    st.text(min_size=1, max_size=80)
    | st.sampled_from(['#panic("x")', "$x$", "*b* _i_ `r`", "\\", "@x <y>", "x" * 10_000])
)
def test_no_name_breaks_it_or_is_evaluated(name: str) -> None:
    material, snapshot, _ = sample(name)
    assert pdf.report(material, snapshot).startswith(b"%PDF-")


def test_long_words_may_break_and_strange_letters_show_as_their_numbers() -> None:
    assert (
        breakable("arn:aws:s3:::automq-data-env")
        == "arn:\u200baws:\u200bs3:\u200b:\u200b:\u200bautomq-\u200bdata-\u200benv"
    )
    assert max(map(len, breakable("x" * 100).split("\u200b"))) == 18
    assert breakable("short words stay") == "short words stay"
    assert shown("a\u202eb 日 é Ж") == "a⟨U+202E⟩b ⟨U+65E5⟩ é Ж"


def test_what_typst_refuses_is_told_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_template", lambda: b"#panic(1)")
    material, snapshot, _ = sample("x")
    with pytest.raises(UsageError, match=r"typst did not set the report .*read report\.html"):
        pdf.report(material, snapshot)
