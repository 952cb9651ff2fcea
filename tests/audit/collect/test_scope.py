from __future__ import annotations

import pytest

from audit.collect.scope import AuditScope, canonical, scope_of
from audit.model.contract import BoundaryContract
from audit.services.row import Detail

KEY = "11111111-2222-3333-4444-555555555555"
KEY_ARN = f"arn:aws:kms:eu-central-1:111122223333:key/{KEY}"


@pytest.mark.parametrize(
    ("detail", "text", "name"),
    [
        (Detail.BUCKET, "data", "data"),
        (Detail.BUCKET, "arn:aws-cn:s3:::data", "data"),
        (Detail.BUCKET, "arn:aws:s3:::data/prefix/*", "data"),
        (Detail.KEY, KEY, KEY),
        (Detail.KEY, KEY_ARN, KEY),
        (Detail.KEY, "arn:aws:kms:eu-central-1:111122223333:alias/automq/poc/data", "alias/automq/poc/data"),
        (Detail.LOG_GROUP, "arn:aws:logs:eu-central-1:111122223333:log-group:/automq/poc/trail:*", "/automq/poc/trail"),
        (Detail.LOG_GROUP, "arn:aws:logs:eu-central-1:111122223333:log-group:/automq/poc/trail", "/automq/poc/trail"),
        (Detail.SECRET, "arn:aws:secretsmanager:eu-central-1:111122223333:secret:automq/x-AbCdEf", "automq/x"),
        (Detail.VAULT, "arn:aws:backup:eu-central-1:111122223333:backup-vault:automq-poc", "automq-poc"),
        (Detail.ZONE, "/hostedzone/Z1", "Z1"),
        (Detail.ZONE, "Z1", "Z1"),
        (Detail.ZONE, "arn:aws:route53:::hostedzone/Z1", "Z1"),
        (Detail.TOPIC, "arn:aws:sns:eu-central-1:111122223333:alarms", "arn:aws:sns:eu-central-1:111122223333:alarms"),
    ],
)
def test_a_name_has_one_spelling(detail: Detail, text: str, name: str) -> None:
    assert canonical(detail, text) == name
    assert canonical(detail, canonical(detail, text)) == name


def test_a_contract_gives_its_buckets_keys_log_sinks_and_network() -> None:
    contract = BoundaryContract.from_json(
        {
            "format": "byoc-contract/1", "environment_id": "e", "account": "111122223333", "region": "eu-central-1",
            "buckets": {"data-bucket": {"name": "data", "holds": "records"}},
            "keys": {"data-key": {"arn": KEY_ARN, "protects": "records"}},
            "network": {"vpc": "vpc-1", "hosted_zone": "Z1"},
            "log_sinks": [
                {"signal": "dns", "kind": "log_group", "name": "/e/dns", "retention_days": 1, "reviewed_by": "alerts"},
                {"signal": "s3", "kind": "bucket", "name": "access", "retention_days": 1, "reviewed_by": "alerts"},
            ],
        },
        "test",
    )  # fmt: skip

    assert scope_of(contract) == {
        (Detail.BUCKET, "data"), (Detail.KEY, KEY), (Detail.LOG_GROUP, "/e/dns"), (Detail.BUCKET, "access"),
        (Detail.VPC, "vpc-1"), (Detail.ZONE, "Z1"),
    }  # fmt: skip


def test_only_new_names_are_returned_whatever_their_spelling() -> None:
    scope = AuditScope(frozenset({(Detail.KEY, KEY)}))

    assert scope.add([(Detail.KEY, KEY_ARN), (Detail.BUCKET, "logs")]) == [(Detail.BUCKET, "logs")]
    assert scope.holds(Detail.KEY, KEY_ARN)
    assert not scope.holds(Detail.BUCKET, "data")


def test_an_alias_brings_its_key_whichever_is_learned_first() -> None:
    first, second = AuditScope(frozenset()), AuditScope(frozenset())

    assert first.alias("alias/data", KEY) == []
    assert first.add([(Detail.KEY, "alias/data")]) == [(Detail.KEY, "alias/data"), (Detail.KEY, KEY)]
    assert second.add([(Detail.KEY, "alias/data")]) == [(Detail.KEY, "alias/data")]
    assert second.alias("alias/data", KEY) == [(Detail.KEY, KEY)]


def test_without_a_contract_everything_is_in_the_scope() -> None:
    assert AuditScope(None).holds(Detail.TOPIC, "anything")
