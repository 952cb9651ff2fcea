"""The two boundaries of an exit: the environment as it was, and the account afterwards, under the same contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.errors import ContractError, UsageError
from cli import judging
from cli.folder import read_contract, read_snapshot, source

if TYPE_CHECKING:
    from pathlib import Path

    from audit.boundary import Boundary


def both(before: Path, after: Path | None, contract: Path | None) -> tuple[Boundary, Boundary]:
    """The boundaries before and after; raises UsageError for audits that cannot be held together."""
    was, now = source(before), source(after)
    declared = read_contract(was, contract)
    if declared is None:
        raise ContractError(f"{was} has no contract, which says what the environment was: give it with --contract")
    first, second = read_snapshot(was), read_snapshot(now)
    if second.manifest.taken_at <= first.manifest.taken_at:
        raise UsageError(
            f"{now} was taken {second.manifest.taken_at}, not after {was} ({first.manifest.taken_at}): "
            "audit the account once more, and name that audit with --from"
        )
    environment = judging.judge_snapshot(first, declared, policies=()).boundary
    return environment, judging.judge_snapshot(second, declared, policies=()).boundary
