"""A stack of the engine's tests: a program run by Pulumi's own engine, with its state in a folder of the test."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pulumi import automation

from stacks.automq_config import sample_automq_config
from stacks.settings import PROJECT
from stacks.stack_files import load_stack_file, stack_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from bench.engine import Engine

ACCOUNT, REGION = "111122223333", "us-east-1"
_DIGEST = "sha256:" + 64 * "0"
PASSPHRASE = "a passphrase for trials"


def stored_settings() -> dict[str, Any]:
    """The poc stack's settings with a sample of what AutoMQ Cloud issues, its image by digest so that it can protect."""
    values, _ = load_stack_file(stack_file("poc"))
    console = {**values["console"], "image": f"automq/console@{_DIGEST}"}
    place = (values["environment_id"], values["region"], values["aws_account_id"])
    return {**values, "console": console, "automq_config": sample_automq_config(*place)}


def variables(engine: Engine, folder: Path) -> dict[str, str]:
    """The engine's environment: state, plugins and passphrase of this folder alone."""
    return engine.variables(folder, PASSPHRASE)


@dataclass
class Changes:
    """What an operation did: how many of each kind, each resource by kind, the text, and the stack's outputs."""

    summary: dict[str, int]
    steps: list[tuple[str, str, tuple[str, ...]]]
    text: str
    outputs: dict[str, Any] = field(default_factory=dict)

    def of(self, operation: str) -> dict[str, tuple[str, ...]]:
        """The URNs that an operation concerned, with the inputs that differed."""
        return {urn: diffs for kind, urn, diffs in self.steps if kind == operation}


class Deployment:
    """One stack with an inline program."""

    def __init__(
        self, engine: Engine, folder: Path, program: Callable[[], None], provider: Mapping[str, str], stack: str = "poc"
    ) -> None:
        self.folder, self._engine = folder, engine
        self.stack = automation.create_or_select_stack(
            stack,
            project_name=PROJECT,
            program=program,
            opts=automation.LocalWorkspaceOptions(
                pulumi_command=automation.PulumiCommand(skip_version_check=True)
                if engine.program.parent.name != "bin"
                else automation.PulumiCommand(root=str(engine.program.parents[1]), skip_version_check=True),
                env_vars={**variables(engine, folder), **provider},
                secrets_provider="passphrase",
                work_dir=str(_workspace(folder)),
                project_settings=automation.ProjectSettings(
                    name=PROJECT,
                    runtime="python",
                    backend=automation.ProjectBackend(url=(folder / "state").as_uri()),
                ),
            ),
        )

    def configure(self, values: Mapping[str, Any], secret: tuple[str, ...] = ("automq_config",)) -> None:
        """Set the stack's settings; values that are no text are written as JSON."""
        self.stack.set_all_config(
            {
                f"{PROJECT}:{name}": automation.ConfigValue(
                    value if isinstance(value, str) else json.dumps(value), secret=name in secret
                )
                for name, value in values.items()
            }
        )

    def attach(self, provider: Mapping[str, str]) -> None:
        """Send the engine to another provider."""
        self.stack.workspace.env_vars.update(provider)  # type: ignore[attr-defined]  # a mapping to the base class

    def preview(self, **options: Any) -> Changes:
        """What an update would change."""
        return self._operate(self.stack.preview, **options)

    def up(self, **options: Any) -> Changes:
        """Deploy."""
        return self._operate(self.stack.up, **options)

    def refresh(self) -> Changes:
        """Compare the state with what is there."""
        return self._operate(self.stack.refresh)

    def destroy(self) -> Changes:
        """Delete everything."""
        return self._operate(self.stack.destroy)

    def state(self) -> dict[str, Any]:
        """The stack's state as `pulumi stack export` writes it, which shows no secrets."""
        return dict(json.loads(self.run("stack", "export"))["deployment"])

    def run(self, *arguments: str) -> str:
        """What `pulumi` prints for arguments; raises CalledProcessError."""
        return subprocess.run(
            [self._engine.program, *arguments, "--stack", self.stack.name, "--non-interactive"],
            cwd=self.stack.workspace.work_dir,
            env={**os.environ, **self.stack.workspace.env_vars},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources in the state by URN."""
        return {resource["urn"]: resource for resource in self.state().get("resources", ())}

    def _operate(self, operation: Callable[..., Any], **options: Any) -> Changes:
        lines: list[str] = []
        events: list[Any] = []
        result = operation(on_output=lines.append, on_event=events.append, **options)
        summary = getattr(result, "change_summary", None)
        if summary is None:
            summary = result.summary.resource_changes or {}
        return Changes(
            {str(getattr(kind, "value", kind)): count for kind, count in summary.items()},
            [_step(event.resource_pre_event.metadata) for event in events if event.resource_pre_event],
            "\n".join(lines) + "\n".join(map(repr, events)),
            {name: output.value for name, output in getattr(result, "outputs", {}).items()},
        )


def _step(metadata: Any) -> tuple[str, str, tuple[str, ...]]:
    return str(getattr(metadata.op, "value", metadata.op)), metadata.urn, tuple(sorted(metadata.detailed_diff or ()))


def _workspace(folder: Path) -> Path:
    place = folder / "workspace"
    place.mkdir(parents=True, exist_ok=True)
    return place
