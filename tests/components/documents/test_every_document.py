"""What holds of every document, for every legal setting."""

from __future__ import annotations

import dataclasses
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st
from moto.iam.policy_validation import IAMPolicyDocumentValidator
from policy_sentry.querying.actions import get_action_data, get_actions_for_service
from policy_sentry.querying.all import get_all_service_prefixes

from components import limits
from components.cluster_names import ClusterNames
from components.documents import boundary, buckets, endpoints, file_systems, guardrails, keys, logs, trust
from components.documents import cluster as of_cluster
from components.documents.console import clustered_identity, console_identity
from components.documents.data_plane import data_plane_identity
from components.documents.statement import KeyArns, VendorWindow
from components.layout import ConsolePermissions, Names, Wal

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "key/01234567-89ab-cdef-0123-456789abcdef"
ZONE, ENDPOINT = "Z0123456789ABCDEFGHIJ", "vpce-0123456789abcdef0"
WINDOW = VendorWindow(
    "arn:aws:iam::381492316447:role/support", "2027-01-31T18:00:00Z", ("automq/logs/", "automq/metrics/"), ("licence/",)
)
PARTITIONS = {"eu-west-1": "aws", "us-gov-west-1": "aws-us-gov", "cn-northwest-1": "aws-cn"}
# Global keys that every service sends, and those whose names the reference spells with a placeholder.
GLOBAL = ("aws:principal", "aws:source", "aws:resourceaccount", "aws:requestedregion", "aws:currenttime")


def documents(
    names: Names, wal: Wal, choice: ConsolePermissions, window: VendorWindow | None
) -> Iterator[tuple[str, limits.Limit, dict[str, Any]]]:
    """Every document, its purpose and its limit."""
    arns = KeyArns(*[names.regional("kms", KEY)] * 4)
    managed = {
        **console_identity(names, choice, wal, ZONE, arns),
        **data_plane_identity(names, wal, ZONE, arns),
        "console-boundary": boundary.console_boundary(names, choice, wal, ZONE),
        "data-plane-boundary": boundary.data_plane_boundary(names, wal, ZONE),
        "trail": logs.trail_to_logs(names),
        "backup": logs.backup(names, arns.volumes),
    }
    for purpose, document in managed.items():
        yield purpose, limits.MANAGED_POLICY, document
    cluster = ClusterNames(names, "n" * 63, "s" * 63)
    parts = {
        role: document
        for role, made in of_cluster.identities(cluster, arns.volumes).items()
        for document in made.values()
    }
    clustered = {
        **clustered_identity(cluster, ZONE, arns),
        "boundary": boundary.clustered_boundary(cluster, ZONE),
        **parts,
    }
    for purpose, document in clustered.items():
        yield purpose, limits.MANAGED_POLICY, document
    for document in (*of_cluster.trusts(cluster).values(), of_cluster.brokers(cluster)):
        yield "trust", limits.TRUST_POLICY, document
    for purpose, document in keys.key_policies(names, wal, names.root_arn, window, cluster).items():
        yield f"{purpose}-key", limits.KEY_POLICY, document
    auditor = trust.auditor(names, "777788889999", 1224 * "x")
    for of in (trust.instance(names), trust.trail(names), trust.backup(), auditor):
        yield "trust", limits.TRUST_POLICY, of
    for purpose, document in keys.key_policies(names, wal, names.root_arn, window).items():
        yield f"{purpose}-key", limits.KEY_POLICY, document
    yield "data-bucket", limits.BUCKET_POLICY, buckets.data_bucket(names, ENDPOINT, arns.data)
    yield "ops-bucket", limits.BUCKET_POLICY, buckets.ops_bucket(names, ENDPOINT, arns.ops, window)
    yield "audit-bucket", limits.BUCKET_POLICY, buckets.audit_bucket(names)
    yield "access-logs-bucket", limits.BUCKET_POLICY, buckets.access_logs_bucket(names, load_balancer=True)
    log = names.regional("elasticfilesystem", "file-system/fs-0123456789abcdef0")
    yield "log-file-system", limits.FILE_SYSTEM_POLICY, file_systems.log_file_system(names, log)
    yield "s3-endpoint", limits.ENDPOINT_POLICY, endpoints.s3_gateway(names)
    for service, document in endpoints.interfaces(names, list(managed.values())[:-5]).items():
        yield f"{service}-endpoint", limits.ENDPOINT_POLICY, document
    yield "delivery", limits.LOGS_RESOURCE_POLICY, logs.delivery(names)
    yield "topic", limits.TOPIC_POLICY, logs.topic(names)
    yield "secret", limits.SECRET_POLICY, logs.secret(names, names.console_role_arn)
    roles = (names.role_arn("d" * limits.ROLE_NAME.maximum), names.role_arn("b" * limits.ROLE_NAME.maximum))
    guarded = guardrails.Guarded(names, dataclasses.astuple(arns), *roles, window.principal if window else None)
    for document in guardrails.service_control_policies(guarded):
        yield "scp", limits.SERVICE_CONTROL_POLICY, document
    for document in guardrails.resource_control_policies(guarded):
        yield "rcp", limits.RESOURCE_CONTROL_POLICY, document


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


