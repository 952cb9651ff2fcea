"""checkov as a process: what it says is taken only whole and from the right version; else nothing was checked."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from audit.checkov import environment, process
from audit.model.errors import UsageError

ANSWER = {"version": process.VERSION, "failed": [], "passed": [["CKV_1", "a.b", ["c"]]], "unparsed": [], "resources": ["a.b"], "types": ["a"]}  # fmt: skip


def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """A project whose run.py is this script, run by our own Python."""
    (tmp_path / "run.py").write_text(script, "utf-8")
    monkeypatch.setattr(environment, "project", lambda: tmp_path)
    monkeypatch.setattr(environment, "python", lambda: Path(sys.executable))


def check() -> process.Checked:
    with process.checkov() as running:
        return running.check({"planned_values": {}})


def test_an_answer_is_read() -> None:
    found = process.read(json.dumps(ANSWER))
    assert (found.passed, found.resources) == ((("CKV_1", "a.b", ("c",)),), {"a.b"})


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("", "no answer"),
        ("[]", "no answer"),
        ("{}", "no answer"),
        (json.dumps({**ANSWER, "failed": [{"check": "CKV_1"}]}), "no answer"),
        (json.dumps({**ANSWER, "version": "3.3.31"}), "this is checkov 3.3.31, the kit works with 3.3.30"),
        (json.dumps({**ANSWER, "unparsed": ["/plan.json"]}), "could not read the plan"),
    ],
)
def test_an_answer_that_cannot_be_trusted_is_an_error(said: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        process.read(said)


def test_a_crash_is_an_error_with_its_last_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "import sys\nsys.stdin.readline()\nraise SystemExit('it broke here')\n")
    with pytest.raises(UsageError, match=r"exit code 1 \(it broke here\): nothing was checked"):
        check()


def test_an_end_before_the_plan_came_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "raise SystemExit(7)\n")
    with pytest.raises(UsageError, match="exit code 7"):
        check()


def test_an_interpreter_that_is_gone_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "")
    monkeypatch.setattr(environment, "python", lambda: tmp_path / "gone")
    with pytest.raises(UsageError, match="checkov does not start"):
        check()


def test_it_gets_the_plan_in_a_file_of_ours_alone_and_no_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("BC_API_KEY", "hunter2")
    script = (
        "import json, os, pathlib, sys\n"
        "path = pathlib.Path(sys.stdin.readline().strip())\n"
        "mode = oct(path.parent.stat().st_mode & 0o777)\n"
        "types = [mode, path.read_text(), str([k for k in os.environ if k.startswith(('AWS_', 'BC_'))])]\n"
        f"print(json.dumps({{**json.loads('''{json.dumps(ANSWER)}'''), 'types': types}}))\n"
    )
    stub(tmp_path, monkeypatch, script)
    assert check().types == {"0o700", '{"planned_values": {}}', "[]"}


def test_nothing_is_left_of_it_when_the_work_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub(tmp_path, monkeypatch, "import sys\nsys.stdin.readline()\n")
    with pytest.raises(KeyError), process.checkov() as running:
        raise KeyError
    assert running._process.returncode is not None


def test_the_lock_has_the_version_that_the_kit_works_with_and_only_hashes() -> None:
    lock = environment.project().joinpath("requirements.lock").read_text("utf-8")
    assert f"\ncheckov=={process.VERSION} \\\n" in lock
    assert "://" not in "".join(line for line in lock.splitlines(keepends=True) if not line.startswith("#"))
    names = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert lock.count("--hash=sha256:") >= len(names)


def test_an_environment_that_cannot_be_made_is_an_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text("#!/bin/sh\necho 'error: no route to the registry' >&2\nexit 2\n", "utf-8")
    uv.chmod(0o755)
    monkeypatch.setattr(environment.shutil, "which", lambda *_, **__: str(uv))
    with pytest.raises(UsageError, match="no route to the registry"):
        environment.python(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_cache_that_cannot_be_written_to_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(UsageError, match="set XDG_CACHE_HOME"):
        environment.python(tmp_path / "file" / "cache")


def test_the_cache_is_the_users_own(tmp_path: Path) -> None:
    assert environment.cache({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "automq-byoc-kit"
    assert environment.cache({}) == Path.home() / ".cache" / "automq-byoc-kit"


def test_an_environment_without_checkov_in_it_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(home: Path, _: bytes) -> None:
        package = home / "lib" / "python3" / "site-packages" / "checkov"
        package.mkdir(parents=True)
        (package / "version.py").touch()
        (home / "bin").mkdir()
        (home / "bin" / "python").symlink_to(sys.executable)

    monkeypatch.setattr(environment, "_make", make)
    made = environment.python(tmp_path)
    (made.parents[1] / "lib" / "python3" / "site-packages" / "checkov" / "version.py").unlink()
    assert not environment.is_made(tmp_path)
    assert environment.python(tmp_path) == made
    assert environment.is_made(tmp_path)


def test_other_settings_of_checkov_do_not_reach_it() -> None:
    given: dict[str, Any] = {
        "PATH": "/bin",
        "CKV_IGNORE_HIDDEN_DIRECTORIES": "x",
        "PYTHONPATH": "y",
        "PULUMI_ACCESS_TOKEN": "z",
    }
    assert environment.clean(given) == {"PATH": "/bin"}
