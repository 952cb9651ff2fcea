from __future__ import annotations

from typing import TYPE_CHECKING, Any

from components.documents.keys import data_key, key_policies, key_uses, logs_key, ops_key, volumes_key
from components.documents.statement import VendorWindow
from components.layout import Names, Purpose, Wal

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOW = VendorWindow("arn:aws:iam::381492316447:role/support", "2027-01-31T18:00:00Z", ("automq/logs/",))
USES = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:CreateGrant")


def principals(document: dict[str, Any], action: str, context: dict[str, str], decide: Callable[..., str]) -> set[str]:
    return {
        name
        for statement in document["Statement"]
        if decide([{"Statement": [statement]}], action, "*", context) == "allow"
        for value in statement["Principal"].values()
        for name in ([value] if isinstance(value, str) else value)
    }


def via(service: str) -> dict[str, str]:
    return {"kms:ViaService": f"{service}.eu-west-1.amazonaws.com", "kms:CallerAccount": "111122223333"}


def test_identity_policies_alone_never_give_the_use_of_a_key(names: Names, evaluate: Callable[..., str]) -> None:
    for purpose, policy in key_policies(names, Wal.EBS, None, WINDOW).items():
        for action in USES:
            assert names.root_arn not in principals(policy, action, {}, evaluate), (purpose, action)


def test_the_account_keeps_every_key_manageable(names: Names, evaluate: Callable[..., str]) -> None:
    for policy in key_policies(names, Wal.S3).values():
        for action in ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DescribeKey", "kms:TagResource"):
            assert principals(policy, action, {}, evaluate) >= {names.root_arn}


def test_only_brokers_use_the_data_key_and_only_through_s3(names: Names, evaluate: Callable[..., str]) -> None:
    assert principals(data_key(names), "kms:Decrypt", via("s3"), evaluate) == {names.data_plane_role_arn}
    assert principals(data_key(names), "kms:Decrypt", {}, evaluate) == set()
    foreign = {**via("s3"), "kms:CallerAccount": "999999999999"}
    assert principals(data_key(names), "kms:Decrypt", foreign, evaluate) == set()


def test_the_ops_key_serves_both_roles_and_the_secrets(names: Names, evaluate: Callable[..., str]) -> None:
    roles = {names.data_plane_role_arn, names.console_role_arn}
    assert principals(ops_key(names), "kms:Decrypt", via("s3"), evaluate) == roles
    secret = {"kms:EncryptionContext:SecretARN": names.secrets_arn.replace("*", "config-x1y2z3")}
    of_secret = {**via("secretsmanager"), **secret}
    deployer = "arn:aws:iam::111122223333:role/deployer"
    assert principals(ops_key(names, deployer), "kms:Decrypt", of_secret, evaluate) == {
        names.console_role_arn,
        deployer,
    }
    assert principals(ops_key(names), "kms:GenerateDataKey", of_secret, evaluate) == {names.root_arn}


def test_a_vendor_window_opens_the_ops_key_until_its_end(names: Names, evaluate: Callable[..., str]) -> None:
    opened = ops_key(names, None, WINDOW)
    context = {"kms:ViaService": "s3.eu-west-1.amazonaws.com", "kms:CallerAccount": "381492316447"}
    during, after = ({**context, "aws:CurrentTime": f"2027-0{month}-01T00:00:00Z"} for month in (1, 2))
    assert principals(opened, "kms:Decrypt", during, evaluate) == {WINDOW.principal}
    assert principals(opened, "kms:Decrypt", after, evaluate) == set()
    assert principals(opened, "kms:GenerateDataKey", during, evaluate) == set()
    writing = VendorWindow(WINDOW.principal, WINDOW.until, (), ("licence/",))
    assert principals(ops_key(names, None, writing), "kms:GenerateDataKey", during, evaluate) == {WINDOW.principal}


def test_the_logs_key_names_each_service_and_its_source(names: Names, evaluate: Callable[..., str]) -> None:
    policy, use = logs_key(names), "kms:GenerateDataKey"
    group = {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:log-group:/automq/env-abc/dns"}
    trail = {
        "aws:SourceArn": names.trail_arn,
        "aws:SourceAccount": "111122223333",
        "kms:EncryptionContext:aws:cloudtrail:arn": names.trail_arn,
    }
    delivery = {"aws:SourceArn": "arn:aws:logs:eu-west-1:111122223333:*", "aws:SourceAccount": "111122223333"}
    alarms = {"cloudwatch.amazonaws.com", "events.amazonaws.com"}
    assert principals(policy, use, group, evaluate) == {"logs.eu-west-1.amazonaws.com"} | alarms
    assert principals(policy, use, trail, evaluate) == {"cloudtrail.amazonaws.com"} | alarms
    assert principals(policy, use, delivery, evaluate) == {"delivery.logs.amazonaws.com"} | alarms
    other = {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:111122223333:log-group:/other"}
    assert principals(policy, use, other, evaluate) == alarms


def test_the_volumes_key_serves_auto_scaling_and_backups(names: Names, evaluate: Callable[..., str]) -> None:
    grant = {"kms:GrantIsForAWSResource": "true"}
    services = {names.auto_scaling_role_arn, names.backup_role_arn}
    assert principals(volumes_key(names, Wal.S3), "kms:CreateGrant", grant, evaluate) == services
    through = {**grant, **via("ec2")}
    starters = principals(volumes_key(names, Wal.S3, "deployer"), "kms:CreateGrant", through, evaluate)
    assert starters == services | {names.console_role_arn, "deployer"}
    with_brokers = principals(volumes_key(names, Wal.EBS), "kms:CreateGrant", through, evaluate)
    assert names.data_plane_role_arn in with_brokers
    assert names.data_plane_role_arn in principals(volumes_key(names, Wal.EBS), "kms:Decrypt", via("ec2"), evaluate)
    makers = principals(volumes_key(names, Wal.EBS), "kms:GenerateDataKeyWithoutPlaintext", via("ec2"), evaluate)
    assert names.data_plane_role_arn not in makers
    no_grant = {**via("ec2"), "kms:GrantIsForAWSResource": "false"}
    assert principals(volumes_key(names, Wal.S3), "kms:CreateGrant", no_grant, evaluate) == set()


def test_every_use_of_a_key_is_a_row(names: Names) -> None:
    rows = key_uses(key_policies(names, Wal.S3))
    assert {row.key for row in rows} == set(Purpose)
    brokers = [row for row in rows if row.who == names.data_plane_role_arn and row.key is Purpose.DATA]
    assert [row.operations for row in brokers] == [("kms:Decrypt", "kms:GenerateDataKey")]
    assert brokers[0].through == ("s3.eu-west-1.amazonaws.com",)
    assert {row.who for row in rows} >= {"cloudtrail.amazonaws.com", "logs.eu-west-1.amazonaws.com"}
