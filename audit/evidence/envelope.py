"""Signatures: a statement in a DSSE envelope, as one line of JSON that has one form only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError

from audit.evidence.statement import PAYLOAD_TYPE
from audit.model.errors import DamagedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from securesystemslib.signer import Key, Signer


def seal(payload: bytes, signer: Signer) -> bytes:
    """The envelope's file with the signature of one key."""
    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    envelope.sign(signer)
    return _text(envelope)


def read(content: bytes, where: str) -> Envelope:
    """The envelope of a file; raises DamagedError for one that is written otherwise than by ``seal``."""
    try:
        envelope = Envelope.from_dict(json.loads(content))
        same = _text(envelope) == content
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedError(where, f"is no envelope of a statement ({type(error).__name__})") from error
    if not same:
        raise DamagedError(where, "is written otherwise than the kit writes it")
    if envelope.payload_type != PAYLOAD_TYPE:
        raise DamagedError(where, f"holds something of type {ascii(envelope.payload_type)[:80]}, not {PAYLOAD_TYPE}")
    return envelope


def signed_by(envelope: Envelope, key: Key) -> bool:
    """Whether the envelope holds a signature of this key that is right."""
    try:
        envelope.verify([key], 1)
    except VerificationError:
        return False
    return True


def signers(envelope: Envelope, keys: Iterable[Key]) -> dict[str, bool | None]:
    """The id of each key that signed: whether the signature is right, None where the key is not among those given."""
    known = {key.keyid: key for key in keys}
    return {
        keyid: signed_by(envelope, known[keyid]) if keyid in known else None for keyid in sorted(envelope.signatures)
    }


def _text(envelope: Envelope) -> bytes:
    body = envelope.to_dict()
    body["signatures"].sort(key=lambda signature: signature["keyid"])
    return (json.dumps(body, sort_keys=True, separators=(",", ":")) + "\n").encode()
