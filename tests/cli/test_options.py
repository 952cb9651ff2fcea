"""Exit codes say broken before unknown, and only what --fail-on asks for."""

from __future__ import annotations

import pytest

from audit.model.verdict import Verdict
from cli.options import FailOn, exit_code


@pytest.mark.parametrize(
    ("verdict", "fail_on", "code"),
    [
        (Verdict.HOLDS, FailOn.UNKNOWN, 0),
        (Verdict.UNKNOWN, FailOn.UNKNOWN, 2),
        (Verdict.UNKNOWN, FailOn.BROKEN, 0),
        (Verdict.BROKEN, FailOn.UNKNOWN, 1),
        (Verdict.BROKEN, FailOn.BROKEN, 1),
        (Verdict.BROKEN, FailOn.NEVER, 0),
    ],
)
def test_exit_code(verdict: Verdict, fail_on: FailOn, code: int) -> None:
    assert exit_code(verdict, fail_on) == code