@budget(max_examples=40)
@given(
    environment=st.from_regex(r"[a-zA-Z][a-zA-Z0-9-]{0,31}", fullmatch=True),
    region=st.sampled_from(sorted(PARTITIONS)),
    wal=st.sampled_from(list(Wal)),
    choice=st.sampled_from(list(ConsolePermissions)),
    window=st.sampled_from([None, WINDOW]),
    bucket_names=st.sampled_from([("automq-ops-abc", None), ("o" * 63, "d" * 63)]),
)
def test_every_document_is_within_its_limit_and_well_formed(
    environment: str,
    region: str,
    wal: Wal,
    choice: ConsolePermissions,
    window: VendorWindow | None,
    bucket_names: tuple[str, str | None],
) -> None:
    names = Names.of(environment, region, "111122223333", *bucket_names)
    partition = PARTITIONS[region]
    for purpose, limit, document in documents(names, wal, choice, window):
        assert limits.size(document) <= limit.maximum, purpose
        assert document["Version"] == "2012-10-17"
        for statement in document["Statement"]:
            assert not {"NotPrincipal", "NotAction", "NotResource"} & set(statement), purpose
            assert statement["Effect"] in {"Allow", "Deny"}
            for resource in listed(statement.get("Resource", "*")):
                assert resource == "*" or resource.startswith(f"arn:{partition}:"), (purpose, resource)
        sids = [statement["Sid"] for statement in document["Statement"] if "Sid" in statement]
        assert len(sids) == len(set(sids)), purpose
        assert all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids), purpose


@pytest.mark.parametrize(("region", "partition"), sorted(PARTITIONS.items()))
def test_no_other_partition_is_named(region: str, partition: str) -> None:
    names = Names.of("env-abc", region, "111122223333", "automq-ops-abc")
    for purpose, _, document in documents(names, Wal.FILE_SYSTEM, ConsolePermissions.CONTRACT, None):
        found = set(re.findall(r"arn:(aws[a-z-]*):", json.dumps(document)))
        assert found <= {partition}, purpose


@cache
def _actions(service: str) -> dict[str, str]:
    return {action.lower(): action for action in get_actions_for_service(service)}


def _matching(pattern: str) -> list[str]:
    service, _, verb = pattern.partition(":")
    known = _actions(service)
    if "*" not in verb:
        return [known[pattern.lower()]] if pattern.lower() in known else []
    return [name for lowered, name in known.items() if re.fullmatch(pattern.lower().replace("*", ".*"), lowered)]


def test_every_action_exists(names: Names) -> None:
    services = get_all_service_prefixes()
    for wal in Wal:
        for choice in ConsolePermissions:
            for purpose, _, document in documents(names, wal, choice, WINDOW):
                for statement in document["Statement"]:
                    for action in listed(statement["Action"]):
                        assert action.partition(":")[0] in services, (purpose, action)
                        assert _matching(action), (purpose, action)


@cache
def _condition_keys(action: str) -> frozenset[str]:
    service, _, verb = action.partition(":")
    rows = get_action_data(service, verb)[service]
    return frozenset(key.lower() for row in rows for key in row["condition_keys"])


def _is_sent(key: str, action: str) -> bool:
    lowered = key.lower()
    if lowered.startswith(GLOBAL):
        return True
    known = _condition_keys(action)
    named = re.sub(r"^(aws:(?:resource|request)tag/).*$", r"\1${tagkey}", lowered)
    named = re.sub(r"^(kms:encryptioncontext:).*$", r"\1${encryptioncontextkey}", named)
    return named in known


@pytest.mark.parametrize("wal", list(Wal))
def test_every_condition_of_an_identity_policy_is_on_a_key_that_its_actions_send(names: Names, wal: Wal) -> None:
    arns = KeyArns(*[names.regional("kms", KEY)] * 4)
    policies = {
        **console_identity(names, ConsolePermissions.TIGHT, wal, ZONE, arns),
        **data_plane_identity(names, wal, ZONE, arns),
        "backup": logs.backup(names, arns.volumes),
    }
    unsent = [
        (purpose, statement["Sid"], action, key)
        for purpose, document in policies.items()
        for statement in document["Statement"]
        for operator, wanted in statement.get("Condition", {}).items()
        if not operator.endswith("IfExists")
        for key in wanted
        for pattern in listed(statement["Action"])
        for action in _matching(pattern)
        if not _is_sent(key, action)
    ]
    assert unsent == []


def test_limits_name_their_page_and_date() -> None:
    assert len(limits.LIMITS) > 10
    assert all(limit.page and limit.unit and limit.maximum > 0 and limit.read.year >= 2026 for limit in limits.LIMITS)


@pytest.mark.parametrize("region", sorted(PARTITIONS))
@pytest.mark.parametrize("wal", list(Wal))
def test_iam_takes_every_policy_of_a_role(region: str, wal: Wal) -> None:
    names = Names.of("env-abc", region, "111122223333", "automq-ops-abc")
    for choice in ConsolePermissions:
        for purpose, limit, document in documents(names, wal, choice, None):
            if limit is limits.MANAGED_POLICY:
                validator = IAMPolicyDocumentValidator(json.dumps(document))
                assert validator.validate() is None, purpose  # type: ignore[func-returns-value]
