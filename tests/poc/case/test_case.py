"""poc.yaml: what `byoc poc init` writes can be read; what is wrong is told with its line, limit and way out."""

from __future__ import annotations

import json
import re
from functools import reduce
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

from audit.model.errors import UsageError
from cli import docs
from poc.case import template
from poc.case.model import Case

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Read = Callable[[dict[str, Any]], Case]


def test_a_new_file_can_be_read_and_says_what_it_shows(values: dict[str, Any], read: Read) -> None:
    case = read(values)
    assert (case.name, case.workload.ingress, case.workload.retention) == ("orders", 20 * 2**20, 7 * 86_400)
    assert case.workload.read == 60 * 2**20
    assert case.workload.kept == 20 * 2**20 * 7 * 86_400
    assert case.workload.records == 20 * 2**20 * 3 / 1024
    assert case.source is not None
    assert case.source.security.password == "env:POC_SOURCE_SECRET"
    assert not case.scope.topics.holds("_schemas")


def test_the_schema_takes_a_new_file_and_refuses_what_the_model_refuses(values: dict[str, Any]) -> None:
    schema = json.loads(docs.PAGES["docs/schemas/poc.schema.json"]())
    jsonschema.validate(values, schema)
    for bad in ("20", "20 Mbit/s"):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(values | {"workload": values["workload"] | {"ingress": bad}}, schema)


def test_every_line_that_is_commented_out_can_be_uncommented() -> None:
    # A comment of prose begins with a small word and has no "name: value"; an optional line has.
    text = template.render("orders")
    for _ in range(6):
        text = re.sub(r"(?m)^((?:  |- )*)# (?=(?:#|  |[a-z0-9_]+:(?: [^ ]|$)))(.*)$", r"\1\2", text)
    values = yaml.safe_load(text)
    assert values["source"]["confluent"]["cluster_login"]["password"] == "env:POC_API_SECRET"
    del values["workload"]["egress"]  # fan_out says the same
    del values["prices"]["automq"]["monthly"]  # prices by use say the same
    for part in ("oauth", "certificate", "key", "key_password", "ca"):
        assert values["source"]["security"].pop(part)
    for way in ("process", "ec2"):  # command is another way
        assert values["reliability"]["faults"][0]["steps"][0].pop(way)
    case = Case.model_validate(values)
    assert case.workload.peak is not None
    assert case.reliability is not None
    assert case.reliability.load.warm_up == 70
    assert str(case.gates.cost.most_monthly) == "25000 USD"


def changed(values: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    *way, last = path.split(".")
    reduce(lambda inner, step: inner.setdefault(step, {}), way, values)[last] = value
    return values


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("workload.ingress", "20", "20 has no unit: write it like 20 MiB/s, in one of B/s, kB/s"),
        ("workload.ingress", "20 Mbit/s", "20 Mbit/s has the unit Mbit/s, which is not known: write one of B/s"),
        ("workload.ingress", 20, "20 has no unit"),
        ("workload.ingress", "-1 MiB/s", "'-1 MiB/s' is no rate: write it like 20 MiB/s"),
        ("workload.ingress", "0 MiB/s", "greater than 0"),
        (
            "workload.retention",
            "1 month",
            "1 month has the unit month, which is not known: write one of ms, s, min, h, d",
        ),
        ("workload.record_size", True, "'True' is no size"),
        ("workload.egress", "10 MiB/s", "egress is not ingress times fan_out: keep one of the two"),
        ("workload.fan_out", None, "neither egress nor fan_out is set"),
        ("workload.partitions", 3, "partitions 3 are fewer than topics 120"),
        ("workload.compression.codec", "none", "codec is none and ratio 3"),
        ("workload.peak", {"ingress": "1 MiB/s", "lasts": "1 h", "every": "1 d"}, "peak.ingress is below the average"),
        ("workload.peak", {"ingress": "90 MiB/s", "lasts": "2 d", "every": "1 d"}, "the peak lasts longer than"),
        ("workload.partition", 3, "Extra inputs are not permitted"),
        ("gates.cost.most_monthly", "25000", "'25000' is no amount of money: write number and currency"),
        ("gates.cost.most_monthly", "$25000", "is no amount of money"),
        ("gates.cost.most_monthly", "25000 EUR", "gates.cost.most_monthly is 25000 EUR, the case is in USD: convert"),
        ("gates.cost.owner", "nobody", "gates.cost.owner is nobody, whom people do not name (platform): add it there"),
        ("source.bootstrap", "broker", "'broker' is no broker: write host:port"),
        ("source.bootstrap", "broker:99999", "is no broker"),
        ("source.security.mechanism", None, "protocol is SASL_SSL and mechanism is not set"),
        ("source.security.protocol", "SSL", "mechanism is PLAIN and protocol SSL"),
        ("source.security.mechanism", "OAUTHBEARER", "mechanism is OAUTHBEARER and oauth is not set"),
        ("source.security.username", None, "mechanism is PLAIN, which needs username and password"),
        ("source.security.certificate", "client.pem", "of certificate and key one is set"),
        ("target.security", {"ca": "ca.pem"}, "protocol is PLAINTEXT, which encrypts nothing"),
        ("source.registry.url", "https://key:word@registry.example.com", "match pattern"),
        ("format", "byoc-poc/9", "has format byoc-poc/9, this kit reads byoc-poc/1"),
    ],
)
def test_what_is_wrong_is_told(values: dict[str, Any], read: Read, path: str, value: Any, says: str) -> None:
    with pytest.raises(UsageError) as told:
        read(changed(values, path, value))
    assert says in str(told.value)
    assert "poc.yaml" in str(told.value)


@pytest.mark.parametrize("secret", ["hunter2-in-clear", "env:", "vault:kv/poc", 12345678, ["hunter2-in-clear"]])
def test_a_secret_in_clear_is_refused_and_not_repeated(values: dict[str, Any], read: Read, secret: Any) -> None:
    with pytest.raises(UsageError, match=r"source\.security\.password: this is a secret.*env:NAME") as told:
        read(changed(values, "source.security.password", secret))
    assert "hunter2" not in str(told.value)
    assert "12345678" not in str(told.value)


def test_the_line_of_a_fault_is_named(tmp_path: Path) -> None:
    path = tmp_path / "poc.yaml"
    text = template.render("orders").replace("ingress: 20 MiB/s", "ingress: 20 MiB")
    path.write_text(text, "utf-8")
    line = text[: text.index("ingress: 20")].count("\n") + 1
    with pytest.raises(UsageError, match=rf"line {line}: workload\.ingress: 20 MiB has the unit MiB"):
        Case.read(path)


def test_a_file_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="byoc poc init"):
        Case.read(tmp_path / "poc.yaml")
