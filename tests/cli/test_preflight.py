"""`byoc preflight` as a user types it, with an embedded AWS as the account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from preflights import EVERYTHING, Cloud

from audit.model.intended import Intended
from audit.report import schemas
from stacks.rehearsal.emulator import emulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Byoc = Callable[..., Any]


@pytest.fixture(scope="module")
def account() -> Iterator[Cloud]:
    with emulator("111122223333", "us-east-1") as running:
        yield Cloud(running, Intended("poc", "env-poc", running.account, running.region, "aws", ()))


@pytest.fixture
def deployer(account: Cloud, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of somebody who may do everything."""
    key = account.user(EVERYTHING)
    for name, value in account.running.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key.secret_key)


@pytest.mark.usefixtures("deployer")
def test_a_preflight_says_what_is_unknown_and_keeps_the_answers_that_it_cites(byoc: Byoc, here: Path) -> None:
    ran = byoc("preflight", "poc", "--format", "json", "--out", "out/preflight")
    assert (ran.code, ran.err) == (2, "")
    told = json.loads(ran.out)
    jsonschema.validate(told, schemas.preflight())
    assert (told["verdict"], told["deployer"].rpartition("/")[2]) == ("unknown", "deployer-1")
    assert json.loads((here / "out/preflight/preflight.json").read_text("utf-8")) == told
    cited = next(one for check in told["checks"] for claim in check["claims"] for one in claim["evidence"])
    assert byoc("record", cited[:12], "--from", "out/preflight").code == 0


@pytest.mark.usefixtures("deployer")
def test_credentials_of_another_account_are_said_before_anything_is_asked(byoc: Byoc) -> None:
    assert byoc("preflight", "production").sentence == (
        "these credentials are of account 111122223333, stack production is of 444455556666 (aws_account_id): "
        "pass --profile, or credentials of that account"
    )


def test_without_credentials_nothing_is_rehearsed(byoc: Byoc) -> None:
    assert byoc("preflight", "poc").sentence.startswith("no usable AWS credentials")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing"], "there is no stack nothing"),
        (["poc", "--automq-config", "nowhere"], "nowhere cannot be read"),
    ],
)
def test_what_it_cannot_work_with(byoc: Byoc, arguments: list[str], sentence: str) -> None:
    assert byoc("preflight", *arguments).sentence.startswith(sentence)


@pytest.mark.usefixtures("deployer")
def test_a_config_that_is_none_is_said(byoc: Byoc, here: Path) -> None:
    (here / "config").write_text("nonsense\n", "utf-8")
    assert "automq_config" in byoc("preflight", "poc", "--automq-config", "config").sentence
