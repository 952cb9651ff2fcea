"""Running the command: in this process, which is quick, or as a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audit.model.contract import FORMAT
from cli import app

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).parents[2]
TOY = ROOT / "tests" / "accounts" / "network-private-brokers"
BYOC = Path(sys.executable).with_name("byoc")


@dataclass(frozen=True)
class Ran:
    """How a command went."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one sentence of a command that could not work."""
        lines = self.err.splitlines()
        assert (self.code, len(lines), lines[0].partition(": ")[0]) == (3, 1, "byoc"), self.err
        return lines[0].removeprefix("byoc: ")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, and an environment that names no account."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    stand = tmp_path / "here"
    stand.mkdir()
    monkeypatch.chdir(stand)
    return stand


@pytest.fixture
def byoc(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Ran]]:
    """Runs the command in this process."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    before = signal.getsignal(signal.SIGTERM)

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["byoc", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            app.main()
        assert isinstance(left.value.code, int)
        return Ran(left.value.code, *capsys.readouterr())

    yield run
    signal.signal(signal.SIGTERM, before)


@pytest.fixture(scope="session")
def byoc_process() -> Callable[..., Ran]:
    """Runs the command as a process of its own, in the folder ``cwd``, with ``env`` beside the caller's variables."""

    def run(*arguments: object, cwd: Path, env: Mapping[str, str]) -> Ran:
        done = subprocess.run(
            [str(BYOC), *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """A small snapshot of one's own, to judge or to spoil."""
    return Path(shutil.copytree(TOY, tmp_path / "snapshot"))


@pytest.fixture
def contract(tmp_path: Path) -> Callable[..., Path]:
    """Writes a contract of the small snapshot's account, with some fields changed."""

    def write(**fields: object) -> Path:
        body = {"format": FORMAT, "environment_id": "env-toy", "account": "111111111111", "region": "us-east-1"}
        path = tmp_path / "contract.json"
        path.write_text(json.dumps({**body, **fields}), "utf-8")
        return path

    return write
