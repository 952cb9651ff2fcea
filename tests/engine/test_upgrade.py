"""A state that an earlier release wrote, upgraded: what was renamed since carries aliases, so that nothing is replaced.

previous_release.jsonl is the state of the poc stack, one resource a line, without what its inputs repeat. A release
writes it anew, before it renames anything: `python tests/engine/test_upgrade.py`.
"""

from __future__ import annotations

import copy
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws
import pytest
from deployment import REGION, Deployment, stored_settings
from pulumi import automation

from bench.engine import find
from stacks.program import deploy

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.engine import Engine
    from stacks.rehearsal.cloud import Cloud

STORED = Path(__file__).with_name("previous_release.jsonl")
KEPT = ("urn", "custom", "id", "type", "inputs", "outputs", "parent", "provider", "protect", "retainOnDelete")
DISTURBING = {"create-replacement", "delete-replaced", "replace", "delete"}


def packed(state: dict[str, Any]) -> str:
    """A state in the stored form; secrets stay encrypted under the tests' passphrase."""
    head, resources = {**state, "resources": []}, state["resources"]
    lines = [{key: resource[key] for key in KEPT if resource.get(key)} for resource in resources]
    for line in lines:
        inputs, outputs = line.get("inputs", {}), line.pop("outputs", {})
        if line["type"].startswith("aws:"):
            line["outputs"] = {key: value for key, value in outputs.items() if inputs.get(key) != value}
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in (head, *lines))


def unpacked(text: str) -> dict[str, Any]:
    """The state of the stored form."""
    head, *lines = (json.loads(line) for line in text.splitlines())
    for line in lines:
        line["outputs"] = {**line.get("inputs", {}), **line.get("outputs", {})}
    return {**head, "resources": lines}


@pytest.fixture(scope="module")
def previous() -> dict[str, Any]:
    return unpacked(STORED.read_text("utf-8"))


@pytest.fixture
def upgraded(
    engine: Engine, account: tuple[Cloud, dict[str, str]], tmp_path: Path
) -> Callable[[Callable[[], None], dict[str, Any]], Deployment]:
    """A program over a state that is there already."""

    def made(program: Callable[[], None], state: dict[str, Any]) -> Deployment:
        deployment = Deployment(engine, tmp_path, program, account[1])
        deployment.stack.import_stack(automation.Deployment(version=3, deployment=state))
        return deployment

    return made


def test_the_state_of_the_previous_release_is_upgraded_without_a_replacement(
    upgraded: Callable[..., Deployment], previous: dict[str, Any]
) -> None:
    deployment = upgraded(deploy, previous)
    deployment.configure(stored_settings())
    planned = deployment.preview()
    assert planned.summary.get("same", 0) + planned.summary.get("update", 0) >= 150
    assert {kind: planned.of(kind) for kind in DISTURBING if planned.of(kind)} == {}


def test_a_renamed_component_without_an_alias_would_be_noticed(
    upgraded: Callable[..., Deployment], previous: dict[str, Any]
) -> None:
    renamed = json.loads(json.dumps(previous).replace("byoc:aws:Dns", "byoc:aws:Names"))
    deployment = upgraded(deploy, renamed)
    deployment.configure(stored_settings())
    planned = deployment.preview()
    assert any("route53/zone:Zone" in urn for urn in planned.of("delete"))


class Shelf(pulumi.ComponentResource):
    """A component that was renamed after a release: it was a Cupboard, its bucket the cupboard's own."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        formerly = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_="tests:engine:Cupboard")])
        super().__init__("tests:engine:Shelf", name, None, pulumi.ResourceOptions.merge(opts, formerly))
        aws.s3.Bucket("kept", bucket="kept", opts=pulumi.ResourceOptions(parent=self))


class Cupboard(pulumi.ComponentResource):
    """What Shelf was."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions) -> None:
        super().__init__("tests:engine:Cupboard", name, None, opts)
        aws.s3.Bucket("kept", bucket="kept", opts=pulumi.ResourceOptions(parent=self))


def _with(component: type[Shelf | Cupboard]) -> Callable[[], None]:
    def program() -> None:
        component("one", pulumi.ResourceOptions(providers=[aws.Provider("aws", region=REGION)]))

    return program


def test_an_alias_carries_a_renamed_component_over(
    engine: Engine, account: tuple[Cloud, dict[str, str]], tmp_path: Path
) -> None:
    before = Deployment(engine, tmp_path, _with(Cupboard), account[1])
    before.up()
    after = Deployment(engine, tmp_path, _with(Shelf), account[1])
    done = after.up()
    assert done.summary.keys() <= {"same", "update"}
    assert any("tests:engine:Shelf$aws:s3/bucket:Bucket::kept" in urn for urn in after.resources())
    after.destroy()


def test_the_stored_form_loses_nothing_that_an_upgrade_needs() -> None:
    state = {"manifest": {}, "resources": [
        {"urn": "u", "custom": True, "id": "i", "type": "aws:a/b:C", "inputs": {"a": 1}, "outputs": {"a": 1, "b": 2}}
    ]}  # fmt: skip
    assert unpacked(packed(copy.deepcopy(state))) == state


if __name__ == "__main__":
    import conftest

    with tempfile.TemporaryDirectory() as place, conftest.an_account() as (_, there):
        made = Deployment(find(), Path(place), deploy, there)
        made.configure(stored_settings())
        made.up()
        STORED.write_text(packed(made.state()), "utf-8")
        sys.stdout.write(f"{STORED.name}: {STORED.stat().st_size} bytes\n")
