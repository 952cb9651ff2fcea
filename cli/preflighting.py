"""A preflight from a stack's name to what was found: the program's own resources, then the account's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit import preflight
from audit.collect.request import WalkRequest
from audit.collect.walk import collect
from audit.model.errors import AccessError
from audit.preflight.asking import WHO
from audit.preflight.seen import Seen
from cli import rehearsing, walking
from stacks.declared import reading
from stacks.intended import intended
from stacks.stack_files import stack_settings

if TYPE_CHECKING:
    from rich.progress import Progress

    from audit.collect.walk import Step
    from audit.model.intended import Intended
    from audit.model.snapshot import Snapshot
    from audit.services.row import Row


def look(stack: str, profile: str | None, config: str | None) -> Seen:
    """What the stack intends and what the account answers; nothing is made in it.

    Raises SettingsError, RehearsalError, and AccessError where the account cannot be asked, or is another than the
    stack's.
    """
    overrides = {} if config is None else {"automq_config": config.strip()}
    settings, _ = stack_settings(stack, dict(overrides))
    request = WalkRequest(taken_at=walking.now(), regions=(settings.region,), profile=profile)
    caller = _caller(request, stack, settings.aws_account_id)
    with walking.progress_bar() as bar:
        wanted = _declared(stack, overrides, bar)
        rows = preflight.rows(wanted, caller)
        return Seen(wanted, _asked(request, rows, bar), rows)


def _declared(stack: str, overrides: dict[str, str], bar: Progress) -> Intended:
    settings, sampled, states = rehearsing.declare(stack, dict(overrides), bar)
    return intended(reading.rehearsed(states, stack), settings, sampled=sampled)


def _caller(request: WalkRequest, stack: str, account: str) -> str:
    """The ARN of who asks, before anything else is asked; raises AccessError for one of another account."""
    caller = collect(request, rows={WHO.name: WHO}).manifest.caller
    if caller["Account"] != account:
        raise AccessError(
            f"these credentials are of account {caller['Account']}, stack {stack} is of {account} (aws_account_id): "
            "pass --profile, or credentials of that account"
        )
    return caller["Arn"]


def _asked(request: WalkRequest, rows: dict[str, Row], bar: Progress) -> Snapshot:
    task = bar.add_task("asking the account", total=None)

    def show(step: Step) -> None:
        asking = f"{step.record.service} {step.record.operation}"
        bar.update(task, completed=step.done, total=step.known, description=f"asking {asking:<48.48}")

    return collect(request, show, rows)
