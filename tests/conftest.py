"""What many tests share: the poc stack, rehearsed once a session."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audit.model.contract import BoundaryContract
from audit.model.snapshot import Snapshot
from cli import judging, rehearsing

if TYPE_CHECKING:
    from collections.abc import Callable

    from audit.model.snapshot import Record
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


@dataclasses.dataclass(frozen=True)
class Run:
    """What `byoc rehearse poc` did: its exit code, what it printed, and the audit folder."""

    code: int
    out: str
    err: str
    folder: Path


@pytest.fixture(scope="session")
def poc_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`byoc rehearse poc`, run once as a user types it."""
    place = tmp_path_factory.mktemp("rehearsal")
    byoc = Path(sys.executable).with_name("byoc")
    done = subprocess.run([byoc, "rehearse", "poc"], cwd=place, capture_output=True, text=True, check=False)
    return Run(done.returncode, done.stdout, done.stderr, place / "out" / "poc")


@pytest.fixture(scope="session")
def poc(poc_run: Run) -> Rehearsed:
    """The poc stack, rehearsed."""
    assert poc_run.code == 0, poc_run.err or poc_run.out
    return Rehearsed(
        BoundaryContract.read(poc_run.folder / "contract.json"), Snapshot.read(poc_run.folder / "snapshot")
    )


@pytest.fixture(scope="session")
def poc_with() -> Callable[..., Rehearsed]:
    """The poc stack, rehearsed with some settings changed."""
    return lambda **overrides: Rehearsed(*rehearsing.rehearse("poc", overrides)[2:])


@pytest.fixture(scope="session")
def rehearsed() -> Callable[..., Rehearsed]:
    """A stack by name, rehearsed with some settings changed."""
    return lambda stack, **overrides: Rehearsed(*rehearsing.rehearse(stack, overrides)[2:])
