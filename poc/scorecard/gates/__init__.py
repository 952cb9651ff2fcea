"""The gates, one file each, in the order of ``ORDER``: TITLE, QUESTION, judge(given) and what it is judged by."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from poc.scorecard.artifacts import Artifact, Given
    from poc.scorecard.result import Evidence, Reason


class Gate(Protocol):
    """What a file here has."""

    ORDER: int
    TITLE: str
    QUESTION: str
    COMMAND: str

    def artifacts(self, given: Given) -> tuple[Artifact, ...]:
        """The files that it is judged by."""

    def judge(self, given: Given, found: tuple[Artifact, ...]) -> Iterable[Reason]:
        """The reasons, from artifacts that are all there."""

    def evidence(self, given: Given, found: tuple[Artifact, ...]) -> Iterable[Evidence]:
        """What each artifact says."""

    def assumptions(self, given: Given, found: tuple[Artifact, ...]) -> Iterable[str]:
        """What the decision still rests on."""


def gates() -> dict[str, Gate]:
    """Every gate by its name in poc.yaml."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    found = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    return dict(sorted(found.items(), key=lambda item: item[1].ORDER))
