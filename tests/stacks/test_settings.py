from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.model.contract import Duty
from audit.model.errors import SettingsError
from components.layout import ConsolePermissions, Wal
from stacks.automq_config import sample_automq_config
from stacks.settings import Settings, decoded

BASE: dict[str, Any] = {
    "environment_id": "env-abc",
    "aws_account_id": "111122223333",
    "region": "us-east-1",
    "automq_config": sample_automq_config("env-abc", "us-east-1", "111122223333"),
}
LISTENER = {"protocol": "SASL_SSL", "sources": ["10.0.0.0/8"]}
GRANT = {
    "mode": "granted",
    "principal": "arn:aws:iam::381492316447:role/support",
    "until": "2027-01-31T18:00:00Z",
    "reads": ["automq/logs/"],
}
IN_CLUSTER = {
    "deploy_type": "K8S",
    "console_permissions": "tight",
    "deployer": "arn:aws:iam::111122223333:role/deployer",
}
AUDITOR = {"account": "777788889999", "external_id": "agreed-1"}
BALANCED = {
    "access": "load_balancer",
    "certificate_arn": "arn:aws:acm:us-east-1:111122223333:certificate/abc",
    "sources": ["10.0.0.0/8"],
}


def made(**changes: Any) -> Settings:
    return Settings.from_config({**BASE, **changes})


