"""A rehearsal from stack name to snapshot: settings, embedded AWS, program, stand-in for the console, walk."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from audit.collect.request import Credentials, WalkRequest
from audit.model.contract import BoundaryContract
from audit.model.errors import RehearsalError, SettingsError
from cli import walking
from components.layout import ConsolePermissions
from stacks import stack_files
from stacks.rehearsal import accounts, client_side, surroundings
from stacks.rehearsal.cloud import Cloud
from stacks.rehearsal.run import Target, deploy, rehearsal
from stacks.rehearsal.standin import Brokers, stand_in
from stacks.settings import PROJECT
from stacks.stack_files import sisters, stack_settings, stack_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from rich.progress import Progress

    from audit.model.snapshot import Snapshot
    from stacks.rehearsal.run import Rehearsal
    from stacks.rehearsal.surroundings.step import Step
    from stacks.settings import Settings


def rehearse(
    stack: str,
    overrides: dict[str, Any] | None = None,
    declared: Callable[[Sequence[Mapping[str, Any]]], None] = lambda _: None,
    before: Callable[[tuple[Step, ...]], Iterable[Step]] = tuple,
) -> tuple[Settings, bool, BoundaryContract, Snapshot]:
    """Deploy the stack into an embedded AWS and walk it; the flag says that automq_config was a sample.

    ``declared`` is told of the resources as the program declares them, before the walk; ``before`` may change the steps
    that make what the settings name.

    Raises SettingsError, RehearsalError, AccessError.
    """
    settings, sampled = stack_settings(stack, overrides)
    with walking.progress_bar() as bar:
        target = _target(stack, settings, overrides or {})
        there = tuple(before(surroundings.of(settings)))
        with _deployed(target, bar, there) as running:
            declared(running.declared)
            task = bar.add_task("standing in for the console", total=None)
            brokers = _stand_in(running, settings)
            further = {step.account for step in there if step.account} | _clients(running, settings, brokers)
            bar.remove_task(task)
            others = _joined(settings, sisters(stack))
            further |= _beside(running, others, there, bar)
            contract = BoundaryContract.from_json(
                running.outputs["boundary"] | {"emulated": True}, "the stack's output"
            )
            regions = tuple(dict.fromkeys(one.region for one in (settings, *others.values())))
            shared = bool(further or others)
            request = _request(running, contract, regions, further, shared=shared)
            return settings, sampled, contract, walking.walk(request, bar)


def declare(stack: str, overrides: dict[str, Any], bar: Progress) -> tuple[Settings, bool, Sequence[Mapping[str, Any]]]:
    """What the stack's program declares, run against an embedded AWS; the flag says that automq_config was a sample.

    Raises SettingsError, RehearsalError.
    """
    settings, sampled = stack_settings(stack, overrides)
    with _deployed(_target(stack, settings, overrides), bar, surroundings.of(settings)) as running:
        return settings, sampled, running.declared


@contextmanager
def _deployed(target: Target, bar: Progress, there: Iterable[Step]) -> Iterator[Rehearsal]:
    """A stack in an embedded AWS, beside what is there before it; the bar tells of each resource until all are made."""
    task = bar.add_task("starting the embedded AWS", total=None)
    made = 0

    def show(resource: str) -> None:
        nonlocal made
        made += 1
        bar.update(task, completed=made, description=f"deploying {resource:<46.46}")

    with rehearsal(target, before=there, progress=show) as running:
        bar.remove_task(task)
        yield running


def file_of(stack: str) -> Path:
    """The stack's file; raises SettingsError for an unknown stack."""
    return stack_files.stack_file(stack, stack_files.FOLDER)


def _target(stack: str, settings: Settings, overrides: dict[str, Any]) -> Target:
    values, _ = stack_values(stack)
    config = {**values, **overrides, "automq_config": settings.automq_config.text}
    return Target(
        stack=stack,
        account=settings.aws_account_id,
        region=settings.region,
        config=config,
        secrets=("automq_config",),
        project=PROJECT,
    )


def _joined(settings: Settings, others: Mapping[str, Settings]) -> dict[str, Settings]:
    """The environments that a walk can join to this one: AWS's partitions have no account or role in common."""
    ours = settings.names.partition
    return {sister: its for sister, its in others.items() if its.names.partition == ours}


def _beside(running: Rehearsal, others: Mapping[str, Settings], there: Iterable[Step], bar: Progress) -> set[str]:
    """The other environments of the set, each deployed into its account and region and stood in for like this one.

    ``there`` is what stands there already. Returns the accounts that something was made in. Raises as a rehearsal does,
    naming the environment.
    """
    first = running.emulator
    entered: set[str] = set()
    taken = {(first.account, first.region): list(there)}
    for sister, its in others.items():
        task = bar.add_task(f"deploying {sister} beside it", total=None)
        emulator = accounts.entered(first, its.aws_account_id, its.region)
        before = taken.setdefault((emulator.account, emulator.region), [])
        # What several environments name is there once.
        fresh = [step for step in surroundings.of(its) if step not in before]
        try:
            surroundings.make(fresh, emulator)
            _stand_in(deploy(_target(sister, its, {}), emulator), its)
        except (SettingsError, RehearsalError) as error:
            raise type(error)(f"{sister}, which is rehearsed beside it: {error}") from error
        before += fresh
        entered |= {emulator.account, *(step.account for step in fresh if step.account)}
        bar.remove_task(task)
    return entered


def _stand_in(running: Rehearsal, settings: Settings) -> tuple[str, ...]:
    """The brokers that the console would make; with tight permissions its group names a template's version."""
    latest = settings.console_permissions is not ConsolePermissions.TIGHT
    brokers = Brokers.read(running.outputs, latest=latest)
    return stand_in(brokers, running.environment, settings.aws_account_id, settings.region)


def _clients(running: Rehearsal, settings: Settings, brokers: Sequence[str]) -> set[str]:
    """Stand in for clients elsewhere where the stack has any; the accounts that they are in."""
    # Their network has the environment's own addresses: nothing but PrivateLink joins the two.
    side = client_side.ClientSide.read(running.outputs, settings.network.cidr)
    ours = Cloud(running.environment, settings.aws_account_id, settings.region)
    if settings.peers:
        client_side.route_back(settings.network.cidr, ours)
    if settings.transit is not None:
        client_side.route_behind(settings.transit.gateway, ours)
    if side is None:
        return set()
    client_side.stand_in(side, brokers, running.emulator, ours)
    return {side.account}


def _request(
    running: Rehearsal, contract: BoundaryContract, regions: tuple[str, ...], further: Iterable[str], *, shared: bool
) -> WalkRequest:
    """A walk of the environment's account and of further ones that its rehearsal made something in."""
    return WalkRequest(
        taken_at=walking.now(),
        regions=regions,
        contract=contract,
        credentials=Credentials(*running.emulator.keys),
        endpoint_url=running.endpoint_url,
        # What the contract does not name is read too where others stand: they are small, and were made here.
        everything=shared,
        roles=accounts.roles(running.emulator, further),
        emulated=running.cannot_show,
        attempts=1,
    )
