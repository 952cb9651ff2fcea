"""Pulumi's engine, for the bench and for tests/engine: the one on PATH, or the one that `make setup-tests` keeps."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(__file__).parent.parent / ".cache" / "engine"
OLDEST = (3, 200)
WAY_OUT = (
    f"install Pulumi {OLDEST[0]}.{OLDEST[1]} or later so that `pulumi` is on PATH, or Go 1.25 or later, "
    "and run make setup-tests"
)
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.\d+")


class NoEngineError(Exception):
    """There is no engine that can be used; the message says how to get one."""


@dataclass(frozen=True)
class Engine:
    """An engine: the folders of its programs, first the one to find `pulumi` in, and its version."""

    folders: tuple[Path, ...]
    version: str

    @property
    def path(self) -> str:
        """PATH for the engine: Python's folder first, because the old language host knows no virtual environment."""
        places = [Path(sys.executable).parent, *self.folders, os.environ.get("PATH", os.defpath)]
        return os.pathsep.join(str(place) for place in places)

    @property
    def program(self) -> Path:
        """The `pulumi` program."""
        return self.folders[0] / "pulumi"

    def variables(self, folder: Path, passphrase: str) -> dict[str, str]:
        """The engine's environment: state and plugins of a folder alone, the state's secrets under a passphrase."""
        (folder / "state").mkdir(parents=True, exist_ok=True)
        return {
            "PATH": self.path,
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": passphrase,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }


def find(path: str | None = None, cache: Path = CACHE) -> Engine:
    """The engine on a PATH (the process's own unless given) where it can be used, else the cached one.

    Raises NoEngineError, which says why the first of them cannot be used.
    """
    kept = cache / "bin"
    programs = [found for place in (path, str(kept)) if (found := shutil.which("pulumi", path=place)) is not None]
    reasons: list[NoEngineError] = []
    for program in programs:
        try:
            return _engine(program, kept)
        except NoEngineError as error:
            reasons.append(error)
    raise next(iter(reasons), NoEngineError(f"there is no Pulumi engine: {WAY_OUT}"))


def _engine(program: str, kept: Path) -> Engine:
    """The engine of a program, with the language host beside it or the one that is kept."""
    folder = Path(program).parent
    host = shutil.which("pulumi-language-python", path=os.pathsep.join(map(str, (folder, kept))))
    if host is None:
        raise NoEngineError(f"{program} has no pulumi-language-python beside it: {WAY_OUT}")
    return Engine(tuple(dict.fromkeys((folder, Path(host).parent))), _known_version(program))


def _known_version(program: str) -> str:
    asked = subprocess.run([program, "version"], capture_output=True, text=True, check=False)
    text = asked.stdout.strip() or asked.stderr.strip()
    found = _VERSION.fullmatch(text)
    if found is None or not OLDEST <= (int(found[1]), int(found[2])) < (OLDEST[0] + 1, 0):
        raise NoEngineError(f"{program} is of an unknown version ({text or 'it says none'}): {WAY_OUT}")
    return text