def refused(**changes: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        made(**changes)
    return str(caught.value)


def test_the_defaults_fit_a_proof_of_concept() -> None:
    settings = made()
    assert settings.wal is Wal.S3
    assert settings.console_permissions is ConsolePermissions.CONTRACT
    assert settings.network.nat == "single"
    assert settings.vendor_access.mode == "none"
    assert not settings.protect
    assert settings.console.access == "session_manager"


def test_brokers_listen_to_their_own_network_by_default() -> None:
    (listener,) = made(network={"cidr": "10.9.0.0/16"}).listeners
    assert (listener.protocol, listener.port, listener.cidrs) == ("SASL_SSL", 9112, ("10.9.0.0/16",))


def test_no_listener_is_a_choice() -> None:
    assert made(listeners=[]).listeners == ()


def test_every_field_is_described() -> None:
    parts = [Settings, *(field.annotation for field in Settings.model_fields.values())]
    for part in parts:
        for name, field in getattr(part, "model_fields", {}).items():
            assert field.description, name


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        made().protect = True  # type: ignore[misc]


def test_no_secret_shows() -> None:
    shown = repr(made())
    assert "sample-not-a-secret" not in shown
    assert BASE["automq_config"] not in shown


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"environment_id": "9"}, ["environment_id", "'9'", "[a-zA-Z]"]),
        ({"environment_id": "env-other"}, ["environment_id", "env-abc", "use the config of this environment"]),
        ({"region": "eu-west-1"}, ["region is eu-west-1", "us-east-1"]),
        ({"aws_account_id": "1234"}, ["aws_account_id", "1234"]),
        ({"wal": "DISK"}, ["wal is 'DISK'", "'S3WAL'", "change it"]),
        ({"console_permissions": "wide"}, ["console_permissions", "'contract'"]),
        ({"network": {"cidr": "10.0.0.0/24"}}, ["network.cidr 10.0.0.0/24", "/16 to a /20", "choose another"]),
        ({"network": {"cidr": "10.0.0.1/16"}}, ["network.cidr", "host bits", "10.0.0.0/16"]),
        ({"network": {"nat": "single", "public_subnets": False}}, ["network.nat is single", "public_subnets"]),
        ({"network": {"zone_letters": ["a", "a", "b"]}}, ["zone_letters", "twice"]),
        ({"network": {"zone_letters": ["a", "b"]}}, ["zone_letters", "2 zones", "name three, or one"]),
        (
            {"file_systems": {"count": 2}},
            ["file_systems belongs to wal FSWAL", "wal is S3WAL", "leave file_systems out"],
        ),
        ({"wal": "FSWAL", "file_systems": {"throughput_mibps": 5}}, ["file_systems.throughput_mibps", "10"]),
        ({"wal": "EBSWAL"}, ["EBSWAL needs one zone", "names 3", "or take S3WAL"]),
        (
            {"console": BALANCED, "network": {"zone_letters": ["a"]}},
            ["load_balancer needs subnets in two zones", "session_manager"],
        ),
        ({"eks": {}}, ["eks belongs to deploy_type K8S", "leave eks out"]),
        ({**IN_CLUSTER, "eks": {"version": "1.30"}}, ["eks.version 1.30", "Amazon Linux 2023", "1.31"]),
        ({**IN_CLUSTER, "eks": {"version": "1.36", "instance_type": "m7i.large"}}, ["eks.instance_type", "m7i.large"]),
        ({**IN_CLUSTER, "eks": {"nodes_desired": 9}}, ["eks.nodes_desired is 9", "1 to 4"]),
        ({**IN_CLUSTER, "deployer": None}, ["deploy_type K8S needs deployer", "name the role"]),
        ({**IN_CLUSTER, "roles": {"existing": ["console"]}}, ["roles.existing", "leave them out"]),
        ({**IN_CLUSTER, "wal": "FSWAL"}, ["wal FSWAL needs brokers on instances", "take S3WAL"]),
        ({**IN_CLUSTER, "console_permissions": "contract"}, ["console_permissions contract", "take tight"]),
        ({"network": {"size": 3}}, ["network.size is no setting"]),
        ({"data_bucket": "Bad_Name"}, ["data_bucket 'Bad_Name'", "naming rules", "choose another name"]),
        ({"listeners": [{"protocol": "PLAINTEXT", "sources": []}]}, ["PLAINTEXT", "9092", "allow_plaintext: true"]),
        ({"listeners": [{"protocol": "SASL_SSL", "port": 9092}]}, ["SASL_SSL listens on 9112", "not on 9092"]),
        ({"listeners": [{"protocol": "HTTP"}]}, ["listeners[0].protocol is 'HTTP'", "'SASL_SSL'"]),
        ({"listeners": [LISTENER, LISTENER]}, ["listeners has SASL_SSL twice", "join their sources"]),
        ({"listeners": [{**LISTENER, "sources": ["0.0.0.0/0"]}]}, ["whole internet", "allow_internet: true"]),
        ({"listeners": [{**LISTENER, "sources": ["0.0.0.0/1", "128.0.0.0/1"]}]}, ["whole internet"]),
        ({"listeners": [{**LISTENER, "sources": ["10.0.0.0/8"] * 2}]}, ["overlapping", "10.0.0.0/8", "wider"]),
        ({"listeners": [{**LISTENER, "sources": ["10.0.0.0/8", "10.1.0.0/16"]}]}, ["overlapping", "10.1.0.0/16"]),
        ({"listeners": [{**LISTENER, "sources": ["sg-0123456789abcdef0"] * 2}]}, ["sg-0123456789abcdef0 twice"]),
        ({"listeners": [{**LISTENER, "sources": ["everyone"]}]}, ["'everyone' is no IPv4 CIDR"]),
        ({"console": {"access": "load_balancer"}}, ["console.certificate_arn", "give both"]),
        ({"console": {"sources": ["10.0.0.0/8"]}}, ["load_balancer", "leave them out"]),
        ({"console": {**BALANCED, "sources": ["0.0.0.0/0"]}}, ["console.sources", "whole internet"]),
        ({"console": {"broker_image_owners": ["anyone"]}}, ["broker_image_owners", "anyone"]),
        ({"keys": {"deletion_window_days": 6}}, ["keys.deletion_window_days is 6", "7"]),
        ({"keys": {"deletion_window_days": 31}}, ["keys.deletion_window_days is 31", "30"]),
        ({"retention": {"trail": 100}}, ["retention.trail is 100 days", "take 90"]),
        ({"retention": {"noncurrent_versions": 0}}, ["retention.noncurrent_versions is 0"]),
        ({"retention": {"audit_lock_days": 0}}, ["retention.audit_lock_days is 0"]),
        (
            {"retention": {"trail": 90, "audit_lock_days": 91}},
            ["retention.audit_lock_days is 91", "the trail is kept 90", "raise retention.trail"],
        ),
        ({"vendor_access": {**GRANT, "principal": "arn:aws:iam::381492316447:root"}}, ["never an account's root"]),
        ({"vendor_access": {**GRANT, "principal": "arn:aws:iam::111122223333:role/x"}}, ["own account"]),
        ({"vendor_access": {**GRANT, "until": "2027-01-31"}}, ["vendor_access.until", "UTC"]),
        ({"vendor_access": {**GRANT, "until": "2027-01-31T18:00:00+02:00"}}, ["vendor_access.until", "UTC"]),
        ({"vendor_access": {**GRANT, "until": None}}, ["vendor_access.until"]),
        ({"vendor_access": {**GRANT, "reads": []}}, ["opens no prefix"]),
        ({"vendor_access": {**GRANT, "reads": ["*"]}}, ["'*'", "folder without wildcards"]),
        ({"vendor_access": {**GRANT, "mode": "none"}}, ["none but describes a grant"]),
        (
            {"auditor": {**AUDITOR, "account": "111122223333"}},
            ["auditor.account 111122223333", "own", "leave auditor out"],
        ),
        ({"auditor": {**AUDITOR, "account": "security"}}, ["auditor.account is 'security'", r"\d{12}"]),
        ({"auditor": {**AUDITOR, "external_id": "x"}}, ["auditor.external_id is 'x'", "at least 2 characters"]),
        ({"auditor": {**AUDITOR, "external_id": "x" * 1225}}, ["auditor.external_id", "at most 1224 characters"]),
        ({"auditor": {**AUDITOR, "external_id": "two words"}}, ["auditor.external_id is 'two words'", "[a-zA-Z0-9_+"]),
        ({"auditor": {**AUDITOR, "external_id": "é" * 9}}, ["auditor.external_id"]),
        ({"auditor": {"account": "777788889999"}}, ["auditor.external_id is not set"]),
        ({"auditor": {**AUDITOR, "role": "x"}}, ["auditor.role is no setting"]),
        ({"owners": {"nobody": {"team": "x", "contact": "x@example.com"}}}, ["owners.nobody", "'quota'"]),
        ({"owners": {"quota": {"team": "x"}}}, ["owners.quota.contact is not set"]),
        ({"tags": {"automqVendor": "me"}}, ["tags.automqVendor is reserved"]),
        ({"tags": {"AWS:x": "me"}}, ["tags.AWS:x is reserved"]),
        ({"tags": {"x" * 129: ""}}, ["too long", "128"]),
        ({"tags": {str(number): "" for number in range(41)}}, ["tags", "at most 40"]),
        ({"deployer": "arn:aws:iam::111122223333:root"}, ["deployer", "role"]),
        ({"break_glass": "arn:aws:iam::777788889999:role/x"}, ["break_glass", "environment's account"]),
        (
            {"break_glass": "arn:aws:iam::111122223333:role/x", "deployer": "arn:aws:iam::111122223333:role/x"},
            ["break_glass", "other than deployer"],
        ),
        ({"alarm_emails": ["nobody"]}, ["alarm_emails[0] is 'nobody'"]),
        ({"protect": True}, ["console.image", "by digest"]),
        ({"wall": "S3WAL"}, ["wall is no setting", "did you mean wal?"]),
    ],
)
def test_a_setting_out_of_limits_is_told_by_field_limit_and_way_out(changes: dict[str, Any], words: list[str]) -> None:
    message = refused(**changes)
    assert all(word in message for word in words), message
    assert "\n" not in message


