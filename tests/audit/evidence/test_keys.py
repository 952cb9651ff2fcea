from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa, x25519
from evidence_bundles import faults
from securesystemslib.signer import CryptoSigner

from audit.evidence import keys
from audit.model.errors import EvidenceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from evidence_bundles import Bundles

PEM = serialization.Encoding.PEM
PRIVATE, PUBLIC = serialization.PrivateFormat.PKCS8, serialization.PublicFormat.SubjectPublicKeyInfo


def private_pem(key: Any, password: bytes | None = None) -> bytes:
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(PEM, PRIVATE, locked)


def public_pem(key: Any) -> bytes:
    return key.public_key().public_bytes(PEM, PUBLIC)


def test_a_pair_signs_and_checks_and_only_its_owner_reads_the_private_half(tmp_path: Path, bundles: Bundles) -> None:
    made = keys.generate(tmp_path / "k")
    assert stat.S_IMODE((tmp_path / "k").stat().st_mode) == 0o600
    public = keys.read_key(tmp_path / "k.pub")
    assert made.keyid == public.keyid
    assert faults(bundles.write(signer=keys.read_signer(tmp_path / "k")), public) == []


@pytest.mark.parametrize("there", ["k", "k.pub"])
def test_no_key_is_ever_overwritten(tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("mine")
    with pytest.raises(EvidenceError, match=rf"{there} exists, and a key is never overwritten: name another"):
        keys.generate(tmp_path / "k")
    assert [file.name for file in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"


def test_a_place_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"cannot be written \(No such file or directory\): name another place"):
        keys.generate(tmp_path / "nowhere" / "k")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lambda: public_pem(ec.generate_private_key(ec.SECP256R1())), "is a public key, and signing takes the private"),
        (lambda: private_pem(rsa.generate_private_key(65537, 2048)), "is no ed25519 key"),
        (lambda: private_pem(ec.generate_private_key(ec.SECP256R1())), "is no ed25519 key"),
        (lambda: private_pem(ec.generate_private_key(ec.SECP256R1()), b"word"), "is locked by a passphrase"),
        (lambda: b"garbage", "is no private key in PEM form"),
        (lambda: b"", "is no private key in PEM form"),
        (lambda: b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "is no private key in PEM form"),
        (lambda: bytes(1 << 17), "is larger than a key is"),
    ],
)
def test_a_key_that_does_not_sign(tmp_path: Path, content: Callable[[], bytes], says: str) -> None:
    (tmp_path / "k").write_bytes(content())
    with pytest.raises(EvidenceError, match=rf"{says}.*: "):
        keys.read_signer(tmp_path / "k")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lambda: private_pem(ec.generate_private_key(ec.SECP256R1())), r"is a private key.*: name k\.pub"),
        (lambda: public_pem(x25519.X25519PrivateKey.generate()), "is no public key .* that signs bundles"),
        (lambda: public_pem(dsa.generate_private_key(2048)), "is no public key .* that signs bundles"),
        (lambda: b"garbage", "is no public key"),
        (lambda: bytes(1 << 17), "is larger than a key is"),
    ],
)
@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_a_key_that_does_not_check(tmp_path: Path, content: Callable[[], bytes], says: str) -> None:
    (tmp_path / "k").write_bytes(content())
    with pytest.raises(EvidenceError, match=says):
        keys.read_key(tmp_path / "k")


def test_a_key_that_is_not_there(tmp_path: Path) -> None:
    for read in (keys.read_key, keys.read_signer):
        with pytest.raises(EvidenceError, match=r"cannot be read \(No such file or directory\): make a pair"):
            read(tmp_path / "k")


@pytest.mark.parametrize(
    "make", [lambda: ec.generate_private_key(ec.SECP256R1()), lambda: rsa.generate_private_key(65537, 2048)]
)
def test_what_kms_signs_with_is_checked_too(tmp_path: Path, bundles: Bundles, make: Callable[[], Any]) -> None:
    key = make()
    (tmp_path / "k.pub").write_bytes(public_pem(key))
    path = bundles.write(signer=CryptoSigner(key))
    assert faults(path, keys.read_key(tmp_path / "k.pub")) == []
