"""The toy accounts judged and drawn, once each."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audit.boundary import Boundary, derive
from audit.draft import draft
from audit.graph.build import build
from audit.model.contract import BoundaryContract
from audit.model.errors import ContractError
from audit.model.snapshot import Snapshot
from audit.report.diagrams import VIEWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.report.diagrams.diagram import Diagram

ACCOUNTS = Path(__file__).parents[3] / "accounts"


def _boundary(name: str, seed: int | None = None) -> Boundary:
    """A toy account judged, its records shuffled where there is a seed."""
    snapshot = Snapshot.read(ACCOUNTS / name)
    if seed is not None:
        records = random.Random(seed).sample(snapshot.records, len(snapshot.records))  # noqa: S311  # no secret
        snapshot = replace(snapshot, records=tuple(records))
    graph, manifest = build(snapshot), snapshot.manifest
    given, account, region = ACCOUNTS / name / "contract.json", manifest.accounts[0].id, manifest.regions[0]
    try:
        contract = (
            BoundaryContract.read(given) if given.is_file() else draft(graph, account, region, manifest.partition)
        )
    except ContractError:
        contract = BoundaryContract(environment_id="unknown", account=account, region=region)
    return derive(graph, contract, manifest.taken_at)


@cache
def _drawn(name: str) -> tuple[Boundary, dict[str, Diagram]]:
    found = _boundary(name)
    return found, {view: draw(found) for view, draw in VIEWS.items()}


@pytest.fixture
def boundary() -> Callable[..., Boundary]:
    """Judges a toy account by its name, its records shuffled by a seed."""
    return _boundary


@pytest.fixture
def drawn() -> Callable[[str], tuple[Boundary, dict[str, Diagram]]]:
    """A toy account's boundary and views, by its name."""
    return _drawn