def test_several_problems_are_told_at_once_the_first_one_first() -> None:
    message = refused(wal="DISK", aws_account_id="1")
    assert message.startswith("aws_account_id")
    assert "; wal is 'DISK'" in message


@pytest.mark.parametrize("missing", ["environment_id", "aws_account_id", "region", "automq_config"])
def test_a_setting_without_a_default_must_be_given(missing: str) -> None:
    with pytest.raises(SettingsError, match=f"{missing} is not set .*pulumi config set (--secret )?{missing}"):
        Settings.from_config({name: value for name, value in BASE.items() if name != missing})


def test_the_data_bucket_is_not_the_ops_bucket() -> None:
    assert "is the ops bucket" in refused(data_bucket=made().automq_config.ops_bucket)


def test_the_internet_is_admitted_where_it_is_meant() -> None:
    (listener,) = made(listeners=[{**LISTENER, "sources": ["0.0.0.0/0"], "allow_internet": True}]).listeners
    assert listener.cidrs == ("0.0.0.0/0",)


def test_plaintext_is_admitted_by_name() -> None:
    (listener,) = made(listeners=[{"protocol": "PLAINTEXT", "allow_plaintext": True}]).listeners
    assert listener.port == 9092


def test_sources_are_told_apart() -> None:
    (listener,) = made(listeners=[{**LISTENER, "sources": ["10.0.0.0/8", "sg-0123456789abcdef0"]}]).listeners
    assert listener.cidrs == ("10.0.0.0/8",)
    assert listener.security_groups == ("sg-0123456789abcdef0",)


