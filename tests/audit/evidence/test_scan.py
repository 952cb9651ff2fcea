"""The last look before a bundle is written."""

from __future__ import annotations

import pytest

from audit.collect.patterns import HINTS, WRITTEN
from audit.evidence.scan import watched
from audit.model.errors import EvidenceError

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


def _traces(text: bytes) -> list[str]:
    return [trace for trace in TRACES if trace.encode() in text]


def _looked_at(member: str, *pieces: bytes) -> bytes:
    return b"".join(watched(member, iter(pieces)))


@pytest.mark.parametrize("name", sorted(SECRETS.keys() - {"password"}))
@pytest.mark.parametrize("cut", [0, 1, 5])
def test_what_looks_like_a_secret_is_named_by_its_place_and_not_told(name: str, cut: int) -> None:
    text = f'first\nsecond "{SECRETS[name]}"\n'.encode()
    place = len(b'first\nsecond "') + cut
    with pytest.raises(
        EvidenceError, match=r"m\.json, line 2, column \d+, looks like a secret \([a-z ]+\).*: "
    ) as raised:
        _looked_at("m.json", text[:place], text[place:])
    assert _traces(str(raised.value).encode()) == []


def test_a_secret_across_pieces_is_found_in_its_line() -> None:
    head = b"a line\n" * 200_000
    secret = SECRETS["token"].encode()
    with pytest.raises(EvidenceError, match=r"line 200001, column 1,"):
        _looked_at("m", head, secret[:10], secret[10:], b"\n")


@pytest.mark.parametrize(
    "text",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "arn:aws:iam::111122223333:role/secret-key-reader",
        "c9bf0401-fabc-4ea2-8d9e-0f03ab32be70",
        "f" * 64,
        '{"looks_like": ["private_key"], "$secret": "hmac-sha256:' + "0" * 64 + '"}',
        "https://example.com/path:80/@x",
        "aws_secret_access_key = ${SECRET}",
        "grant secretsmanager:GetSecretValue",
    ],
)
def test_ids_and_names_are_no_secrets(text: str) -> None:
    assert _looked_at("m", text.encode()) == text.encode()


def test_every_pattern_has_its_hints() -> None:
    assert HINTS.keys() == WRITTEN.keys()
    shown = {name for text in SECRETS.values() for name, pattern in WRITTEN.items() if pattern.search(text)}
    assert shown == WRITTEN.keys()
    for text in SECRETS.values():
        for name, pattern in WRITTEN.items():
            assert not pattern.search(text) or any(hint in text.lower() for hint in HINTS[name])
