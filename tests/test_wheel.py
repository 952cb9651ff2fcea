"""The wheel, installed into empty environments: the audit alone without extras, the rehearsal with one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cli import folder, judging

if TYPE_CHECKING:
    from conftest import Rehearsed

ROOT = Path(__file__).parent.parent
UV = Path(sys.executable).parent / "uv"
SECONDS = 300


def _run(*command: object, where: Path) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV", "AWS_"))}
    return subprocess.run(
        [str(part) for part in command],
        cwd=where,
        env=kept,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the locked hatchling."""
    out = tmp_path_factory.mktemp("dist")
    built = _run(
        UV, "build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", out, ROOT, where=out
    )
    assert built.returncode == 0, built.stderr
    (made,) = out.glob("*.whl")
    return made


def _constraints(place: Path) -> Path:
    """The lock's versions; its hashes would be asked of the wheel too."""
    locked = re.findall(
        r"^([A-Za-z0-9._-]+==[^\s;\\]+(?:\s*;[^\\\n]+)?)", (ROOT / "requirements.lock").read_text(), re.MULTILINE
    )
    assert len(locked) > 50
    file = place / "constraints.txt"
    file.write_text("\n".join(locked) + "\n")
    return file


def _installed(wheel: Path, place: Path, extra: str = "") -> Path:
    """An empty environment with the wheel in it; skips, outside CI, when a package cannot be had."""
    made = _run(UV, "venv", "--python", sys.executable, place / "env", where=place)
    assert made.returncode == 0, made.stderr
    python = place / "env" / "bin" / "python"
    what = f"automq-byoc-kit{extra} @ {wheel.as_uri()}"
    found = _run(UV, "pip", "install", "--python", python, "--constraint", _constraints(place), what, where=place)
    if found.returncode and os.environ.get("CI") != "true":
        pytest.skip(f"a package cannot be had: {' '.join(found.stderr.split())[:300]}")
    assert found.returncode == 0, found.stderr
    return python.parent


@pytest.fixture(scope="module")
def base(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _installed(wheel, tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def rehearsing_one(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _installed(wheel, tmp_path_factory.mktemp("rehearsing"), "[rehearse]")


@pytest.fixture
def walked(poc: Rehearsed, tmp_path: Path) -> Path:
    """An audit folder's contract and snapshot, outside the checkout."""
    place = tmp_path / "walked"
    (place / "snapshot").mkdir(parents=True)
    poc.snapshot.write(place / "snapshot")
    (place / "contract.json").write_text(poc.contract.text())
    return place


def test_the_base_has_no_pulumi_and_no_emulator(base: Path, tmp_path: Path) -> None:
    code = (
        "import importlib.util as u, json;"
        "print(json.dumps([n for n in ('pulumi', 'pulumi_aws', 'pulumi_kubernetes', 'moto', 'audit', 'cli') if u.find_spec(n)]))"
    )
    found = _run(base / "python", "-c", code, where=tmp_path)
    assert json.loads(found.stdout) == ["audit", "cli"]


def test_it_shows_its_commands(base: Path, tmp_path: Path) -> None:
    found = _run(base / "byoc", "--help", where=tmp_path)
    assert found.returncode == 0, found.stderr
    assert "audit" in found.stdout


def test_it_audits_outside_the_checkout_as_the_checkout_does(
    base: Path, poc: Rehearsed, walked: Path, tmp_path: Path
) -> None:
    found = _run(base / "byoc", "audit", "--from", walked, "--out", "audited", "--fail-on", "never", where=tmp_path)

    assert found.returncode == 0, found.stderr
    ours = judging.files(poc.judged())
    for name in ("answers.json", "findings.json", "report.md", "graph.json"):
        assert (tmp_path / "audited" / name).read_bytes() == ours[name], name


def test_a_missing_extra_is_one_sentence(base: Path, tmp_path: Path) -> None:
    found = _run(base / "byoc", "rehearse", "poc", where=tmp_path)

    assert found.returncode == 3
    assert "automq-byoc-kit[rehearse]" in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1
    assert not (tmp_path / folder.OUT).exists()


def test_with_the_extra_it_rehearses_outside_the_checkout(rehearsing_one: Path, tmp_path: Path) -> None:
    found = _run(rehearsing_one / "byoc", "rehearse", "poc", "--out", "poc", "--fail-on", "broken", where=tmp_path)

    assert found.returncode == 0, found.stderr
    answers = json.loads((tmp_path / "poc" / "answers.json").read_text())
    assert answers


def test_the_base_checks_what_another_program_declares(base: Path, tmp_path: Path) -> None:
    urn = "urn:pulumi:dev::site::aws:s3/bucket:Bucket::files"
    state = {"urn": urn, "type": "aws:s3/bucket:Bucket", "custom": True, "inputs": {"forceDestroy": True}}
    export = {"version": 3, "deployment": {"manifest": {}, "resources": [state]}}
    (tmp_path / "export.json").write_text(json.dumps(export))
    found = _run(base / "byoc", "plan-check", "export.json", "--format", "json", where=tmp_path)

    assert found.returncode == 1, found.stderr
    assert {"BYOC_5", "CKV_AWS_21"} <= {one["policy"] for one in json.loads(found.stdout)["findings"]}
