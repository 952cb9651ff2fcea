from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from chromium import NoBrowserError, find
from named_things import sample

from audit.model.waiver import Waiver
from audit.policy import load
from audit.policy.waivers import apply
from audit.report import html
from cli import judging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from named_things import Named
    from playwright.sync_api import Browser, Page

    from cli.judging import Judged

ACCOUNTS = Path(__file__).parents[3] / "accounts"
WAIVED = Waiver(policy="C008", subject="i-console", reason="replaced in May", owner="platform lead", until="2027-05-31")


@dataclass
class Open:
    """A page in Chromium, with what its console said and what it asked the network for."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def broken_account() -> Judged:
    """A vendor's deployment with many findings."""
    return judging.judge_path(ACCOUNTS / "vendor-ec2-first", None, None, load())


@pytest.fixture(scope="session")
def report_file(broken_account: Judged, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """report.html of that account, one of its findings waived."""
    found = apply((WAIVED,), broken_account.findings, broken_account.boundary)
    material = replace(broken_account.material, findings=found)
    target = tmp_path_factory.mktemp("report") / "report.html"
    target.write_text(html.report(material, broken_account.snapshot, broken_account.pictures), "utf-8")
    return target


# Until Playwright ends, asyncio holds its loop for the running one: Pulumi's programs would be run on it.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a file."""
    try:
        program = find()
    except NoBrowserError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))
    with sync_playwright() as playwright:
        # Without its sandbox, which root may not have: it opens files of ours alone.
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Open]]:
    """Open a file as a reader does, under the preferences given."""
    contexts = []

    def opening(file: Path, anchor: str = "", **preferences: object) -> Open:
        context = browser.new_context(reduced_motion="reduce", **preferences)
        contexts.append(context)
        there = Open(context.new_page())
        there.page.on("console", lambda message: there.said.append(message.text))
        there.page.on("pageerror", lambda error: there.said.append(str(error)))
        there.page.on("request", lambda request: there.asked.append(request.url))
        there.page.goto(file.as_uri() + anchor)
        return there

    yield opening
    for context in contexts:
        context.close()


@pytest.fixture
def page(opened: Callable[..., Open], report_file: Path) -> Page:
    """report.html, open."""
    return opened(report_file).page


@pytest.fixture(scope="session")
def named() -> Named:
    """The page of an account in which everything bears one name."""
    return lambda name: html.report(*sample(name))