def test_owners_may_be_incomplete() -> None:
    settings = made(owners={"quota": {"team": "cloud", "contact": "cloud@example.com"}})
    assert set(settings.owners) == {Duty.QUOTA}


def test_a_grant_is_taken_whole() -> None:
    assert made(vendor_access=GRANT).vendor_access.reads == ("automq/logs/",)


def test_a_load_balancer_has_certificate_and_sources() -> None:
    assert made(console=BALANCED).console.certificate_arn == BALANCED["certificate_arn"]


def test_an_auditor_is_an_account_and_what_it_must_say() -> None:
    auditor = made(auditor={"account": 777788889999, "external_id": "a_b+c=d,e.f@g:h/i-j"}).auditor
    assert auditor is not None
    assert (auditor.account, auditor.external_id) == ("777788889999", "a_b+c=d,e.f@g:h/i-j")
    assert made().auditor is None


def test_production_names_its_image_by_digest() -> None:
    image = f"111122223333.dkr.ecr.us-east-1.amazonaws.com/automq/console@sha256:{'a' * 64}"
    assert made(protect=True, console={"image": image}).protect


def test_values_as_pulumi_hands_them_over_are_read() -> None:
    text = {"wal": "EBSWAL", "protect": "false", "network": '{"zone_letters": ["b"]}', "tags": '{"CostCenter": "7"}'}
    settings = made(**{name: decoded(name, value) for name, value in text.items()})
    assert (settings.wal, settings.protect, settings.zones) == (Wal.EBS, False, ("us-east-1b",))
    assert settings.tags == {"CostCenter": "7"}


def test_a_structure_that_is_no_json_is_told() -> None:
    with pytest.raises(SettingsError, match="network is no JSON"):
        decoded("network", "{cidr: 10")


def test_an_account_id_written_as_a_number_is_taken() -> None:
    assert made(aws_account_id=111122223333).aws_account_id == "111122223333"


def test_the_longest_names_and_most_image_owners_fit_into_the_boundary() -> None:
    environment, region = "E" * 32, "us-gov-west-1"
    issued = {
        "environmentId": environment,
        "clientId": "client",
        "clientSecret": "hidden",
        "region": region,
        "opsBucket": {"bucketName": "o" * 63},
    }
    settings = made(
        environment_id=environment,
        region=region,
        automq_config=base64.b64encode(json.dumps(issued).encode()).decode(),
        data_bucket="d" * 63,
        wal="FSWAL",
        console_permissions="tight",
        console={"broker_image_owners": ["111111111111", "222222222222", "aws-marketplace"]},
    )
    assert settings.names.environment_id == environment


def test_names_subnets_zones_and_tags_follow() -> None:
    settings = made(tags={"CostCenter": "7"}, network={"public_subnets": False, "nat": "none"})
    assert settings.names.data_bucket == "automq-data-env-abc-us-east-1-111122223333"
    assert settings.subnets.public == ()
    assert settings.zones == ("us-east-1a", "us-east-1b", "us-east-1c")
    assert settings.default_tags == {
        "CostCenter": "7",
        "automqVendor": "automq",
        "automqEnvironmentID": "env-abc",
        "automqManagedBy": "byoc-kit",
    }


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(changes=st.dictionaries(st.sampled_from(sorted(Settings.model_fields)), st.none() | st.text() | st.integers()))
def test_whatever_is_given_is_taken_or_told(changes: dict[str, Any]) -> None:
    # Any other exception than SettingsError ends the test.
    with suppress(SettingsError):
        assert made(**changes).names.environment_id == "env-abc"
