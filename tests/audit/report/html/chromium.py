"""Has Chromium for the tests of report.html when it is missing: `make setup-tests` runs this file.

In this order: one on PATH, the one that playwright keeps, the distribution's package where apt and root are there,
playwright's own download.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SECONDS = 600
WAY_OUT = "install chromium with the system's packages, or run `playwright install chromium`"


class NoBrowserError(Exception):
    """There is no Chromium, and none could be installed."""


def find() -> str:
    """The program; raises NoBrowserError."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        with sync_playwright() as playwright:
            kept = playwright.chromium.executable_path
        found = kept if Path(kept).exists() else None
    if found is None:
        raise NoBrowserError(f"there is no Chromium: {WAY_OUT}")
    return found


def have() -> str:
    """The program, installed when it is missing; raises NoBrowserError."""
    try:
        return find()
    except NoBrowserError:
        sys.stderr.write("installing Chromium, once\n")
        if os.geteuid() == 0 and shutil.which("apt-get"):
            _run(["apt-get", "update", "-qq"])
            _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])
        else:
            _run([sys.executable, "-m", "playwright", "install", "chromium"])
        return find()


def _run(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=_SECONDS
        )
    except subprocess.CalledProcessError as error:
        said = (error.stderr.decode(errors="replace").strip().splitlines() or ["no output"])[-1]
        raise NoBrowserError(f"{command[0]} could not install Chromium ({said}): {WAY_OUT}") from error
    except subprocess.TimeoutExpired as error:
        raise NoBrowserError(f"{command[0]} took too long to install Chromium: {WAY_OUT}") from error


if __name__ == "__main__":
    try:
        sys.stdout.write(f"Chromium: {have()}\n")
    except NoBrowserError as error:
        sys.stdout.write(f"the tests of report.html in a browser will be skipped: {error}\n")
