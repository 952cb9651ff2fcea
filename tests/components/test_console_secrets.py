import json
from typing import Any

from components.console_secrets import Secrets, SecretsArgs


def make(**change: Any) -> Any:
    given = {
        "config_name": "automq/e/config", "credentials_name": "automq/e/credentials", "key_arn": "arn:ops",
        "automq_config": "issued", "policy": '{"policy": 1}',
    }  # fmt: skip
    return lambda: Secrets("secrets", SecretsArgs(**(given | change)))


def test_both_secrets_are_encrypted_with_our_key(declare: Any) -> None:
    kept = declare(make()).of("Secret")
    assert [(secret["name"], secret["kmsKeyId"]) for secret in kept] == [
        ("automq/e/config", "arn:ops"),
        ("automq/e/credentials", "arn:ops"),
    ]


def test_the_issued_value_is_kept_as_it_came(declare: Any) -> None:
    assert declare(make()).one("SecretVersion", "secrets-config")["secretString"] == "issued"


def test_the_first_credentials_are_random_and_as_long_as_the_console_wants(declare: Any) -> None:
    drawn = [json.loads(declare(make()).one("SecretVersion", "secrets-credentials")["secretString"]) for _ in range(2)]
    assert {part: len(value) for part, value in drawn[0].items()} == {
        "password": 24,
        "access_key": 16,
        "secret_key": 32,
    }
    assert drawn[0] != drawn[1]


def test_a_protected_secret_can_be_recovered(declare: Any) -> None:
    assert {secret["recoveryWindowInDays"] for secret in declare(make(protect=True)).of("Secret")} == {30}
    assert {secret["recoveryWindowInDays"] for secret in declare(make()).of("Secret")} == {0}


def test_each_secret_has_the_policy_and_may_not_become_public(declare: Any) -> None:
    policies = declare(make()).of("SecretPolicy")
    assert [(policy["policy"], policy["blockPublicPolicy"]) for policy in policies] == [('{"policy": 1}', True)] * 2
