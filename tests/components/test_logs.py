from typing import Any

from components.logs import Logs, LogsArgs


def test_every_group_has_the_key_and_is_kept_as_long_as_asked(declare: Any) -> None:
    args = LogsArgs({"trail": ("/automq/e/trail", 400), "dns": ("/automq/e/dns", 90)}, "arn:key", "delivery", "{}")
    groups = declare(lambda: Logs("logs", args)).of("LogGroup")
    assert [(group["name"], group["retentionInDays"], group["kmsKeyId"]) for group in groups] == [
        ("/automq/e/dns", 90, "arn:key"),
        ("/automq/e/trail", 400, "arn:key"),
    ]


def test_one_resource_policy_serves_every_delivery(declare: Any) -> None:
    args = LogsArgs({"dns": ("/automq/e/dns", 30)}, "arn:key", "delivery", '{"policy": 1}')
    (policy,) = declare(lambda: Logs("logs", args)).of("LogResourcePolicy")
    assert (policy["policyName"], policy["policyDocument"]) == ("delivery", '{"policy": 1}')
