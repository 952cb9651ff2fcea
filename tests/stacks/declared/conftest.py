"""The three programs, each run once a session: as Pulumi would export them, and as it would preview them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from stacks.declared import reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.declared.resource import Declared

HERE = Path(__file__).parent
Program = tuple[str, str]


@pytest.fixture(scope="session")
def printed() -> Callable[[str, str], str]:
    """What Pulumi prints of a program, ``export`` or ``preview``."""
    kept: dict[Program, str] = {}

    def run(program: str, form: str) -> str:
        if (program, form) not in kept:
            command = [sys.executable, str(HERE / "declare.py"), program, form]
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parents[2])
            assert done.returncode == 0, done.stderr
            kept[program, form] = done.stdout
        return kept[program, form]

    return run


@pytest.fixture(scope="session")
def declared(printed: Callable[[str, str], str]) -> Callable[..., Declared]:
    """A program as it is read from what Pulumi prints."""
    return lambda program, form="export": reading.declared(printed(program, form), f"{program}.json")
