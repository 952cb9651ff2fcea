"""From what a program declares to findings: the plan, checkov beside us, and its answers on Pulumi's resources."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from audit.checkov import environment, findings
from audit.checkov.findings import Subject
from audit.checkov.process import checkov
from audit.model.contract import BoundaryContract
from audit.model.graph import BoundaryGraph
from audit.report.material import Material
from cli import judging, rehearsing, walking
from stacks.declared import reading
from stacks.declared.plan import plan
from stacks.declared.values import Unseen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from audit.checkov.process import Checked, Checkov
    from audit.checkov.skips import Skips
    from audit.model.verdict import Finding, Result
    from audit.policy import Policy
    from stacks.declared.arguments import Arguments
    from stacks.declared.resource import Declared, Resource


@dataclass(frozen=True)
class Looked:
    """A declared stack, and what checkov says of it: of how many resources, and the types that no check is about."""

    declared: Declared
    checked: int
    findings: tuple[Finding, ...]
    results: Mapping[str, Result]
    unasked: Sequence[str]

    @property
    def unchecked(self) -> list[Finding]:
        """What no check saw."""
        return [finding for finding in self.findings if finding.policy == findings.NOT_CHECKED]


def file(text: str, name: str, skips: Skips) -> tuple[Material, Looked]:
    """What a preview or an export declares, checked; raises UsageError where it cannot be."""
    declared = reading.declared(text, name)
    _tell()
    with checkov() as running:
        looked = _look(declared, running, skips)
    contract = BoundaryContract(
        environment_id=declared.stack, account="unknown", region=_region(declared), emulated=True
    )
    at = _moment(declared.at) or walking.now()
    return Material(contract, BoundaryGraph(), (), looked.findings, at, looked.results), looked


def stack(name: str, skips: Skips, policies: tuple[Policy, ...]) -> tuple[Material, Looked]:
    """What a stack's program declares: rehearsed, judged as a rehearsal is, and checked by checkov meanwhile."""
    rehearsing.file_of(name)
    _tell()
    with _beside() as (running, others):
        waiting: list[Future[Looked]] = []

        def take(states: Sequence[Mapping[str, Any]]) -> None:
            declared = reading.rehearsed(states, name)
            waiting.append(others.submit(_look, declared, running, skips))

        _, _, contract, snapshot = rehearsing.rehearse(name, declared=take)
        judged = judging.judge_snapshot(snapshot, contract, policies=policies)
        material = judged.material
        looked = waiting[0].result()
    found = (*material.findings, *looked.findings)
    return replace(material, findings=found, results={**material.results, **looked.results}), looked


def _tell() -> None:
    if not environment.is_made():
        typer.echo(f"making the environment of checkov in {environment.cache()}, once", err=True)


@contextmanager
def _beside() -> Iterator[tuple[Checkov, ThreadPoolExecutor]]:
    with checkov() as running, ThreadPoolExecutor(1) as others:
        yield running, others


def _look(declared: Declared, running: Checkov, skips: Skips) -> Looked:
    planned = plan(declared)
    checked = running.check(planned.plan)
    subjects = {
        address: replace(
            _subject(declared, planned.resources[address]),
            unknown=made.unknown,
            unread=frozenset(made.blind),
            unchecked=tuple(_unchecked(address.partition(".")[0], made, checked)),
        )
        for address, made in planned.arguments.items()
    }
    others = [
        replace(
            _subject(declared, resource),
            unchecked=(("type_without_mapping", _unmapped(resource)),),
        )
        for resource in planned.unmapped
    ]
    found = (*findings.of(checked, subjects, skips, declared.stack), *findings.unchecked(others))
    kinds = {address.partition(".")[0] for address in planned.arguments}
    unasked = sorted(kinds - checked.types)
    return Looked(declared, len(subjects), found, findings.results(checked, subjects, found), unasked)


def _subject(declared: Declared, resource: Resource) -> Subject:
    return Subject(resource.urn, resource.type, resource.name, declared.component(resource))


def _unmapped(resource: Resource) -> str:
    if resource.type.startswith("aws:"):
        return f"{resource.type} is no type of AWS that the kit knows"
    return f"{resource.type} is no type of AWS, and is not mapped"


def _unchecked(kind: str, made: Arguments, checked: Checked) -> Iterator[tuple[str, str]]:
    """What of a resource no check could see, by reason and in words."""
    if made.guessed and kind not in checked.types:
        yield "type_without_mapping", f"neither Terraform's schema here nor checkov knows {kind}"
    if made.unmapped:
        yield "argument_without_mapping", f"Terraform's schema here lacks {', '.join(made.unmapped)}"
    for why in Unseen:
        paths = sorted(path for path, said in made.unread.items() if said is why)
        if paths:
            yield f"value_{why.name.lower()}", f"{', '.join(paths)} is {why.value}"


def _region(declared: Declared) -> str:
    """The region that an ARN or an input of a resource says; "unknown" where none does."""
    for resource in declared.resources.values():
        said = resource.inputs.get("region")
        if isinstance(said, str) and said:
            return said
    return "unknown"


def _moment(text: str) -> str | None:
    """The moment of an export in UTC to the second; None where it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if found.tzinfo is not None else None
