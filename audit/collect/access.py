"""Why the first call failed, in one sentence with the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore import exceptions as aws

from audit.collect.codes import code_of
from audit.model.errors import AccessError

if TYPE_CHECKING:
    from audit.model.arn import Arn
    from audit.model.snapshot import AccountEntry

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_WRONG = {
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
    "AuthFailure",
    "InvalidAccessKeyId",
}
_SENTENCES: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((aws.NoRegionError,), "no AWS region is given: pass --region, or a contract that names one"),
    ((aws.InvalidRegionError,), "{why}: pass --region with a region's name such as eu-central-1"),
    ((aws.ProfileNotFound,), "{why}: pass another --profile, or configure it"),
    (
        (aws.SSOError, aws.TokenRetrievalError),
        "the AWS sign-in session is over or broken ({why}): run aws sso login and try again",
    ),
    (
        (aws.NoCredentialsError, aws.PartialCredentialsError, aws.CredentialRetrievalError, aws.NoAuthTokenError),
        "no usable AWS credentials ({why}): pass --profile, or set them in the environment",
    ),
    (
        (aws.HTTPClientError, aws.ConnectionError),
        "AWS could not be reached ({why}): check the network, --region and AWS_ENDPOINT_URL",
    ),
    ((Exception,), "AWS could not be asked who we are ({why}): check AWS_ENDPOINT_URL and --region"),
)


def access_error(error: Exception) -> AccessError:
    """The sentence for a failure of GetCallerIdentity or of making its session."""
    if isinstance(error, aws.ClientError):
        return _refused(error)
    sentence = next(text for kinds, text in _SENTENCES if isinstance(error, kinds))
    return AccessError(sentence.format(why=" ".join(str(error).split()).rstrip(".")))


def no_region() -> AccessError:
    """No region was given, and none is configured."""
    return access_error(aws.NoRegionError())


def not_taken(role: Arn, entry: AccountEntry, external_id: str | None) -> AccessError:
    """The role that opens the contract's account was refused; AWS does not say for which reason."""
    code = (entry.unreadable or {}).get("code")
    given = "the --external-id given may be another" if external_id else "no --external-id was given"
    return AccessError(
        f"{role}, which opens the contract's account, was refused ({code}): pass the external id that its trust policy "
        f"asks for ({given}), from an account that it trusts, as a caller whose own policies allow sts:AssumeRole on it"
    )


def unknown_region(region: str) -> AccessError:
    """A region that botocore does not list."""
    return AccessError(f"{region} is no AWS region that this kit knows: check --region, or upgrade boto3 if it is new")


def _refused(error: aws.ClientError) -> AccessError:
    code = code_of(error)
    if code in _EXPIRED:
        return AccessError(f"the AWS credentials have expired ({code}): renew them and try again")
    if code in _WRONG:
        return AccessError(f"AWS does not accept these credentials ({code}): check the keys, --profile and --region")
    return AccessError(f"AWS refused GetCallerIdentity ({code}): check the credentials, --region and AWS_ENDPOINT_URL")
