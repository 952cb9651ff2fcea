"""Files of Pulumi: previews, exports, and what is neither."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from audit.model.errors import UsageError
from stacks.declared import reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.declared.resource import Declared

URN = "urn:pulumi:dev::examples::aws:s3/bucket:Bucket::data"
STATE = {"urn": URN, "type": "aws:s3/bucket:Bucket", "custom": True, "inputs": {"bucket": "data"}, "id": "data"}


def preview(*steps: dict[str, Any], **more: Any) -> str:
    return json.dumps({"steps": list(steps), **more})


def step(operation: str, state: Any = STATE) -> dict[str, Any]:
    return {"op": operation, "urn": URN, "newState": state}


def export(*states: Any, version: int = 3) -> str:
    manifest = {"time": "2026-11-27T12:00:00Z"}
    return json.dumps({"version": version, "deployment": {"manifest": manifest, "resources": list(states)}})


@pytest.mark.parametrize(
    "text", [preview(step("create")), preview(step("same")), export(STATE), export(STATE, version=4)]
)
def test_a_preview_and_an_export_declare_their_resources(text: str) -> None:
    found = reading.declared(text, "f")
    assert (found.stack, list(found.resources)) == ("dev", [URN])
    resource = found.resources[URN]
    assert (resource.name, resource.inputs, resource.known_as) == ("data", {"bucket": "data"}, {"data": "id"})


def test_what_goes_away_or_is_only_read_is_not_declared() -> None:
    other = {**STATE, "urn": URN + "2"}
    gone = [{"op": "delete", "urn": URN + "2", "oldState": other}, step("read", other)]
    assert list(reading.declared(preview(step("create"), *gone), "f").resources) == [URN]
    assert list(
        reading.declared(export(STATE, {**other, "delete": True}, {**other, "external": True}), "f").resources
    ) == [URN]


def test_a_replacement_is_declared_once_as_it_will_be() -> None:
    new = {**STATE, "inputs": {"bucket": "new"}}
    steps = (step("create-replacement", new), step("replace", new), {"op": "delete-replaced", "urn": URN})
    assert reading.declared(preview(*steps), "f").resources[URN].inputs == {"bucket": "new"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no JSON"),
        ("not json", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "holds no JSON object"),
        ("{}", "neither a preview nor an export"),
        ('{"format_version": "1.2", "planned_values": {}}', "neither a preview nor an export"),
        ('{"sequence": 1, "timestamp": 2, "preludeEvent": {}}\n{"sequence": 2, "timestamp": 2}', "stream of the engine's events"),
        ('{"sequence": 1, "timestamp": 2, "preludeEvent": {}}', "an event of the engine"),
        (preview(), "declares no resource"),
        (export(), "declares no resource"),
        (json.dumps({"version": 3, "deployment": {"manifest": {}, "resources": None}}), "declares no resource"),
        (json.dumps({"version": 3, "deployment": {"manifest": {}}}), "declares no resource"),
        (export({**STATE, "type": "pulumi:providers:aws"}), "declares no resource"),
        (export(STATE, version=5), "export of version 5, this kit reads 3 and 4"),
        (json.dumps({"version": 3, "deployment": []}), "deployment is no object"),
        (json.dumps({"deployment": {}}), "export of version None"),
        (export("text"), "resources is no list of objects"),
        (export({**STATE, "urn": 7}), "without its URN"),
        (export({**STATE, "urn": "data"}), "without its URN"),
        (export({**STATE, "inputs": []} | {"inputs": [1]}), "the inputs of"),
        (export({**STATE, "propertyDependencies": {"bucket": "urn"}}), "no list of URNs"),
        (preview(step("reconcile")), "an engine that this kit does not know (its step is 'reconcile')"),
        (preview({"op": "create", "urn": URN}), "the step create of urn:"),
        (preview(step("create"), diagnostics=[{"severity": "error", "message": "no\n credentials"}]), "failed (no credentials)"),
    ],
)  # fmt: skip
def test_what_cannot_be_checked_whole_is_refused_with_a_way_out(text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        reading.declared(text, "plan.json")
    assert said in str(refused.value)
    assert "plan.json" in str(refused.value)
    assert ": " in str(refused.value)


def test_a_preview_with_warnings_is_read() -> None:
    text = preview(step("create"), diagnostics=[{"severity": "warning", "message": "old"}], newer={"field": 1})
    assert list(reading.declared(text, "f").resources) == [URN]


def test_components_are_named_from_the_outermost_in(declared: Callable[..., Declared]) -> None:
    found = declared("vpc_instances")
    (group,) = [one for one in found.resources.values() if one.type == "aws:ec2/securityGroup:SecurityGroup"]
    assert found.component(group) == ""
    subnets = [one for one in found.resources.values() if one.type == "aws:ec2/subnet:Subnet"]
    assert {found.component(one) for one in subnets} == {"web"}
    assert {one.urn.split("::")[2] for one in subnets} == {"examples:network:Network$aws:ec2/subnet:Subnet"}


def test_secrets_do_not_come_out_of_a_program(printed: Callable[[str, str], str]) -> None:
    assert "never-shown" not in printed("queue_function", "export") + printed("queue_function", "preview")


def test_things_of_one_name_in_two_components_are_two(declared: Callable[..., Declared]) -> None:
    found = declared("twins")
    # Pulumi registers the two side by side: which is first is nobody's promise.
    buckets = sorted((one for one in found.resources.values() if one.custom), key=lambda one: one.urn)
    assert [found.component(one) for one in buckets] == ["Left/Left-inner", "Right/Right-inner"]
    assert [one.urn.split("::")[2] for one in buckets] == [
        f"examples:twins:{kind}$examples:twins:Inner$aws:s3/bucket:Bucket" for kind in ("Left", "Right")
    ]
