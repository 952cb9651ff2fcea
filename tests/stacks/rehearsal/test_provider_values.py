"""Properties on the wire: marks are read, and secrets never leave unmarked."""

from __future__ import annotations

from google.protobuf import json_format
from pulumi.runtime import rpc

from stacks.rehearsal.provider_values import UNKNOWN, Properties, to_wire

SIGNATURE = rpc._special_sig_key


def sealed(value: object) -> dict[str, object]:
    return {SIGNATURE: rpc._special_secret_sig, "value": value}


def test_secrets_are_opened_and_remembered_by_property() -> None:
    read = Properties.read(to_wire({"a": sealed("hush-hush"), "b": {"c": [sealed("shh-shh")]}, "d": "open"}))
    assert read.values == {"a": "hush-hush", "b": {"c": ["shh-shh"]}, "d": "open"}
    assert read.secret == {"a", "b"}
    assert read.hidden == {"hush-hush", "shh-shh"}


def test_outputs_and_resources_are_opened() -> None:
    output = {SIGNATURE: rpc._special_output_value_sig, "value": "v", "secret": True, "dependencies": ["urn"]}
    unknown = {SIGNATURE: rpc._special_output_value_sig, "dependencies": ["urn"]}
    resource = {SIGNATURE: rpc._special_resource_sig, "urn": "urn", "id": "vpc-1"}
    read = Properties.read(to_wire({"a": output, "b": unknown, "c": resource}))
    assert read.values == {"a": "v", "b": UNKNOWN, "c": "vpc-1"}
    assert read.secret == {"a"}


def test_whole_numbers_are_whole() -> None:
    values = Properties.read(to_wire({"a": 3, "b": 1.5, "c": True})).values
    assert {name: type(value) for name, value in values.items()} == {"a": int, "b": float, "c": bool}


def test_a_secret_that_shows_in_another_output_is_sealed_there_too() -> None:
    read = Properties.read(to_wire({"a": sealed("hush-hush")}))
    wire = json_format.MessageToDict(read.wire({"a": "hush-hush", "b": ["x hush-hush x"], "c": "open", "d": None}))
    assert wire == {"a": sealed("hush-hush"), "b": sealed(["x hush-hush x"]), "c": "open"}


def test_messages_are_masked() -> None:
    assert Properties.read(to_wire({"a": sealed("hush-hush")})).masked("no hush-hush!") == "no [secret]!"
