"""From a snapshot and a contract to verdicts: pure, so that judging again gives the same bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from typing import TYPE_CHECKING, Any

from audit.graph.build import build

from audit.boundary import Boundary, derive
from audit.draft import draft
from audit.model.verdict import Verdict
from audit.policy import judge, load
from audit.questions import ask_all
from cli.folder import dump

if TYPE_CHECKING:
    from pathlib import Path

    from audit.model.contract import BoundaryContract
    from audit.model.snapshot import Snapshot
    from audit.model.verdict import Answer, Finding
    from audit.policy import Policy


@dataclass(frozen=True)
class Judged:
    """A snapshot judged against a contract under policies."""

    snapshot: Snapshot
    boundary: Boundary
    policies: tuple[Policy, ...]
    drafted: bool
    options: dict[str, Any]

    @cached_property
    def answers(self) -> tuple[Answer, ...]:
        """The boundary questions' answers."""
        return ask_all(self.boundary)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What does not hold, or could not be judged, worst first."""
        return judge(self.policies, self.boundary, self.answers)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of answers and findings."""
        verdicts = [item.verdict for item in (*self.answers, *self.findings)]
        return Verdict.worst(verdicts)


def judge_snapshot(
    snapshot: Snapshot,
    contract: BoundaryContract | None,
    *,
    as_of: str | None = None,
    policies: Path | None = None,
    environment: str | None = None,
) -> Judged:
    """Build the graph, derive the boundary, and hold it against the contract, or against a drafted one."""
    graph = build(snapshot)
    used = contract or draft(graph, *primary(snapshot), environment=environment)
    now = as_of or snapshot.manifest.taken_at
    options = {"as_of": as_of} if as_of else {}
    return Judged(snapshot, derive(graph, used, now), load(policies), contract is None, options)


def primary(snapshot: Snapshot) -> tuple[str, str, str]:
    """The first walked account, its first region and the partition."""
    manifest = snapshot.manifest
    return manifest.accounts[0].id, manifest.regions[0], manifest.partition


def run_json(judged: Judged) -> str:
    """run.json: what this folder's verdicts were made with, so that they can be made again."""
    texts = sorted(policy.model_dump_json() for policy in judged.policies)
    return dump(
        {
            "format": "byoc-run/1",
            "kit": metadata.version("automq-byoc-kit"),
            "contract_drafted": judged.drafted,
            "options": judged.options,
            "policies_sha256": hashlib.sha256("\n".join(texts).encode()).hexdigest(),
            "snapshot_taken_at": judged.snapshot.manifest.taken_at,
        }
    )
