"""docs/pipelines.md: its workflows are YAML, and each of its commands is one that the command line takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from typer.main import get_command

from audit.policy import load, waivers
from audit.report.findings import formats
from cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).parents[1] / "docs" / "pipelines.md").read_text("utf-8")
YAML = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
SHELL = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


def scripts() -> Iterator[str]:
    yield from SHELL
    for workflow in YAML:
        for job in workflow.get("jobs", {}).values():
            yield from (step["run"] for step in job["steps"] if "run" in step)


COMMANDS = [line.strip() for script in scripts() for line in script.splitlines() if line.strip().startswith("byoc ")]


def test_the_page_rehearses_audits_compares_and_checks() -> None:
    assert {command.split()[1] for command in COMMANDS} == {"rehearse", "audit", "diff", "check", "plan-check"}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_is_taken(command: str) -> None:
    words = shlex.split(re.sub(r"\s>+ .*$", "", command))[1:]
    found: Any = get_command(app)
    found.commands[words[0]].make_context(words[0], words[1:])


def test_every_step_uses_an_action_or_runs_a_script() -> None:
    steps = [step for workflow in YAML for job in workflow.get("jobs", {}).values() for step in job["steps"]]
    assert len(steps) > 10
    assert all(("uses" in step) != ("run" in step) for step in steps)


def test_every_format_is_told() -> None:
    told = re.findall(r"^\| (\w+) \|", PAGE, re.MULTILINE)
    assert told == ["format", *("text", "json", "sarif", "ocsf", "oscal", "junit", "csv", "markdown")]
    assert set(told[2:]) == set(formats())


def test_the_waivers_of_the_page_are_taken(tmp_path: Path) -> None:
    (block,) = re.findall(r"```yaml\n(format: byoc-waivers.*?)```", PAGE, re.DOTALL)
    (tmp_path / "waivers.yaml").write_text(block, "utf-8")
    (one,) = waivers.load(tmp_path / "waivers.yaml", {policy.id for policy in load()})
    assert one.subject == "ops-bucket"
