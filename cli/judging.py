"""From a snapshot and a contract to verdicts: pure, so that judging again gives the same bytes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import metadata
from typing import TYPE_CHECKING, Any

from audit.boundary import Boundary, derive
from audit.draft import draft
from audit.graph.build import build
from audit.graph.export import graph_json, graphml
from audit.graph.spared import not_needed
from audit.model.contract import BoundaryContract
from audit.model.errors import ContractError, UsageError
from audit.model.snapshot import Record, Snapshot
from audit.policy import judge, load
from audit.questions import ask_all
from audit.report import html, json_files, markdown, pdf
from audit.report.diagrams import pictures
from audit.report.material import Material
from cli.folder import dump, read_contract, read_snapshot, source

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from audit.access.guardrails import Guardrails
    from audit.model.graph import BoundaryGraph
    from audit.model.verdict import Answer, Finding, Verdict
    from audit.policy import Judgement, Policy
    from audit.report.diagrams.picture import Picture


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
    def judgement(self) -> Judgement:
        """What the policies come to."""
        return judge(self.policies, self.boundary, self.answers)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What does not hold, or could not be judged, worst first."""
        return self.judgement.findings

    @cached_property
    def material(self) -> Material:
        """What every renderer is given."""
        boundary, judged = self.boundary, self.judgement
        contract, graph = boundary.contract, boundary.graph
        told = tuple(policy.told for policy in self.policies)
        return Material(contract, graph, self.answers, judged.findings, boundary.now, judged.results, told)

    @cached_property
    def pictures(self) -> tuple[Picture, ...]:
        """The diagrams, drawn."""
        return pictures(self.boundary)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of answers and findings."""
        return self.material.verdict


def judge_snapshot(
    snapshot: Snapshot,
    contract: BoundaryContract | None,
    *,
    policies: tuple[Policy, ...] | None = None,
    environment: str | None = None,
    options: Mapping[str, Any] | None = None,
    guardrails: Guardrails | None = None,
) -> Judged:
    """Build the graph, derive the boundary, and hold it against the contract, or against a drafted one.

    ``guardrails`` are judged as if they were attached to the contract's account. ``options`` are recorded in run.json;
    ``as_of`` among them is now, otherwise the snapshot's moment is. Raises UsageError for a contract of an account or
    region that the snapshot does not cover.
    """
    if contract is not None:
        _require_covered(snapshot, contract)
    snapshot = _as_written(snapshot)
    graph = build(snapshot)
    used = _ordered(contract or draft(graph, *primary(snapshot), environment=environment))
    given = {name: value for name, value in (options or {}).items() if value}
    if guardrails is not None:
        guardrails.attach(graph, used.account)
    boundary = derive(graph, used, given.get("as_of") or snapshot.manifest.taken_at)
    return Judged(snapshot, boundary, load() if policies is None else policies, contract is None, given)


def judge_path(path: Path | None, contract: Path | None, as_of: str | None, policies: tuple[Policy, ...]) -> Judged:
    """An audit folder or snapshot that --from names, or the only one under out/, judged."""
    where = source(path)
    snapshot, declared = read_snapshot(where), read_contract(where, contract)
    return judge_snapshot(snapshot, declared, policies=policies, options={"as_of": as_of})


def boundary_of(
    path: Path | None, contract: Path | None, as_of: str | None, guardrails: Guardrails | None = None
) -> Boundary:
    """The boundary of an audit folder or snapshot, for commands that judge no policies."""
    where = source(path)
    snapshot, declared = read_snapshot(where), read_contract(where, contract)
    judged = judge_snapshot(snapshot, declared, policies=(), options={"as_of": as_of}, guardrails=guardrails)
    return judged.boundary


def graph_of(path: Path | None) -> BoundaryGraph:
    """The graph of an audit folder or snapshot, for what asks of the network alone: no contract, nothing derived."""
    return build(_as_written(read_snapshot(source(path))))


def network_of(path: Path | None, contract: Path | None) -> Boundary:
    """A boundary without derived edges, which packets need not; where nothing can be drafted its contract is bare."""
    where = source(path)
    snapshot, declared = read_snapshot(where), read_contract(where, contract)
    if declared is not None:
        _require_covered(snapshot, declared)
    graph = build(_as_written(snapshot))
    return Boundary(graph, _ordered(declared or _drafted(graph, snapshot)), snapshot.manifest.taken_at)


def _drafted(graph: BoundaryGraph, snapshot: Snapshot) -> BoundaryContract:
    account, region, partition = primary(snapshot)
    try:
        return draft(graph, account, region, partition)
    except ContractError:
        # Of several environments none is meant: ids say what is asked.
        return BoundaryContract(environment_id="unknown", account=account, region=region, partition=partition)


def _as_written(snapshot: Snapshot) -> Snapshot:
    """The records as a file holds them, keys sorted: what was just walked is judged as it will be read again."""
    return replace(snapshot, records=tuple(Record.read(record.line(), record.path) for record in snapshot.records))


def _ordered(contract: BoundaryContract) -> BoundaryContract:
    """The contract as contract.json holds it, keys sorted, for the same reason."""
    return BoundaryContract.from_json(json.loads(contract.text()), "the contract")


def _require_covered(snapshot: Snapshot, contract: BoundaryContract) -> None:
    """What was never walked would read as missing: refuse to judge it."""
    manifest = snapshot.manifest
    entries = {entry.id: entry for entry in manifest.accounts}
    entry = entries.get(contract.account)
    if entry is None:
        raise UsageError(
            f"the contract is of account {contract.account}, the walk covers {', '.join(entries)}: "
            "take that account's credentials or --assume-role, or its own contract"
        )
    if entry.unreadable:
        raise UsageError(
            f"the contract's account {contract.account} could not be entered ({entry.unreadable.get('code')}): "
            "let its role be assumed, or take that account's own credentials"
        )
    require_region(contract, manifest.regions)


def require_region(contract: BoundaryContract, regions: Sequence[str]) -> None:
    """Raise UsageError when the contract's region is not among the walk's."""
    if contract.region not in regions:
        raise UsageError(
            f"the contract is of region {contract.region}, the walk covers {', '.join(regions)}: "
            f"walk with --region {contract.region} too"
        )


def primary(snapshot: Snapshot) -> tuple[str, str, str]:
    """The first walked account, its first region and the partition."""
    manifest = snapshot.manifest
    return manifest.accounts[0].id, manifest.regions[0], manifest.partition


def run_json(judged: Judged) -> str:
    """run.json: what this folder's verdicts were made with, so that they can be made again, and what was not asked."""
    from audit.evidence.versions import versions

    texts = sorted(policy.model_dump_json() for policy in judged.policies)
    return dump(
        {
            "format": "byoc-run/1",
            "kit": metadata.version("automq-byoc-kit"),
            "versions": versions(),
            "contract_drafted": judged.drafted,
            "options": judged.options,
            "policies_sha256": hashlib.sha256("\n".join(texts).encode()).hexdigest(),
            "snapshot_taken_at": judged.snapshot.manifest.taken_at,
            "not_needed": not_needed(judged.snapshot),
        }
    )


def files(judged: Judged) -> dict[str, bytes]:
    """The content of every file of the audit folder but the snapshot's, by name."""
    boundary, material = judged.boundary, judged.material
    texts = {
        "contract.json": boundary.contract.text(),
        "graph.json": graph_json(boundary.graph),
        "graph.graphml": graphml(boundary.graph),
        "answers.json": json_files.text(json_files.answers_json(judged.answers)),
        "findings.json": json_files.text(json_files.findings_json(judged.findings, judged.judgement.results)),
        "report.html": html.report(material, judged.snapshot, judged.pictures),
        "report.md": markdown.report(material),
        "run.json": run_json(judged),
        **{f"diagrams/{picture.view}.svg": picture.svg for picture in judged.pictures},
    }
    paper = {"report.pdf": pdf.report(material, judged.snapshot, judged.pictures)}
    return {name: text.encode() for name, text in texts.items()} | paper
