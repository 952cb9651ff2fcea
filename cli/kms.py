"""Signing with a key in AWS KMS, which never leaves it: the account that holds the key says who may."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from securesystemslib.exceptions import Error
from securesystemslib.signer import AWSSigner

from audit.model.arn import Arn, is_arn
from audit.model.errors import AccessError, EvidenceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securesystemslib.signer import Signature

from contextlib import contextmanager


class KmsSigner(AWSSigner):
    """Signs by an asymmetric KMS key, named by its ARN, with the standard credential chain.

    It needs kms:GetPublicKey and kms:Sign. Raises AccessError where AWS refuses, EvidenceError for a key that does not
    sign.
    """

    def __init__(self, arn: str) -> None:
        found = Arn.parse(arn) if is_arn(arn) else None
        if found is None or found.service != "kms" or not found.region:
            raise EvidenceError(f"{arn} is no KMS key: name one by its ARN, or a file with a private key")
        # What the library makes clients with: the key's region, whatever the caller's is.
        boto3.setup_default_session(region_name=found.region)
        logging.getLogger("securesystemslib").addHandler(logging.NullHandler())
        with _told(arn):
            _, public = self.import_(arn)
            super().__init__(arn, public)

    def sign(self, payload: bytes) -> Signature:
        """The signature of a payload, of which only the digest is sent."""
        with _told(self.aws_key_id):
            return super().sign(payload)


@contextmanager
def _told(arn: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise AccessError(
            f"AWS refused to sign with {arn} ({code}): take a key with key usage SIGN_VERIFY, and credentials that may "
            "kms:GetPublicKey and kms:Sign it"
        ) from error
    except BotoCoreError as error:
        raise AccessError(f"AWS KMS could not be asked for {arn} ({error}): look at the credentials") from error
    except (Error, KeyError) as error:
        raise EvidenceError(
            f"{arn} is of a kind that does not sign bundles: take an ECDSA (P-256) or RSA key"
        ) from error
