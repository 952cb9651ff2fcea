"""report.html as a file: complete, stable, small, and safe against what AWS lets people call things."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from named_things import sample

from audit.report import html
from audit.report.html import shelf, shown
from audit.report.html.drawing import inlined

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from cli.judging import Judged


class _Structure(HTMLParser):
    """Every element with the names of its attributes, and the texts outside of scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, ...]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}",))

    def handle_comment(self, data: str) -> None:
        self.tags.append(("comment",))

    def handle_decl(self, decl: str) -> None:
        self.tags.append((decl,))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def structure(page: str) -> _Structure:
    found = _Structure()
    found.feed(page)
    found.close()
    return found


def data(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


names = st.text(min_size=1, max_size=60) | st.sampled_from(
    ["</script>", "<!--", "]]>", '"', "'", "&amp;", "\u2028", "\u202e", "</style><b>", "{{ x }}", "\x00"]
)


@settings(max_examples=60, deadline=None)
@given(names)
def test_no_element_and_no_attribute_is_born_of_a_name(name: str) -> None:
    page = html.report(*sample(name))
    plain = structure(html.report(*sample("x" * len(name))))
    found = structure(page)
    assert found.tags == plain.tags
    page.encode()
    assert any(shown(name).strip() in text for text in found.texts)
    kept = data(page)
    assert kept["records"][0]["params"] == {"Bucket": name}


def test_a_name_of_ten_thousand_letters_is_folded_and_whole() -> None:
    page = html.report(*sample("x" * 10_000))
    assert "the whole sentence, 10,006 letters" in page
    assert "x" * 10_000 + " it is" in page


def test_a_mark_that_turns_the_direction_shows_as_its_number() -> None:
    page = html.report(*sample("a\u202eb"))
    assert "a⟨U+202E⟩b" in page
    assert "\u202e" not in page


def test_the_same_account_gives_the_same_bytes(broken_account: Judged) -> None:
    one, two = (
        html.report(broken_account.material, broken_account.snapshot, broken_account.pictures) for _ in range(2)
    )
    assert one == two


def test_only_its_own_script_and_styles_are_let_run(report_file: Path) -> None:
    page = report_file.read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    allowed = policy[1].replace("&#39;", "'")
    assert allowed.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in allowed
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    assert script is not None
    assert base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode() in allowed
    assert not re.search(r"(?:src|href|action)=[\"'](?!#)|url\((?!\"data:|#)|https?://(?!www\.w3\.org)", page)
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page.split("<script")[0])


def test_what_does_not_fit_is_counted_and_the_way_to_it_named(
    broken_account: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "ROOM_FOR_RECORDS", 6_000)
    page = html.report(broken_account.material, broken_account.snapshot)
    kept = data(page)["records"]
    left_out = sum(record is None for record in kept)
    assert 0 < left_out < len(kept)
    assert f"{left_out} are left out for their size: <code>byoc record ID --from FOLDER</code>" in page


def test_every_statement_that_a_proof_cites_stands_in_the_page(broken_account: Judged) -> None:
    page = html.report(broken_account.material, broken_account.snapshot)
    assert '<code class="cite">' not in page
    assert {"CidrIp": "0.0.0.0/0"} in data(page)["statements"]


def test_risk_remedy_owner_and_controls_stand_with_a_finding(report_file: Path) -> None:
    text = " ".join(structure(report_file.read_text("utf-8")).texts)
    assert "Risk An image that is looked up by its name" in re.sub(r"\s+", " ", text)
    for word in ("Remedy", "Source", "Controls", "Owner", "Operating model", "Control matrix", "Coverage"):
        assert word in text


def test_policies_that_nothing_tells_of_are_left_out_of_the_matrix_not_guessed(broken_account: Judged) -> None:
    material = replace(broken_account.material, requirements=())
    assert "Control matrix" in html.report(material, broken_account.snapshot)


def test_only_what_draws_is_let_into_a_drawing() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="5" viewBox="0 0 9 9" onload="x()">'
        '<script>x()</script><foreignObject><b>x</b></foreignObject><a xlink:href="http://x"><text>gone</text></a>'
        '<image href="http://x/y.png"/><text style="font-size:16px;background:url(http://x)" fill="url(http://x)">kept</text></svg>'
    )
    drawn, styles = inlined(svg)
    assert drawn == '<svg viewBox="0 0 9 9"><text font-size="16px">kept</text></svg>'
    assert styles == []
