"""The environment that checkov runs in: made at first use from its requirements.lock, kept by the lock's digest."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from audit.model.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.resources.abc import Traversable

_SECONDS = 600
_FOREIGN = ("AWS_", "BC_", "PRISMA", "CKV_", "CHECKOV_", "PULUMI_", "PYTHON")


def project() -> Traversable:
    """The folder policies/checkov, in a checkout and in a wheel."""
    return resources.files("policies").joinpath("checkov")


def cache(environ: Mapping[str, str] = os.environ) -> Path:
    """Where environments are kept: the user's cache folder."""
    home = environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "automq-byoc-kit"


def python(folder: Path | None = None) -> Path:
    """The interpreter of the environment, which is made where it is not there.

    Raises UsageError when it cannot be made; the folder is whole or not there at all.
    """
    home = _home(folder or cache())
    if not _is_whole(home):
        try:
            home.parent.mkdir(parents=True, exist_ok=True)
            # What has lost its interpreter, when Python was updated, or parts, when a cache was swept, is made again.
            shutil.rmtree(home, ignore_errors=True)
            _make(home, _lock())
        except OSError as error:
            raise UsageError(
                f"the environment of checkov cannot be made in {home.parent} ({error.strerror}): "
                "set XDG_CACHE_HOME to a folder that can be written to"
            ) from error
    return home / "bin" / "python"


def is_made(folder: Path | None = None) -> bool:
    """Whether the environment is there already."""
    return _is_whole(_home(folder or cache()))


def _is_whole(home: Path) -> bool:
    checkov = next(home.glob("lib/python*/site-packages/checkov/version.py"), None)
    return checkov is not None and (home / "bin" / "python").exists()


def _lock() -> bytes:
    return project().joinpath("requirements.lock").read_bytes()


def _home(folder: Path) -> Path:
    known = hashlib.sha256(_lock() + sys.version.encode()).hexdigest()[:16]
    return folder / f"checkov-{known}"


def clean(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The caller's variables without credentials, and without what would change what checkov does."""
    return {key: value for key, value in environ.items() if not key.startswith(_FOREIGN)}


def _make(home: Path, lock: bytes) -> None:
    draft = Path(tempfile.mkdtemp(prefix=".checkov-", dir=home.parent))
    try:
        (draft / "requirements.lock").write_bytes(lock)
        made = draft / "environment"
        for command in _commands(made, draft / "requirements.lock"):
            _run(command)
        # Another process may have been quicker: its environment is the same.
        with suppress(OSError):
            made.rename(home)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _commands(made: Path, lock: Path) -> list[Sequence[str]]:
    """How it is made: with uv where it is installed, which takes seconds, else with Python's own means."""
    python, lines = str(made / "bin" / "python"), str(lock)
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if uv is None:
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        return [
            [sys.executable, "-m", "venv", str(made)],
            [*pip, "--require-hashes", "--only-binary", ":all:", "-r", lines],
        ]
    return [
        [uv, "venv", "--quiet", "--python", sys.executable, str(made)],
        [uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "--no-build", "-r", lines],
    ]


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise UsageError(
            f"the environment of checkov was not made within {_SECONDS} seconds: look at the package registry"
        ) from error
    if done.returncode:
        said = next((line.strip() for line in reversed(done.stderr.splitlines()) if line.strip()), "no message")
        raise UsageError(
            f"the environment of checkov could not be made ({said[:300]}): it comes from the package registry that "
            "pip or uv are set up with, once; without it nothing is checked"
        )
