"""Signing with AWS KMS, an embedded one, as a user types it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from moto import mock_aws
from moto.kms.utils import ECDSAPrivateKey, RSAPrivateKey

from audit.evidence.bundle import Bundle
from cli import bundling
from cli.kms import KmsSigner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Byoc = Callable[..., Any]

REGION = "eu-central-1"
ACCOUNT = Path(__file__).parents[1] / "accounts" / "vendor-ec2-first"


@pytest.fixture
def kms(here: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An embedded KMS of a region that is not the caller's own."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    # The emulator takes a digest for a message ("MessageType DIGEST is not yet implemented"), which AWS does not.
    sha256 = utils.Prehashed(hashes.SHA256())
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    monkeypatch.setattr(RSAPrivateKey, "sign", lambda self, digest, _: self.private_key.sign(digest, pss, sha256))
    monkeypatch.setattr(
        ECDSAPrivateKey, "sign", lambda self, digest, _: self.private_key.sign(digest, ec.ECDSA(sha256))
    )
    with mock_aws():
        yield boto3.client("kms", region_name=REGION)
    boto3.DEFAULT_SESSION = None


def arn_of(kms: Any, kind: str, usage: str = "SIGN_VERIFY") -> str:
    return str(kms.create_key(KeyUsage=usage, KeySpec=kind)["KeyMetadata"]["Arn"])


def public_file(kms: Any, arn: str, target: Path) -> Path:
    """What `aws kms get-public-key` gives, as PEM."""
    key = load_der_public_key(kms.get_public_key(KeyId=arn)["PublicKey"])
    target.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return target


@pytest.mark.parametrize("kind", ["ECC_NIST_P256", "RSA_2048"])
def test_a_bundle_signed_by_kms_is_checked_by_the_public_key_alone(byoc: Byoc, here: Path, kms: Any, kind: str) -> None:
    arn = arn_of(kms, kind)
    ran = byoc("evidence", "bundle", "--from", ACCOUNT, "--key", arn, "--out", "b.zip")
    assert (ran.code, ran.err) == (0, "")
    public = public_file(kms, arn, here / "k.pub")
    boto3.DEFAULT_SESSION = None
    assert byoc("evidence", "verify", "b.zip", "--key", public).code == 0
    approve = ("--as", "Security", "--question", "owners", "--verdict", "holds", "--date", "2026-01-01T00:00:00Z")
    assert byoc("evidence", "approve", "b.zip", *approve, "--key", arn).code == 0
    assert byoc("evidence", "verify", "b.zip", "--key", public, "--integrity-only").code == 0


def test_a_bundles_digest_does_not_depend_on_its_signature(here: Path, kms: Any) -> None:
    signer = KmsSigner(arn_of(kms, "ECC_NIST_P256"))
    for name in ("a.zip", "b.zip"):
        bundling.write(here / name, ACCOUNT, bundling.Options(), signer, bundling.Order())
    assert (here / "a.zip").read_bytes() != (here / "b.zip").read_bytes()
    with Bundle(here / "a.zip") as one, Bundle(here / "b.zip") as other:
        assert one.digest == other.digest


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda kms: arn_of(kms, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"), r"is of a kind that does not sign bundles: take"),
        (lambda _: f"arn:aws:kms:{REGION}:123456789012:key/none", r"AWS refused to sign with .*NotFound.*SIGN_VERIFY"),
    ],
)  # fmt: skip
def test_a_kms_key_that_does_not_sign_is_one_sentence(
    byoc: Byoc, here: Path, kms: Any, make: Callable[[Any], str], says: str
) -> None:
    ran = byoc("evidence", "bundle", "--from", ACCOUNT, "--key", make(kms), "--out", "b.zip")
    assert re.search(says, ran.sentence)
    assert list(here.iterdir()) == []


def test_without_credentials_that_is_said(byoc: Byoc, here: Path, kms: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = arn_of(kms, "ECC_NIST_P256")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    boto3.DEFAULT_SESSION = None
    ran = byoc("evidence", "bundle", "--from", ACCOUNT, "--key", arn, "--out", "b.zip")
    assert "AWS KMS could not be asked" in ran.sentence


def test_what_is_no_kms_key_is_said(byoc: Byoc, here: Path) -> None:
    for arn in ("arn:aws:s3:::bucket", "arn:nonsense"):
        ran = byoc("evidence", "bundle", "--from", ACCOUNT, "--key", arn, "--out", "b.zip")
        assert "is no KMS key: name one by its ARN" in ran.sentence
