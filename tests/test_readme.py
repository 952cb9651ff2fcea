"""Console blocks of README and pages are what the commands print: each is run, its output compared with what is shown.

What differs from run to run (generated ids, seconds, dates) is made alike first; a line ``…`` stands for any lines.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
BYOC = Path(sys.executable).with_name("byoc")
ELISION = "…"
BY_MAKE = {"make rehearse": "byoc rehearse poc"}
"""What a target of the Makefile runs once the virtual environment is there."""
TOYS = "tests/accounts/"
"""Snapshots of the checkout, which pages name as one who stands in it."""
SHOWN_ONLY = {"make test": r"^\d+ passed.* in [\d.]+s\b.*$"}
"""Commands that this test cannot run, since it is a part of them, and what their last line looks like."""
RUN_DEPENDENT = (
    (r"\b(\w+(?:-\w+)?)-[0-9a-f]{8}(?:[0-9a-f]{9})?\b", r"\1-ID"),  # vpc-…, vpce-…, sg-…, rslvr-qlc-…
    (r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"),
    (r"\b[0-9a-f]{12,64}\b", "HEX"),
    (r"\b\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z)?\b", "DATE"),
    (r"\b\d+(?:\.\d+)? ?s(?:econds)?\b", "SECONDS"),
    (r"(?m)^ *prices are of .* days old: .*\n", ""),  # comes by itself, with the prices' age
)


@dataclass(frozen=True)
class Session:
    """One command of a console block, and the lines that stand below it."""

    command: str
    shown: tuple[str, ...]


def sessions(markdown: str) -> Iterator[Session]:
    """The commands of every block that is marked ``console``."""
    for block in re.findall(r"^```console\n(.*?)^```$", markdown, re.MULTILINE | re.DOTALL):
        command, shown = "", []
        for line in [*block.splitlines(), "$ "]:
            if not line.startswith("$ "):
                shown.append(line)
                continue
            if command:
                yield Session(command, tuple(shown))
            command, shown = line.removeprefix("$ "), []


def alike(text: str) -> list[str]:
    """The lines of an output without what differs from run to run."""
    for pattern, stands_for in RUN_DEPENDENT:
        text = re.sub(pattern, stands_for, text)
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def matches(shown: list[str], printed: list[str]) -> bool:
    """Whether what is shown is what was printed, a line of elision standing for any lines."""
    pattern = "".join("(?:.*\n)*" if line.strip() == ELISION else re.escape(line) + "\n" for line in shown)
    return re.fullmatch(pattern, "".join(line + "\n" for line in printed)) is not None


PAGES = ("README.md", "docs/access.md", "docs/reach.md")
"""What is run, in this order: a page may read what a command of one before it wrote."""
SESSIONS = tuple(session for page in PAGES for session in sessions((ROOT / page).read_text("utf-8")))


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Runs a command of ours in a folder that all share, so that one may read what the one before it wrote; once each."""
    there = tmp_path_factory.mktemp("readme")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    outputs: dict[str, str] = {}

    def run(command: str) -> str:
        words = BY_MAKE.get(command, command).replace(TOYS, f"{ROOT}/{TOYS}").split()
        assert words[0] == "byoc", f"{command}: a README shows commands of byoc, or SHOWN_ONLY says why it is not run"
        if command not in outputs:
            done = subprocess.run(
                [str(BYOC), *words[1:]], cwd=there, env=environment, capture_output=True, text=True, check=False
            )
            outputs[command] = done.stdout + done.stderr
        return outputs[command]

    return run


def test_the_two_commands_stand_at_the_top() -> None:
    assert [session.command for session in SESSIONS][:2] == ["make rehearse", "make test"]


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.command)
def test_a_command_prints_what_the_readme_shows(session: Session, printed: Callable[[str], str]) -> None:
    if session.command in SHOWN_ONLY:
        assert re.match(SHOWN_ONLY[session.command], session.shown[-1]), session.shown[-1]
        return
    expected, found = alike("\n".join(session.shown)), alike(printed(session.command))
    if not matches(expected, found):
        assert expected == found


def test_the_targets_of_the_makefile_run_what_is_run_here() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target, command in BY_MAKE.items():
        assert re.search(rf"^{target.removeprefix('make ')}:.*\n\t@\$\(BIN\)/{command}$", makefile, re.MULTILINE)


SAMPLE = """
Text.

```console
$ byoc one --from out/poc
vpc-0123456789abcdef0 is there
…
3 s
$ byoc two
```

```
$ not this
```
"""


def test_a_block_is_read_as_its_commands() -> None:
    one, two = sessions(SAMPLE)
    assert (one.command, two) == ("byoc one --from out/poc", Session("byoc two", ()))
    expected = alike("\n".join(one.shown))
    assert matches(expected, alike("vpc-fedcba98765432100 is there\nand\nmore\n12.5 s\n"))
    assert not matches(expected, alike("vpc-fedcba98765432100 is gone\nand\nmore\n12.5 s\n"))
    assert not matches(expected, alike("vpc-fedcba98765432100 is there\nand\nmore\n"))
