"""What many tests share: the poc stack, rehearsed once a session."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

import pytest

from cli import judging, rehearsing

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.model.contract import BoundaryContract
    from audit.model.snapshot import Record, Snapshot
    from cli.judging import Judged


@dataclasses.dataclass(frozen=True)
class Rehearsed:
    """A rehearsed stack: its contract and its snapshot, and how to judge it, changed or not."""

    contract: BoundaryContract
    snapshot: Snapshot

    def judged(
        self,
        change: Callable[[Record], Record | None] = lambda record: record,
        contract: BoundaryContract | None = None,
    ) -> Judged:
        """The judgement with each record changed, or left out where the change says None."""
        records = tuple(new for record in self.snapshot.records if (new := change(record)) is not None)
        return judging.judge_snapshot(dataclasses.replace(self.snapshot, records=records), contract or self.contract)


@functools.cache
def _rehearsed(stack: str, overrides: tuple[tuple[str, Any], ...] = ()) -> Rehearsed:
    _, _, contract, snapshot = rehearsing.rehearse(stack, dict(overrides))
    return Rehearsed(contract, snapshot)


@pytest.fixture(scope="session")
def poc() -> Rehearsed:
    """The poc stack, rehearsed."""
    return _rehearsed("poc")


@pytest.fixture(scope="session")
def poc_with() -> Callable[..., Rehearsed]:
    """The poc stack, rehearsed with some settings changed."""
    return lambda **overrides: Rehearsed(*rehearsing.rehearse("poc", overrides)[2:])
