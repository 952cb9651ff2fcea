"""``byoc poc init`` writes a case that can be read, and loses nothing; secrets come from where the case says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from audit.model.errors import AccessError, UsageError
from cli.poc_options import fetch_secret
from poc.case.model import Case

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_new_case_can_be_read(byoc: Callable[..., Any], here: Path) -> None:
    ran = byoc("poc", "init", "--name", "orders")
    assert (ran.code, ran.out.split(":")[0]) == (0, "wrote poc.yaml")
    assert Case.read(here / "poc.yaml").name == "orders"


def test_a_file_that_is_there_stays(byoc: Callable[..., Any], here: Path) -> None:
    (here / "poc.yaml").write_text("mine", "utf-8")
    assert byoc("poc", "init").sentence.startswith("poc.yaml exists and would be lost")
    assert (here / "poc.yaml").read_text("utf-8") == "mine"


def test_a_name_that_is_none_writes_nothing(byoc: Callable[..., Any], here: Path) -> None:
    assert byoc("poc", "init", "--name", "My case").sentence.startswith("--name My case must be small letters")
    assert list(here.iterdir()) == []


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Stubber:
    client = boto3.client("secretsmanager", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    monkeypatch.setattr(boto3, "client", lambda _: client)
    return Stubber(client)


def test_a_secret_of_secrets_manager(manager: Stubber) -> None:
    for _ in range(3):
        manager.add_response(
            "get_secret_value", {"SecretString": json.dumps({"password": "found"})}, {"SecretId": "kafka"}
        )
    manager.add_client_error("get_secret_value", "AccessDeniedException")
    with manager:
        assert fetch_secret("kafka#password") == "found"
        assert fetch_secret("kafka") == '{"password": "found"}'
        with pytest.raises(UsageError, match="the secret kafka has no value user"):
            fetch_secret("kafka#user")
        with pytest.raises(AccessError, match=r"kafka \(AccessDeniedException\).*secretsmanager:GetSecretValue"):
            fetch_secret("kafka")
