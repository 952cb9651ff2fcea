"""Planted secrets: the collector's rules over every kind of field, then every byte of every output."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from audit.collect.redact import Redactor
from audit.evidence import members
from audit.model.contract import BoundaryContract
from audit.model.snapshot import Record, Snapshot
from audit.report import findings
from cli import bundling, judging

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Byoc = Callable[..., Any]

TOY = Path(__file__).parents[1] / "accounts" / "vendor-eks"
PASSWORD = "correct-horse-battery"
SECRETS = {
    "private_key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEplanted\n-----END RSA PRIVATE KEY-----",
    "token": "ghp_" + "Planted0" * 5,
    "jwt": "eyJhbGciOiJIUzI1.eyJzdWIiOiJwbGFudGVk.c2lnbmF0dXJlLXBsYW50",
    "connection": f"postgres://admin:{PASSWORD}@db.internal/x",
    "webhook": "https://hooks.slack.com/services/T0PLANTED/B0PLANTED/planted",
    "aws": "aws_secret_access_key = wJalrXUtnFEMIPlantedKEY/bPxRfiCYEXAMPLEK",
    "password": f"password={PASSWORD}",
}
TRACES = ("MIIEplanted", "Planted0Planted0", "c2lnbmF0dXJlLXBsYW50", PASSWORD, "T0PLANTED", "wJalrXUtnFEMIPlanted")
ANYWHERE = ("private_key", "token", "jwt", "connection", "webhook")
"""What the collector takes out of any text; the others out of what people write."""


def planted(value: Any, secret: str, *, everywhere: bool, name: str = "") -> Any:
    """An answer with the secret in each kind of field that the collector looks at, at every depth."""
    match value:
        case dict() if "Statement" in value:
            # A document's elements have names of their own, which hold no such fields.
            return value
        case dict() if name.lower() in {"tags", "userdata"}:
            return value | {"Value" if name == "UserData" else "planted": secret}
        case dict():
            inner = {key: planted(item, secret, everywhere=everywhere, name=key) for key, item in value.items()}
            return _fields(secret, everywhere=everywhere) | inner
        case list():
            return [planted(item, secret, everywhere=everywhere) for item in value]
        case _:
            return value


def _fields(secret: str, *, everywhere: bool) -> dict[str, Any]:
    encoded = base64.b64encode(secret.encode()).decode()
    pair = {"Key": "planted", "Value": secret}
    found = {
        "Description": secret,
        "AlarmDescription": secret,
        "Comment": secret,
        "UserData": encoded,
        "userData": {"Value": encoded},
        "Environment": {"Variables": {"PLANTED": secret}},
        "environment": [{"name": "PLANTED", "value": secret}],
        "EnvironmentVariables": {"PLANTED": secret},
        "Parameters": [{"ParameterKey": "P", "ParameterValue": secret, "ResolvedValue": secret}],
        "Outputs": [{"OutputKey": "O", "OutputValue": secret}],
        "Arguments": {"--planted": secret},
        "DefaultArguments": {"--planted": secret},
        "Planted": {"Type": "SecureString", "Value": secret},
        "Zone": {"Type": "TXT", "ResourceRecords": [{"Value": secret}]},
        "CustomerGatewayConfiguration": secret,
        "PreSharedKey": secret,
        "authKey": secret,
        "TagSet": [pair],
        "KeyTags": [{"TagKey": "planted", "TagValue": secret}],
        "tagSet": {"planted": secret, secret: "planted"},
    }
    return found | ({"PlantedAnywhere": [secret, {"Deep": f"x {secret} y"}]} if everywhere else {})


def tagged(value: Any, secret: str) -> Any:
    """The tags that are there already, with the secret among them: these the graph and the reports show."""
    match value:
        case dict():
            return {
                key: [*item, {"Key": "note", "Value": secret}] if key in {"Tags", "TagSet"} and isinstance(item, list) else
                f"{item} {secret}" if key in {"Description", "AlarmDescription"} else tagged(item, secret)
                for key, item in value.items()
            }  # fmt: skip
        case list():
            return [tagged(item, secret) for item in value]
        case _:
            return value


def _traces(text: bytes) -> list[str]:
    return [trace for trace in TRACES if trace.encode() in text]


def leaky(turn: int) -> tuple[Snapshot, int]:
    """The toy account with a secret in every field, another in each record, as the collector would write it down."""
    read, redactor, count = Snapshot.read(TOY), Redactor(b"k" * 32), 0
    records: list[Record] = []
    for number, record in enumerate(read.records, turn):
        name, secret = list(SECRETS.items())[number % len(SECRETS)]
        response = None
        if record.response is not None:
            held = planted(tagged(dict(record.response), secret), secret, everywhere=name in ANYWHERE)
            count += json.dumps(held).count(json.dumps(secret)[1:-1])
            response = redactor.redacted(held)
        records.append(replace(record, response=response))
    return replace(read, records=tuple(records)), count


def _outputs(snapshot: Snapshot) -> Iterable[tuple[str, bytes]]:
    contract = BoundaryContract.read(TOY / "contract.json")
    given = bundling.Given(snapshot, contract, judging.load())
    case = given.judged()
    judged = judging.judge_snapshot(snapshot, contract)
    yield from ((f"snapshot/{name}", text.encode()) for name, text in snapshot.texts().items())
    yield from members.rendered(case).items()
    yield from judging.files(judged).items()
    yield from ((f"format {name}", findings.render(name, case.material).encode()) for name in findings.formats())


@pytest.mark.parametrize("turn", range(len(SECRETS)))
def test_no_planted_secret_is_in_any_byte_of_any_output(turn: int) -> None:
    snapshot, count = leaky(turn)
    assert count > 100
    left = {name: found for name, content in _outputs(snapshot) if (found := _traces(content))}
    assert left == {}


def test_no_planted_secret_is_in_what_commands_print(tmp_path: Path, byoc: Byoc) -> None:
    leaky(0)[0].write(tmp_path)
    contract = ("--from", tmp_path, "--contract", TOY / "contract.json")
    for command in (
        ["check"],
        ["check", "--format", "csv"],
        ["ask", "data_plane_access"],
        ["ask", "traffic_paths", "--format", "json"],
        ["access", "who-can", "read", "--on", "data-bucket"],
        ["reach", "to", "broker-group"],
        ["draw", "identity", "--format", "json"],
    ):
        ran = byoc(*command, *contract)
        assert ran.code in {0, 1, 2}, (command, ran.err)
        assert _traces((ran.out + ran.err).encode()) == [], command
