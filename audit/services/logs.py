"""CloudWatch Logs: log groups with retention, key and filters, and every way in which log events leave them.

Of the resource policies, those of the account are read; AWS also keeps policies on single log groups.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from audit.model.facts import Fact, Unknown
from audit.model.graph import Edge, EdgeKind, Gap, Node, NodeKind
from audit.model.snapshot import GLOBAL
from audit.services.grants import grants, statements
from audit.services.kms import encrypted_with
from audit.services.reading import document, evidence, parsed, record_id, then, whole
from audit.services.receivers import receiver
from audit.services.row import Detail, Row, if_any
from audit.services.runs_as import if_trusted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from audit.services.facts import Facts

_GROUPS, _POLICIES, _ACCOUNT = "logs:DescribeLogGroups", "logs:DescribeResourcePolicies", "logs:DescribeAccountPolicies"
_METRICS, _SUBSCRIPTIONS = "logs:DescribeMetricFilters", "logs:DescribeSubscriptionFilters"
_MASKING, _TAGS, _EXPORTS = "logs:GetDataProtectionPolicy", "logs:ListTagsForResource", "logs:DescribeExportTasks"
_DESTINATIONS = "logs:DescribeDestinations"
_SENT_ON, _MASKED = "SUBSCRIPTION_FILTER_POLICY", "DATA_PROTECTION_POLICY"


def _detail(operation: str, why: str, each: str = "logGroupName: logGroupName", *absent: str) -> Row:
    return Row(
        "logs", operation, f"logs:{operation}", why, parent=_GROUPS,
        each=f"logGroups[].{{{each}}}", detail=Detail.LOG_GROUP, absent=frozenset(absent),
    )  # fmt: skip


ROWS: tuple[Row, ...] = (
    Row("logs", "DescribeLogGroups", _GROUPS, "where logs are kept, how long, under which key",
        leads={Detail.KEY: "logGroups[].kmsKeyId"}),
    Row("logs", "DescribeMetricFilters", _METRICS, "what is watched for in the logs", **if_any(_GROUPS, "logGroups")),
    _detail("DescribeSubscriptionFilters", "where log events are copied to"),
    replace(
        _detail("GetDataProtectionPolicy", "what is masked in the logs", "logGroupIdentifier: logGroupName",
                "ResourceNotFoundException"),
        # The page "LogGroup": the status stands only where a group has, or had, a policy.
        each="logGroups[?dataProtectionStatus].{logGroupIdentifier: logGroupName}", implied=True,
    ),
    _detail("ListTagsForResource", "a log group's tags", "resourceArn: logGroupArn"),
    Row("logs", "DescribeResourcePolicies", _POLICIES, "which services may write log events",
        **if_any(_GROUPS, "logGroups")),
    Row("logs", "DescribeAccountPolicies", _ACCOUNT, "where all log groups' events are copied to, and what is masked",
        parent=_GROUPS, implied=True,
        each=f"logGroups && [{{policyType: '{_SENT_ON}'}}, {{policyType: '{_MASKED}'}}]",
        again='[{policyType: "$params".policyType, nextToken: nextToken}]'),
    # A destination writes to its stream as a role that trusts CloudWatch Logs.
    Row("logs", "DescribeDestinations", _DESTINATIONS, "through what other accounts send log events here",
        **if_trusted("logs")),
    Row("logs", "DescribeExportTasks", _EXPORTS, "which logs were copied to buckets",
        leads={Detail.BUCKET: "exportTasks[].destination"}, **if_any(_GROUPS, "logGroups")),
)  # fmt: skip

_LEFT_OUT = re.compile(r"\s*LogGroupName\s+NOT\s+IN\s*(\[.*\])\s*", re.DOTALL)
_NOT_COPIED = {"CANCELLED", "FAILED"}


def describe(facts: Facts) -> Iterator[Node | Edge | Gap]:
    """Every log group and destination of the account in the region."""
    if facts.region != GLOBAL:
        yield from facts.described(_GROUPS, "logGroups", (NodeKind.LOG_GROUP,), _group)
        yield from facts.described(_DESTINATIONS, "destinations", (NodeKind.LOG_DESTINATION,), _destination)


def _group(facts: Facts, group: dict[str, Any], record: str) -> Iterator[Node | Edge]:
    """``retention_days`` is None for a log group that never expires."""
    name, arn = group["logGroupName"], facts.arn("logs", f"log-group:{group['logGroupName']}")
    params = {"logGroupName": name}
    properties: dict[str, Fact] = {
        "retention_days": group.get("retentionInDays"),
        "key": group.get("kmsKeyId"),
        "class": group.get("logGroupClass"),
        "deletion_protection": bool(group.get("deletionProtectionEnabled")),
        "metric_filters": then(
            _once(facts, "metrics", lambda: whole(facts, _METRICS, "metricFilters")),
            lambda found: [each for each in found if each.get("logGroupName") == name],
        ),
        "subscriptions": whole(facts, _SUBSCRIPTIONS, "subscriptionFilters", params),
        "account_subscriptions": then(_account_policies(facts, _SENT_ON), lambda found: _applying(found, name)),
        "data_protection": document(facts, _MASKING, "policyDocument", {"logGroupIdentifier": name}),
        "account_data_protection": _account_policies(facts, _MASKED),
        "resource_policies": then(
            _resource_policies(facts), lambda found: [p for p in found if _covers(p["document"], arn)]
        ),
        "exports": then(
            whole(facts, _EXPORTS, "exportTasks"), lambda found: [t for t in found if t["logGroupName"] == name]
        ),
        "tags": _tags(facts, arn),
    }
    about = evidence(facts.record(_METRICS), facts.record(_SUBSCRIPTIONS, params))
    yield Node(arn, NodeKind.LOG_GROUP, name, facts.account, facts.region, properties, (record, *about))
    yield Edge(facts.account, arn, EdgeKind.OWNS, {}, (record,))
    yield from encrypted_with(arn, properties["key"], record)
    yield from _copies(facts, arn, properties, record_id(facts, _SUBSCRIPTIONS, params))
    for policy in _listed(properties["resource_policies"]):
        document_name = f"logs_policy/{policy['name']}"
        yield from grants(facts, arn, policy["document"], record_id(facts, _POLICIES), document_name)


def _tags(facts: Facts, arn: str) -> Fact:
    tags = facts.value(_TAGS, "tags", {"resourceArn": arn})
    return {} if tags is None else tags


def _copies(facts: Facts, arn: str, properties: Mapping[str, Fact], subscribed: str) -> Iterator[Node | Edge]:
    for subscription in _listed(properties["subscriptions"]):
        about = {"by": "subscription", "filter": subscription.get("filterPattern")}
        yield from _copy(arn, subscription["destinationArn"], about, subscribed)
    policies = record_id(facts, _ACCOUNT, {"policyType": _SENT_ON})
    for policy in _listed(properties["account_subscriptions"]):
        if isinstance(policy["document"], dict) and "DestinationArn" in policy["document"]:
            about = {"by": "account_subscription", "filter": policy["document"].get("FilterPattern")}
            yield from _copy(arn, policy["document"]["DestinationArn"], about, policies)
    for task in _listed(properties["exports"]):
        if task.get("status", {}).get("code") not in _NOT_COPIED:
            about = {"by": "export_task", "filter": None}
            bucket = f"arn:{facts.partition}:s3:::{task['destination']}"
            yield from _copy(arn, bucket, about, record_id(facts, _EXPORTS))


def _copy(arn: str, target: str, about: dict[str, Any], record: str) -> Iterator[Node | Edge]:
    yield from receiver(target, record)
    yield Edge(arn, target, EdgeKind.COPIES_TO, about, (record,))


def _account_policies(facts: Facts, kind: str) -> Fact:
    """The account's policies of a kind as [{"name", "selection", "document"}]."""
    params = {"policyType": kind}

    def read(found: list[dict[str, Any]]) -> list[dict[str, Fact]]:
        return [
            {
                "name": policy["policyName"],
                "selection": policy.get("selectionCriteria"),
                "document": parsed(policy["policyDocument"], facts, _ACCOUNT, params),
            }
            for policy in found
        ]

    return _once(facts, kind, lambda: then(whole(facts, _ACCOUNT, "accountPolicies", params), read))


