"""Keys that the settings name are taken when their policies let the environment use them, and refused otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from audit.model.errors import SettingsError
from components.documents.key_requests import requested
from components.documents.statement import document
from components.layout import Purpose
from stacks.existing import keys, look_up
from stacks.existing.keys import Key
from stacks.existing.reading import Reader
from stacks.rehearsal.cloud import Cloud

if TYPE_CHECKING:
    from collections.abc import Callable

    from stacks.rehearsal.emulator import Emulator
    from stacks.settings import Settings

ACCOUNT = "111122223333"
ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f"
ALL = {purpose: f"{ARN}{place}" for place, purpose in enumerate(Purpose)}
DEFAULT = document(
    {
        "Sid": "Enable",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
)
ENABLED = {"KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT", "KeyManager": "CUSTOMER"}


@pytest.fixture(scope="module")
def all_named(settings_with: Callable[..., Settings]) -> Settings:
    deployer = f"arn:aws:iam::{ACCOUNT}:role/deployer"
    return settings_with(deployer=deployer, keys={"existing": {purpose.value: arn for purpose, arn in ALL.items()}})


def asked(settings: Settings, purpose: Purpose) -> dict[str, Any]:
    return requested(settings.names, settings.wal, settings.deployer)[purpose]


def wrong(settings: Settings, purpose: Purpose, policy: dict[str, Any], **metadata: str) -> list[str]:
    return keys.problems(settings, {purpose: Key({**ENABLED, **metadata}, policy)})


@pytest.mark.parametrize("purpose", Purpose)
def test_what_is_requested_is_enough_for_each_key(all_named: Settings, purpose: Purpose) -> None:
    assert wrong(all_named, purpose, asked(all_named, purpose)) == []


@pytest.mark.parametrize("purpose", Purpose)
def test_every_requested_statement_is_needed(all_named: Settings, purpose: Purpose) -> None:
    statements = asked(all_named, purpose)["Statement"]
    for place, statement in enumerate(statements):
        rest = document(*statements[:place], *statements[place + 1 :])
        assert wrong(all_named, purpose, rest), statement


@pytest.mark.parametrize(("purpose", "lacks"), [
    (Purpose.DATA, set()),
    (Purpose.LOGS, {"logs.us-east-1.amazonaws.com", "cloudtrail.amazonaws.com", "delivery.logs.amazonaws.com"}),
    (Purpose.VOLUMES, {"AWSServiceRoleForAutoScaling"}),
])  # fmt: skip
def test_awss_default_policy_is_enough_for_roles_and_not_for_services(
    all_named: Settings, purpose: Purpose, lacks: set[str]
) -> None:
    found = wrong(all_named, purpose, DEFAULT)
    assert bool(found) is bool(lacks)
    assert all(name in found[0] for name in lacks)


def test_a_policy_that_lacks_the_grant_says_who_is_kept_from_what(all_named: Settings) -> None:
    (problem,) = wrong(all_named, Purpose.DATA, document())
    assert "keys.existing.data" in problem
    assert "does not let in automq-data-plane-env-existing (kms:Decrypt, kms:GenerateDataKey)" in problem
    assert "byoc requests" in problem


def test_a_denial_counts_too(all_named: Settings) -> None:
    deny = {"Sid": "No", "Effect": "Deny", "Principal": "*", "Action": "kms:GenerateDataKey", "Resource": "*"}
    (problem,) = wrong(all_named, Purpose.DATA, document(*asked(all_named, Purpose.DATA)["Statement"], deny))
    assert "(kms:GenerateDataKey)" in problem


@pytest.mark.parametrize(
    ("metadata", "words"),
    [({"KeyState": "PendingDeletion"}, "is PendingDeletion"), ({"KeySpec": "RSA_2048"}, "is no symmetric key"),
     ({"KeyManager": "AWS"}, "is no symmetric key of the account's own")],
)  # fmt: skip
def test_a_key_that_cannot_serve_is_refused(all_named: Settings, metadata: dict[str, str], words: str) -> None:
    (problem,) = wrong(all_named, Purpose.DATA, asked(all_named, Purpose.DATA), **metadata)
    assert words in problem


def test_the_stacks_keys_are_there_and_taken(account: Emulator, settings: Settings) -> None:
    look_up(settings)
    there = keys.read(Reader(settings.region), settings.keys.existing[Purpose.DATA])
    assert there.metadata is not None
    assert there.metadata["Arn"] == settings.keys.existing[Purpose.DATA]


def test_a_key_that_is_not_there_and_one_without_the_grant_stop_the_program(
    account: Emulator, settings_with: Callable[..., Settings]
) -> None:
    cloud = Cloud(account.environment, account.account, account.region)
    bare = cloud.call("kms", "CreateKey", {"Policy": '{"Version": "2012-10-17", "Statement": []}'})["KeyMetadata"][
        "Arn"
    ]
    with pytest.raises(SettingsError) as caught:
        look_up(settings_with(keys={"existing": {"data": bare, "ops": f"{ARN}9"}}))
    assert f"keys.existing.data {bare} does not let in automq-data-plane" in str(caught.value)
    assert f"keys.existing.ops {ARN}9 is not there" in str(caught.value)


@pytest.mark.parametrize(
    ("existing", "words"),
    [
        ({"data": ALL[Purpose.DATA].replace("us-east-1", "eu-west-1")}, ["in eu-west-1", f"{ACCOUNT} in us-east-1"]),
        ({"data": ALL[Purpose.DATA].replace(ACCOUNT, "222233334444")}, ["is a key of 222233334444"]),
        ({"data": ALL[Purpose.DATA], "ops": ALL[Purpose.DATA]}, ["for data and ops", "a key for each"]),
        ({"data": "alias/ours"}, ["keys.existing.data is 'alias/ours'"]),
        ({"topics": ALL[Purpose.DATA]}, ["keys.existing.topics", "'data'"]),
    ],
)
def test_a_key_that_cannot_be_meant_is_refused(
    settings_with: Callable[..., Settings], existing: dict[str, str], words: list[str]
) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_with(keys={"existing": existing})
    assert all(word in str(caught.value) for word in words), str(caught.value)
