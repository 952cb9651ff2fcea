"""One test guards every present and future row of every service."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import botocore.session
import jmespath
import pytest
from policy_sentry.querying.actions import get_action_data

from audit.services import modules, rows
from audit.services.row import HOME, Detail, Row, Scope

if TYPE_CHECKING:
    from botocore.model import OperationModel

READ_PREFIXES = ("Get", "List", "Describe", "BatchGet", "Search", "Lookup")
READS_DATA = re.compile(
    r"^(?:GetObject(?!Lock)\w*|SelectObject\w*|ListObject\w*|ListMultipartUploads|ListParts"
    r"|GetSecretValue|BatchGetSecretValue|GetRandomPassword|GetParameter\w*|DescribeParameters|GetCommandInvocation"
    r"|GetLogEvents|GetLogRecord|GetLogObject|GetQueryResults|GetDataKey|GetSessionToken|GetFederationToken|GetAccessKeyInfo"
    r"|GetAuthorizationToken|GetPasswordData|GetConsoleOutput|GetConsoleScreenshot|GetLaunchTemplateData"
    r"|GetDataAccess|GetSnapshotBlock|GetCredentialReport|GetFunction|GetToken|GetCredentials|GetRecords|GetItem|BatchGetItem)$"
)
"""Operations with a reading name that return records, credentials or secrets."""
NOT_IN_POLICY_SENTRY: dict[str, str] = {}
"""Permissions that the action table lacks, each with the reason to believe in it."""
GIVEN_BY_COLLECTOR = {"ExpectedBucketOwner"}

every_row = pytest.mark.parametrize("row", rows().values(), ids=lambda row: row.name)


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


@cache
def operation(name: str) -> OperationModel:
    service, _, wanted = name.partition(":")
    model: OperationModel = _session().get_service_model(service).operation_model(wanted)
    return model


def mapped_names(expression: str) -> set[str]:
    """The keys of the mappings that a JMESPath makes."""
    found: set[str] = set()
    stack: list[Any] = [jmespath.compile(expression).parsed]
    while stack:
        node = stack.pop()
        if node["type"] == "key_val_pair":
            found.add(node["value"])
        stack.extend(child for child in node["children"] if isinstance(child, dict))
        if node["type"] == "literal":
            found |= {key for item in _several(node["value"]) if isinstance(item, dict) for key in item}
    return found


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_every_service_has_rows_and_no_row_is_claimed_twice() -> None:
    assert all(module.ROWS for module in modules())
    assert len(rows()) == sum(len(module.ROWS) for module in modules())


@every_row
def test_the_operation_is_botocores(row: Row) -> None:
    assert row.operation in _session().get_service_model(row.service).operation_names


@every_row
def test_the_required_members_are_given_and_every_given_one_exists(row: Row) -> None:
    shape = operation(row.name).input_shape
    members = set(shape.members) if shape is not None else set()
    required = set(shape.required_members) if shape is not None else set()
    given = set(row.params) | {*chain.from_iterable(map(mapped_names, row.parents.values()))} - {HOME}

    assert required <= given | GIVEN_BY_COLLECTOR, f"{row.name} needs {required - given}"
    assert given <= members, f"{row.name} has no {given - members}"
    if row.again is not None:
        assert mapped_names(row.again) <= members
        assert required <= mapped_names(row.again) | set(row.params)


@every_row
def test_it_only_reads_and_never_records_credentials_or_secrets(row: Row) -> None:
    assert row.operation.startswith(READ_PREFIXES)
    assert not READS_DATA.match(row.operation), f"{row.name} reads data: the audit needs settings, never contents"
    assert not operation(row.name).has_streaming_output


@every_row
def test_the_permission_exists(row: Row) -> None:
    service, _, action = row.permission.partition(":")

    if row.permission not in NOT_IN_POLICY_SENTRY:
        assert get_action_data(service, action), f"{row.permission} is no IAM action: mend it, or give the reason"


@every_row
def test_the_permission_only_reads(row: Row) -> None:
    service, _, action = row.permission.partition(":")
    data = get_action_data(service, action) or {service: []}

    assert all(item["access_level"] in {"Read", "List"} for item in data[service])


@every_row
def test_the_parent_exists_and_its_region_leads_to_the_rows(row: Row) -> None:
    for parent in (rows()[name] for name in row.parents):
        assert not (row.scope is Scope.GLOBAL and parent.scope is Scope.REGIONAL), "a region's answer is not global"


@every_row
def test_its_expressions_compile_and_find_the_parents_members(row: Row) -> None:
    for expression in (row.again, *row.leads.values()):
        if expression is not None:
            jmespath.compile(expression)
    for parent, each in row.parents.items():
        shape = operation(parent).output_shape
        assert shape is not None
        known = {*shape.members, "$params", "$accounts"}
        assert roots(each) <= known, f"{parent} answers no {roots(each) - known}"


@every_row
def test_its_leads_begin_with_members_of_its_answer(row: Row) -> None:
    shape = operation(row.name).output_shape
    known = {*(shape.members if shape is not None else ()), "$params", "$accounts"}

    for kind, expression in row.leads.items():
        assert isinstance(kind, Detail)
        assert roots(expression) <= known


def roots(expression: str) -> set[str]:
    """The members of an answer at which a JMESPath begins."""
    return _roots(jmespath.compile(expression).parsed)


def _roots(node: dict[str, Any]) -> set[str]:
    match node["type"]:
        case "field":
            return {node["value"]}
        case "multi_select_list" | "multi_select_dict" | "or_expression" | "and_expression" | "function_expression":
            return set().union(*(_roots(child) for child in node["children"]))
        case "key_val_pair" | "subexpression" | "index_expression" | "projection" | "filter_projection":
            return _roots(node["children"][0])
        case "flatten" | "value_projection" | "pipe":
            return _roots(node["children"][0])
        case _:
            return set()


@every_row
def test_absent_codes_are_codes_and_never_denials(row: Row) -> None:
    for code in row.absent:
        assert re.fullmatch(r"\w[\w.]+", code)
        assert not re.search(r"denied|unauthori|forbidden|throttl|slowdown|expired|^403$", code, re.IGNORECASE)


@every_row
def test_why_says_something(row: Row) -> None:
    assert len(row.why.split()) >= 2
    assert row.why == row.why.strip()


def test_the_forbidden_reads_would_be_noticed() -> None:
    for name in ("GetObject", "GetObjectTagging", "GetSecretValue", "GetParameter", "GetParametersByPath"):
        assert READS_DATA.match(name)
    for name in ("GetObjectLockConfiguration", "GetBucketPolicy", "DescribeSecret", "ListSecrets"):
        assert not READS_DATA.match(name)


def test_keys_of_mappings_and_roots_of_expressions_are_found() -> None:
    assert mapped_names("Buckets[].{Bucket: Name}") == {"Bucket"}
    assert mapped_names('`[{"Kind": "a"}, {"Kind": "b"}]`') == {"Kind"}
    assert roots('["$params".Id, Parents[?Type].Id][].{T: @}') == {"$params", "Parents"}
