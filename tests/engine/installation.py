"""Finds Pulumi's engine for the tests, and has it when it is missing: `make setup-tests` runs this file.

In this order: `pulumi` on PATH, the Automation API's own installer, a build by Go from the modules beside this file. What
is installed or built stays in .cache/engine.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from pulumi.automation import InvalidVersionError, PulumiCommand

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "engine"
OLDEST = (3, 200)
WAY_OUT = (
    f"install Pulumi {OLDEST[0]}.{OLDEST[1]} or later so that `pulumi` is on PATH, or Go 1.25 or later, "
    "and run make setup-tests"
)
_ENGINE, _HOST = "github.com/pulumi/pulumi/pkg/v3", "github.com/pulumi/pulumi/sdk/v3"
_VERSION = re.compile(r"v?(\d+)\.(\d+)\.\d+")


class NoEngineError(Exception):
    """There is no engine that the tests can use; the message says how to get one."""


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


def find(path: str | None = None, cache: Path = CACHE) -> Engine:
    """The engine on a PATH (the process's own unless given), else the cached one; raises NoEngineError."""
    program = shutil.which("pulumi", path=path) or shutil.which("pulumi", path=str(cache / "bin"))
    if program is None:
        raise NoEngineError(f"there is no Pulumi engine: {WAY_OUT}")
    folder = Path(program).parent
    host = shutil.which("pulumi-language-python", path=os.pathsep.join(map(str, (folder, cache / "bin"))))
    if host is None:
        raise NoEngineError(f"{program} has no pulumi-language-python beside it: {WAY_OUT}")
    return Engine(tuple(dict.fromkeys((folder, Path(host).parent))), _known_version(program))


def have(cache: Path = CACHE) -> Engine:
    """The engine, installed or built when it is missing; raises NoEngineError."""
    try:
        return find(cache=cache)
    except NoEngineError:
        if not _install(cache):
            _build(cache)
    return find(cache=cache)


def _known_version(program: str) -> str:
    asked = subprocess.run([program, "version"], capture_output=True, text=True, check=False)
    text = asked.stdout.strip() or asked.stderr.strip()
    found = _VERSION.fullmatch(text)
    if found is None or not OLDEST <= (int(found[1]), int(found[2])) < (OLDEST[0] + 1, 0):
        raise NoEngineError(f"{program} is of an unknown version ({text or 'it says none'}): {WAY_OUT}")
    return text


def _install(cache: Path) -> bool:
    try:
        PulumiCommand.install(root=str(cache))
    except (OSError, URLError, InvalidVersionError, subprocess.CalledProcessError):
        return False
    return True


def _build(cache: Path) -> None:
    go = shutil.which("go")
    if go is None:
        raise NoEngineError(f"there is no Pulumi engine: {WAY_OUT}")
    sys.stderr.write("building Pulumi's engine with Go, which takes some minutes, once\n")
    target = cache / "bin"
    target.mkdir(parents=True, exist_ok=True)
    version = _run([go, "list", "-m", "-f", "{{.Version}}", _ENGINE], HERE / "engine")
    stamp = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={version}"
    _run([go, "build", "-trimpath", "-ldflags", stamp, "-o", str(target), f"{_ENGINE}/cmd/pulumi"], HERE / "engine")
    language = f"{_HOST}/python/cmd/pulumi-language-python"
    _run([go, "build", "-trimpath", "-ldflags", "-s -w", "-o", str(target), language], HERE / "language")
    script = target / "pulumi-language-python-exec"
    source = Path(_run([go, "list", "-m", "-f", "{{.Dir}}", _HOST], HERE / "language"))
    script.write_bytes((source / "python/cmd" / script.name).read_bytes())
    script.chmod(0o755)


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip() or "no output").splitlines()[-1]
        raise NoEngineError(f"Pulumi's engine could not be built ({last}): {WAY_OUT}")
    return done.stdout.strip()


if __name__ == "__main__":
    try:
        sys.stdout.write(f"Pulumi's engine: {have().program}\n")
    except NoEngineError as error:
        sys.stdout.write(f"tests/engine will be skipped: {error}\n")
