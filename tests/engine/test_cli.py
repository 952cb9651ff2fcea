"""The project's root as a user has it, and `pulumi preview`, `up` and `destroy` as a user types them."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from deployment import ACCOUNT, REGION, variables

from stacks.automq_config import sample_automq_config

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.engine import Engine
    from stacks.rehearsal.cloud import Cloud

    Pulumi = Callable[..., str]

ROOT = Path(__file__).parents[2]
ISSUED = sample_automq_config("env-poc", REGION, ACCOUNT)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the root's files that Pulumi reads; the packages are the installed ones, as in a checkout."""
    copy = tmp_path_factory.mktemp("root") / "checkout"
    shutil.copytree(ROOT / "stacks", copy / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "Pulumi.yaml", copy)
    return copy


@pytest.fixture(scope="module")
def pulumi(engine: Engine, account: tuple[Cloud, dict[str, str]], root: Path) -> Pulumi:
    environment = {**os.environ, **variables(engine, root.parent), **account[1]}

    def run(*arguments: str, given: str | None = None) -> str:
        done = subprocess.run(
            [engine.program, *arguments],
            cwd=root,
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout + done.stderr

    return run


def test_a_user_previews_deploys_and_destroys_from_the_root(
    pulumi: Pulumi, account: tuple[Cloud, dict[str, str]], root: Path
) -> None:
    told = [
        pulumi("stack", "init", "poc", "--secrets-provider", "passphrase"),
        pulumi("config", "set", "--stack", "poc", "--secret", "automq_config", given=ISSUED),
    ]
    assert "secure:" in (root / "stacks/Pulumi.poc.yaml").read_text("utf-8")
    assert not (root / "Pulumi.poc.yaml").exists()
    previewed = pulumi("preview", "--stack", "poc", "--non-interactive")
    deployed = pulumi("up", "--stack", "poc", "--yes", "--skip-preview", "--non-interactive")
    outputs = pulumi("stack", "output", "--stack", "poc", "--json")
    assert "to create" in previewed
    assert "created" in deployed
    assert '"boundary"' in outputs
    buckets = [bucket["Name"] for bucket in account[0].call("s3", "ListBuckets", {})["Buckets"]]
    assert "automq-data-env-poc-us-east-1-111122223333" in buckets
    destroyed = pulumi("destroy", "--stack", "poc", "--yes", "--non-interactive")
    assert "deleted" in destroyed
    assert account[0].call("s3", "ListBuckets", {})["Buckets"] == []
    files = [path.read_text("utf-8", "replace") for path in root.parent.rglob("*") if path.is_file()]
    assert ISSUED not in "\n".join([*told, previewed, deployed, outputs, destroyed, *files])
