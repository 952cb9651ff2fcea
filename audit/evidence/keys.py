"""The keys that sign and check: ed25519 in files of PEM; any other signer, such as AWS KMS, is given by the caller."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from securesystemslib.signer import CryptoSigner, SSlibKey

from audit.model.errors import EvidenceError

if TYPE_CHECKING:
    from pathlib import Path

    from securesystemslib.signer import Key, Signer

_MOST_BYTES = 1 << 16
_PRIVATE = 0o600
_PUBLIC = 0o644
_NEW = "make a pair with byoc evidence keygen --out FILE"


def generate(target: Path) -> Key:
    """Write a new pair: the private key, which only its owner can read, and ``target``.pub.

    Raises EvidenceError when one of the two is there already, or cannot be written.
    """
    public = public_file(target)
    for file in (target, public):
        if file.exists() or file.is_symlink():
            raise EvidenceError(f"{file} exists, and a key is never overwritten: name another file with --out")
    private = Ed25519PrivateKey.generate()
    signer = CryptoSigner(private)
    _write(target, signer.private_bytes, _PRIVATE)
    _write(public, private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), _PUBLIC)
    return signer.public_key


def public_file(private: Path) -> Path:
    """Where the public half of a key file stands."""
    return private.with_name(f"{private.name}.pub")


def _write(target: Path, content: bytes, mode: int) -> None:
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except OSError as error:
        raise EvidenceError(f"{target} cannot be written ({error.strerror}): name another place with --out") from error


def read_signer(file: Path) -> Signer:
    """The private key in a file; raises EvidenceError for any other kind."""
    content = _content(file)
    if b"PUBLIC KEY-----" in content:
        raise EvidenceError(f"{file} is a public key, and signing takes the private one: name the file without .pub")
    try:
        private = load_pem_private_key(content, password=None)
    except TypeError as error:
        raise EvidenceError(f"{file} is locked by a passphrase, which cannot be asked for here: {_NEW}") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise EvidenceError(f"{file} is no private key in PEM form: {_NEW}") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise EvidenceError(f"{file} is no ed25519 key, and other kinds sign in AWS KMS alone: {_NEW}")
    return CryptoSigner(private)


def read_key(file: Path) -> Key:
    """The public key in a file; raises EvidenceError for any other kind."""
    content = _content(file)
    if b"PRIVATE KEY-----" in content:
        raise EvidenceError(f"{file} is a private key, and checking takes the public one: name {file.name}.pub")
    try:
        return SSlibKey.from_crypto(load_pem_public_key(content))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise EvidenceError(
            f"{file} is no public key in PEM form of a kind that signs bundles (ed25519, ECDSA, RSA): {_NEW}"
        ) from error


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise EvidenceError(f"{file} cannot be read ({error.strerror}): {_NEW}") from error
    if len(content) > _MOST_BYTES:
        raise EvidenceError(f"{file} is larger than a key is ({_MOST_BYTES:,} bytes): {_NEW}")
    return content
