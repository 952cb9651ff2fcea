from typing import Any

import pytest

from components.keys import Key, KeyArgs


def args(days: int = 30) -> KeyArgs:
    return KeyArgs("alias/automq/e/data", "Kafka records", '{"policy": 1}', deletion_window_days=days)


def test_the_key_rotates_and_waits_before_deletion(declare: Any) -> None:
    (key,) = declare(lambda: Key("data", args(7))).of("Key")
    assert (key["enableKeyRotation"], key["deletionWindowInDays"], key["policy"]) == (True, 7, '{"policy": 1}')


def test_the_alias_names_the_key(declare: Any) -> None:
    (alias,) = declare(lambda: Key("data", args())).of("Alias")
    assert (alias["name"], alias["targetKeyId"]) == ("alias/automq/e/data", "Key/data")


@pytest.mark.parametrize("days", [6, 31])
def test_a_deletion_window_that_kms_refuses_is_refused_here(days: int) -> None:
    with pytest.raises(ValueError, match="KMS allows 7 to 30"):
        args(days)
