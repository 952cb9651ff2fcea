from __future__ import annotations

from typing import Any

import pytest

from audit.collect.accounts import enter
from audit.collect.guard import CREDENTIAL_CALLS
from audit.model.contract import BoundaryContract
from audit.model.errors import AccessError, KitError, UsageError

ROLE = "arn:aws:iam::222233334444:role/auditor"


def refused(request: Any) -> str:
    with pytest.raises(KitError) as caught:
        enter(request, CREDENTIAL_CALLS)
    return str(caught.value)


def error(code: str) -> bytes:
    return f"<ErrorResponse><Error><Code>{code}</Code><Message>m</Message></Error></ErrorResponse>".encode()


def test_no_credentials_is_one_sentence_with_the_way_out(request_for: Any) -> None:
    with pytest.raises(AccessError, match=r"^no usable AWS credentials .*: pass --profile") as caught:
        enter(request_for(credentials=None), CREDENTIAL_CALLS)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [
        (400, "ExpiredToken", "have expired"),
        (403, "ExpiredToken", "have expired"),
        (403, "InvalidClientTokenId", "does not accept these credentials"),
        (403, "SignatureDoesNotMatch", "does not accept these credentials"),
        (403, "RegionDisabledException", "refused GetCallerIdentity (RegionDisabledException)"),
        (500, "InternalFailure", "refused GetCallerIdentity (InternalFailure)"),
    ],
)
def test_a_caller_that_aws_refuses_is_told_why(
    request_for: Any, answer_with: Any, status: int, code: str, sentence: str
) -> None:
    answer_with("sts.GetCallerIdentity", status, error(code))

    assert sentence in refused(request_for())


def test_an_endpoint_that_is_no_aws_is_said_to_be_none(request_for: Any, answer_with: Any) -> None:
    answer_with("sts.GetCallerIdentity", 200, b"<html></html>")

    assert "AWS_ENDPOINT_URL" in refused(request_for())


def test_an_unreachable_endpoint_is_one_sentence(request_for: Any) -> None:
    message = refused(request_for(endpoint_url="http://127.0.0.1:9"))

    assert message.startswith("AWS could not be reached (Could not connect to the endpoint URL")
    assert message.endswith("check the network, --region and AWS_ENDPOINT_URL")


def test_a_malformed_endpoint_is_one_sentence(request_for: Any) -> None:
    assert "AWS_ENDPOINT_URL" in refused(request_for(endpoint_url="not a url"))


@pytest.mark.parametrize("region", ["eu-nowhere-1", "Frankfurt", "eu central 1"])
def test_a_wrong_region_is_named_before_anything_is_asked(request_for: Any, region: str) -> None:
    assert refused(request_for(regions=("eu-central-1", region))).startswith(f"{region} is no AWS region")


def test_no_region_at_all_is_said(request_for: Any) -> None:
    assert refused(request_for(regions=())).startswith("no AWS region is given")


def test_an_unknown_profile_is_said(request_for: Any) -> None:
    assert "The config profile (nobody) could not be found" in refused(request_for(credentials=None, profile="nobody"))


@pytest.mark.parametrize("role", ["auditor", "arn:aws:iam::222233334444:user/me", "arn:aws:s3:::bucket"])
def test_a_role_to_assume_is_a_roles_arn(request_for: Any, role: str) -> None:
    with pytest.raises(UsageError, match="role"):
        enter(request_for(roles=(role,)), CREDENTIAL_CALLS)


def test_an_external_id_that_aws_would_not_take_is_the_users_mistake(request_for: Any) -> None:
    with pytest.raises(UsageError, match="--external-id"):
        enter(request_for(roles=(ROLE,), external_id="x"), CREDENTIAL_CALLS)


def test_an_account_named_twice_is_entered_once(request_for: Any) -> None:
    entrance = enter(request_for(roles=(ROLE, ROLE)), CREDENTIAL_CALLS)

    assert [account.id for account in entrance.accounts] == ["123456789012", "222233334444"]


def contract(account: str) -> BoundaryContract:
    return BoundaryContract(environment_id="env", account=account, region="eu-central-1")


def test_who_audits_from_another_account_has_only_the_audited_one_walked(request_for: Any) -> None:
    further = "arn:aws:iam::333344445555:role/archive"
    entrance = enter(request_for(roles=(further, ROLE), contract=contract("222233334444")), CREDENTIAL_CALLS)

    assert [account.id for account in entrance.accounts] == ["222233334444", "333344445555"]
    assert [entry.id for entry in entrance.entries] == ["222233334444", "333344445555"]
    assert entrance.caller["Account"] == "123456789012"


@pytest.mark.parametrize("of", ["123456789012", "444455556666"])
def test_the_callers_own_account_is_walked_where_no_role_opens_the_contracts(request_for: Any, of: str) -> None:
    entrance = enter(request_for(roles=(ROLE,), contract=contract(of)), CREDENTIAL_CALLS)

    assert [account.id for account in entrance.accounts] == ["123456789012", "222233334444"]


@pytest.mark.parametrize(
    ("external_id", "words"),
    [(None, "no --external-id was given"), ("other", "the --external-id given may be another")],
)
def test_a_refused_role_to_the_contracts_account_ends_the_walk_with_the_way_out(
    request_for: Any, answer_with: Any, external_id: str | None, words: str
) -> None:
    answer_with("sts.AssumeRole", 403, error("AccessDenied"))
    request = request_for(roles=(ROLE,), external_id=external_id, contract=contract("222233334444"))

    with pytest.raises(AccessError) as caught:
        enter(request, CREDENTIAL_CALLS)
    assert str(caught.value).startswith(f"{ROLE}, which opens the contract's account, was refused (AccessDenied): ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_partition_is_the_callers(request_for: Any, answer_with: Any) -> None:
    arn = "arn:aws-cn:iam::123456789012:role/auditor"
    body = f"""<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{arn}</Arn><UserId>u</UserId>
    <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""
    answer_with("sts.GetCallerIdentity", 200, body.encode())

    entrance = enter(request_for(regions=("cn-north-1",)), CREDENTIAL_CALLS)

    assert entrance.partition == "aws-cn"


def test_a_client_is_made_once_for_a_service_and_region(request_for: Any) -> None:
    (account,) = enter(request_for(), CREDENTIAL_CALLS).accounts

    assert account.client("sts", "eu-central-1") is account.client("sts", "eu-central-1")
    assert account.client("sts", "us-east-1") is not account.client("sts", "eu-central-1")


def test_a_requests_text_shows_no_secret(request_for: Any) -> None:
    request = request_for()

    assert request.credentials.secret_key == "test"
    assert "secret_key" not in repr(request)
