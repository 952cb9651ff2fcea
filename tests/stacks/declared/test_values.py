"""Values as Pulumi writes them."""

from __future__ import annotations

from typing import Any

import pytest

from audit.model.errors import UsageError
from stacks.declared.values import SIGNATURE, Unseen, read, unsure

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("plain", "plain"),
        (3.0, 3),
        (0.5, 0.5),
        (None, None),
        (UNKNOWN, Unseen.UNKNOWN),
        ("[secret]", Unseen.SECRET),
        ({SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "x"}, Unseen.SECRET),
        ({SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "path": "./a"}, "./a"),
        ({SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "what it holds"}, "file"),
        ({SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7", "assets": {}}, "file"),
        ({SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "u", "id": "i"}, "i"),
        ({SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "u"}, Unseen.UNKNOWN),
        ({SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "value": [1.0]}, [1]),
        ({SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "value": 1, "secret": True}, Unseen.SECRET),
        ({SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4"}, Unseen.UNKNOWN),
        ({SIGNATURE: "what a newer Pulumi invents", "value": 1}, Unseen.UNKNOWN),
        ({SIGNATURE: ["odd"]}, Unseen.UNKNOWN),
        ({"a": [UNKNOWN, {"__defaults": [], "b": "c"}]}, {"a": [Unseen.UNKNOWN, {"b": "c"}]}),
    ],
)  # fmt: skip
def test_a_value_is_read(value: Any, wanted: Any) -> None:
    assert read(value) == wanted


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"a": ["b"]}, None),
        ({"a": ["b", Unseen.SECRET]}, Unseen.SECRET),
        (f'{{"Resource": "{UNKNOWN}"}}', Unseen.UNKNOWN),
        ("user:[secret]@host", Unseen.SECRET),
    ],
)
def test_what_cannot_be_read_within_a_value_is_seen(value: Any, why: Unseen | None) -> None:
    assert unsure(value) is why


def test_a_value_nested_beyond_reason_is_refused() -> None:
    value: Any = "deep"
    for _ in range(100):
        value = [value]
    with pytest.raises(UsageError, match="nested deeper than 64"):
        read(value)
