"""The key of a redaction: what is the same stays the same, and without the key nobody finds back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from audit.model.errors import EvidenceError

if TYPE_CHECKING:
    from pathlib import Path

_LEAST_BYTES, _MOST_BYTES = 32, 1 << 20


class Pseudonyms:
    """Stable pseudonyms of each kind under one key, which is thrown away unless it was given."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(_LEAST_BYTES)

    @classmethod
    def of(cls, file: Path | None) -> Pseudonyms:
        """Under the key in a file; raises EvidenceError where it is too short to be one."""
        if file is None:
            return cls()
        try:
            with file.open("rb") as stream:
                key = stream.read(_MOST_BYTES)
        except OSError as error:
            raise EvidenceError(f"{file} cannot be read ({error.strerror}): name a file with a key") from error
        if len(key) < _LEAST_BYTES:
            raise EvidenceError(
                f"{file} has {len(key)} bytes, a key has {_LEAST_BYTES} random ones or more: make one with "
                f"head -c {_LEAST_BYTES} /dev/urandom > FILE"
            )
        return cls(key)

    def mac(self, text: str) -> bytes:
        """The keyed digest of a text."""
        return hmac.digest(self._key, text.encode(), hashlib.sha256)

    def word(self, text: str) -> str:
        """A word in the place of a word: a letter that no hexadecimal number has, then nine characters."""
        return "n" + base64.b32encode(self.mac(f"word {text}"))[:9].decode().lower()

    def digits(self, text: str) -> str:
        """As many digits, the first no zero."""
        number = int.from_bytes(self.mac(f"digits {text}"), "big")
        low = 10 ** (len(text) - 1)
        return str(low + number % (9 * low))

    def hexadecimal(self, text: str) -> str:
        """As many hexadecimal digits; at least one of them is a letter, so that it is no account's number."""
        return ("f" + self.mac(f"hex {text}").hex() * (1 + len(text) // 64))[: len(text)]

    def capitals(self, text: str) -> str:
        """As many capitals and digits, as AWS makes ids of them."""
        found = base64.b32encode(self.mac(f"capitals {text}")).decode().rstrip("=")
        return (found * (1 + len(text) // len(found)))[: len(text)]
