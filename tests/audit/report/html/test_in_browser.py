"""report.html as its readers have it: in a browser, offline, with a mouse, a keyboard, a screen reader or a printer."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from audit.report.html import shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Open
    from named_things import Named
    from playwright.sync_api import Page

VISIBLE = "(selector) => [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility()).length"


def cases(page: Page) -> int:
    return int(page.evaluate(VISIBLE, ".case"))


def test_it_opens_as_a_file_without_a_word_on_the_console_or_a_request(
    opened: Callable[..., Open], report_file: Path
) -> None:
    there = opened(report_file)
    there.page.locator("#tab-data-flow").click()
    there.page.locator("#view-data-flow [data-box]").first.click()
    assert there.said == []
    assert [url for url in there.asked if not url.startswith("data:")] == [report_file.as_uri()]


def test_no_script_runs_but_its_own(page: Page) -> None:
    page.evaluate(
        "() => { const one = document.createElement('script'); one.textContent = 'window.slipped = 1';"
        " document.body.append(one); document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"slipped=1\">'); }"
    )
    assert page.evaluate("() => window.slipped") is None


def test_the_verdict_of_each_question_comes_first_and_the_broken_before_the_others(page: Page) -> None:
    verdicts = page.locator(".verdicts .chip").all_inner_texts()
    assert verdicts == ["broken"] * 4 + ["holds"] * 2
    ids = page.evaluate("() => [...document.querySelectorAll('main > section')].map((one) => one.id)")
    assert ids[:3] == ["summary", "questions", "findings"]
    assert "The boundary is broken." in page.locator(".verdict").inner_text()


def test_search_shows_what_has_every_word(page: Page) -> None:
    whole = cases(page)
    page.keyboard.press("/")
    page.keyboard.type("console-group internet")
    expect(page.locator("#found")).to_contain_text("found")
    texts = page.locator(".case:visible").all_inner_texts()
    assert 0 < len(texts) < whole
    assert all("console-group" in text and "internet" in text for text in texts)
    page.keyboard.press("Escape")
    assert cases(page) == whole


def test_filters_narrow_the_findings_and_together_narrow_more(page: Page) -> None:
    whole = cases(page)
    page.locator(".pick", has_text="critical").click()
    critical = cases(page)
    assert 0 < critical < whole
    assert set(page.locator(".policy:visible .severity").all_inner_texts()) == {"critical"}
    page.locator("select[name=question]").select_option("traffic_paths")
    assert 0 < cases(page) < critical
    assert page.locator("#shown").inner_text() == f"{cases(page)} of {whole} findings"
    page.locator("button[type=reset]").click()
    expect(page.locator("#shown")).to_have_text(f"{whole} findings")


def test_filters_know_status_and_owner(page: Page) -> None:
    page.locator(".pick", has_text="waived").click()
    assert cases(page) == 1
    assert "Accepted until 2027-05-31 by platform lead: replaced in May" in page.locator(".case:visible").inner_text()
    page.locator("button[type=reset]").click()
    page.locator("select[name=owner]").select_option("platform")
    assert cases(page) > 1


def test_the_address_keeps_search_and_filters(opened: Callable[..., Open], report_file: Path) -> None:
    page = opened(report_file, "#findings?severity=critical&severity=low&q=internet").page
    assert page.locator("#find").input_value() == "internet"
    assert page.locator("input[value=critical]").is_checked()
    shown = cases(page)
    page.locator("select[name=question]").select_option("traffic_paths")
    assert "question=traffic_paths" in page.url
    page.reload()
    assert cases(page) <= shown
    assert page.locator("select[name=question]").input_value() == "traffic_paths"


def test_a_finding_leads_to_the_statement_and_the_raw_answer(page: Page) -> None:
    case = page.locator(".case", has_text="the internet reaches console-group")
    case.locator("summary").click()
    case.locator("button.cite").first.click()
    drawer = page.locator("#drawer")
    assert json.loads(drawer.locator("pre").inner_text()) == {"CidrIp": "0.0.0.0/0"}
    drawer.locator("button.record").click()
    assert drawer.locator("h2").inner_text() == "DescribeSecurityGroups"
    assert "sg-console" in drawer.locator("pre").last.inner_text()
    assert re.search(r"\b[0-9a-f]{64}\b", drawer.inner_text())
    drawer.get_by_role("button", name="Back").click()
    assert drawer.locator("h2").inner_text().startswith("security_group/sg-console")
    page.keyboard.press("Escape")
    assert not drawer.is_visible()
    assert page.evaluate("() => document.activeElement.className") == "cite"


def test_a_subject_shows_its_facts_and_what_says_so(page: Page) -> None:
    page.locator(".case", has_text="runs an image of another account").locator("button.ref").first.click()
    text = page.locator("#drawer").inner_text()
    assert "An EC2 instance." in text
    assert "image owner" in text
    assert "DescribeInstances" in text


def test_a_click_on_a_box_and_on_an_arrow_shows_what_stands_behind_it(page: Page) -> None:
    page.locator("#tab-data-flow").click()
    page.locator('#view-data-flow [data-box="brokers"]').click()
    assert "Flows" in page.locator("#drawer").inner_text()
    page.locator("#drawer button[data-flow]").first.click()
    assert page.locator("#drawer h2").inner_text().startswith("Flow")
    page.locator("#close").click()
    arrow = page.locator("#view-data-flow [data-arrow]").first
    arrow.focus()
    page.keyboard.press("Enter")
    text = page.locator("#drawer").inner_text()
    assert "Carries" in text
    assert "Describe" in text or "Get" in text


def test_a_diagram_moves_and_zooms_by_keyboard_and_by_mouse(page: Page) -> None:
    page.locator("#tab-data-flow").click()
    stage = page.locator("#view-data-flow .stage")
    box = "() => document.querySelector('#view-data-flow svg').getAttribute('viewBox').split(' ').map(Number)"
    whole = page.evaluate(box)
    stage.focus()
    page.keyboard.press("+")
    nearer = page.evaluate(box)
    assert nearer[2] < whole[2]
    page.keyboard.press("ArrowRight")
    assert page.evaluate(box)[0] > nearer[0]
    page.keyboard.press("0")
    assert page.evaluate(box) == whole
    stage.scroll_into_view_if_needed()
    place = stage.bounding_box()
    assert place is not None
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y + 40, steps=4)
    page.mouse.up()
    assert page.evaluate(box)[0] < whole[0]
    assert not page.locator("#drawer").is_visible()
    page.locator("#view-data-flow [data-zoom=fit]").click()
    assert page.evaluate(box) == whole


def test_a_diagram_expands_over_the_page_and_shrinks_again(page: Page) -> None:
    button = page.locator("#view-boundary [data-spread]")
    before = page.locator("#view-boundary .stage").bounding_box()
    button.click()
    after = page.locator("#view-boundary .stage").bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > before["width"]
    page.locator("#view-boundary [data-box]").first.click()
    assert page.locator("#drawer").is_visible()
    page.keyboard.press("Escape")
    button.focus()
    page.keyboard.press("Escape")
    shrunk = page.locator("#view-boundary .stage").bounding_box()
    assert shrunk is not None
    assert shrunk["width"] == before["width"]


def test_tabs_follow_the_arrow_keys(page: Page) -> None:
    page.locator('[role="tab"]').first.focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("() => document.activeElement.id") == "tab-data-flow"
    assert page.locator("#view-data-flow").is_visible()
    assert not page.locator("#view-boundary").is_visible()


def test_it_is_dark_where_the_reader_likes_it_dark_and_by_its_button(
    opened: Callable[..., Open], report_file: Path
) -> None:
    page = opened(report_file, color_scheme="dark").page
    ground = "() => getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.locator("#theme").click()
    light = page.evaluate(ground)
    assert page.locator("#theme").get_attribute("aria-pressed") == "false"
    assert sum(map(int, re.findall(r"\d+", dark))) < 150
    assert sum(map(int, re.findall(r"\d+", light))) > 600


CONTRAST = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (color) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (one) => { for (; one; one = one.parentElement) { const c = rgb(getComputedStyle(one).backgroundColor); if (c[3] === 255) return c; } return [255, 255, 255, 255]; };
  const poor = {};
  for (const one of document.querySelectorAll('body *:not(svg *):not(script)')) {
    if (one.closest('dialog, .hidden, .skip') || !one.checkVisibility() || ![...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [light(rgb(getComputedStyle(one).color)), light(ground(one))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor[one.className || one.tagName] = ratio;
  }
  return poor;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(opened: Callable[..., Open], report_file: Path, scheme: str) -> None:
    page = opened(report_file, color_scheme=scheme).page
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate(CONTRAST) == {}


UNNAMED = """() => [...document.querySelectorAll('button, input, select, a, summary, [role="button"], [role="tab"], [role="region"], [tabindex="0"]')]
  .filter((one) => !(one.getAttribute('aria-label') || one.textContent.trim() || (one.labels && one.labels.length) || one.getAttribute('aria-labelledby') || one.tagName === 'SELECT' && one.closest('label')))
  .map((one) => one.outerHTML.slice(0, 80))"""


def test_a_screen_reader_finds_its_way(page: Page) -> None:
    assert page.evaluate(UNNAMED) == []
    for landmark in ("header", "nav[aria-label]", "main", "search"):
        assert page.locator(landmark).count() >= 1, landmark
    levels = page.evaluate(
        "() => [...document.querySelectorAll('main h1, main h2, main h3, main h4')].map((h) => +h.tagName[1])"
    )
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert levels.count(1) == 1
    assert page.evaluate("() => [...document.querySelectorAll('table')].filter((one) => !one.caption).length") == 0
    ids = page.evaluate("() => [...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    pointed = page.evaluate(
        "() => ['aria-controls', 'aria-labelledby', 'aria-describedby', 'for'].flatMap((name) =>"
        " [...document.querySelectorAll(`[${name}]`)].map((one) => one.getAttribute(name)))"
    )
    assert set(pointed) <= set(ids)
    assert page.evaluate("() => document.documentElement.lang") == "en"


def test_the_first_tab_skips_to_the_verdict_and_focus_is_seen(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    page.locator("#theme").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.parametrize("width", [400, 820])
def test_nothing_runs_out_of_a_narrow_window(opened: Callable[..., Open], report_file: Path, width: int) -> None:
    page = opened(report_file, viewport={"width": width, "height": 900}).page
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_it_prints_with_everything_unfolded(page: Page) -> None:
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF-")
    page.emulate_media(media="print")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("() => [...document.querySelectorAll('details')].every((one) => one.open)")
    assert page.evaluate(VISIBLE, ".view .stage") == page.locator(".view").count()
    assert page.evaluate(VISIBLE, ".top, .side, .filters") == 0
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    assert not page.evaluate("() => [...document.querySelectorAll('details')].every((one) => one.open)")


@pytest.mark.parametrize(
    "name",
    [
        "</script><script>document.title='x'</script>",
        "\"><img src=x onerror=document.title='x'>",
        "<!--<script>",
        "]]></style></title><h1 id=main>",
        "\u202egnp.exe\u2066",
        "{{ 7 * 7 }}{% raw %}",
        "&lt;b&gt;",
        "x" * 10_000,
    ],
    ids=range(8),
)
def test_a_name_is_text_in_the_page_and_in_the_drawer(
    opened: Callable[..., Open], named: Named, name: str, tmp_path: Path
) -> None:
    target, plain = tmp_path / "report.html", tmp_path / "plain.html"
    target.write_text(named(name), "utf-8")
    plain.write_text(named("x" * len(name)), "utf-8")
    tags = "() => [...document.querySelectorAll('*')].map((one) => one.tagName + one.getAttributeNames().join())"
    there, other = opened(target, viewport={"width": 400, "height": 800}), opened(plain)
    assert there.page.evaluate(tags) == other.page.evaluate(tags)
    assert there.page.evaluate("() => document.documentElement.scrollWidth") <= 400
    there.page.locator(".case button.ref").first.click()
    drawer = there.page.locator("#drawer")
    assert shown(name) in drawer.locator("h2").text_content()
    assert drawer.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    assert there.said == []
    assert there.asked == [target.as_uri()]
