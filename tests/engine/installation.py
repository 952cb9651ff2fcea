"""Has Pulumi's engine for the tests when it is missing: `make setup-tests` runs this file.

In this order: `pulumi` on PATH, the Automation API's own installer, a build by Go from the modules beside this file. What
is installed or built stays in .cache/engine.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from urllib.error import URLError

from pulumi.automation import InvalidVersionError, PulumiCommand

from bench.engine import CACHE, WAY_OUT, Engine, NoEngineError, find

HERE = Path(__file__).parent
_ENGINE, _HOST = "github.com/pulumi/pulumi/pkg/v3", "github.com/pulumi/pulumi/sdk/v3"


def have(cache: Path = CACHE) -> Engine:
    """The engine, installed or built when it is missing; raises NoEngineError."""
    try:
        return find(cache=cache)
    except NoEngineError:
        if not _install(cache):
            _build(cache)
    return find(cache=cache)


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
