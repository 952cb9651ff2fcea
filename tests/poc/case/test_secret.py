"""Secrets are found where poc.yaml says they are; what is missing is named, never what was found."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.model.errors import UsageError
from poc.case.secret import resolve


def vault(name: str) -> str:
    return {"kafka#password": "from-the-vault"}[name]


def test_each_place(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("from a file\n")
    assert resolve("env:POC_PASSWORD", vault, {"POC_PASSWORD": "from-env"}) == "from-env"
    assert resolve(f"file:{file}", vault) == "from a file"
    assert resolve("secretsmanager:kafka#password", vault) == "from-the-vault"


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("env:POC_PASSWORD", "the environment has no variable POC_PASSWORD: set it"),
        ("env:EMPTY", "env:EMPTY is empty: put the secret there"),
        ("file:nowhere", "file:nowhere cannot be read (No such file or directory)"),
        ("file:binary", "file:binary cannot be read (it is no text)"),
    ],
)
def test_what_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reference: str, says: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("binary").write_bytes(b"\xff\xfehunter2")
    with pytest.raises(UsageError) as told:
        resolve(reference, vault, {"EMPTY": ""})
    assert says in str(told.value)
    assert "hunter2" not in str(told.value)
