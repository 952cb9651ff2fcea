"""``byoc init`` writes a stack's file that the kit itself can read, never a secret, and nothing when it is aborted."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from stacks import stack_files
from stacks.automq_config import sample_automq_config

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONFIG = sample_automq_config("env-abc", "eu-central-1", "111122223333")
ANSWERS = """
environment_id: env-abc
aws_account_id: "111122223333"
region: eu-central-1
wal: FSWAL
"""
CTRL_C, CTRL_D = "\x03", "\x04"
COMMAND = "pulumi config set --stack stage --secret automq_config"


@pytest.fixture
def stacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "stacks"
    folder.mkdir()
    monkeypatch.setattr(stack_files, "FOLDER", folder)
    return folder


def test_a_file_of_answers_becomes_the_stacks_file(byoc: Callable[..., Any], here: Path, stacks: Path) -> None:
    (here / "answers.yaml").write_text(ANSWERS + f"automq_config: {CONFIG}\n", "utf-8")
    ran = byoc("init", "stage", "--answers", "answers.yaml")
    assert (ran.code, ran.err) == (0, "")
    assert COMMAND in ran.out
    assert CONFIG not in ran.out
    assert [path.name for path in stacks.iterdir()] == ["Pulumi.stage.yaml"]
    values, secure = stack_files.load_stack_file(stacks / "Pulumi.stage.yaml")
    assert values == {
        "environment_id": "env-abc",
        "aws_account_id": "111122223333",
        "region": "eu-central-1",
        "wal": "FSWAL",
    }
    assert secure == frozenset()
    settings, sampled = stack_files.rehearsed_settings(stack_files.stack_file("stage", stacks))
    assert (settings.region, sampled) == ("eu-central-1", True)


def test_what_the_config_says_need_not_be_answered(byoc: Callable[..., Any], here: Path, stacks: Path) -> None:
    (here / "answers.yaml").write_text(f'aws_account_id: "111122223333"\nautomq_config: {CONFIG}\n', "utf-8")
    assert byoc("init", "stage", "--answers", "answers.yaml").code == 0
    values, _ = stack_files.load_stack_file(stacks / "Pulumi.stage.yaml")
    assert values["environment_id"] == "env-abc"


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ("environment_id: env-abc\n", "answers.yaml lacks aws_account_id, which has no default: add it"),
        (ANSWERS + "regoin: x\n", "regoin is no setting: did you mean region?"),
        (ANSWERS.replace("FSWAL", "DISK"), "wal is 'DISK'"),
        (ANSWERS + "automq_config: nonsense\n", "automq_config is no Base64 JSON: "),
        ("- a list\n", "answers.yaml holds no settings: write one a line"),
        ("a: [\n", "answers.yaml is no YAML"),
        ("\xff: 1\n", "answers.yaml is no YAML"),
    ],
)
def test_bad_answers_write_nothing(byoc: Callable[..., Any], here: Path, stacks: Path, answers: str, says: str) -> None:
    (here / "answers.yaml").write_text(answers, "latin-1")
    assert says in byoc("init", "stage", "--answers", "answers.yaml").sentence
    assert list(stacks.iterdir()) == []


def test_answers_that_are_not_there(byoc: Callable[..., Any], stacks: Path) -> None:
    sentence = byoc("init", "stage", "--answers", "nowhere.yaml").sentence
    assert sentence.startswith("nowhere.yaml cannot be read (No such file or directory): ")


@pytest.mark.parametrize("stack", ["../x", "-x", "a b"])
def test_a_name_that_is_none_is_told_before_any_question(byoc: Callable[..., Any], stacks: Path, stack: str) -> None:
    assert byoc("init", "--", stack).sentence.endswith(": rename it")
    assert list(stacks.iterdir()) == []


def test_a_stack_that_exists_is_not_replaced(byoc: Callable[..., Any], here: Path, stacks: Path) -> None:
    (stacks / "Pulumi.stage.yaml").write_text("mine", "utf-8")
    (here / "answers.yaml").write_text(ANSWERS, "utf-8")
    sentence = byoc("init", "stage", "--answers", "answers.yaml").sentence
    assert sentence.endswith("Pulumi.stage.yaml exists: edit it, or name another stack")
    assert (stacks / "Pulumi.stage.yaml").read_text("utf-8") == "mine"


SCRIPT = (
    "import sys; from pathlib import Path; from stacks import stack_files; "
    "stack_files.FOLDER = Path(sys.argv.pop(1)); from cli.app import main; main()"
)


def at_a_terminal(stacks: Path, *keys: str) -> tuple[int, str]:
    """The command at a terminal of its own, with each line typed after its question; its exit code and the screen."""
    ours, theirs = os.openpty()
    # The first terminal that a session's leader opens is its own: getpass asks there.
    line = 'exec "$0" -c "$1" "$2" init stage <"$3" >"$3" 2>&1'
    command = ["sh", "-c", line, sys.executable, SCRIPT, str(stacks), os.ttyname(theirs)]
    process = subprocess.Popen(command, start_new_session=True)
    screen = ""
    for key in keys:
        while not screen.endswith(": "):
            screen += os.read(ours, 1000).decode()
        os.write(ours, key.encode())
        screen += "\0"
    deadline = time.monotonic() + 60
    while not ended(process, 3) and time.monotonic() < deadline:
        if keys[-1] == CTRL_C:
            # One that comes just before Python's read begins is only seen after the next.
            os.write(ours, CTRL_C.encode())
    code = process.wait(1)
    os.close(theirs)
    return code, (screen + rest(ours)).replace("\0", "")


def ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def rest(terminal: int) -> str:
    read = b""
    try:
        while more := os.read(terminal, 1000):
            read += more
    except OSError:
        pass
    os.close(terminal)
    return read.decode()


def test_questions_at_a_terminal(stacks: Path) -> None:
    code, screen = at_a_terminal(stacks, CONFIG + "\n", "111122223333\n")
    assert code == 0, screen
    assert CONFIG not in screen
    assert "111122223333" in screen
    assert COMMAND in screen
    values, _ = stack_files.load_stack_file(stacks / "Pulumi.stage.yaml")
    assert values == {"environment_id": "env-abc", "aws_account_id": "111122223333", "region": "eu-central-1"}


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_an_abort_midway_writes_nothing(stacks: Path, key: str) -> None:
    code, screen = at_a_terminal(stacks, CONFIG + "\n", key)
    assert code == 3
    assert "byoc: interrupted: nothing was left half written\r\n" in screen
    assert "Traceback" not in screen
    assert list(stacks.iterdir()) == []