def _once(facts: Facts, name: str, read: Callable[[], Fact]) -> Fact:
    """What is the same for every log group is read once."""
    if f"logs:{name}" not in facts.memo:
        facts.memo[f"logs:{name}"] = read()
    return facts.memo[f"logs:{name}"]


def _applying(policies: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The policies that do not leave the log group out: ``LogGroupName NOT IN [...]`` is the one selection there is."""
    return [policy for policy in policies if f'"{name}"' not in _left_out(policy["selection"])]


def _left_out(selection: str | None) -> list[str]:
    match = _LEFT_OUT.fullmatch(selection or "")
    return re.findall(r'"[^"]*"', match[1]) if match else []


def _resource_policies(facts: Facts) -> Fact:
    """The account's resource policies in the region as [{"name", "document"}]."""

    def read(found: list[dict[str, Any]]) -> list[dict[str, Fact]]:
        return [{"name": p["policyName"], "document": parsed(p["policyDocument"], facts, _POLICIES)} for p in found]

    return _once(facts, "policies", lambda: then(whole(facts, _POLICIES, "resourcePolicies"), read))


def _covers(policy: Fact, arn: str) -> bool:
    """Whether a statement of the policy names the log group, its streams, or a pattern of them."""
    if isinstance(policy, Unknown):
        return True
    spellings = (arn, f"{arn}:*", f"{arn}:log-stream:*")
    patterns = [pattern for _, statement in statements(policy or {}) for pattern in _texts(statement.get("Resource"))]
    return any(fnmatchcase(spelling, pattern.replace("[", "[[]")) for spelling in spellings for pattern in patterns)


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _listed(fact: Fact) -> list[Any]:
    return fact if isinstance(fact, list) else []


def _destination(facts: Facts, destination: dict[str, Any], record: str) -> Iterator[Node | Edge]:
    arn, target = destination["arn"], destination["targetArn"]
    policy = parsed(destination.get("accessPolicy"), facts, _DESTINATIONS)
    properties: dict[str, Fact] = {"target": target, "role": destination.get("roleArn"), "policy": policy}
    name = destination["destinationName"]
    yield Node(arn, NodeKind.LOG_DESTINATION, name, facts.account, facts.region, properties, (record,))
    yield Edge(facts.account, arn, EdgeKind.OWNS, {}, (record,))
    yield from grants(facts, arn, policy, record, "destination_policy")
    yield from _copy(arn, target, {"by": "destination", "filter": None}, record)
